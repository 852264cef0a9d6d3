//! [`PatternPart`]: one condition of a pattern.

use super::actual::Actual;
use super::compare;
use super::difference::{ABSENT, Differences, Redact, quoted, quoted_all, shown};
use super::matcher::Matcher;
use super::parsed::ParsedRequest;
use super::path::PathPattern;
use crate::base::headers::{IMS_ORG, SANDBOX_NAME};
use crate::base::operation::Operation;
use serde_json::Value;
use std::borrow::Cow;

/// One condition for a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PatternPart {
    Operation(Operation),
    Method(String),
    Path(PathPattern),
    ImsOrg(String),
    Sandbox(String),
    /// A header, by its name in lower case.
    Header(String, Matcher),
    /// A query parameter.
    Query(String, Matcher),
    /// The value at a JSON pointer of the body; the body itself if the pointer is empty.
    Body(String, Matcher),
}

impl PatternPart {
    /// The part of the request that it is about, as a difference names it.
    pub(super) fn field(&self) -> String {
        match self {
            Self::Operation(_) => "operation".to_owned(),
            Self::Method(_) => "method".to_owned(),
            Self::Path(_) => "path".to_owned(),
            Self::ImsOrg(_) => "imsOrgId".to_owned(),
            Self::Sandbox(_) => "sandbox".to_owned(),
            Self::Header(name, _) => format!("header {name}"),
            Self::Query(name, _) => format!("query {name}"),
            Self::Body(pointer, _) => compare::field(pointer),
        }
    }

    /// Redacts a value of its matcher.
    pub(super) fn redacted(&self, redact: &dyn Redact) -> impl Fn(&Value) -> Value {
        move |value| match (self, value) {
            (Self::Header(name, _), Value::String(text)) => redact.header(name, text).into(),
            (Self::Query(name, _), Value::String(text)) => redact.parameter(name, text).into(),
            (Self::Body(pointer, _), value) => redact.json(pointer, value),
            _ => value.clone(),
        }
    }

    /// The expected value, in words.
    pub(super) fn expected(&self, redact: &dyn Redact) -> String {
        match self {
            Self::Operation(operation) => operation.name().to_owned(),
            Self::Method(method) => method.clone(),
            Self::Path(path) => path.to_string(),
            Self::ImsOrg(text) | Self::Sandbox(text) => quoted(text),
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => {
                matcher.describe(&self.redacted(redact))
            }
        }
    }

    /// The order in which parts are checked: the cheapest first.
    pub(super) fn rank(&self) -> usize {
        match self {
            Self::Method(_) => 0,
            Self::Operation(_) => 1,
            Self::Path(_) => 2,
            Self::ImsOrg(_) | Self::Sandbox(_) => 3,
            Self::Header(..) => 4,
            Self::Query(..) => 5,
            Self::Body(..) => 6,
        }
    }

    pub(super) fn matcher_mut(&mut self) -> Option<&mut Matcher> {
        match self {
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => Some(matcher),
            _ => None,
        }
    }

    pub(super) fn into_matcher(self) -> Option<Matcher> {
        match self {
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => Some(matcher),
            _ => None,
        }
    }

    /// Whether the request fulfils the condition.
    pub(super) fn holds(&self, request: &ParsedRequest<'_>) -> bool {
        match self {
            Self::Operation(operation) => request.operation() == Some(*operation),
            Self::Method(method) => request.method() == method,
            Self::Path(path) => path.fits(request.path()),
            Self::ImsOrg(id) => request.header(IMS_ORG).first().is_some_and(|actual| actual == id),
            Self::Sandbox(name) => request.header(SANDBOX_NAME).first().is_some_and(|actual| actual == name),
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => {
                self.actual(request).is_some_and(|actual| matcher.holds(&actual))
            }
        }
    }

    /// The values that its matcher is applied to, if it has one.
    fn actual<'a>(&self, request: &'a ParsedRequest<'a>) -> Option<Actual<'a>> {
        match self {
            Self::Header(name, _) => Some(Actual::Texts(request.sent_header(name))),
            Self::Query(name, _) => Some(Actual::Texts(request.query(name))),
            Self::Body(pointer, _) if pointer.is_empty() => Some(Actual::Body(request)),
            Self::Body(pointer, _) => {
                Some(Actual::Json(request.body().and_then(|body| body.pointer(pointer))))
            }
            _ => None,
        }
    }

    /// Adds the differences of a request that does not fulfil the condition.
    pub(super) fn differences(
        &self, request: &ParsedRequest<'_>, redact: &dyn Redact, found: &mut Differences,
    ) {
        let actual = match self {
            Self::Operation(_) => request.operation().map_or("none", Operation::name).to_owned(),
            Self::Method(_) => request.method().to_owned(),
            Self::Path(_) => redact.path(request.path()),
            Self::ImsOrg(_) => quoted_all(&request.header(IMS_ORG)),
            Self::Sandbox(_) => quoted_all(&request.header(SANDBOX_NAME)),
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => {
                return self.mismatches(matcher, request, redact, found);
            }
        };
        found.add(self.field(), &self.expected(redact), &actual);
    }

    /// Adds the differences from its matcher, one for each place if the matcher is about JSON.
    fn mismatches(
        &self, matcher: &Matcher, request: &ParsedRequest<'_>, redact: &dyn Redact, found: &mut Differences,
    ) {
        let Some(actual) = self.actual(request) else { return };
        for matcher in matcher.each().iter().filter(|matcher| !matcher.holds(&actual)) {
            if let (Self::Body(pointer, _), Some((expected, actual, extent))) =
                (self, matcher.comparison(&actual))
            {
                compare::differences(pointer, expected, actual, extent, redact, found);
                continue;
            }
            let redacted = self.redacted(redact);
            let actual = match &actual {
                Actual::Texts(texts) => {
                    let shown = |text: &Cow<'_, str>| match redacted(&Value::from(&**text)) {
                        Value::String(text) => Cow::Owned(text),
                        other => other.to_string().into(),
                    };
                    quoted_all(&texts.iter().map(shown).collect::<Vec<_>>())
                }
                Actual::Body(_) if request.body_is_text() => quoted(&redact.text(&request.text())),
                json => json.json().map_or_else(|| ABSENT.to_owned(), |value| shown(&redacted(value))),
            };
            found.add(self.field(), &matcher.describe(&redacted), &actual);
        }
    }
}
