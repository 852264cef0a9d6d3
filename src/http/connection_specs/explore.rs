//! `GET /connectionSpecs/{id}/explore`: the contents of a connection spec's source, without a connection to it.
//!
//! Reference: `flow-service.openapi.yaml`, "Explore" (1372-400). Decided: a spec needs no base connection if it has no
//! auth specs, and one with auth specs is 1372-400 even if it cannot be explored at all. The response is that for a
//! connection with an unknown account. Without a query it is the columns by name and type, as in the vendor's
//! description, which has no parameters.

use crate::app::Shared;
use crate::base::error::{Error, ProviderCode};
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::connection_specs::document::ConnectionSpec;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::sources::{Access, ConfigsQuestion, EXPLORE_PARAMETERS, ExploreQuestion};
use crate::services::specs::Spec as _;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

pub(super) async fn explore(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, uri: Uri, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&EXPLORE_PARAMETERS)?;
    let specs = app.specs.of(&sandbox.specs);
    let spec = specs.newest(id.as_str())?;
    if !spec.auth_specs.is_empty() {
        let detail = format!(
            "{} is explored through a base connection, with GET /connections/{{id}}/explore; only connection specs \
             without auth specs, such as landing-zone, are explored by their own id",
            spec.name()
        );
        return Err(Error::provider(ProviderCode::SpecNotExplorable, detail));
    }
    let seeded = sandbox.seeded();
    let (source, layout) = app.sources.explorable(&seeded, spec.name(), spec.layout())?;
    let answer = if uri.query().unwrap_or_default().is_empty() {
        ConfigsQuestion::FIRST.ask(source, &public(spec)).await?
    } else {
        let question = ExploreQuestion::read(&query, uri.query(), layout)?;
        question.filtered(&query, spec.name(), spec.document())?.ask(source, &public(spec)).await?
    };
    Ok(answer::json(StatusCode::OK, answer))
}

/// Access to the data that the source of that spec shows to everyone.
pub(super) fn public(spec: &ConnectionSpec) -> Access<'_> {
    Access { spec_id: spec.id(), params: None }
}
