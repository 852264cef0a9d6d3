//! `GET /connections/{id}/test`. Reference: "Operations on /connections".
//!
//! No source is asked: the answer is `true` when the stored params are such that the source could be, whole and
//! valid against the auth spec. A draft without its params answers `false`.

use super::definition::Definition;
use super::record::Stored;
use super::{KIND, not_found};
use crate::app::Shared;
use crate::error::Error;
use crate::specs::Completeness;
use crate::tenant::Tenant;
use crate::web::answer;
use crate::web::extract::{Id, Query};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

pub(super) async fn test(
    State(app): State<Shared>, tenant: Tenant, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let entity =
        id.uuid().and_then(|uuid| app.store.get(&tenant, KIND, uuid)).ok_or_else(|| not_found(&id))?;
    let stored = Stored::read(&entity)?;
    let outcome =
        Definition::read(stored.json, &app.specs.of(&tenant), Completeness::Whole, app.config.leniency());
    Ok(answer::ok(&json!({"result": outcome.is_ok()})))
}
