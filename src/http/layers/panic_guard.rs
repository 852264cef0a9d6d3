//! Answers 500 if a handler panics, so that one bad request does not end the others on its connection.
//!
//! Reference: `errors.csv`, FLOW-1400-500.

use crate::base::error::Error;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

/// The response of `handling`, or a 500 if it panics.
pub(crate) async fn catch(handling: impl Future<Output = Response>) -> Response {
    // Unwind safe: state that a panic could leave half-changed is behind locks, and the store's writes are single calls.
    match AssertUnwindSafe(handling).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => from_panic(panic.as_ref()).into_response(),
    }
}

fn from_panic(panic: &(dyn Any + Send)) -> Error {
    let message =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::internal(format_args!("a handler panicked: {}", message.unwrap_or("no message")))
}

#[cfg(test)]
mod tests {
    use crate::app::App;
    use crate::base::config::Config;
    use crate::http::router::layered;
    use crate::mock::FlowMock;
    use axum::Router;
    use axum::routing::get;
    use std::sync::Arc;

    #[test]
    fn a_panic_is_a_500_in_the_documented_shape_and_the_server_goes_on() {
        let app = Arc::new(App::new(Config::default(), &crate::http::openapi::DESCRIPTION).unwrap());
        let routes = Router::new().route(
            "/panic",
            get(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        );
        let mock = FlowMock::serve(Config::default(), move |_, _| Ok(layered(routes, app))).unwrap();
        for _ in 0..3 {
            let answer = reqwest::blocking::Client::new()
                .get(format!("{}/panic", mock.url()))
                .header("x-request-id", "mine")
                .send()
                .unwrap();
            assert_eq!(answer.status(), 500);
            assert_eq!(answer.headers()["x-request-id"], "mine");
            let body: serde_json::Value = answer.json().unwrap();
            assert_eq!(body["type"], "https://ns.adobe.com/aep/errors/FLOW-1400-500");
            assert_eq!(body["report"]["request-id"], "mine");
            assert!(!body.to_string().contains("on purpose"));
        }
    }
}
