//! `GET /_flowmock/errors`: the catalogue, for people and for tests. `onDemand` is the name of the error in
//! `x-flowmock-error` and in fault rules.

use crate::base::error::catalogue::{Origin, Shape};
use crate::base::error::{Code, ProviderCode};
use crate::http::answer;
use axum::response::Response;
use serde_json::{Value, json};

pub(crate) async fn errors() -> Response {
    let errors: Vec<Value> = Code::ALL.iter().map(|&code| error(code)).collect();
    let provider_errors: Vec<Value> = ProviderCode::ALL.iter().map(|&code| provider_error(code)).collect();
    answer::ok(&json!({"errors": errors, "providerErrors": provider_errors}))
}

fn error(code: Code) -> Value {
    json!({
        "code": code.code(),
        "onDemand": code.name(),
        "status": code.status().as_u16(),
        "title": code.title(),
        "layer": match code.shape() {
            Shape::Flow => "flow",
            Shape::Problem if code.origin() == Origin::Flowmock => "sandboxes",
            Shape::Gateway | Shape::Problem => "gateway",
            Shape::OAuth => "ims",
            Shape::Inlet => "inlet",
        },
        "documented": code.origin() != Origin::Flowmock,
        "raisedWhen": code.explanation(),
    })
}

fn provider_error(code: ProviderCode) -> Value {
    json!({
        "code": code.code(),
        "onDemand": code.code(),
        "status": code.carrier().status().as_u16(),
        "carriedBy": code.carrier().code(),
        "raisedWhen": code.explanation(),
    })
}
