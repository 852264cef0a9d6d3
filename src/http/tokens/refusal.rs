//! The refusal of an invalid request.

use crate::base::error::{Code, Error};
use std::borrow::Cow;

/// An `invalid_request` error.
pub(super) fn invalid(detail: impl Into<Cow<'static, str>>) -> Error {
    Error::new(Code::OAuthRequestInvalid, detail)
}
