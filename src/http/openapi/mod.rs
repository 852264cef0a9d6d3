//! `GET /_flowmock/openapi.json`: everything that flowmock serves, as an OpenAPI 3.1 document.
//!
//! Operations and their paths come from [`crate::base::operation`], errors from the catalogue, bounds and names from the
//! constants that requests are checked against. The files in `chapters/` add what no code says: texts, parameters,
//! bodies, schemas. A test fails if an operation is not described there, and the API tests hold every answer that they
//! get against this document.

mod chapters;
mod constants;
mod errors;
mod headers;
mod notation;
mod operation;

use crate::base::operation::Operation;
use crate::http::answer;
use crate::testkit::contract::description::Description;
use axum::http::StatusCode;
use axum::response::Response;
use chapters::CHAPTERS;
use errors::Responses;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The document, which is made when it is first asked for.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The document as requests are compared with it, compiled when the first one is.
pub(crate) static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| Description::read(openapi_json()));

/// The OpenAPI 3.1 document of everything that this version of flowmock serves, as JSON: what
/// `GET /_flowmock/openapi.json` answers.
#[must_use]
pub fn openapi_json() -> &'static str {
    &DOCUMENT
}

/// The handler of `GET /_flowmock/openapi.json`.
pub(crate) async fn openapi() -> Response {
    answer::json(StatusCode::OK, openapi_json())
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
    let fault = components["responses"].take();
    components["responses"] =
        errors.responses().into_iter().chain(fault.as_object().cloned().into_iter().flatten()).collect();
    components["examples"] = errors::examples().into();
    document
}

/// The reference to a component.
fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}
