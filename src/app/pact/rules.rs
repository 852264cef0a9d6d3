//! How alike an answer has to be to the recorded one, and a request to the recorded one: Pact's matching rules.
//!
//! Decided: what an answer holds is compared by type, in every depth, since its values are the provider's; by form where
//! it has one (ids, versions, states), and by value where the reference documents one: codes of errors, statuses,
//! booleans that are the answer to a question.

use crate::base::headers;
use crate::store::State;
use pact_models::matchingrules::{MatchingRule, MatchingRuleCategory, MatchingRules, RuleLogic};
use pact_models::path_exp::DocPath;
use serde_json::Value;
use uuid::Uuid;

const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
const ETAG: &str = "^\"?[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{8}0000\"?$";
/// [`State`]s.
const STATE: &str = "^(initializing|enabled|disabled|draft|updating|deleting)$";
const JSON: &str = "^application/json(;.*)?$";
const LOCATION: &str = "^.*/(connections|connectionSpecs)/[^/]+$";
const BEARER: &str = "^[Bb][Ee][Aa][Rr][Ee][Rr] +\\S+$";

/// Keys of which the value is documented.
const EXACT: [&str; 6] = ["error_code", "status", "title", "type", "result", "format"];

/// The rules of one part of a message.
struct Rules(MatchingRuleCategory);

impl Rules {
    fn of(part: &'static str) -> Self {
        Self(MatchingRuleCategory::empty(part))
    }

    fn add(&mut self, path: DocPath, rule: MatchingRule) {
        // One for each path: an array's elements share theirs.
        if !self.0.rules.contains_key(&path) {
            self.0.add_rule(path, rule, RuleLogic::And);
        }
    }

    fn header(&mut self, name: &str, rule: MatchingRule) {
        let mut path = DocPath::root();
        path.push_field(name);
        self.add(path, rule);
    }

    fn into(self, all: &mut MatchingRules) {
        if self.0.is_not_empty() {
            all.add_rules(self.0.name.clone(), self.0);
        }
    }
}

fn regex(text: &str) -> MatchingRule {
    MatchingRule::Regex(text.to_owned())
}

/// What a request has to be like, for whoever plays the provider by the file: `headers` and `body` are what it has,
/// `path` a regular expression where the path has an id.
pub(super) fn of_request(
    headers: &[(&'static str, String)], path: Option<String>, body: Option<&Value>,
) -> MatchingRules {
    let mut rules = MatchingRules::default();
    if let Some(path) = path {
        let mut category = MatchingRuleCategory::empty("path");
        category.add_rule(DocPath::empty(), MatchingRule::Regex(path), RuleLogic::And);
        rules.add_rules("path", category);
    }
    let mut category = Rules::of("header");
    for (name, value) in headers {
        match *name {
            "Authorization" if value == super::interaction::TOKEN => category.header(name, regex(BEARER)),
            "If-Match" if value.len() > 2 && !value.contains(',') => {
                category.header(name, regex("^(W/)?\"?[0-9a-z-]+\"?$"));
            }
            headers::API_KEY | headers::IMS_ORG | headers::SANDBOX_NAME if !value.is_empty() => {
                category.header(name, MatchingRule::Type);
            }
            _ => {}
        }
    }
    category.into(&mut rules);
    if let Some(body) = body {
        let mut category = Rules::of("body");
        category.add(DocPath::root(), MatchingRule::Type);
        exact(body, &DocPath::root(), &["op", "path", "specName"], &mut category);
        if body.pointer("/connectionSpec/id").is_some() {
            let mut path = DocPath::root();
            path.push_field("connectionSpec").push_field("id");
            category.add(path, MatchingRule::Equality);
        }
        category.into(&mut rules);
    }
    rules
}

/// Rules for what must be as it is, in an array each for itself.
fn exact(value: &Value, path: &DocPath, keys: &[&str], rules: &mut Rules) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = path.join_field(key.as_str());
                if keys.contains(&key.as_str()) && value.is_string() {
                    rules.add(path, MatchingRule::Equality);
                } else {
                    exact(value, &path, keys, rules);
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let mut path = path.clone();
                path.push_index(index);
                exact(element, &path, keys, rules);
            }
        }
        _ => {}
    }
}

/// What an answer has to be like: `headers` and `body` are what it has.
pub(super) fn of_response(headers: &[(&'static str, String)], body: Option<&Value>) -> MatchingRules {
    let mut rules = MatchingRules::default();
    let mut category = Rules::of("header");
    for (name, _) in headers {
        category.header(name, regex(if *name == "Location" { LOCATION } else { JSON }));
    }
    category.into(&mut rules);
    if let Some(body) = body {
        let mut category = Rules::of("body");
        category.add(DocPath::root(), MatchingRule::Type);
        answer(body, &DocPath::root(), Depth::Top, &mut category);
        category.into(&mut rules);
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

fn answer(value: &Value, path: &DocPath, depth: Depth, rules: &mut Rules) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = path.join_field(key.as_str());
                if let Some(rule) = rule_of(key, value, depth) {
                    rules.add(path.clone(), rule);
                }
                answer(value, &path, Depth::Below, rules);
            }
        }
        Value::Array(elements) => {
            let mut path = path.clone();
            if !elements.is_empty() && !path.is_root() {
                rules.add(path.clone(), MatchingRule::MinType(1));
            }
            path.push_star_index();
            elements.iter().for_each(|element| answer(element, &path, Depth::Below, rules));
        }
        _ => {}
    }
}

fn rule_of(key: &str, value: &Value, depth: Depth) -> Option<MatchingRule> {
    let text = value.as_str();
    let is_uuid = || text.is_some_and(|text| Uuid::try_parse(text).is_ok() && text.len() == 36);
    match key {
        _ if depth == Depth::Top && EXACT.contains(&key) => Some(MatchingRule::Equality),
        "etag" | "version" if text.is_some_and(|text| text.starts_with('"')) => Some(regex(ETAG)),
        "state" if text.is_some_and(|text| State::from_name(text).is_some()) => Some(regex(STATE)),
        "createdAt" | "updatedAt" | "count" if value.is_i64() => Some(MatchingRule::Integer),
        _ if (key == "id" || key.ends_with("Id")) && is_uuid() => Some(regex(UUID)),
        _ => None,
    }
}
