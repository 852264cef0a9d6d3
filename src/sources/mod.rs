//! What a source, the service's "flow provider", has to say about a connection to it.
//!
//! A connection's spec decides its source. The JSON Schema of the auth spec is checked before, by `specs`; a source
//! adds what a schema cannot say. Reference: "Azure Table Storage (ATS)", `provider-errors.csv`.

pub(crate) mod ats;

use crate::error::{Error, ProviderCode};
use serde_json::Value;

/// A source.
pub(crate) trait Source: Sync {
    /// Checks params that satisfy the auth spec's schema.
    ///
    /// # Errors
    /// The [`Refusal`] of the first param that the source cannot work with.
    fn check(&self, params: &Value, leniency: Leniency) -> Result<(), Refusal>;
}

/// The source behind the connection spec with that id, where flowmock knows more of it than its schema.
pub(crate) fn of_spec(id: &str) -> Option<&'static dyn Source> {
    (id == ats::SPEC_ID).then_some(&ats::AzureTableStorage)
}

/// What to do with the placeholders of the documentation's examples, such as `{ACCOUNT_NAME}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// Take them for values, so that a pasted example runs.
    Placeholders,
    /// Refuse them, as the source itself would.
    Strict,
}

/// What is wrong with one param.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The param's name.
    pub(crate) param: &'static str,
    /// What is wrong with it and what it should be, as the end of a sentence that names the param. Never its value.
    pub(crate) reason: String,
}

impl From<Refusal> for Error {
    /// FLOW-1100-400 around the provider's 1312-400.
    fn from(refusal: Refusal) -> Self {
        let Refusal { param, reason } = refusal;
        Self::provider(ProviderCode::ParamInvalid, format_args!("auth.params.{param}: {reason}"))
            .at(format!("/auth/params/{param}"))
    }
}
