//! The way from `/` to the page: browsers are redirected.
//!
//! Decided: a request is a browser's if its `Accept` names `text/html` and prefers it to JSON. HTTP libraries send `*/*` or
//! JSON, and get the 404 that the service has for unknown paths.

use crate::base::config::Config;
use crate::base::operation::paths::PAGE;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Whether a request is that of a browser that opens `/`, and there is a page to send it to. Such a request counts as a
/// control call.
pub(crate) fn is_visit<B>(config: &Config, request: &Request<B>) -> bool {
    let is_root = || request.uri().path().bytes().all(|byte| byte == b'/');
    request.uri().path().len() <= 2
        && is_root()
        && config.has_page()
        && matches!(*request.method(), Method::GET | Method::HEAD)
        && prefers_html(request.headers())
}

/// The redirect to the page.
pub(crate) fn redirect() -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(PAGE));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn prefers_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let (mut html, mut json) = (0.0, 0.0);
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f64);
        if media_type == "text/html" {
            html = quality.max(html);
        } else if media_type.ends_with("json") {
            json = quality.max(json);
        }
    }
    html > json
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_visit_with(method: &str, path: &str, accept: &str) -> bool {
        let request = Request::builder().method(method).uri(path).header("accept", accept);
        is_visit(&Config::default(), &request.body(()).unwrap())
    }

    #[test]
    fn a_visit_is_a_request_for_the_root_that_prefers_html() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for accept in [browser, "TEXT/HTML", "application/json;q=0.5, text/html;q=0.9"] {
            assert!(is_visit_with("GET", "/", accept), "{accept}");
        }
        assert!(is_visit_with("HEAD", "//?utm=1", browser));
        let others =
            ["", "*/*", "application/json, text/plain, */*", "text/*", "text/html;q=0", "text/htmlx"];
        for accept in others.into_iter().chain(["text/html, application/json", "text/html;q=0.5, a/b+json"]) {
            assert!(!is_visit_with("GET", "/", accept), "{accept}");
        }
        assert!(!is_visit_with("POST", "/", browser));
        assert!(!is_visit_with("GET", "/data", browser));
        assert!(!is_visit_with("GET", "*", browser));
        for config in [Config::default().with_ui(false), Config::default().with_control(false)] {
            let request = Request::get("/").header("accept", browser).body(()).unwrap();
            assert!(!is_visit(&config, &request));
        }
    }
}
