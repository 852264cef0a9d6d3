//! The shape of a request. Requests with the same operation, form and outcome have one shape; only values that change
//! the meaning of the request count.

use crate::store::query::Parameters;
use crate::testkit::contract::{Exchange, RequestBody};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Parameters with a value that counts.
const BY_VALUE: [&str; 8] = ["op", "subOp", "mode", "objectType", "orderby", "count", "preview", "fileType"];

/// Keys of a request body with a value that counts.
const BY_TEXT: [&str; 3] = ["op", "path", "specName"];

/// The shape of a request and of its response. `sent` are the headers that matter.
pub(super) fn of(exchange: &Exchange<'_>, sent: &[(&'static str, String)], answer: Option<&Value>) -> String {
    let record = exchange.record;
    let mut shape = format!("{:?} {:?} {:?}", exchange.operation, exchange.status(), record.error);
    for (name, value) in sent {
        let any = if *name == "If-Match" && value.trim() == "*" { "*" } else { "" };
        _ = write!(shape, " {name}{any}");
    }
    let parameters = exchange.parameters.as_ref().map(query).unwrap_or_default();
    _ = write!(shape, " ?{}", parameters.into_iter().collect::<Vec<_>>().join("&"));
    if let RequestBody::Json(body) = &exchange.body {
        shape.push(' ');
        request(body, "", &mut shape);
    }
    shape.push(' ');
    if let Some(answer) = answer {
        response(answer, &mut shape);
    }
    shape
}

fn query(parameters: &Parameters) -> BTreeSet<String> {
    let one = |(name, value): (&str, &str)| match name {
        // A filter counts by its path and operator, a projection by its keys.
        "property" => {
            let ends = value.find(['=', '!', '<', '>']);
            let (path, rest) = value.split_at(ends.unwrap_or(value.len()));
            let operator: String = rest.chars().take_while(|c| "=!<>".contains(*c)).collect();
            format!("{name}={path}{operator}")
        }
        _ if BY_VALUE.contains(&name) => format!("{name}={value}"),
        _ => name.to_owned(),
    };
    parameters.iter().map(one).collect()
}

fn request(value: &Value, key: &str, shape: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            shape.push('{');
            for (name, value) in members {
                _ = write!(shape, "{name}:");
                let is_spec = key == "connectionSpec" && name == "id";
                request(value, if is_spec { "specName" } else { name }, shape);
            }
            shape.push('}');
        }
        Value::Array(elements) => {
            let one = |element: &Value| {
                let mut shape = String::new();
                request(element, key, &mut shape);
                shape
            };
            let shapes: BTreeSet<String> = elements.iter().map(one).collect();
            _ = write!(shape, "[{}]", shapes.into_iter().collect::<Vec<_>>().join(""));
        }
        Value::String(text) if BY_TEXT.contains(&key) => _ = write!(shape, "{text},"),
        _ => _ = write!(shape, "{},", crate::base::json::kind_of(value)),
    }
}

/// Adds a response by its own members, and whether its arrays are empty.
fn response(value: &Value, shape: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            for (name, value) in members {
                _ = write!(shape, "{name}:");
                match value {
                    Value::Array(elements) => {
                        shape.push_str(if elements.is_empty() { "[]," } else { "[+]," })
                    }
                    Value::Object(_) if name == "_links" => response(value, shape),
                    Value::Bool(is) => _ = write!(shape, "{is},"),
                    _ => shape.push(','),
                }
            }
        }
        Value::Array(elements) => shape.push_str(if elements.is_empty() { "[]" } else { "[+]" }),
        _ => shape.push_str(crate::base::json::kind_of(value)),
    }
}
