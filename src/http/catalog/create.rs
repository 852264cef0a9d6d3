//! `POST /dataSets`. Reference: "The other services, minimally". Decided: `requestDataSource` is taken and changes nothing.

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::json::Nulls;
use crate::base::operation::Api;
use crate::base::tenant::Caller;
use crate::http::documents;
use crate::http::extract::{Payload, Query};
use crate::services::catalog::DATA_SETS;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

/// The parameter with which clients ask for a data source.
const REQUEST_DATA_SOURCE: &str = "requestDataSource";

pub(super) async fn create(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[REQUEST_DATA_SOURCE])?;
    if let Some(value) = query.last(REQUEST_DATA_SOURCE)
        && !["true", "false"].iter().any(|known| known.eq_ignore_ascii_case(value))
    {
        return Err(Error::invalid_parameter(REQUEST_DATA_SOURCE, value, "true or false"));
    }
    let body = body.json(Nulls::Dropped)?;
    let schema = body.pointer("/schemaRef/id").and_then(Value::as_str);
    documents::check_schema(&app, &sandbox, schema, "/schemaRef/id")?;
    let data_set = documents::create(&app, &sandbox, &caller, &DATA_SETS, |all| &all.data_sets, body)?;
    let (base, id) = (Api::Catalog.base_path(), data_set.id());
    let response =
        documents::answer(&app, StatusCode::CREATED, 0, &json!([format!("@/dataSets/{id}")])).await?;
    Ok(documents::with_location(response, format!("{base}/dataSets/{id}")))
}
