//! `GET /_flowmock/openapi.json`: everything that flowmock serves, as an OpenAPI 3.1 document.
//!
//! Operations and paths come from [`crate::base::operation`], errors from the catalogue, limits and enumerations from the
//! code that checks requests. The YAML files in `chapters/` add texts, parameters, bodies and schemas. A unit test fails
//! if an operation is not described there, and the API tests compare every answer that they get with this document.

mod chapters;
mod constants;
mod errors;
mod headers;
mod notation;
mod objects;
mod operation;

use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::operation::Operation;
use crate::http::answer;
use crate::http::blocking::blocking;
use crate::testkit::contract::description::Description;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use chapters::CHAPTERS;
use errors::Responses;
use serde_json::Value;
use std::sync::LazyLock;

/// The document, made at its first use.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The document in the form in which the contract rules use it, compiled at its first use.
pub(crate) static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| Description::read(openapi_json()));

/// The OpenAPI 3.1 document of everything that this version of flowmock serves, as JSON. It is the response to
/// `GET /_flowmock/openapi.json`, except that `servers` names `/`.
#[must_use]
pub fn openapi_json() -> &'static str {
    &DOCUMENT
}

/// The handler of `GET /_flowmock/openapi.json`. The document names this server by the scheme and host of the request, so
/// that a saved copy is useful to tools.
pub(crate) async fn openapi(
    State(app): State<Shared>, uri: Uri, headers: HeaderMap,
) -> Result<Response, Refused> {
    app.prepared().await;
    let host = uri.authority().map(Authority::as_str);
    let host = host.or_else(|| headers.get(header::HOST)?.to_str().ok());
    // Without a host, readers resolve paths against the document's own URL.
    let url = host
        .filter(|host| host.parse::<Authority>().is_ok())
        .map_or_else(|| ROOT.to_owned(), |host| format!("{}://{host}", app.config.scheme()));
    // If requests are not examined, the document may not exist yet.
    let length = blocking(|| openapi_json().len()).await;
    let memory = app.budget.make(length).await?;
    let text = blocking(move || openapi_json().replacen(&server(ROOT), &server(&url), 1)).await;
    Ok(answer::json(StatusCode::OK, memory.hold(text.into_bytes())))
}

/// The URL of a server whose address is unknown.
const ROOT: &str = "/";

/// The beginning of the server's description in the document.
fn server(url: &str) -> String {
    format!("\"servers\":[{{\"url\":{}", Value::from(url))
}

fn document() -> Value {
    let mut errors = Responses::default();
    let mut document = chapters::frame();
    document["tags"] = CHAPTERS.tags.clone().into();
    for &operation in Operation::ALL {
        let method = operation.method().to_lowercase();
        document["paths"][operation.path()][method] = operation::object(operation, &mut errors);
    }
    let components = &mut document["components"];
    components["schemas"] = CHAPTERS.notation.components().into();
    components["parameters"] = headers::parameters();
    let errors = errors.responses().into_iter();
    components["responses"] = errors.chain(notation::members(components["responses"].take())).collect();
    components["examples"] = errors::examples().into();
    document
}
