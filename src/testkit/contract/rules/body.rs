//! Fields of the body, and values that are words of the protocol. Reference: "A base
//! connection", "Updating", "Operations on /connections".

use super::query::{check_listing, check_word};
use crate::base::operation::{Kind, Operation, Verb};
use crate::base::spelling::nearest;
use crate::services::entities::Keys;
use crate::services::entities::lifecycle::Lifecycle;
use crate::services::kinds;
use crate::store::query::Parameters;
use crate::testkit::contract::exchange::{Exchange, RequestBody};
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use serde_json::{Map, Value};

/// Number of fields that a detail lists.
const MAX_LISTED: usize = 5;

pub(super) fn check(exchange: &Exchange<'_>, found: &mut Findings) {
    let RequestBody::Json(body) = &exchange.body else { return };
    let Some((kind, verb)) = exchange.operation.and_then(Operation::entity) else { return };
    match verb {
        Verb::Create => {
            check_definition(exchange, &kinds::spec(kind).keys, body, found);
            if kind == Kind::Flow {
                check_start(exchange, body, found);
            }
        }
        Verb::Update => check_operations(exchange, &kinds::spec(kind).lifecycle, body, found),
        Verb::Search => check_search(exchange, kind, body, found),
        Verb::Act => {
            check_fields(exchange, "", body, &["status", "percentCompleted"], found);
            check_fields(exchange, "status", &body["status"], &["value"], found);
        }
        Verb::List | Verb::Get | Verb::Delete => {}
    }
}

fn check_definition(exchange: &Exchange<'_>, keys: &Keys, body: &Value, found: &mut Findings) {
    for (key, known) in keys.body.iter().filter(|(_, known)| !known.is_empty()) {
        check_fields(exchange, key, &body[key], known, found);
    }
    let documented = || keys.body.iter().map(|(key, _)| *key);
    let Some(members) = body.as_object() else { return };
    let unknown = members.keys().map(String::as_str).filter(|key| !documented().any(|known| known == *key));
    let (ignored, own): (Vec<&str>, Vec<&str>) = unknown.partition(|key| keys.is_meaningless(key));
    if !ignored.is_empty() {
        found.add(RuleId::BodyFieldIgnored, ignored.join(", "));
    }
    for key in own {
        match nearest(key, documented()) {
            Some(meant) => {
                let detail = format!("{}, which looks like {meant}", exchange.shown(key));
                found.add(RuleId::BodyFieldUnknown, detail);
            }
            None => found.add(RuleId::OwnField, exchange.shown(key)),
        }
    }
}

/// Checks the start time of a new flow, which is in seconds, or from 10^11 on in milliseconds.
fn check_start(exchange: &Exchange<'_>, body: &Value, found: &mut Findings) {
    /// How long before the request a start time may be, in milliseconds: a client takes the time first and sends it later.
    const TOLERANCE_MS: f64 = 60_000.0;
    let start = match &body["scheduleParams"]["startTime"] {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let Some(start) = start.filter(|start: &f64| start.is_finite()) else { return };
    let start = if start < 1e11 { start * 1000.0 } else { start };
    if start + TOLERANCE_MS < exchange.began().clock() as f64 {
        found.add(RuleId::FlowStartInPast, "scheduleParams.startTime is in the past");
    }
}

fn check_operations(exchange: &Exchange<'_>, lifecycle: &Lifecycle, body: &Value, found: &mut Findings) {
    let settable: Vec<&str> = lifecycle.settable.iter().map(|state| state.name()).collect();
    let ops = ["add", "replace", "remove"].map(str::to_owned);
    for operation in operations(body) {
        check_fields(exchange, "", operation, &["op", "path", "value"], found);
        if let Some(op) = operation.get("op").and_then(Value::as_str) {
            check_word(exchange, "op", op, &ops, found);
        }
        if operation.get("path").and_then(Value::as_str) == Some("/state")
            && let Some(state) = operation.get("value").and_then(Value::as_str)
            && !settable.contains(&state)
        {
            let detail = format!("/state={} is none of {}", exchange.shown(state), settable.join(", "));
            found.add(RuleId::ValueUndocumented, detail);
        }
    }
}

/// The operations of a PATCH, whose body is an array or a single operation.
pub(crate) fn operations(body: &Value) -> &[Value] {
    body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice)
}

fn check_search(exchange: &Exchange<'_>, kind: Kind, body: &Value, found: &mut Findings) {
    let mut known = vec!["queryString", "limit", "orderby", "count"];
    if kind == Kind::Flow {
        known.push("projectionFields");
    }
    check_fields(exchange, "", body, &known, found);
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
    if has_credential(exchange, query) {
        found.add(RuleId::CredentialInUrl, "it is in queryString");
    }
}

fn has_credential(exchange: &Exchange<'_>, query: &str) -> bool {
    query.split('&').any(|pair| exchange.redaction().query(pair) != pair)
}

/// Reports unknown fields of an object. `place` is its path in the body, empty for the body itself.
fn check_fields(exchange: &Exchange<'_>, place: &str, value: &Value, known: &[&str], found: &mut Findings) {
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
