//! `PUT /connectionSpecs/{id}`, `PUT /flowSpecs/{id}`: replaces all versions of a spec for the caller's sandbox, whether it
//! is built in or the sandbox's own. Reference: "Connection specs", "Flow specs"; see also [`own`]. Decided: an `id` in the
//! body must be that in the path.

use super::{ServedSpec, own, write};
use crate::app::{App, Shared};
use crate::base::error::{Code, Error, excerpt};
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::extract::{Id, Payload, Query, TokenKind};
use crate::services::world::{Parts, Sandbox};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use std::sync::Arc;

pub(crate) async fn replace<S: ServedSpec>(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, kind: TokenKind, id: Id,
    Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    kind.expect_service(Code::SpecTokenOfUser)?;
    query.only(&[])?;
    let mut members = own::members(body.json(Nulls::Dropped)?)?;
    let specs = S::registry(&app).of(S::own(&sandbox));
    let current = specs.newest(id.as_str())?;
    let sent = members.entry("id").or_insert_with(|| current.id().into());
    if *sent != current.id() {
        let sent = sent.as_str().map_or("in the body".to_owned(), excerpt);
        let detail =
            format!("id {sent} is not {}, the path's; leave it out or make them agree", current.id());
        return Err(Error::bad_request(detail, "/id"));
    }
    members.entry("version").or_insert_with(|| Value::from(current.version()));
    let before = current.document().clone();
    drop(specs);
    let replace = move |app: &App| {
        let spec = own::read::<S>(app, &sandbox, &caller, members, Some(&before))?;
        let (item, spec) = (spec.item().to_vec(), Arc::new([spec]));
        let replace = |parts: &Parts| S::registry(app).replace(S::own(parts), Arc::clone(&spec));
        let replaced = app.in_turn(|| sandbox.alter(replace))?;
        replaced.map_err(|reason| own::not_added::<S>(&reason, id.as_str()))?;
        Ok(item)
    };
    let item = write::<S, _>(&app, replace).await?;
    Ok(answer::json(StatusCode::OK, item))
}
