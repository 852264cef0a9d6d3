//! Operation Objects: the description of an operation in its chapter, with the headers, errors and security of its API.

use super::chapters::{CHAPTERS, Described};
use super::errors::Responses;
use super::headers;
use super::objects::{parameters, reference, request_body, response};
use crate::base::operation::{Api, Operation};
use serde_json::{Map, Value, json};

/// The Operation Object of an operation. The error responses that it refers to are added to `errors`.
pub(super) fn object(operation: Operation, errors: &mut Responses) -> Value {
    let described = CHAPTERS.operation(operation.name());
    let parameters: Vec<Value> = parameters(&described.parameters, operation.path())
        .chain(headers::of(operation.api()).map(|name| reference("parameters", name)))
        .collect();
    let members = [
        ("operationId", Some(operation.name().into())),
        ("tags", Some(json!([described.tag]))),
        ("summary", Some(described.summary.clone().into())),
        ("description", described.description.clone().map(Value::from)),
        ("parameters", (!parameters.is_empty()).then(|| parameters.into())),
        ("requestBody", described.body.as_ref().map(|body| request_body(body, media_types(operation)))),
        ("responses", Some(responses(operation, described, errors).into())),
        ("security", Some(security(operation))),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The media types of a body that names none.
fn media_types(operation: Operation) -> &'static [&'static str] {
    match operation.api() {
        Api::Control => &["application/json", "application/yaml"],
        _ => &["application/json"],
    }
}

/// All responses, by status.
fn responses(operation: Operation, described: &Described, errors: &mut Responses) -> Map<String, Value> {
    let own = described.answers.iter().map(|(status, answer)| (status.clone(), response(answer)));
    let shared = |status: &str, name: &str| (status.to_owned(), response(&name.into()));
    let is_control = operation.api() == Api::Control;
    let unauthorized = needs_control_token(operation).then(|| shared("401", "unauthorized"));
    let forbidden = needs_control_token(operation).then(|| shared("403", "forbidden"));
    let too_large = (is_control && described.body.is_some()).then(|| shared("413", "tooLarge"));
    let unsupported = (is_control && described.body.is_some()).then(|| shared("415", "unsupported"));
    let is_described = described.answers.contains_key("503");
    let memory_spent = (is_control && !is_described).then(|| shared("503", "memorySpent"));
    let refusals =
        unauthorized.into_iter().chain(forbidden).chain(too_large).chain(unsupported).chain(memory_spent);
    let mut responses: Map<String, Value> = own.chain(refusals).collect();
    errors.add(operation.codes(), &mut responses);
    if !is_control {
        headers::add_violations(&mut responses);
        responses.insert("default".to_owned(), reference("responses", "Fault"));
    }
    responses.sort_keys();
    responses
}

/// The alternative ways to authenticate.
fn security(operation: Operation) -> Value {
    match operation.api() {
        Api::Ims => match operation {
            Operation::GetUserInfo | Operation::GetProfile | Operation::ListOrganisations => {
                json!([{"token": []}])
            }
            Operation::ValidateToken | Operation::ValidateSentToken => json!([{}, {"token": []}]),
            Operation::Authorize | Operation::GetOpenIdConfiguration | Operation::ListKeys => json!([]),
            _ => json!([{}, {"client": []}]),
        },
        Api::Streaming => json!([{}, {"token": []}]),
        Api::Control if needs_control_token(operation) => {
            json!([{}, {"controlToken": []}, {"controlTokenHeader": []}])
        }
        Api::Control => json!([]),
        _ => json!([{"token": [], "apiKey": []}]),
    }
}

/// Whether the operation needs the control token, if the server has one.
fn needs_control_token(operation: Operation) -> bool {
    operation.api() == Api::Control && operation != Operation::GetHealth
}
