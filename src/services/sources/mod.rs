//! Sources, which the service calls "flow providers".
//!
//! The spec of a connection decides its source. [`params`] are rules for the params of a connection beyond the schema of
//! the auth spec; [`Source`] is what explore, test and configs ask; a [`ExploreQuestion`] is a parsed query. [`fixtures`] answer
//! for every source. Reference: "Operations on /connections", "Azure Table Storage (ATS)", `provider-errors.csv`.

pub(crate) mod account;
pub(crate) mod ats;
pub(crate) mod configs;
pub(crate) mod content;
pub(crate) mod data;
mod encoded;
pub(crate) mod file;
pub(crate) mod filters;
pub(crate) mod fixtures;
mod misnamed;
pub(crate) mod object;
mod own;
pub(crate) mod params;
pub(crate) mod preview;
pub(crate) mod question;
pub(crate) mod source;
pub(crate) mod spec_configs;
pub(crate) mod volume;

pub(crate) use configs::{CONFIGS_PARAMETERS, ConfigsQuestion};
pub(crate) use content::ColumnType;
pub(crate) use file::COMPRESSIONS;
pub(crate) use fixtures::Seeded;
pub(crate) use object::{Encoding, FileType};
pub(crate) use own::OwnSources;
pub(crate) use preview::MAX_ROWS as MAX_PREVIEW_ROWS;
pub(crate) use question::{EXPLORE_PARAMETERS, ExploreQuestion};
pub(crate) use source::{Access, Layout, Source, of_spec};
pub(crate) use spec_configs::{MAX_LIMIT as MAX_SPEC_CONFIGS, SpecConfigsQuestion};

use crate::base::error::{Error, ProviderCode};
use crate::base::files::FixtureError;
use fixtures::Fixtures;
use spec_configs::SpecConfigs;
use std::path::Path;

/// Every source that a server knows.
pub(crate) struct Sources {
    fixtures: Fixtures,
    /// The answers about connection specs themselves.
    pub(crate) spec_configs: SpecConfigs,
}

impl Sources {
    /// Loads the built-in fixtures and those in `folder/sources/` and `folder/configs/`, which replace built-in ones with the same name.
    ///
    /// # Errors
    /// [`FixtureError`] for a fixture that cannot be read or is invalid.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, FixtureError> {
        Ok(Self { fixtures: Fixtures::load(folder)?, spec_configs: SpecConfigs::load(folder)? })
    }

    /// The source of a connection spec, by its name. `seeded` are the sources in the sandbox's seed.
    pub(crate) fn of<'a>(
        &'a self, seeded: &'a Seeded, spec_name: &str, layout: Option<Layout>,
    ) -> &'a dyn Source {
        self.fixtures.of(seeded, spec_name, layout)
    }

    /// The source of a connection spec, for configs, and its layout.
    ///
    /// # Errors
    /// FLOW-1100-400 with 1305-400 if it has no columns to name.
    pub(crate) fn configurable<'a>(
        &'a self, seeded: &'a Seeded, spec_name: &str, layout: Option<Layout>,
    ) -> Result<(&'a dyn Source, Layout), Error> {
        self.explorable(seeded, spec_name, layout).map_err(|_| {
            let detail = format!(
                "{spec_name} does not support the operation configs: its connection spec has no exploreSpec, so it has \
                 no tables and files"
            );
            Error::provider(ProviderCode::OperationNotSupported, detail)
        })
    }

    /// The source of a connection spec, for explore, and its layout.
    ///
    /// # Errors
    /// FLOW-1100-400 with 1336-400 if it has nothing to explore.
    pub(crate) fn explorable<'a>(
        &'a self, seeded: &'a Seeded, spec_name: &str, layout: Option<Layout>,
    ) -> Result<(&'a dyn Source, Layout), Error> {
        let Some(layout) = layout else {
            let detail =
                format!("{spec_name} does not support explore: its connection spec has no exploreSpec");
            return Err(Error::provider(ProviderCode::ExploreNotSupported, detail));
        };
        Ok((self.of(seeded, spec_name, Some(layout)), layout))
    }
}
