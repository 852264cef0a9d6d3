//! `POST /flowSpecs/search`: a list with its parameters in the body. Reference: "Flow specs", "Listing".

use super::ServedSpec;
use super::list::question;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::extract::{Payload, Query};
use crate::http::search_body::{SPEC_SEARCH_KEYS, SearchBody};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;

pub(crate) async fn search<S: ServedSpec>(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    let body = SearchBody::read(&body, &query, SPEC_SEARCH_KEYS, app.config.max_query_bytes)?;
    let (tenant, specs) = (&sandbox.tenant, S::registry(&app).of(S::own(&sandbox)));
    let specs = specs.all();
    let question = question(&body.parameters, tenant, &specs).map_err(|refusal| body.located(refusal))?;
    question.answer_documents(specs, S::WHOLE_LIST, tenant, &app.budget).await
}
