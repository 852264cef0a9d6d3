//! `PUT /connectionSpecs/{id}`: replaces all versions of a connection spec for the caller's sandbox, whether it is
//! built in or the sandbox's own. Reference: "Connection specs"; see also [`own`]. Decided: an `id` in the body must be
//! that in the path.

use super::own;
use crate::app::Shared;
use crate::base::error::{Error, excerpt};
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::extract::{Id, Payload, Query};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

pub(super) async fn replace(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, id: Id, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[])?;
    let mut members = own::members(body.json(Nulls::Dropped)?)?;
    let specs = app.specs.of(&sandbox.specs);
    let current = specs.newest(id.as_str())?;
    let sent = members.entry("id").or_insert_with(|| current.id.as_str().into());
    if *sent != current.id {
        let sent = sent.as_str().map_or("in the body".to_owned(), excerpt);
        let detail = format!("id {sent} is not {}, the path's; leave it out or make them agree", current.id);
        return Err(Error::bad_request(detail, "/id"));
    }
    members.entry("version").or_insert_with(|| Value::from(current.version.as_str()));
    let spec = own::read(&app, &sandbox, &caller, members, Some(current.document()))?;
    let response = answer::json(StatusCode::OK, spec.item().to_vec());
    sandbox.specs.replace(spec).map_err(|reason| reason.refusal(id.as_str()))?;
    Ok(response)
}
