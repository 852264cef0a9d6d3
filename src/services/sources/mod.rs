//! What a source, the service's "flow provider", has to say about a connection to it.
//!
//! A connection's spec decides its source. [`Params`] is what flowmock knows of a source's params beyond the
//! schema of the auth spec; [`Source`] is the source itself, as explore, test and configs ask it; a
//! [`Question`] is what a query asks. Today [`fixtures`] answer for every source. Reference: "Operations on
//! /connections", "Azure Table Storage (ATS)", `provider-errors.csv`.

pub(crate) mod account;
pub(crate) mod ats;
pub(crate) mod configs;
pub(crate) mod content;
pub(crate) mod fixtures;
pub(crate) mod question;

pub(crate) use configs::{CONFIGS_PARAMETERS, ConfigsQuestion};
pub(crate) use content::Type as ColumnType;
pub(crate) use question::{COMPRESSIONS, EXPLORE_PARAMETERS, FileType, Question};

use crate::base::config::Leniency;
use crate::base::error::{Error, ProviderCode};
use crate::base::files::FixtureError;
use content::{Content, Entry};
use fixtures::Fixtures;
pub(crate) use fixtures::Seeded;
use futures_util::future::BoxFuture;
use question::{Location, Object};
use serde_json::Value;
use std::path::Path;

/// A source that can be asked. It may take its time: one that asks a live service is a source too.
pub(crate) trait Source: Send + Sync {
    /// Whether it can be reached with those credentials.
    fn test<'a>(&'a self, access: &'a Access<'a>) -> BoxFuture<'a, bool>;

    /// What is at that place, in a stable order.
    ///
    /// # Errors
    /// FLOW-1101-404 if there is no such place, FLOW-1100-400 with 1308-400 if the source refuses.
    fn list<'a>(&'a self, access: &'a Access<'a>, place: &'a Location) -> Reply<'a, Vec<Entry<'a>>>;

    /// The columns of a table or file, and with `preview` its first rows.
    ///
    /// # Errors
    /// As [`Source::list`]; 1330-400 for what has no columns.
    fn read<'a>(&'a self, access: &'a Access<'a>, object: &'a Object, preview: bool) -> Reply<'a, Content>;
}

/// What a source answers.
pub(crate) type Reply<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// With what a source is asked: the params of a connection whose auth spec they satisfy, or none, for what a
/// connection spec's source shows to everyone. No `Debug`: the params hold credentials.
pub(crate) struct Access<'a> {
    /// The id of the connection spec.
    pub(crate) spec_id: &'a str,
    /// The connection's `auth.params`.
    pub(crate) params: Option<&'a Value>,
}

impl Access<'_> {
    /// The account that the params name, in lower case.
    fn account(&self) -> Option<String> {
        let params = self.params?;
        let account = match of_spec(self.spec_id) {
            Some(known) => known.account(params),
            None => account::named_by(params),
        };
        account.map(|account| account.to_lowercase())
    }
}

/// Every source that a server knows.
pub(crate) struct Sources {
    fixtures: Fixtures,
}

impl Sources {
    /// The built-in fixtures, with those of `folder/sources/` added, or put in the place of those with their
    /// name.
    ///
    /// # Errors
    /// [`FixtureError`] for one of the folder's that cannot be read or is broken.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, FixtureError> {
        Ok(Self { fixtures: Fixtures::load(folder)? })
    }

    /// The source behind the connection spec of that name, in the sandbox whose seed describes `seeded`.
    pub(crate) fn of<'a>(
        &'a self, seeded: &'a Seeded, spec_name: &str, layout: Option<Layout>,
    ) -> &'a dyn Source {
        self.fixtures.of(seeded, spec_name, layout)
    }

    /// The source behind the connection spec of that name, to be explored.
    ///
    /// # Errors
    /// FLOW-1100-400 with 1336-400 if there is nothing to explore.
    pub(crate) fn explorable<'a>(
        &'a self, seeded: &'a Seeded, spec_name: &str, layout: Option<Layout>,
    ) -> Result<&'a dyn Source, Error> {
        if layout.is_none() {
            let detail =
                format!("{spec_name} does not support explore: its connection spec has no exploreSpec");
            return Err(Error::provider(ProviderCode::ExploreNotSupported, detail));
        }
        Ok(self.of(seeded, spec_name, layout))
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
    /// Decided: any other type, a made-up source's, is explored as tables, since each answers with columns.
    pub(crate) fn from_name(name: &str) -> Self {
        if name.eq_ignore_ascii_case("FileSystem") { Self::FileSystem } else { Self::Tabular }
    }
}

/// What flowmock knows of a source's params beyond the auth spec's schema.
pub(crate) trait Params: Sync {
    /// Checks params that satisfy the auth spec's schema.
    ///
    /// # Errors
    /// The [`InvalidParam`] of the first param that the source cannot work with.
    fn check(&self, params: &Value, leniency: Leniency) -> Result<(), InvalidParam>;

    /// The account that they name.
    fn account(&self, params: &Value) -> Option<String>;
}

/// The params of the connection spec with that id, where flowmock knows more of them than their schema.
pub(crate) fn of_spec(id: &str) -> Option<&'static dyn Params> {
    (id == ats::SPEC_ID).then_some(&ats::AzureTableStorage)
}

/// What is wrong with one param.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidParam {
    /// The param's name.
    pub(crate) param: &'static str,
    /// What is wrong with it and what it should be, as the end of a sentence that names the param. Never its
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
