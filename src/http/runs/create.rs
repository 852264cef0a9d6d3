//! `POST /runs`: ingestion on demand. Reference: "On-demand runs".

use super::written::{runs, written};
use crate::app::{App, Shared};
use crate::base::error::{Code, Error};
use crate::base::json::Nulls;
use crate::base::operation::Kind;
use crate::base::tenant::Caller;
use crate::http::entities::write::write;
use crate::http::extract::{Payload, Query};
use crate::services::entities::if_match::IfMatch;
use crate::services::entities::patch::PatchOperation;
use crate::services::kinds;
use crate::services::runs::on_demand::Wanted;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

pub(super) async fn create(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[])?;
    let mut wanted = Wanted::read(body.json(Nulls::Dropped)?, &sandbox, &runs(&app, &sandbox))?;
    if let Some(change) = wanted.change.take() {
        change_flow(&app, &sandbox, &caller, &wanted, change)?;
    }
    let run = wanted.make(&runs(&app, &sandbox), &sandbox, &caller)?;
    Ok(written(StatusCode::CREATED, &run))
}

/// Gives the flow its delta column.
fn change_flow(
    app: &App, sandbox: &Sandbox, caller: &Caller, wanted: &Wanted, change: Value,
) -> Result<(), Error> {
    let spec = kinds::spec(Kind::Flow);
    let operations = PatchOperation::read_all(change, spec.kind, &spec.keys)?;
    let changed = spec.update(&write(app, sandbox, caller), &wanted.flow(), &IfMatch::Any, &operations);
    match changed {
        Err(error) if error.code() == Code::EntityNotFound => Ok(()), // as if it had been deleted afterwards
        changed => changed.map(|_| ()),
    }
}
