//! Sources, which the service calls "flow providers": the systems that connections connect to.
//!
//! The connection spec determines the source. [`Source`] is what explore, test and configs use; a [`Question`] is a parsed
//! query of explore. [`Params`] checks params beyond the schema of their auth spec. At present every source is served from
//! [`fixtures`]. Reference: "Operations on
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

/// A source. Its methods are asynchronous, so that a live service can be one.
pub(crate) trait Source: Send + Sync {
    /// Whether the source accepts these credentials.
    fn test<'a>(&'a self, access: &'a Access<'a>) -> BoxFuture<'a, bool>;

    /// The entries at a place, in a stable order.
    ///
    /// # Errors
    /// FLOW-1101-404 if the place does not exist, FLOW-1100-400 with 1308-400 if the source refuses.
    fn list<'a>(&'a self, access: &'a Access<'a>, place: &'a Location) -> Reply<'a, Vec<Entry<'a>>>;

    /// The columns of a table or file, and with `preview` its first rows.
    ///
    /// # Errors
    /// Those of [`Source::list`], and 1330-400 for an object without columns.
    fn read<'a>(&'a self, access: &'a Access<'a>, object: &'a Object, preview: bool) -> Reply<'a, Content>;
}

/// The future of a source's response.
pub(crate) type Reply<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// The access to a source: a connection's params, which satisfy their auth spec, or none, for the part of a source that
/// everyone can see. It has no `Debug`, since params contain credentials.
pub(crate) struct Access<'a> {
    /// The id of the connection spec.
    pub(crate) spec_id: &'a str,
    /// The connection's `auth.params`.
    pub(crate) params: Option<&'a Value>,
}

impl Access<'_> {
    /// The account in the params, in lower case.
    fn account(&self) -> Option<String> {
        let params = self.params?;
        let account = match of_spec(self.spec_id) {
            Some(known) => known.account(params),
            None => account::named_by(params),
        };
        account.map(|account| account.to_lowercase())
    }
}

/// All sources of a server.
pub(crate) struct Sources {
    fixtures: Fixtures,
}

impl Sources {
    /// Loads the built-in fixtures and those in `folder/sources/`, which replace built-in ones with the same name.
    ///
    /// # Errors
    /// [`FixtureError`] for a fixture that cannot be read or is invalid.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, FixtureError> {
        Ok(Self { fixtures: Fixtures::load(folder)? })
    }

    /// The source of a connection spec, by its name. `seeded` are the sources in the sandbox's seed.
    pub(crate) fn of<'a>(
        &'a self, seeded: &'a Seeded, spec_name: &str, layout: Option<Layout>,
    ) -> &'a dyn Source {
        self.fixtures.of(seeded, spec_name, layout)
    }

    /// The source of a connection spec, for explore.
    ///
    /// # Errors
    /// FLOW-1100-400 with 1336-400 if it has nothing to explore.
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

/// The layout of a source's data: `exploreSpec.type` in its connection spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Tables.
    Tabular,
    /// Files in folders.
    FileSystem,
}

impl Layout {
    /// Decided: unknown types, which only users' own specs have, count as tables.
    pub(crate) fn from_name(name: &str) -> Self {
        if name.eq_ignore_ascii_case("FileSystem") { Self::FileSystem } else { Self::Tabular }
    }
}

/// Checks of a source's params beyond the schema of their auth spec.
pub(crate) trait Params: Sync {
    /// Checks params that satisfy the auth spec's schema.
    ///
    /// # Errors
    /// The [`InvalidParam`] of the first invalid param.
    fn check(&self, params: &Value, leniency: Leniency) -> Result<(), InvalidParam>;

    /// The account in the params.
    fn account(&self, params: &Value) -> Option<String>;
}

/// The additional checks for a connection spec, by its id, if there are any.
pub(crate) fn of_spec(id: &str) -> Option<&'static dyn Params> {
    (id == ats::SPEC_ID).then_some(&ats::AzureTableStorage)
}

/// The reason why a param is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidParam {
    /// The param's name.
    pub(crate) param: &'static str,
    /// What is wrong and what is expected, as the end of a sentence that begins with the param's name. It never contains the
    /// value.
    pub(crate) reason: String,
}

impl From<InvalidParam> for Error {
    /// FLOW-1100-400 with 1312-400.
    fn from(refusal: InvalidParam) -> Self {
        let InvalidParam { param, reason } = refusal;
        Self::provider(ProviderCode::ParamInvalid, format_args!("auth.params.{param}: {reason}"))
            .at(format!("/auth/params/{param}"))
    }
}
