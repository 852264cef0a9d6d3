//! `GET /_flowmock/openapi.json`: everything that flowmock serves, as an OpenAPI 3.1 document.
//!
//! It is made of what the code itself works with: operations and their paths from [`crate::base::operation`], errors from
//! the catalogue, bounds and names from the constants that requests are checked against. [`operations`] and
//! [`schemas`] add what no code says. An operation that is not described does not compile, and the API tests hold
//! every answer that they get against this document.

pub(crate) mod describe;
pub(crate) mod errors;
pub(crate) mod headers;
pub(crate) mod operations;
pub(crate) mod schema;
pub(crate) mod schemas;

use crate::base::operation::{Api, Operation};
use crate::http::answer;
use crate::testkit::contract::description::Description;
use axum::http::StatusCode;
use axum::response::Response;
use errors::Responses;
use serde_json::{Map, Value, json};
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

/// The handler.
pub(crate) async fn openapi() -> Response {
    answer::json(StatusCode::OK, openapi_json())
}

const ABOUT: &str = "A stand-in for Adobe Experience Platform's Flow Service, to be tested against.\n\n\
    Below `/data/foundation/flowservice` it is the Flow Service, below `/data/foundation/sandbox-management` sandbox \
    management, below `/ims` the identity service; whatever is below `/_flowmock` is flowmock's own. \
    Every path takes a slash at its end, every GET path HEAD too. A path that is not here is a `FLOW-1003-404`, \
    another method on one that is here a `FLOW-1003-405`.";

fn document() -> Value {
    let mut errors = Responses::default();
    let mut paths = json!({});
    for &operation in Operation::ALL {
        paths[operation.path()][operation.method().to_lowercase()] = described(operation, &mut errors);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "flowmock",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": env!("CARGO_PKG_DESCRIPTION"),
            "description": ABOUT,
        },
        "servers": [{"url": "/", "description": "The server that answered with this document."}],
        "tags": operations::TAGS.map(|tag| json!({"name": tag.name, "description": tag.about})),
        "paths": paths,
        "components": components(&errors),
    })
}

/// An operation, whole.
fn described(operation: Operation, errors: &mut Responses) -> Value {
    let mut description = operations::describe(operation);
    if operation.api() == Api::Control && operation != Operation::GetHealth {
        description = description.answers(operations::unauthorized());
    }
    let mut responses = description.responses();
    errors.add(operation.codes(), &mut responses);
    headers::add_violations(operation, &mut responses);
    responses.extend(headers::fault(operation));
    let mut described = description.into_operation(operation.name(), headers::of(operation));
    described.insert("responses".to_owned(), responses.into());
    described.insert("security".to_owned(), headers::security(operation));
    described.into()
}

fn components(errors: &Responses) -> Value {
    let schemas: Map<String, Value> =
        schemas::all().map(|component| (component.name.to_owned(), (component.schema)().into())).collect();
    let mut responses = errors.responses();
    responses.extend([headers::fault_response()]);
    json!({
        "schemas": schemas,
        "parameters": headers::parameters(),
        "responses": responses,
        "headers": headers::of_answers(),
        "examples": errors::examples(),
        "securitySchemes": headers::security_schemes(),
    })
}
