//! `GET /tenant/schemas`. Reference: "The other services, minimally".
//!
//! Decided: oldest first; `limit` is at most 300, the default; `_page.next` is the `start` of the next page, and absent on the
//! last one.

use super::accept;
use crate::app::Shared;
use crate::base::error::Error;
use crate::base::operation::Api;
use crate::http::documents::{self, Window};
use crate::http::extract::Query;
use crate::services::documents::Document;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::sync::Arc;

/// The largest number of schemas in a response.
pub(crate) const MAX_LIMIT: usize = 300;

/// The keys of a schema in its short form.
const SHORT: [&str; 4] = ["$id", "meta:altId", "version", "title"];

pub(super) async fn list(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query, headers: HeaderMap,
) -> Result<Response, Error> {
    query.only(&Window::PARAMETERS)?;
    let window = Window::read(&query, MAX_LIMIT, MAX_LIMIT)?;
    let schemas = sandbox.neighbours.schemas.all();
    let shown = window.of(&schemas);
    let whole = accept::wants_whole(&headers);
    let results: Vec<_> = shown.iter().map(|schema| form(schema, whole)).collect();
    let (mut page, mut links) = (json!({"orderby": "created", "count": shown.len()}), json!({}));
    if let Some(next) = window.next(schemas.len()) {
        page["next"] = next.to_string().into();
        let base = Api::SchemaRegistry.base_path();
        let limit = query.last("limit").map(|limit| format!("&limit={limit}")).unwrap_or_default();
        links["next"] = json!({"href": format!("{base}/tenant/schemas?start={next}{limit}")});
    }
    let bytes = shown.iter().map(|schema| schema.bytes()).sum();
    documents::answer(
        &app,
        StatusCode::OK,
        bytes,
        &json!({"results": results, "_page": page, "_links": links}),
    )
    .await
}

/// The schema, whole or in its short form.
fn form(schema: &Arc<Document>, whole: bool) -> Cow<'_, Map<String, Value>> {
    if whole {
        return Cow::Borrowed(schema.members());
    }
    let member = |key: &str| Some((key.to_owned(), schema.members().get(key)?.clone()));
    Cow::Owned(SHORT.into_iter().filter_map(member).collect())
}
