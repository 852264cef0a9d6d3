//! `POST /connectionSpecs`, `POST /flowSpecs`: a spec for the caller's sandbox. Reference: "Connection specs", "Flow specs";
//! see also [`own`]. Decided: a body without `id` gets one; a known id is refused.

use super::{ServedSpec, own, write};
use crate::app::{App, Shared};
use crate::base::error::{Code, Error};
use crate::base::json::Nulls;
use crate::base::operation::at;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::extract::{Payload, Query, TokenKind};
use crate::services::world::{Parts, Sandbox};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;

pub(crate) async fn create<S: ServedSpec>(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, kind: TokenKind, Query(query): Query,
    body: Payload,
) -> Result<Response, Error> {
    kind.expect_service(Code::SpecTokenOfUser)?;
    query.only(&[])?;
    let mut members = own::members(body.json(Nulls::Dropped)?)?;
    members.entry("id").or_insert_with(|| app.env.entity_id(&sandbox.sequence).to_string().into());
    members.entry("version").or_insert_with(|| "1.0".into());
    let create = move |app: &App| {
        let spec = own::read::<S>(app, &sandbox, &caller, members, None)?;
        let (id, item, spec) = (spec.id().to_owned(), spec.item().to_vec(), Arc::new([spec]));
        let add = |parts: &Parts| S::registry(app).add(S::own(parts), Arc::clone(&spec));
        let added = app.in_turn(|| sandbox.alter(add))?;
        added.map_err(|reason| own::not_added::<S>(&reason, &id))?;
        Ok((id, item))
    };
    let (id, item) = write::<S, _>(&app, create).await?;
    let mut response = answer::json(StatusCode::CREATED, item);
    if let Ok(location) = HeaderValue::try_from(at(&format!("/{}/{id}", S::COLLECTION))) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
