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

use crate::base::operation::Operation;
use crate::http::answer;
use crate::testkit::contract::description::Description;
use axum::http::StatusCode;
use axum::response::Response;
use chapters::CHAPTERS;
use errors::Responses;
use serde_json::Value;
use std::sync::LazyLock;

/// The document, made at its first use.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The document in the form in which the contract rules use it, compiled at its first use.
pub(crate) static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| Description::read(openapi_json()));

/// The OpenAPI 3.1 document of everything that this version of flowmock serves, as JSON: the response to `GET
/// /_flowmock/openapi.json`.
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
    let errors = errors.responses().into_iter();
    components["responses"] = errors.chain(notation::members(components["responses"].take())).collect();
    components["examples"] = errors::examples().into();
    document
}
