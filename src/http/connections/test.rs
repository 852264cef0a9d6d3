//! `GET /connections/{id}/test`: whether the source can be reached with the connection's credentials.
//!
//! Reference: "Operations on /connections". The result for stored params that are not complete and valid, as in some
//! drafts, is `false`, without asking the source.

use super::access::{AskedConnection, stored};
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

pub(super) async fn test(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let reached = match AskedConnection::of(&app, &sandbox, stored(&sandbox, &id)?) {
        Ok(connection) => connection.test().await?,
        Err(_) => false,
    };
    Ok(answer::ok(&json!({"result": reached})))
}
