//! Names the contract rules that a request broke in its response, with `--contract-headers`.

use crate::app::App;
use crate::base::headers::name;
use axum::http::{HeaderValue, Response};
use std::sync::Arc;

/// Has the request with the id `entry` in the journal examined: at once if the response is to name the broken rules,
/// in the background otherwise.
pub(crate) async fn add<B>(response: &mut Response<B>, app: &Arc<App>, entry: Option<u64>) {
    let Some(entry) = entry else { return };
    if !app.config.contract_headers {
        return app.contract.notify();
    }
    app.prepared().await; // on another thread: the first requests wait without delaying others
    let request_id =
        response.headers().get(&name::REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let violations = app.violations(entry, request_id);
    if let Some(violations) = violations.and_then(|ids| HeaderValue::try_from(ids).ok()) {
        response.headers_mut().insert(&name::VIOLATIONS, violations);
    }
}
