//! `POST /encryption/keys`. Reference: "The other services, minimally"; `flows-errors.csv`, 1204-400 and 1205-400.

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::documents;
use crate::http::extract::{Payload, Query};
use crate::services::connectors::encryption::{KEYS, definition};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};

/// The keys of the response.
const ANSWERED: [&str; 3] = ["publicKey", "publicKeyId", "expiryTime"];

pub(super) async fn create(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[])?;
    let definition = definition(&body.json(Nulls::Dropped)?)?;
    let key = documents::create(&app, &sandbox, &caller, &KEYS, |all| &all.encryption_keys, definition)?;
    let member = |name: &str| Some((name.to_owned(), key.members().get(name)?.clone()));
    let answered: Map<String, Value> = ANSWERED.into_iter().filter_map(member).collect();
    documents::answer(&app, StatusCode::OK, key.bytes(), &answered).await
}
