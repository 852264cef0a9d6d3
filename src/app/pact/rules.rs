//! Pact's matching rules: how far a response, or a request, may differ from the recorded one.
//!
//! Decided: values of a response are compared by type at every depth, since the provider chooses them; by form where
//! they have one (ids, versions, states); and by value where the reference documents it: error codes, statuses,
//! booleans that answer a question.

use super::v3::{BodyPath, MatchingRule, MatchingRules, PactMatcher};
use crate::base::headers;
use crate::store::State;
use serde_json::Value;
use uuid::Uuid;

/// The example for a token.
pub(super) const TOKEN: &str = "Bearer token";

const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
const ETAG: &str = "^\"?[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{8}0000\"?$";
/// The names of all [`State`]s.
const STATE: &str = "^(initializing|enabled|disabled|draft|updating|deleting|pending|approved)$";
const JSON: &str = "^application/json(;.*)?$";
const LOCATION: &str = "^.*/(connections|connectionSpecs|flows|flowSpecs|privateEndpoints|runs|sourceConnections|targetConnections)/[^/]+$";
const BEARER: &str = "^[Bb][Ee][Aa][Rr][Ee][Rr] +\\S+$";

/// Keys with a documented value.
const EXACT: [&str; 6] = ["error_code", "status", "title", "type", "result", "format"];

impl MatchingRules {
    /// Adds a rule for a place in the body that has none yet; the elements of an array share theirs.
    fn in_body(&mut self, path: BodyPath, matcher: PactMatcher) {
        self.body.entry(path).or_insert_with(|| matcher.into());
    }
}

/// The rules for a request, for tools that stand in for the provider. `headers` and `body` are those of the request;
/// `path` is a regular expression if the path contains an id.
pub(super) fn of_request(
    headers: &[(&'static str, String)], path: Option<String>, body: Option<&Value>,
) -> MatchingRules {
    let mut rules =
        MatchingRules { path: path.map(|path| PactMatcher::regex(path).into()), ..MatchingRules::default() };
    for (name, value) in headers {
        let matcher = match *name {
            "Authorization" if value == TOKEN => PactMatcher::regex(BEARER),
            "If-Match" if value.len() > 2 && !value.contains(',') => {
                PactMatcher::regex("^(W/)?\"?[0-9a-z-]+\"?$")
            }
            headers::API_KEY | headers::IMS_ORG | headers::SANDBOX_NAME if !value.is_empty() => {
                PactMatcher::TYPE
            }
            _ => continue,
        };
        rules.header.insert(name, matcher.into());
    }
    if let Some(body) = body {
        let root = BodyPath::root();
        rules.in_body(root.clone(), PactMatcher::TYPE);
        exact(body, &root, &["op", "path", "specName"], &mut rules);
        if body.pointer("/connectionSpec/id").is_some() {
            rules.in_body(root.member("connectionSpec").member("id"), PactMatcher::Equality);
        }
    }
    rules
}

/// Adds rules for values that must be equal, one for each element of an array.
fn exact(value: &Value, path: &BodyPath, keys: &[&str], rules: &mut MatchingRules) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = path.member(key);
                if keys.contains(&key.as_str()) && value.is_string() {
                    rules.in_body(path, PactMatcher::Equality);
                } else {
                    exact(value, &path, keys, rules);
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                exact(element, &path.element(index), keys, rules);
            }
        }
        _ => {}
    }
}

/// The rules for a response with these `headers` and this `body`.
pub(super) fn of_response(headers: &[(&'static str, String)], body: Option<&Value>) -> MatchingRules {
    let mut rules = MatchingRules::default();
    for (name, _) in headers {
        let form = if *name == "Location" { LOCATION } else { JSON };
        rules.header.insert(name, PactMatcher::regex(form).into());
    }
    if let Some(body) = body {
        let root = BodyPath::root();
        rules.in_body(root.clone(), PactMatcher::TYPE);
        answer(body, &root, Depth::Top, &mut rules);
        relax(body, &root, Depth::Top, &mut rules);
    }
    rules
}

/// The depth of a value in a response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// The response itself: the values of its members have a documented meaning.
    Top,
    Below,
}

fn answer(value: &Value, path: &BodyPath, depth: Depth, rules: &mut MatchingRules) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = path.member(key);
                if let Some(matcher) = matcher_of(key, value, depth) {
                    rules.in_body(path.clone(), matcher);
                }
                answer(value, &path, Depth::Below, rules);
            }
        }
        Value::Array(elements) => {
            if !elements.is_empty() && !path.is_root() {
                rules.in_body(path.clone(), PactMatcher::Type { min: Some(1) });
            }
            let path = path.elements();
            elements.iter().for_each(|element| answer(element, &path, Depth::Below, rules));
        }
        _ => {}
    }
}

/// Compares elements of an array by type if they share a rule and differ in form, such as the ids of connection specs,
/// which need not be UUIDs.
fn relax(value: &Value, path: &BodyPath, depth: Depth, rules: &mut MatchingRules) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = path.member(key);
                if !value.is_array()
                    && let Some(rule) = rules.body.get_mut(&path)
                    && matcher_of(key, value, depth)
                        .is_none_or(|matcher| *rule != MatchingRule::from(matcher))
                {
                    *rule = PactMatcher::TYPE.into();
                }
                relax(value, &path, Depth::Below, rules);
            }
        }
        Value::Array(elements) => {
            let path = path.elements();
            elements.iter().for_each(|element| relax(element, &path, Depth::Below, rules));
        }
        _ => {}
    }
}

fn matcher_of(key: &str, value: &Value, depth: Depth) -> Option<PactMatcher> {
    let text = value.as_str();
    let is_uuid = || text.is_some_and(|text| Uuid::try_parse(text).is_ok() && text.len() == 36);
    match key {
        _ if depth == Depth::Top && EXACT.contains(&key) => Some(PactMatcher::Equality),
        "etag" | "version" if text.is_some_and(|text| text.starts_with('"')) => {
            Some(PactMatcher::regex(ETAG))
        }
        "state" if text.is_some_and(|text| State::from_name(text).is_some()) => {
            Some(PactMatcher::regex(STATE))
        }
        "createdAt" | "updatedAt" | "started" | "updated" | "count" if value.is_i64() => {
            Some(PactMatcher::Integer)
        }
        _ if (key == "id" || key.ends_with("Id")) && is_uuid() => Some(PactMatcher::regex(UUID)),
        _ => None,
    }
}
