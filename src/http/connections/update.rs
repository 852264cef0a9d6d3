//! `PATCH /connections/{id}`, and the one way in which any stored connection is changed.
//!
//! Reference: "Updating"; `errors.csv`, FLOW-1403-400, FLOW-1404-412, FLOW-1416-400 to FLOW-1421-400,
//! FLOW-1445-400.

use super::not_found;
use crate::app::{App, Shared};
use crate::base::error::{Code, Error};
use crate::base::json::{Nulls, drop_nulls};
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::extract::{Id, Payload, Query};
use crate::services::connection_specs::Completeness;
use crate::services::connections::KIND;
use crate::services::connections::definition::Definition;
use crate::services::connections::record::{Mark, Record, Stored};
use crate::services::entities::if_match;
use crate::services::entities::if_match::IfMatch;
use crate::services::entities::lifecycle;
use crate::services::entities::patch::Operation;
use crate::services::world::Sandbox;
use crate::store::{Entity, State};
use axum::extract::State as AppState;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use std::sync::Arc;

pub(super) async fn update(
    AppState(app): AppState<Shared>, sandbox: Sandbox, caller: Caller, id: Id, Query(query): Query,
    headers: HeaderMap, body: Payload,
) -> Result<Response, Error> {
    query.only(&[if_match::PARAMETER])?;
    let if_match = IfMatch::read(&headers, &query)?;
    // A `null` is a value here: the operation that sets it differs from one without a value.
    let operations = Operation::read_all(body.json(Nulls::Kept)?)?;
    let entity = change(&app, &sandbox, &caller, &id, &if_match, |current, json| {
        lifecycle::check_update(current.state)?;
        check_patch_allowed(&app, &sandbox, json)?;
        for operation in &operations {
            operation.apply(json)?;
        }
        drop_nulls(json);
        lifecycle::patched(current.state, json.get("state"))
    })?;
    Ok(answer::written(StatusCode::OK, &entity))
}

fn check_patch_allowed(app: &App, sandbox: &Sandbox, json: &Value) -> Result<(), Error> {
    let text = |key| json["connectionSpec"][key].as_str().unwrap_or_default();
    match app.specs.of(&sandbox.specs).resolve(text("id"), Some(text("version"))) {
        Ok(spec) if !spec.patch_allowed() => {
            let detail = format!("connections of {} cannot be patched; delete and create anew", spec.name());
            Err(Error::new(Code::PatchSwitchedOff, detail))
        }
        _ => Ok(()),
    }
}

/// Refuses to let a connection grow without bound, a PATCH at a time.
fn check_size(app: &App, next: &Entity) -> Result<(), Error> {
    let max = app.config.max_body_bytes.saturating_mul(2);
    if next.item().len() <= max {
        return Ok(());
    }
    Err(Error::new(
        Code::PayloadTooLarge,
        format!("the connection would be larger than {max} bytes, the limit"),
    ))
}

/// Changes a stored connection: `edit` gets it as it is, changes its JSON, and says which state it has then.
///
/// The new version is made without a lock and stored only if the connection is still what `edit` saw;
/// otherwise all is done again with what it has become, so `edit` may run more than once.
///
/// # Errors
/// FLOW-1439-404, FLOW-1404-412, what `edit` answers, and what a POST of the result would be refused with.
pub(super) fn change(
    app: &App, sandbox: &Sandbox, caller: &Caller, id: &Id, if_match: &IfMatch,
    edit: impl Fn(&Entity, &mut Value) -> Result<State, Error>,
) -> Result<Arc<Entity>, Error> {
    let uuid = id.uuid().ok_or_else(|| not_found(id))?;
    loop {
        let current = sandbox.store.get(KIND, uuid).ok_or_else(|| not_found(id))?;
        if_match.check(current.etag)?;
        let Stored { created, mut json } = Stored::read(&current)?;
        let state = edit(&current, &mut json)?;
        let completeness = if state == State::Draft { Completeness::Draft } else { Completeness::Whole };
        let definition =
            Definition::read(json, &app.specs.of(&sandbox.specs), completeness, app.config.leniency())?;
        let now = app.env.now();
        let record = Record {
            id: uuid,
            tenant: &sandbox.tenant,
            sandbox_id: sandbox.id(),
            created: &created,
            updated: &Mark::new(now.max(created.at), caller),
            definition: &definition,
            state,
            etag: app.env.etag(&sandbox.sequence, now),
        };
        let next = record.into_entity(current.item().len())?;
        check_size(app, &next)?;
        if let Ok(next) = sandbox.store.replace_if(KIND, current.etag, next) {
            return Ok(next);
        }
    }
}
