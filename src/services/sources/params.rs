//! [`Params`]: rules for the params of a source beyond the schema of its auth spec.

use crate::base::config::Leniency;
use crate::base::error::{Error, ProviderCode};
use serde_json::Value;

/// Rules for the params of a source beyond the schema of its auth spec.
pub(crate) trait Params: Sync {
    /// Checks params that satisfy the auth spec's schema.
    ///
    /// # Errors
    /// The [`InvalidParam`] of the first param that the source cannot work with.
    fn check(&self, params: &Value, leniency: Leniency) -> Result<(), InvalidParam>;

    /// The account that the params name.
    fn account(&self, params: &Value) -> Option<String>;
}

/// A param that a source cannot work with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidParam {
    /// The param's name.
    pub(crate) param: &'static str,
    /// The end of a sentence that begins with the param's name: the mistake, and a valid value. It never contains the
    /// value.
    pub(crate) reason: String,
}

impl From<InvalidParam> for Error {
    /// FLOW-1100-400 around the provider's 1312-400.
    fn from(invalid: InvalidParam) -> Self {
        let InvalidParam { param, reason } = invalid;
        Self::provider(ProviderCode::ParamInvalid, format_args!("auth.params.{param}: {reason}"))
            .at(format!("/auth/params/{param}"))
    }
}
