//! How alike an answer has to be to the recorded one, and a request to the recorded one: Pact's matching rules.
//!
//! Decided: what an answer holds is compared by type, in every depth, since its values are the provider's; by form where
//! it has one (ids, versions, states), and by value where the reference documents one: codes of errors, statuses,
//! booleans that are the answer to a question.

use super::v3::{BodyPath, Matcher, MatchingRules, Rule};
use crate::base::headers;
use crate::store::State;
use serde_json::Value;
use uuid::Uuid;

/// What stands for a token.
pub(super) const TOKEN: &str = "Bearer token";

const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
const ETAG: &str = "^\"?[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{8}0000\"?$";
/// [`State`]s.
const STATE: &str = "^(initializing|enabled|disabled|draft|updating|deleting)$";
const JSON: &str = "^application/json(;.*)?$";
const LOCATION: &str = "^.*/(connections|connectionSpecs)/[^/]+$";
const BEARER: &str = "^[Bb][Ee][Aa][Rr][Ee][Rr] +\\S+$";

/// Keys of which the value is documented.
const EXACT: [&str; 6] = ["error_code", "status", "title", "type", "result", "format"];

impl MatchingRules {
    /// Adds a rule for a place in the body that has none: the elements of an array share theirs.
    fn in_body(&mut self, path: BodyPath, matcher: Matcher) {
        self.body.entry(path).or_insert_with(|| matcher.into());
    }
}

/// What a request has to be like, for whoever plays the provider by the file: `headers` and `body` are what it has,
/// `path` a regular expression where the path has an id.
pub(super) fn of_request(
    headers: &[(&'static str, String)], path: Option<String>, body: Option<&Value>,
) -> MatchingRules {
    let mut rules =
        MatchingRules { path: path.map(|path| Matcher::regex(path).into()), ..MatchingRules::default() };
    for (name, value) in headers {
        let matcher = match *name {
            "Authorization" if value == TOKEN => Matcher::regex(BEARER),
            "If-Match" if value.len() > 2 && !value.contains(',') => {
                Matcher::regex("^(W/)?\"?[0-9a-z-]+\"?$")
            }
            headers::API_KEY | headers::IMS_ORG | headers::SANDBOX_NAME if !value.is_empty() => Matcher::TYPE,
            _ => continue,
        };
        rules.header.insert(name, matcher.into());
    }
    if let Some(body) = body {
        let root = BodyPath::root();
        rules.in_body(root.clone(), Matcher::TYPE);
        exact(body, &root, &["op", "path", "specName"], &mut rules);
        if body.pointer("/connectionSpec/id").is_some() {
            rules.in_body(root.member("connectionSpec").member("id"), Matcher::Equality);
        }
    }
    rules
}

/// Rules for what must be as it is, in an array each for itself.
fn exact(value: &Value, path: &BodyPath, keys: &[&str], rules: &mut MatchingRules) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = path.member(key);
                if keys.contains(&key.as_str()) && value.is_string() {
                    rules.in_body(path, Matcher::Equality);
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

/// What an answer has to be like: `headers` and `body` are what it has.
pub(super) fn of_response(headers: &[(&'static str, String)], body: Option<&Value>) -> MatchingRules {
    let mut rules = MatchingRules::default();
    for (name, _) in headers {
        let form = if *name == "Location" { LOCATION } else { JSON };
        rules.header.insert(name, Matcher::regex(form).into());
    }
    if let Some(body) = body {
        let root = BodyPath::root();
        rules.in_body(root.clone(), Matcher::TYPE);
        answer(body, &root, Depth::Top, &mut rules);
        relax(body, &root, Depth::Top, &mut rules);
    }
    rules
}

/// Where in an answer a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// The answer itself: what it says has a documented meaning.
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
                rules.in_body(path.clone(), Matcher::Type { min: Some(1) });
            }
            let path = path.elements();
            elements.iter().for_each(|element| answer(element, &path, Depth::Below, rules));
        }
        _ => {}
    }
}

/// Where elements of an array that share a rule are of different forms, such as the ids of connection specs, which need not
/// be UUIDs, the type has to do.
fn relax(value: &Value, path: &BodyPath, depth: Depth, rules: &mut MatchingRules) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = path.member(key);
                if !value.is_array()
                    && let Some(rule) = rules.body.get_mut(&path)
                    && matcher_of(key, value, depth).is_none_or(|matcher| *rule != Rule::from(matcher))
                {
                    *rule = Matcher::TYPE.into();
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

fn matcher_of(key: &str, value: &Value, depth: Depth) -> Option<Matcher> {
    let text = value.as_str();
    let is_uuid = || text.is_some_and(|text| Uuid::try_parse(text).is_ok() && text.len() == 36);
    match key {
        _ if depth == Depth::Top && EXACT.contains(&key) => Some(Matcher::Equality),
        "etag" | "version" if text.is_some_and(|text| text.starts_with('"')) => Some(Matcher::regex(ETAG)),
        "state" if text.is_some_and(|text| State::from_name(text).is_some()) => Some(Matcher::regex(STATE)),
        "createdAt" | "updatedAt" | "count" if value.is_i64() => Some(Matcher::Integer),
        _ if (key == "id" || key.ends_with("Id")) && is_uuid() => Some(Matcher::regex(UUID)),
        _ => None,
    }
}
