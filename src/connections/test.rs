//! `GET /connections/{id}/test`: whether the source can be reached with the connection's credentials.
//!
//! Reference: "Operations on /connections". A connection whose stored params are not whole and valid, such as
//! a draft without them, answers `false`, and its source is not asked.

use super::access;
use crate::app::Shared;
use crate::error::Error;
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
    let connection = access::stored(&app, &tenant, &id)?;
    let Ok(connection) = access::usable(&app, &tenant, connection) else {
        return Ok(answer::ok(&json!({"result": false})));
    };
    let specs = app.specs.of(&tenant);
    let spec = connection.spec(&specs)?;
    let reached = app.sources.of(&spec.name, spec.layout()).test(&connection.access()).await;
    Ok(answer::ok(&json!({"result": reached})))
}
