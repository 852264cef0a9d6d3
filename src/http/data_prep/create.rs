//! `POST /mappingSets`. Reference: "The other services, minimally".

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::documents;
use crate::http::extract::{Payload, Query};
use crate::services::data_prep::MAPPING_SETS;
use crate::services::references::mapped_schema;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};

/// The keys of the response, which has no mappings.
const ANSWERED: [&str; 6] = ["id", "version", "createdDate", "modifiedDate", "createdBy", "modifiedBy"];

pub(super) async fn create(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[])?;
    let body = body.json(Nulls::Dropped)?;
    let pointer = if body.get("xdmSchema").is_some() { "/xdmSchema" } else { "/outputSchema/schemaRef/id" };
    documents::check_schema(&app, &sandbox, body.as_object().and_then(mapped_schema), pointer)?;
    let set = documents::create(&app, &sandbox, &caller, &MAPPING_SETS, |all| &all.mapping_sets, body)?;
    let member = |key: &str| Some((key.to_owned(), set.members().get(key)?.clone()));
    let answered: Map<String, Value> = ANSWERED.into_iter().filter_map(member).collect();
    documents::answer(&app, StatusCode::OK, 0, &answered).await
}
