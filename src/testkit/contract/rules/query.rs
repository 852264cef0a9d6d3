//! Query parameters. Reference: "Listing", "Operations on /connections".

use crate::store::query::Parameters;
use crate::testkit::contract::description::{Description, Values};
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;

pub(super) fn check(exchange: &Exchange<'_>, description: &Description, found: &mut Findings) {
    let Some(operation) = exchange.operation.filter(|operation| operation.api().has_sandboxes()) else {
        return;
    };
    let Some(parameters) = &exchange.parameters else {
        found
            .add(RuleId::QueryMalformed, "a % without two hex digits behind it, or bytes that are not UTF-8");
        return;
    };
    let described = description.of(operation);
    let mut unknown = Vec::new();
    for (name, value) in parameters.iter() {
        match described.parameter(name) {
            None => unknown.push(exchange.shown(name)),
            Some(values) => check_value(exchange, name, value, values, found),
        }
    }
    if !unknown.is_empty() {
        const MAX_LISTED: usize = 5;
        unknown.truncate(MAX_LISTED);
        let detail = format!("{}; the call takes {}", unknown.join(", "), described.names());
        found.add(RuleId::ParameterUnknown, detail);
    }
    if let Some(missing) = described.required().find(|name| parameters.last(name).is_none()) {
        found.add(RuleId::OpenApiMismatch, format!("the parameter {missing} is missing"));
    }
    if operation.is_list() {
        check_listing(parameters, found);
    }
}

/// Checks a value against those that the parameter takes.
fn check_value(exchange: &Exchange<'_>, name: &str, value: &str, values: &Values, found: &mut Findings) {
    match values {
        Values::Any => {}
        Values::Boolean => {
            // Python writes `True` and `False`, and the vendor's clients are in Python.
            if matches!(value, "true" | "false" | "True" | "False") {
            } else if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") {
                found.add(RuleId::LetterCase, format!("{name}={value}"));
            } else {
                let detail = format!("{name}={} is neither true nor false", exchange.shown(value));
                found.add(RuleId::ValueUndocumented, detail);
            }
        }
        // The documentation has no upper limit.
        Values::Number => {
            if !value.parse::<u64>().is_ok_and(|number| number > 0) {
                let detail = format!("{name}={} is not a whole number from 1", exchange.shown(value));
                found.add(RuleId::ValueUndocumented, detail);
            }
        }
        Values::Words(words) => {
            for word in value.split(',') {
                check_word(exchange, name, word.trim(), words, found);
            }
        }
    }
}

/// Checks a word against the known ones. Each is documented in lower case and, except for `draft`, in upper case.
pub(super) fn check_word(
    exchange: &Exchange<'_>, name: &str, word: &str, words: &[String], found: &mut Findings,
) {
    let Some(known) = words.iter().find(|known| known.eq_ignore_ascii_case(word)) else {
        let detail = format!("{name}={} is none of {}", exchange.shown(word), words.join(", "));
        return found.add(RuleId::ValueUndocumented, detail);
    };
    let is_documented = word == known || (word == known.to_ascii_uppercase() && known != "draft");
    if !is_documented {
        found.add(RuleId::LetterCase, format!("{name}={word}"));
    }
}

/// Checks combinations of list parameters, and filters.
pub(super) fn check_listing(parameters: &Parameters, found: &mut Findings) {
    let counts = parameters.last("count").is_some_and(|count| count.eq_ignore_ascii_case("true"));
    if counts && parameters.last("limit").is_some() {
        found.add(RuleId::LimitWithCount, "count=true with a limit");
    }
    for property in parameters.all("property") {
        // Like the service: an operator is the longest run of these characters.
        let Some(at) = property.find(['=', '!', '<', '>', '~']) else { continue };
        let (path, rest) = property.split_at(at);
        let operator = rest.split(|c| !"=!<>~".contains(c)).next().unwrap_or_default();
        let is_path = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._-[]@$:".contains(&byte));
        if operator == "=" && is_path {
            found.add(RuleId::FilterSingleEquals, format!("property={}=...", path.trim()));
        }
    }
}
