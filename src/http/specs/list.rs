//! `GET /connectionSpecs`, `GET /flowSpecs`: all specs, or a page if the client asks for one. Reference: "Connection specs",
//! "Flow specs", "Listing" (the parameters).
//!
//! Decided: the default order is by name, since most have no `createdAt`, and ties are broken by id. A page has
//! `_links`; the whole list of connection specs has only `items`, that of flow specs an empty `_links` too.

use super::ServedSpec;
use crate::app::Shared;
use crate::base::error::Error;
use crate::base::tenant::Tenant;
use crate::http::extract::Query;
use crate::http::list::ListQuery;
use crate::services::world::Sandbox;
use crate::store::query::{LIST_PARAMETERS, Parameters, Refusal};
use axum::extract::State;
use axum::response::Response;

pub(crate) async fn list<S: ServedSpec>(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    let (tenant, specs) = (&sandbox.tenant, S::registry(&app).of(S::own(&sandbox)));
    let specs = specs.all();
    let question = question(&query, tenant, &specs)?;
    question.answer_documents(specs, S::WHOLE_LIST, tenant, &app.budget).await
}

/// The list of `specs` that the parameters ask for.
///
/// # Errors
/// Those of [`ListQuery::read`].
pub(super) fn question<'a, S: ServedSpec>(
    parameters: &'a Parameters, tenant: &Tenant, specs: &[&S],
) -> Result<ListQuery<'a>, Refusal> {
    let is_own = |key: &str| specs.iter().any(|spec| spec.document().get(key).is_some());
    ListQuery::read(S::COLLECTION, parameters, tenant, "name", &S::FIELDS, is_own)
}
