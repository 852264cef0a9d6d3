//! [`Error`]: the error type of all emulated calls.
//!
//! [`catalogue`] lists the errors, [`render`] writes them as responses. An error of several call sites has a constructor here,
//! which takes the facts and writes the sentence. A sentence names the culprit and the remedy, and never contains a credential
//! or a value of `auth.params`.

pub(crate) mod catalogue;
pub(crate) mod on_demand;
pub(crate) mod render;

pub(crate) use catalogue::{Code, ProviderCode};
pub(crate) use on_demand::{Circumstances, OnDemand};
pub(crate) use render::forbid_storing;

use crate::base::printable::printable;
use std::borrow::Cow;
use std::fmt;

/// An error of the catalogue with the facts of one case.
#[derive(Clone)]
pub(crate) struct Error(Box<Parts>);

#[derive(Clone)]
struct Parts {
    code: Code,
    detail: Cow<'static, str>,
    /// The sentence without the client's value, if `detail` repeats one.
    unquoted: Option<String>,
    report: Vec<(&'static str, String)>,
    pointer: Option<String>,
    /// The sentence for the header `x-flowmock-reason` and the log.
    reason: Option<Cow<'static, str>>,
    /// Whether the same request may succeed soon.
    passes: bool,
}

impl Error {
    /// An error with the sentence `detail`.
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            code,
            detail: detail.into(),
            unquoted: None,
            report: Vec::new(),
            pointer: None,
            reason: None,
            passes: false,
        }))
    }

    /// An error whose sentence repeats a client's value. `unquoted` is the sentence without it, for logs and other places in
    /// which a misplaced credential must not appear.
    pub(crate) fn quoting(code: Code, detail: String, unquoted: String) -> Self {
        let mut error = Self::new(code, detail);
        error.0.unquoted = Some(unquoted);
        error
    }

    /// An error with the catalogue's sentence.
    pub(crate) fn of(code: Code) -> Self {
        Self::new(code, code.explanation())
    }

    /// Appends `more` to the sentence, also without the client's value: it must not repeat that.
    #[must_use]
    pub(crate) fn adding(mut self, more: &str) -> Self {
        self.0.detail.to_mut().push_str(more);
        if let Some(unquoted) = &mut self.0.unquoted {
            unquoted.push_str(more);
        }
        self
    }

    /// Appends `more`, which repeats a client's value, to the sentence, but not to the one without such values.
    #[must_use]
    pub(crate) fn adding_quoted(mut self, more: &str) -> Self {
        let Parts { detail, unquoted, .. } = &mut *self.0;
        unquoted.get_or_insert_with(|| detail.clone().into_owned());
        detail.to_mut().push_str(more);
        self
    }

    /// Adds a key to the body's `report`.
    #[must_use]
    pub(crate) fn report(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.report.push((key, value.into()));
        self
    }

    /// Sets the JSON pointer of the culprit, which is sent as the header `x-flowmock-pointer`. It points into the request body
    /// or, if a PATCH results in an invalid connection, into that connection.
    #[must_use]
    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.0.pointer = Some(pointer.into());
        self
    }

    /// Sets the reason that the header `x-flowmock-reason` and the log give, for an error whose body is the vendor's own.
    #[must_use]
    pub(crate) fn because(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.0.reason = Some(reason.into());
        self
    }

    /// Tells the client to try again soon: `Retry-After: 1`.
    #[must_use]
    pub(crate) fn passing(mut self) -> Self {
        self.0.passes = true;
        self
    }

    /// Makes the sentence the [`reason`](Self::reason), unless there is one.
    #[must_use]
    pub(crate) fn with_reason(mut self) -> Self {
        let Parts { reason, detail, .. } = &mut *self.0;
        reason.get_or_insert_with(|| detail.clone());
        self
    }

    /// The error's entry in the catalogue.
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// The sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The sentence without the client's value.
    pub(crate) fn unquoted(&self) -> &str {
        self.0.unquoted.as_deref().unwrap_or(&self.0.detail)
    }

    /// The sentence for the header `x-flowmock-reason` and the log, if the error has one.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Whether the same request may succeed soon.
    pub(crate) fn passes(&self) -> bool {
        self.0.passes
    }

    /// The JSON pointer of the culprit.
    pub(crate) fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }

    /// FLOW-1000-400: the body, or its part at `pointer`, is invalid.
    pub(crate) fn bad_request(detail: impl Into<Cow<'static, str>>, pointer: impl Into<String>) -> Self {
        Self::new(Code::BadRequest, detail).at(pointer)
    }

    /// FLOW-1439-404: the sandbox has no entity of this kind with this id.
    pub(crate) fn not_found(kind: &'static str, id: &str) -> Self {
        let id = excerpt(id);
        Self::new(
            Code::EntityNotFound,
            format!("no entity of type {kind} has the id {id} in this organisation and sandbox"),
        )
        .report("id", id)
        .report("type", kind)
    }

    /// FLOW-1100-400 or FLOW-1101-404: the source refuses. `detail` is its sentence.
    pub(crate) fn provider(code: ProviderCode, detail: impl fmt::Display) -> Self {
        Self::new(code.carrier(), format!("Error from flow provider: {}: {detail}", code.code()))
    }

    /// FLOW-1452-400: a query parameter has an invalid value.
    pub(crate) fn invalid_parameter(name: &str, value: &str, expected: &str) -> Self {
        Self::new(Code::ParameterInvalid, format!("{name}={} is not {expected}", excerpt(value)))
    }

    /// FLOW-1400-500: a bug or failure of flowmock. `cause` is logged, but not sent.
    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "a fault inside flowmock");
        Self::of(Code::Internal)
    }
}

/// Leaves out the report, whose values come from clients.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code().code(), self.detail())
    }
}

/// Shortens `text` to 100 characters and replaces control characters, for use in messages.
pub(crate) fn excerpt(text: &str) -> String {
    const MAX_CHARS: usize = 100;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unquoted_sentence_does_not_repeat_the_value() {
        let error =
            Error::quoting(Code::SpecUnknown, "the id x is not known".into(), "the id is not known".into());
        assert_eq!(error.detail(), "the id x is not known");
        assert_eq!(error.unquoted(), "the id is not known");
        assert_eq!(Error::new(Code::SpecUnknown, "none").unquoted(), "none");
        let more = error.adding("; look there");
        assert_eq!(more.detail(), "the id x is not known; look there");
        assert_eq!(more.unquoted(), "the id is not known; look there");
        let quoted = Error::new(Code::SpecUnknown, "none").adding_quoted("; x is near");
        assert_eq!((quoted.detail(), quoted.unquoted()), ("none; x is near", "none"));
    }

    #[test]
    fn the_reason_is_the_sentence_unless_another_was_given() {
        let error = Error::new(Code::ApiKeyInvalid, "not this one");
        assert_eq!(error.reason(), None);
        assert_eq!(error.clone().with_reason().reason(), Some("not this one"));
        assert_eq!(error.because("too short").with_reason().reason(), Some("too short"));
    }

    #[test]
    fn an_excerpt_is_short_and_printable() {
        assert_eq!(excerpt("a\nb"), "a\u{fffd}b");
        assert_eq!(excerpt(&"x".repeat(100)), "x".repeat(100));
        assert_eq!(excerpt(&"é".repeat(101)), format!("{}…", "é".repeat(100)));
    }
}
