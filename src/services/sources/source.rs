//! [`Source`]: a source that explore, test and configs ask.

use super::content::{Content, ListingEntry};
use super::object::{Location, Object};
use super::params::Params;
use super::preview::Preview;
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

    /// The columns of an object, and the rows of the preview.
    ///
    /// # Errors
    /// As [`Source::list`]; 1330-400 for an object without columns.
    fn read<'a>(
        &'a self, access: &'a Access<'a>, object: &'a Object, preview: &'a Preview,
    ) -> Reply<'a, Content>;
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
    /// Tables and views.
    Tabular,
    /// Files in folders.
    FileSystem,
    /// Resources of a REST source, with nested records.
    Rest,
    /// Tables that a streaming source reads. Connection specs of streaming sources have no `exploreSpec`; the
    /// `x-flowmock` of one that can be explored says so.
    Streaming,
}

impl Layout {
    /// Every layout.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 4] = [Self::Tabular, Self::FileSystem, Self::Rest, Self::Streaming];

    /// Decided: `Resource` and `REST` are REST sources; any other type than the documented ones is explored as tables.
    pub(crate) fn from_name(name: &str) -> Self {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match name {
            _ if is("FileSystem") => Self::FileSystem,
            _ if is("Resource") || is("REST") => Self::Rest,
            _ => Self::Tabular,
        }
    }
}

/// The source of a connection spec.
#[derive(Clone, Copy)]
pub(crate) struct SpecSource<'a> {
    pub(crate) spec_id: &'a str,
    pub(crate) spec_name: &'a str,
    pub(crate) layout: Option<Layout>,
}

/// The params of the connection spec with that id, if flowmock knows more about them than their schema.
pub(crate) fn of_spec(id: &str) -> Option<&'static dyn Params> {
    (id == ats::SPEC_ID).then_some(&ats::AzureTableStorage)
}
