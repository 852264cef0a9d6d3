//! Parameter, Request Body, Response and Reference Objects, made from the chapters.

use super::chapters::{Body, CHAPTERS};
use super::notation::{Property, with_description};
use crate::base::headers::REQUEST_ID;
use serde_json::{Map, Value, json};

/// The reference to a component.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

/// The Parameter Objects of an operation with that path, from its parameters in the notation.
pub(super) fn parameters(written: &Map<String, Value>, path: &str) -> impl Iterator<Item = Value> {
    CHAPTERS.notation.properties(written).into_iter().map(move |mut property| {
        let is_in_path = path.contains(&format!("{{{}}}", property.name));
        let place = property.schema.shift_remove("in");
        parameter(property, place.unwrap_or_else(|| if is_in_path { "path" } else { "query" }.into()))
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

/// The Request Body Object of a body. `media_types` apply unless it names its own.
pub(super) fn request_body(body: &Body, media_types: &[&str]) -> Value {
    let mut content = json!({"schema": CHAPTERS.notation.schema(&body.schema)});
    for (name, value) in &body.examples {
        content["examples"][name] = json!({"value": value});
    }
    let named = body.media_types.iter().map(String::as_str);
    let unnamed = media_types.iter().copied().filter(|_| body.media_types.is_empty());
    let content: Map<String, Value> =
        named.chain(unnamed).map(|media_type| (media_type.to_owned(), content.clone())).collect();
    json!({"description": body.description, "required": !body.optional, "content": content})
}

/// The Response Object of an answer. It is written as one of
/// - `Schema -- description`, with `nothing` for the schema if there is no body;
/// - `{schema, description, as, also, headers}`, which adds a media type other than JSON, media types of other forms in
///   text, and headers;
/// - the name of an answer among the chapters' `answers`.
pub(super) fn response(written: &Value) -> Value {
    if let Some(shared) = written.as_str().and_then(|name| CHAPTERS.answers.get(name)) {
        return response(shared);
    }
    let (schema, description) = match written.as_str().map(with_description) {
        Some((schema, description)) => (schema.into(), json!(description)),
        None => (written["schema"].clone(), written["description"].clone()),
    };
    let mut response = json!({"description": description, "headers": request_id_header()});
    let headers = written["headers"].as_object().map(|headers| CHAPTERS.notation.properties(headers));
    for mut header in headers.into_iter().flatten() {
        let description = header.take_description();
        response["headers"][header.name] =
            json!({"description": description, "required": header.required, "schema": header.schema});
    }
    if schema != "nothing" {
        let media_type = written["as"].as_str().unwrap_or("application/json");
        response["content"] = json!({media_type: {"schema": CHAPTERS.notation.schema(&schema)}});
        for also in written["also"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            response["content"][also] = json!({"schema": CHAPTERS.notation.schema(&"string".into())});
        }
    }
    response
}

/// The headers that every response has.
pub(super) fn request_id_header() -> Value {
    json!({ (REQUEST_ID): reference("headers", "RequestId") })
}
