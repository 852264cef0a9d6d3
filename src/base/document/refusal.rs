//! [`Refused`]: the error of a control call, and [`Problem`], one of its reasons.

use crate::base::printable::printable;
use hyper::StatusCode;
use serde::Serialize;
use std::fmt;

/// A mistake in a document and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The place: a JSON pointer into the document, after the name of the file if there is one; empty for the whole
    /// document.
    pub path: String,
    /// The mistake and how to correct it. It contains no credential.
    pub reason: String,
}

impl Problem {
    /// A problem at `path`.
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

/// A line for a terminal or a log.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Both may quote keys of the document.
        let (path, reason) = (printable(&self.path), printable(&self.reason));
        if path.is_empty() { f.write_str(&reason) } else { write!(f, "{path}: {reason}") }
    }
}

/// The error of a control call, which changed nothing.
///
/// On the wire it is `{"errors": [{"path", "reason"}]}`, with status 400 for a document that cannot be used, 413 for
/// one that is too large, 415 for one in an unknown encoding, 404 for a name that does not exist, 403 for a call that is
/// not allowed, 409 for one that does not fit the state of the server, and 503 while other clients hold the memory or the
/// place for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    status: StatusCode,
    problems: Vec<Problem>,
    /// Whether the same call may succeed soon.
    passes: bool,
}

impl Refused {
    /// 400, with everything that is wrong with the document.
    pub(crate) fn invalid(problems: Vec<Problem>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, problems, passes: false }
    }

    /// 400, for one reason.
    pub(crate) fn because(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::invalid(vec![Problem::new(path, reason)])
    }

    /// 413: the document is too large.
    pub(crate) fn too_large(reason: impl Into<String>) -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, reason)
    }

    /// 403: the call is not allowed.
    pub(crate) fn forbidden(reason: impl Into<String>) -> Self {
        Self::of(StatusCode::FORBIDDEN, reason)
    }

    /// 415: the document is in an encoding that is not supported.
    pub(crate) fn unsupported(reason: impl Into<String>) -> Self {
        Self::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason)
    }

    /// 404: nothing has that name.
    pub(crate) fn not_found(reason: impl Into<String>) -> Self {
        Self::of(StatusCode::NOT_FOUND, reason)
    }

    /// 409: the call does not fit the state of the server.
    pub(crate) fn conflict(reason: impl Into<String>) -> Self {
        Self::of(StatusCode::CONFLICT, reason)
    }

    /// 503: the server cannot handle the call at the moment.
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE, reason)
    }

    /// 507: a change of the state could not be stored.
    pub(crate) fn not_stored(reason: impl Into<String>) -> Self {
        Self::of(StatusCode::INSUFFICIENT_STORAGE, reason)
    }

    fn of(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, problems: vec![Problem::new("", reason)], passes: false }
    }

    /// Tells the client to try again soon: `Retry-After: 1`.
    #[must_use]
    pub(crate) fn passing(self) -> Self {
        Self { passes: true, ..self }
    }

    /// Whether the same call may succeed soon.
    pub(crate) fn passes(&self) -> bool {
        self.passes
    }

    /// The status of the response.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Everything that is wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}
