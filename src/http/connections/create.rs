//! `POST /connections`. Reference: "Operations on /connections".

use crate::app::{App, Shared};
use crate::base::error::{Code, Error};
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::base::time;
use crate::base::time::Millis;
use crate::http::answer;
use crate::http::extract::{Payload, Query};
use crate::services::connection_specs::Completeness;
use crate::services::connections::definition::Definition;
use crate::services::connections::record::{Mark, Record};
use crate::services::connections::{COLLECTION, KIND};
use crate::services::world::Sandbox;
use crate::store::query::Parameters;
use crate::store::{Direction, Entity, Scope, State};
use axum::extract::State as AppState;
use axum::response::Response;
use serde_json::Value;
use std::sync::Arc;

pub(super) async fn create(
    AppState(app): AppState<Shared>, sandbox: Sandbox, caller: Caller, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&["mode"])?;
    let completeness = completeness(&query)?;
    let entity = store_new(&app, &sandbox, &caller, body.json(Nulls::Dropped)?, completeness, body.len())?;
    Ok(answer::created(COLLECTION, &entity))
}

/// What `mode` asks for.
fn completeness(query: &Parameters) -> Result<Completeness, Error> {
    match query.last("mode") {
        None => Ok(Completeness::Whole),
        Some(mode) if mode.eq_ignore_ascii_case("draft") => Ok(Completeness::Draft),
        Some(mode) => Err(Error::invalid_parameter(
            "mode",
            mode,
            "draft, the only mode there is; leave it out otherwise",
        )),
    }
}

/// Whether the sandbox may hold another connection. Of creations at the same time as many may pass at the last place as
/// there are threads: a limit that was exact would have every creation wait for the others.
fn check_room(sandbox: &Sandbox, max: usize) -> Result<(), Error> {
    let held = sandbox.store.count(KIND, &Scope::All);
    if held < max {
        return Ok(());
    }
    let detail = format!(
        "this organisation and sandbox holds {held} connections and may hold {max}; delete some, or start flowmock \
         with a higher --max-connections-per-sandbox"
    );
    Err(Error::new(Code::SandboxFull, detail))
}

/// When a connection that is created now counts as created: a millisecond after the newest one at the earliest, as
/// a list is newest first and a client may be faster than the clock's steps. In a burst of more than a thousand that
/// would lead too far from the clock; then they share a millisecond.
fn creation_time(sandbox: &Sandbox, now: Millis) -> Millis {
    const MAX_AHEAD: Millis = 1000;
    let newest = sandbox.store.by_time(KIND, &Scope::All, Direction::Descending, None, 1);
    let behind_newest = newest.first().map_or(now, |newest| newest.position.created_at() + 1);
    now.max(behind_newest.min(now + MAX_AHEAD)).min(time::LAST)
}

fn store_new(
    app: &App, sandbox: &Sandbox, caller: &Caller, json: Value, completeness: Completeness, size: usize,
) -> Result<Arc<Entity>, Error> {
    let definition =
        Definition::read(json, &app.specs.of(&sandbox.specs), completeness, app.config.leniency())?;
    check_room(sandbox, app.config.max_connections_per_sandbox)?;
    let now = app.env.now();
    let mark = Mark::new(creation_time(sandbox, now), caller);
    let etag = app.env.etag(&sandbox.sequence, now);
    loop {
        let record = Record {
            id: app.env.entity_id(&sandbox.sequence),
            tenant: &sandbox.tenant,
            sandbox_id: sandbox.id(),
            created: &mark,
            updated: &mark,
            definition: &definition,
            state: match completeness {
                Completeness::Draft => State::Draft,
                Completeness::Whole | Completeness::Past => State::Enabled,
            },
            etag,
        };
        // A state that was put here may have an id that a seed comes to as well: then the next one is tried.
        if let Ok(entity) = sandbox.store.insert(KIND, record.into_entity(size)?) {
            return Ok(entity);
        }
    }
}
