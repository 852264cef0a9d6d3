//! `GET /_flowmock/openapi.json`: everything that flowmock serves, as an OpenAPI 3.1 document.
//!
//! It is made of what the code itself works with: operations and their paths from [`crate::operation`], errors from
//! the catalogue, bounds and names from the constants that requests are checked against. [`operations`] and
//! [`schemas`] add what no code says. An operation that is not described does not compile, and the API tests hold
//! every answer that they get against this document.

mod describe;
mod errors;
mod operations;
mod schema;
mod schemas;

use crate::control::guard;
use crate::operation::{Api, Operation};
use crate::web::answer;
use crate::web::gateway;
use axum::http::StatusCode;
use axum::response::Response;
use describe::{Parameter, reference};
use errors::Responses;
use schema::{string, uuid};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The document, which is made when it is first asked for.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

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
    let (is_control, is_health) = (operation.api() == Api::Control, operation == Operation::GetHealth);
    if is_control && !is_health {
        description = description.answers(operations::unauthorized());
    }
    let asks_for = |name: &str| match operation.api() {
        Api::FlowService => true,
        Api::SandboxManagement => !OF_SANDBOXES.contains(&name),
        Api::Ims | Api::Control => false,
    };
    let headers = HEADERS.iter().filter(|(name, _)| asks_for(name));
    let headers = headers.map(|(name, _)| reference("parameters", name));
    let mut described = description.into_operation(operation.name(), headers, operation.codes(), errors);
    let security = match operation.api() {
        Api::FlowService | Api::SandboxManagement => json!([{"token": [], "apiKey": []}]),
        Api::Ims => json!([{}, {"client": []}]),
        Api::Control if is_health => json!([]),
        Api::Control => json!([{}, {"controlToken": []}, {"controlTokenHeader": []}]),
    };
    described.insert("security".to_owned(), security);
    described.into()
}

/// Those of the [`HEADERS`] that are about a sandbox.
const OF_SANDBOXES: [&str; 2] = ["SandboxName", "SandboxId"];

type Make = fn() -> Parameter;

/// The headers of every call to the Flow Service beside those that say who calls, by their names in the document.
/// Reference: "Base path and headers".
const HEADERS: &[(&str, Make)] = &[
    ("Organisation", || {
        let id = string().not_empty().example("ACME@AdobeOrg");
        Parameter::header(gateway::IMS_ORG, id, "The organisation's id.").required()
    }),
    ("SandboxName", || {
        let name = string().not_empty().example("prod");
        Parameter::header(gateway::SANDBOX_NAME, name, "The sandbox's name.").required()
    }),
    ("SandboxId", || {
        let about = "The id of that same sandbox, which some clients send too.";
        Parameter::header(gateway::SANDBOX_ID, uuid(), about)
    }),
    ("RequestId", || {
        let id = string().with("minLength", 1).with("maxLength", 128);
        Parameter::header("x-request-id", id, "What the answer shall be called.")
    }),
];

fn components(errors: &Responses) -> Value {
    let schemas: Map<String, Value> =
        schemas::all().map(|component| (component.name.to_owned(), (component.schema)().into())).collect();
    let parameters: Map<String, Value> =
        HEADERS.iter().map(|(name, parameter)| ((*name).to_owned(), parameter().into())).collect();
    let request_id = string().not_empty().about("The request's own, or a new one.");
    let pointer =
        string().about("The JSON pointer of the part of the body that is at fault, where it is known.");
    json!({
        "schemas": schemas,
        "parameters": parameters,
        "responses": errors.responses(),
        "headers": {
            "RequestId": {"description": "What the answer is called.", "required": true, "schema": Value::from(request_id)},
            "Pointer": {"description": "Where the fault is.", "schema": Value::from(pointer)},
        },
        "examples": errors::examples(),
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "Any token that is not empty; with `--auth issued` one that this server issued."},
            "apiKey": {"type": "apiKey", "in": "header", "name": gateway::API_KEY, "description": "Any key that is not empty; with `--allow-api-key` one that is named there."},
            "client": {"type": "http", "scheme": "basic", "description": "A client and its secret, in the place of `client_id` and `client_secret`."},
            "controlToken": {"type": "http", "scheme": "bearer", "description": "The token of `--control-token`, if the server was started with one."},
            "controlTokenHeader": {"type": "apiKey", "in": "header", "name": guard::TOKEN, "description": "The same in a header of its own."},
        },
    })
}
