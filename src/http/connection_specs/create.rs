//! `POST /connectionSpecs`: a connection spec for the caller's sandbox. Reference: "Connection specs"; see also
//! [`own`]. Decided: a body without `id` gets one; a known id is refused.

use super::own;
use crate::app::Shared;
use crate::base::error::Error;
use crate::base::json::Nulls;
use crate::base::operation::at;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::extract::{Payload, Query};
use crate::services::connection_specs::COLLECTION;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

pub(super) async fn create(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[])?;
    let mut members = own::members(body.json(Nulls::Dropped)?)?;
    members.entry("id").or_insert_with(|| app.env.entity_id(&sandbox.sequence).to_string().into());
    members.entry("version").or_insert_with(|| "1.0".into());
    let spec = own::read(&app, &sandbox, &caller, members, None)?;
    let id = spec.id.clone();
    let mut response = answer::json(StatusCode::CREATED, spec.item().to_vec());
    app.specs.add(&sandbox.specs, spec).map_err(|reason| reason.refusal(&id))?;
    if let Ok(location) = HeaderValue::try_from(at(&format!("/{COLLECTION}/{id}"))) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
