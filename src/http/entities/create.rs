//! `POST /<collection>`. Reference: "Operations on /connections".

use super::write::{write, write_initializing};
use crate::app::{App, Shared};
use crate::base::error::Error;
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::blocking::with_brought_specs;
use crate::http::extract::{InitializingFor, Payload, Query};
use crate::services::entities::{Completeness, KindSpec};
use crate::services::world::Sandbox;
use crate::store::query::Parameters;
use axum::extract::State;
use axum::response::Response;

pub(super) async fn create(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, caller: Caller,
    initializing_for: InitializingFor, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(if spec.lifecycle.has_drafts() { &["mode"] } else { &[] })?;
    let completeness = completeness(&query)?;
    let json = body.json(Nulls::Dropped)?;
    let is_slow = completeness == Completeness::Whole && spec.is_slow(&write(&app, &sandbox, &caller), &json);
    let create = move |app: &App| {
        let write = write_initializing(app, &sandbox, &caller, initializing_for);
        spec.create(&write, json, completeness, body.len())
    };
    let entity = with_brought_specs(is_slow, &app, create).await?;
    Ok(answer::created(spec.kind, &entity))
}

/// The completeness that `mode` asks for.
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
