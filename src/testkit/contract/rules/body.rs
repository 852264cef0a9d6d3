//! The fields of one request's body, and those of their values that are words of the protocol. Reference: "A base
//! connection", "Updating", "Operations on /connections".

use super::query::{check_listing, check_word};
use crate::base::operation::Operation;
use crate::store::query::Parameters;
use crate::testkit::contract::exchange::{Body, Exchange};
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use crate::testkit::contract::spelling::nearest;
use serde_json::{Map, Value};

/// What a client says of a connection. `providerId` is what clients are known to send beside.
const DEFINITION: [&str; 5] = ["name", "description", "connectionSpec", "auth", "providerId"];

/// How many fields a detail lists.
const MAX_LISTED: usize = 5;

/// What the service says of one.
const SERVICE_OWNED: [&str; 14] = [
    "id",
    "createdAt",
    "updatedAt",
    "createdBy",
    "updatedBy",
    "createdClient",
    "updatedClient",
    "sandboxId",
    "sandboxName",
    "imsOrgId",
    "state",
    "version",
    "etag",
    "inheritedAttributes",
];

pub(super) fn check(exchange: &Exchange<'_>, found: &mut Findings) {
    let Body::Json(body) = &exchange.body else { return };
    match exchange.operation {
        Some(Operation::CreateConnection) => check_definition(exchange, body, found),
        Some(Operation::UpdateConnection) => check_operations(exchange, body, found),
        Some(Operation::SearchConnections) => check_search(exchange, body, found),
        Some(Operation::ActOnConnection) => {
            known_fields(exchange, "", body, &["status", "percentCompleted"], found);
            known_fields(exchange, "status", &body["status"], &["value"], found);
        }
        _ => {}
    }
}

fn check_definition(exchange: &Exchange<'_>, body: &Value, found: &mut Findings) {
    known_fields(exchange, "connectionSpec", &body["connectionSpec"], &["id", "version"], found);
    known_fields(exchange, "auth", &body["auth"], &["specName", "params"], found);
    let Some(members) = body.as_object() else { return };
    let unknown = members.keys().map(String::as_str).filter(|key| !DEFINITION.contains(key));
    let (ignored, own): (Vec<&str>, Vec<&str>) = unknown.partition(|key| SERVICE_OWNED.contains(key));
    if !ignored.is_empty() {
        found.add(RuleId::BodyFieldIgnored, ignored.join(", "));
    }
    for key in own {
        match nearest(key, DEFINITION) {
            Some(meant) => {
                let detail = format!("{}, which looks like {meant}", exchange.shown(key));
                found.add(RuleId::BodyFieldUnknown, detail);
            }
            None => found.add(RuleId::OwnField, exchange.shown(key)),
        }
    }
}

fn check_operations(exchange: &Exchange<'_>, body: &Value, found: &mut Findings) {
    let ops = ["add", "replace", "remove"].map(str::to_owned);
    for operation in operations(body) {
        known_fields(exchange, "", operation, &["op", "path", "value"], found);
        if let Some(op) = operation.get("op").and_then(Value::as_str) {
            check_word(exchange, "op", op, &ops, found);
        }
        if operation.get("path").and_then(Value::as_str) == Some("/state")
            && let Some(state) = operation.get("value").and_then(Value::as_str)
            && !["enabled", "disabled", "initializing"].contains(&state)
        {
            let detail =
                format!("/state={} is none of enabled, disabled, initializing", exchange.shown(state));
            found.add(RuleId::ValueUndocumented, detail);
        }
    }
}

/// The operations of a PATCH: an array of them, or one.
pub(super) fn operations(body: &Value) -> &[Value] {
    body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice)
}

fn check_search(exchange: &Exchange<'_>, body: &Value, found: &mut Findings) {
    known_fields(exchange, "", body, &["queryString", "limit", "orderby", "count"], found);
    let query = body.get("queryString").and_then(Value::as_str).unwrap_or_default();
    let Ok(mut parameters) = Parameters::parse(query) else {
        return found.add(RuleId::QueryMalformed, "queryString is not percent-encoded UTF-8");
    };
    for key in ["limit", "count"] {
        match body.get(key) {
            Some(Value::String(text)) => parameters.push(key, text.clone()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => parameters.push(key, value.to_string()),
            _ => {}
        }
    }
    check_listing(&parameters, found);
    if redacted(exchange, query) {
        found.add(RuleId::CredentialInUrl, "it is in queryString");
    }
}

fn redacted(exchange: &Exchange<'_>, query: &str) -> bool {
    query.split('&').any(|pair| exchange.redaction().query(pair) != pair)
}

/// The fields of an object whose fields are all known. `place` is where it stands; empty for the body.
fn known_fields(exchange: &Exchange<'_>, place: &str, value: &Value, known: &[&str], found: &mut Findings) {
    let none = Map::new();
    let members = value.as_object().unwrap_or(&none);
    let unknown = members.keys().filter(|key| !known.contains(&key.as_str()));
    let unknown: Vec<String> = unknown.take(MAX_LISTED).map(|key| exchange.shown(key)).collect();
    if !unknown.is_empty() {
        let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
        let detail = format!("{}{place}; there are {}", unknown.join(", "), known.join(", "));
        found.add(RuleId::BodyFieldUnknown, detail);
    }
}
