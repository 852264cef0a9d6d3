//! An operation of the document: what its chapter says of it, and what all operations like it have.

use super::chapters::{Body, CHAPTERS, Described};
use super::errors::Responses;
use super::headers;
use super::notation::{Property, with_description};
use super::reference;
use crate::base::error::REQUEST_ID;
use crate::base::operation::{Api, Operation};
use serde_json::{Map, Value, json};

/// The operation as an Operation Object. Errors that it shares with others are added to `errors`.
pub(super) fn object(operation: Operation, errors: &mut Responses) -> Value {
    let described = CHAPTERS.operation(operation.name());
    let mut responses: Map<String, Value> =
        described.answers.iter().map(|(status, answer)| (status.clone(), response(answer))).collect();
    if operation.api() == Api::Control && operation != Operation::GetHealth {
        responses.insert("401".to_owned(), response(&"unauthorized".into()));
    }
    errors.add(operation.codes(), &mut responses);
    headers::add_violations(operation, &mut responses);
    responses.extend(headers::fault(operation));
    let parameters: Vec<Value> =
        parameters(described, operation.path()).chain(headers::of(operation)).collect();
    let members = [
        ("operationId", Some(operation.name().into())),
        ("tags", Some(json!([described.tag]))),
        ("summary", Some(described.summary.clone().into())),
        ("description", described.description.clone().map(Value::from)),
        ("parameters", (!parameters.is_empty()).then(|| parameters.into())),
        ("requestBody", described.body.as_ref().map(request_body)),
        ("responses", Some(responses.into())),
        ("security", Some(headers::security(operation))),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The parameters that are its own, as Parameter Objects.
fn parameters(described: &Described, path: &str) -> impl Iterator<Item = Value> {
    CHAPTERS.notation.properties(&described.parameters).into_iter().map(move |mut property| {
        let is_in_path = path.contains(&format!("{{{}}}", property.name));
        let place = if is_in_path { "path" } else { "query" };
        let place = property.schema.shift_remove("in").unwrap_or_else(|| place.into());
        parameter(property, place)
    })
}

/// A Parameter Object.
pub(super) fn parameter(mut property: Property, place: Value) -> Value {
    let mut object = json!({"name": property.name, "in": place, "description": property.take_description()});
    if property.required {
        object["required"] = true.into();
    }
    if let Some(deprecated) = property.schema.shift_remove("deprecated") {
        object["deprecated"] = deprecated;
    }
    object["schema"] = property.schema.into();
    object
}

fn request_body(body: &Body) -> Value {
    let mut content = json!({"schema": CHAPTERS.notation.schema(&body.schema)});
    for (name, value) in &body.examples {
        content["examples"][name] = json!({"value": value});
    }
    let json = || vec!["application/json".to_owned()];
    let media_types = if body.media_types.is_empty() { json() } else { body.media_types.clone() };
    let content: Map<String, Value> =
        media_types.into_iter().map(|media_type| (media_type, content.clone())).collect();
    json!({"description": body.description, "required": !body.optional, "content": content})
}

/// The Response Object of an answer that is written as
/// - `Schema -- description`, where the schema `nothing` stands for no body,
/// - the same with media type and headers, `{schema, description, as, headers}`, or
/// - the name of one that several operations have.
fn response(written: &Value) -> Value {
    if let Some(shared) = written.as_str().and_then(|name| CHAPTERS.answers.get(name)) {
        return response(shared);
    }
    let (schema, description) = match written.as_str().map(with_description) {
        Some((schema, description)) => (schema.into(), json!(description)),
        None => (written["schema"].clone(), written["description"].clone()),
    };
    let mut response = json!({"description": description, "headers": request_id_header()});
    let own = written["headers"].as_object().map(|headers| CHAPTERS.notation.properties(headers));
    for mut header in own.into_iter().flatten() {
        let description = header.take_description();
        response["headers"][header.name] =
            json!({"description": description, "required": header.required, "schema": header.schema});
    }
    if schema != "nothing" {
        let media_type = written["as"].as_str().unwrap_or("application/json");
        response["content"] = json!({media_type: {"schema": CHAPTERS.notation.schema(&schema)}});
    }
    response
}

/// The header that every answer has, as the beginning of a response's headers.
pub(super) fn request_id_header() -> Value {
    json!({ REQUEST_ID.as_str(): reference("headers", "RequestId") })
}
