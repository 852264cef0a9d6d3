//! Sources, which the service calls "flow providers".
//!
//! The spec of a connection decides its source. [`params`] are rules for the params of a connection beyond the schema of
//! the auth spec; [`Source`] is what explore, test and configs ask; a [`Question`] is a parsed query. [`fixtures`] answer
//! for every source. Reference: "Operations on /connections", "Azure Table Storage (ATS)", `provider-errors.csv`.

pub(crate) mod account;
pub(crate) mod ats;
pub(crate) mod configs;
pub(crate) mod content;
pub(crate) mod fixtures;
pub(crate) mod object;
pub(crate) mod params;
pub(crate) mod question;
pub(crate) mod source;

pub(crate) use configs::{CONFIGS_PARAMETERS, ConfigsQuestion};
pub(crate) use content::Type as ColumnType;
pub(crate) use fixtures::Seeded;
pub(crate) use object::FileType;
pub(crate) use question::{COMPRESSIONS, EXPLORE_PARAMETERS, Question};
pub(crate) use source::{Access, Layout, Source, of_spec};

use crate::base::error::{Error, ProviderCode};
use crate::base::files::FixtureError;
use fixtures::Fixtures;
use std::path::Path;

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
