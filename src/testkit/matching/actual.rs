//! [`Actual`]: the part of a request that a matcher is applied to.

use super::parsed::ParsedRequest;
use serde_json::Value;
use std::borrow::Cow;

/// The part of a request that a matcher is applied to.
pub(super) enum Actual<'a> {
    /// The values of a header or a query parameter.
    Texts(Vec<Cow<'a, str>>),
    /// The value at a place in the body, if there is one.
    Json(Option<&'a Value>),
    /// The whole body.
    Body(&'a ParsedRequest<'a>),
}

impl Actual<'_> {
    /// Whether there is a value.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Texts(texts) => !texts.is_empty(),
            Self::Json(value) => value.is_some(),
            Self::Body(request) => !request.text().trim_ascii().is_empty(),
        }
    }

    /// The value, if it is JSON.
    pub(super) fn json(&self) -> Option<&Value> {
        match self {
            Self::Texts(_) => None,
            Self::Json(value) => *value,
            Self::Body(request) => request.body(),
        }
    }

    /// Whether `holds` for one of the values, as text.
    pub(super) fn any_text(&self, holds: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Texts(texts) => texts.iter().any(|text| holds(text)),
            Self::Json(None) => false,
            Self::Json(Some(Value::String(text))) => holds(text),
            Self::Json(Some(value)) => holds(&value.to_string()),
            Self::Body(request) => self.is_there() && holds(&request.text()),
        }
    }
}
