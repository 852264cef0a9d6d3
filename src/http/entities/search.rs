//! `POST /<collection>/search`: a list with its parameters in the body. Reference: "Operations on /connections",
//! "Listing".
//!
//! Decided: `_links.next.href` is a link of the list, for GET. Its `continuationToken` also works as a query parameter of a
//! search with the same body.

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::http::extract::{Payload, Query};
use crate::http::list::ListQuery;
use crate::http::search_body::{FLOW_SEARCH_KEYS, SEARCH_KEYS, SearchBody};
use crate::services::entities::KindSpec;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;

pub(super) async fn search(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    let keys = if spec.kind == Kind::Flow { FLOW_SEARCH_KEYS } else { SEARCH_KEYS };
    let body = SearchBody::read(&body, &query, keys, app.config.max_query_bytes)?;
    let question = ListQuery::of_entities(&body.parameters, &sandbox, spec);
    let question = question.map_err(|refusal| body.located(refusal))?;
    question.answer_entities(&sandbox, spec, &app).await
}
