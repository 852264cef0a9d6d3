//! The refusal of a request that is wrong in itself.

use crate::base::error::{Code, Error};
use std::borrow::Cow;

/// An `invalid_request` error.
pub(super) fn invalid(detail: impl Into<Cow<'static, str>>) -> Error {
    Error::new(Code::OAuthRequestInvalid, detail)
}
