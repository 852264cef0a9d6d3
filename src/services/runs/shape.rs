//! [`Shape`]: the shape of a flow's runs.

use serde::{Deserialize, Serialize};

/// The shape of a flow's runs, which follows from its flow spec and its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Shape {
    /// Rows of a table, in batches.
    Table,
    /// Files, in batches.
    Files,
    /// Records of a REST source, in batches.
    Rest,
    /// Events: a run for each hour in which some arrived.
    Streaming,
    /// Segments to a destination, in batches.
    SegmentExport,
    /// Data sets to a destination, in batches.
    DatasetExport,
    /// Profiles to a destination, in a run for each hour.
    StreamingExport,
}

impl Shape {
    /// Whether it is a source from which runs read batches: these can be made on demand and triggered again.
    pub(crate) fn is_batch_source(self) -> bool {
        matches!(self, Self::Table | Self::Files | Self::Rest)
    }

    /// Whether data leaves the platform.
    pub(crate) fn is_export(self) -> bool {
        matches!(self, Self::SegmentExport | Self::DatasetExport | Self::StreamingExport)
    }
}
