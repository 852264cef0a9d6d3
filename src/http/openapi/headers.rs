//! The request headers that all calls to an API take, and the response header for broken contract rules.

use super::chapters::CHAPTERS;
use super::objects::{parameter, reference};
use crate::base::headers::VIOLATIONS;
use crate::base::operation::Api;
use serde_json::{Map, Value};

/// The sections of `headers` in the chapters that apply to calls to an API. Reference: "Base path and headers".
fn sections(api: Api) -> &'static [&'static str] {
    match api {
        api if api.has_sandboxes() => &["gateway", "sandbox", "service"],
        api if api.has_gateway() => &["gateway", "service"],
        Api::Control => &[],
        _ => &["service"],
    }
}

/// The components for the headers that calls to an API take, by name.
pub(super) fn of(api: Api) -> impl Iterator<Item = &'static str> {
    let sections = sections(api).iter().filter_map(|section| CHAPTERS.headers.get(*section)?.as_object());
    sections.flat_map(Map::keys).map(String::as_str)
}

/// The parameters that [`of`] names, as components.
pub(super) fn parameters() -> Value {
    let written = CHAPTERS.headers.values().filter_map(Value::as_object).flatten();
    let headers = written.filter_map(|(name, header)| {
        let header = CHAPTERS.notation.properties(header.as_object()?).pop()?;
        Some((name.clone(), parameter(header, "header".into())))
    });
    headers.collect()
}

/// Adds the header for broken contract rules to all responses that are not references.
pub(super) fn add_violations(responses: &mut Map<String, Value>) {
    for headers in responses.values_mut().filter_map(|response| response.get_mut("headers")) {
        headers[VIOLATIONS] = reference("headers", "Violations");
    }
}
