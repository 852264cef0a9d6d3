//! `GET /connectionSpecs`: all connection specs, or a page if the client asks for one. Reference: "Connection specs",
//! "Listing" (the parameters).
//!
//! Decided: the default order is by name, since most have no `createdAt`, and ties are broken by id. A page has
//! `_links`, the whole list only `items`.

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::extract::Query;
use crate::http::list::ListQuery;
use crate::services::connection_specs::COLLECTION;
use crate::services::world::Sandbox;
use crate::store::query::{FieldType, Fields, LIST_PARAMETERS};
use axum::extract::State;
use axum::response::Response;

const FIELDS: Fields = Fields(&[
    ("id", FieldType::Id),
    ("name", FieldType::Text),
    ("providerId", FieldType::Id),
    ("version", FieldType::Text),
    ("type", FieldType::Text),
    ("authSpec", FieldType::Structure),
    ("sourceSpec", FieldType::Structure),
    ("exploreSpec", FieldType::Structure),
    ("attributes", FieldType::Structure),
    ("permissionsInfo", FieldType::Structure),
]);

pub(super) async fn list(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    let (tenant, specs) = (&sandbox.tenant, app.specs.of(&sandbox.specs));
    let specs = specs.all();
    let is_own = |key: &str| specs.iter().any(|spec| spec.document().get(key).is_some());
    let question = ListQuery::read(COLLECTION, &query, tenant, "name", &FIELDS, is_own)?;
    question.answer_documents(specs, tenant)
}
