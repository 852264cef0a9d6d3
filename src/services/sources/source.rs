//! [`Source`]: a source that explore, test and configs ask.

use super::content::{Content, ListingEntry};
use super::object::{Location, Object};
use super::params::Params;
use super::{account, ats};
use crate::base::error::Error;
use futures_util::future::BoxFuture;
use serde_json::Value;

/// A source. Its methods are asynchronous so that one can ask a live service.
pub(crate) trait Source: Send + Sync {
    /// Whether the source can be reached with those params.
    fn test<'a>(&'a self, access: &'a Access<'a>) -> BoxFuture<'a, bool>;

    /// The entries at a location, in a stable order.
    ///
    /// # Errors
    /// FLOW-1101-404 if there is no such location, FLOW-1100-400 with 1308-400 if the source refuses.
    fn list<'a>(&'a self, access: &'a Access<'a>, place: &'a Location) -> Reply<'a, Vec<ListingEntry<'a>>>;

    /// The columns of a table or file, and with `preview` its first rows.
    ///
    /// # Errors
    /// As [`Source::list`]; 1330-400 for an object without columns.
    fn read<'a>(&'a self, access: &'a Access<'a>, object: &'a Object, preview: bool) -> Reply<'a, Content>;
}

/// The answer of a source.
pub(crate) type Reply<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// The access of a connection to a source: params that satisfy its auth spec, or none, for the data that the source of a
/// connection spec shows to everyone. Without `Debug`, since params contain credentials.
pub(crate) struct Access<'a> {
    /// The id of the connection spec.
    pub(crate) spec_id: &'a str,
    /// The connection's `auth.params`.
    pub(crate) params: Option<&'a Value>,
}

impl Access<'_> {
    /// The account that the params name, in lower case.
    pub(super) fn account(&self) -> Option<String> {
        let params = self.params?;
        let account = match of_spec(self.spec_id) {
            Some(known) => known.account(params),
            None => account::named_by(params),
        };
        account.map(|account| account.to_lowercase())
    }
}

/// How a source lays out its data: `exploreSpec.type` of its connection spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Tables.
    Tabular,
    /// Files in folders.
    FileSystem,
}

impl Layout {
    /// Decided: any other type is explored as tables, since every source answers with columns.
    pub(crate) fn from_name(name: &str) -> Self {
        if name.eq_ignore_ascii_case("FileSystem") { Self::FileSystem } else { Self::Tabular }
    }
}

/// The params of the connection spec with that id, if flowmock knows more about them than their schema.
pub(crate) fn of_spec(id: &str) -> Option<&'static dyn Params> {
    (id == ats::SPEC_ID).then_some(&ats::AzureTableStorage)
}
