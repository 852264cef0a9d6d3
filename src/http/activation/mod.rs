//! `POST /data/core/activation/disflowprovider/adhocrun`: runs of destinations at once. Reference: "Destinations" (on demand).
//!
//! Decided: `Accept` says whether the body is about segments or data sets; without one of the two documented media types, the
//! form of the body does.

use super::answer;
use super::base_url::BaseUrl;
use super::extract::{Payload, Query};
use super::routes::Routes;
use crate::app::Shared;
use crate::base::error::Error;
use crate::base::json::Nulls;
use crate::base::operation::Operation;
use crate::base::tenant::Caller;
use crate::services::activation::{self, Activated};
use crate::services::runs::SandboxRuns;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::Value;

pub(crate) fn routes() -> Routes {
    Routes::default().on(Operation::RunAdHoc, run)
}

async fn run(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, base: BaseUrl, headers: HeaderMap,
    Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[])?;
    let body = body.json(Nulls::Dropped)?;
    let activated = activated(&headers, &body);
    let runs = SandboxRuns::new(&sandbox, &app.config, app.env.now());
    let status_url = |run| format!("{}{}/{run}", base.text(), Operation::ListRuns.path());
    let made = activation::run(activated, body, &runs, &sandbox, &caller, status_url)?;
    Ok(answer::ok(&made))
}

fn activated(headers: &HeaderMap, body: &Value) -> Activated {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let has = |media_type: &str| accept.contains(media_type);
    if has("application/vnd.adobe.adhoc.dataset.activation+json") {
        return Activated::DataSets;
    }
    let names_destinations = || body["activationInfo"]["destinations"].is_array();
    if !has("application/vnd.adobe.adhoc.activation+json") && names_destinations() {
        return Activated::DataSets;
    }
    Activated::Segments
}
