//! Responses that take long to make and may be large: exports, journals, reports, Pact files.

use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use crate::http::blocking::blocking;
use axum::http::StatusCode;
use axum::response::Response;
use hyper::body::Bytes;
use std::sync::Arc;

/// Makes a document that takes long to make and may be large, and returns it with the other result of `make`. Only one
/// document is made at a time. The next one starts when the budget has room for this one.
pub(super) async fn large_answer<T: Send + 'static>(
    app: &Shared, make: impl FnOnce() -> Result<(Vec<u8>, T), Refused> + Send + 'static,
) -> Result<(Bytes, T), Refused> {
    let turn = Arc::clone(&app.large_answers).acquire_owned().await.ok();
    let made = move || {
        let mut made = make();
        if let Ok((document, _)) = &mut made {
            document.shrink_to_fit();
        }
        (made, turn)
    };
    let (made, _turn) = blocking(made).await;
    let (document, other) = made?;
    let memory = app.budget.make(document.len()).await?;
    Ok((memory.hold(document), other))
}

/// 200 with a large JSON document, made by [`large_answer`].
pub(crate) async fn large_json(
    app: &Shared, make: impl FnOnce() -> Result<Vec<u8>, Refused> + Send + 'static,
) -> Result<Response, Refused> {
    let (document, ()) = large_answer(app, || Ok((make()?, ()))).await?;
    Ok(answer::json(StatusCode::OK, document))
}
