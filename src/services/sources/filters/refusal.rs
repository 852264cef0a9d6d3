//! [`Refusal`]: why a filter is not applied.

use crate::base::error::{Error, ProviderCode};

/// The reason for refusing a filter, with the place of the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ProviderCode,
    /// The JSON pointer of the mistake, from the root of the filter.
    pub(crate) path: String,
    /// A sentence. It contains no value that a column is compared with, since that may be personal.
    pub(crate) reason: String,
}

impl Refusal {
    pub(crate) fn new(code: ProviderCode, path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { code, path: path.into(), reason: reason.into() }
    }

    /// FLOW-1100-400 for the parameter `filters` of a query.
    pub(crate) fn of_query(self) -> Error {
        self.into_error("filters")
    }

    /// FLOW-1100-400 for the filter called `name`, for example `filters` or `params.filters`.
    pub(crate) fn into_error(self, name: &str) -> Error {
        let place = self.path.replace('/', ".");
        Error::provider(self.code, format_args!("{name}{place}: {}", self.reason))
    }
}
