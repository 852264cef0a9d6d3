//! [`SourceData`]: what the fixture of a source tells about a table or a path without being explored: how much data there is,
//! and the columns. Reference: "A simulation of runs" (metrics), "Source connections" (`params.filters`).

use super::Sources;
use super::content::Column;
use super::fixtures::Seeded;
use super::source::{Access, SpecSource};
use super::volume::{DataPlace, DataVolume};
use serde_json::Value;
use std::sync::Arc;

/// The data that the sources of a sandbox show.
pub(crate) struct SourceData<'a> {
    pub(crate) sources: &'a Sources,
    /// The data that only the sandbox sees.
    pub(crate) seeded: Arc<Seeded>,
}

impl SourceData<'_> {
    /// The amount of data at a place of a source. `params` reads the params of the connection, which few fixtures need. `None` if
    /// the source has no such place, or too much data to count.
    pub(crate) fn volume(
        &self, of: SpecSource<'_>, place: DataPlace<'_>, params: impl FnOnce() -> Option<Value>,
    ) -> Option<DataVolume> {
        let source = self.sources.fixtures.of(&self.seeded, of.spec_name, of.layout);
        let params = if source.names_accounts() { params() } else { None };
        source.volume(&Access { spec_id: of.spec_id, params: params.as_ref() }, place)
    }

    /// The columns of a table or view that the user describes, in a seed or a folder of fixtures. Nothing is said about those
    /// of built-in fixtures, since the user's tables have others.
    pub(crate) fn own_columns(&self, of: SpecSource<'_>, table: &str) -> Option<&[Column]> {
        let source = self.sources.fixtures.own(&self.seeded, of.spec_name, of.layout)?;
        source.columns(table)
    }
}
