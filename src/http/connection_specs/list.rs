//! `GET /connectionSpecs`: every connection spec, whole unless the client asks for pages. Reference:
//! "Connection specs", "Listing" (the parameters are the same).
//!
//! Decided: the default order is by name, since most have no `createdAt`, and ties are broken by id. A list
//! that the client limited has `_links`, the whole list has `items` alone.

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::extract::Query;
use crate::http::list::Question;
use crate::services::connection_specs::COLLECTION;
use crate::services::world::Sandbox;
use crate::store::query::{Fields, LIST_PARAMETERS, Type};
use axum::extract::State;
use axum::response::Response;

const FIELDS: Fields = Fields(&[
    ("id", Type::Id),
    ("name", Type::Text),
    ("providerId", Type::Id),
    ("version", Type::Text),
    ("type", Type::Text),
    ("authSpec", Type::Structure),
    ("sourceSpec", Type::Structure),
    ("exploreSpec", Type::Structure),
    ("attributes", Type::Structure),
    ("permissionsInfo", Type::Structure),
]);

pub(super) async fn list(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    let (tenant, specs) = (&sandbox.tenant, app.specs.of(&sandbox.specs));
    let specs = specs.all();
    let is_own = |key: &str| specs.iter().any(|spec| spec.document().get(key).is_some());
    let question = Question::read(COLLECTION, &query, tenant, "name", &FIELDS, is_own)?;
    question.answer_documents(specs, tenant, &app.budget).await
}
