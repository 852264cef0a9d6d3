//! The parts of a run's JSON that say what it did: [`Metrics`] and [`Activity`], with slots for times and ids. Reference:
//! "Runs" (the object).

use super::slot::Slot;
use crate::base::time::Millis;
use serde::Serialize;
use std::borrow::Cow;

/// What a run did.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metrics<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration_summary: Option<DurationSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size_summary: Option<SizeSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record_summary: Option<RecordSummary<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_summary: Option<FileSummary>,
    pub(crate) status_summary: StatusSummary<'a>,
}

/// A step of a run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Activity<'a> {
    pub(crate) id: Slot,
    pub(crate) name: Name,
    /// Always 0.
    #[serde(rename = "updatedAtUTC")]
    pub(crate) updated: Millis,
    pub(crate) duration_summary: DurationSummary,
    pub(crate) latency_summary: Empty,
    pub(crate) size_summary: SizeSummary,
    pub(crate) record_summary: RecordSummary<'a>,
    pub(crate) file_summary: FileSummary,
    pub(crate) status_summary: StatusSummary<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_info: Option<[Info; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target_info: Option<[Info; 1]>,
}

/// The name of a step.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Name {
    Text(&'static str),
    Slot(Slot),
}

/// An empty object.
#[derive(Serialize)]
pub(crate) struct Empty {}

#[derive(Clone, Copy, Serialize)]
pub(crate) struct DurationSummary {
    #[serde(rename = "startedAtUTC")]
    pub(crate) started: Slot,
    #[serde(rename = "completedAtUTC", skip_serializing_if = "Option::is_none")]
    pub(crate) completed: Option<Slot>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extensions: Option<Window>,
}

/// The source time that a run reads.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Window {
    pub(crate) window_start: Slot,
    pub(crate) window_end: Slot,
}

#[derive(Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SizeSummary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_bytes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_bytes: Option<i64>,
}

#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordSummary<'a> {
    #[serde(flatten)]
    pub(crate) counts: RecordCounts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) failed_info: Vec<Cause<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) skipped_info: Vec<Cause<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) source_summaries: Vec<EndSummary<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) target_summaries: Vec<EndSummary<'a>>,
}

#[derive(Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordCounts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_record_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_record_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_record_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated_record_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped_record_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed_record_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warning_record_count: Option<u64>,
}

/// The records of a source or target connection.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndSummary<'a> {
    /// The connection's id.
    pub(crate) id: &'a str,
    #[serde(flatten)]
    pub(crate) counts: RecordCounts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) entity_summaries: Vec<EntitySummary>,
}

/// The records of a segment.
#[derive(Clone, Serialize)]
pub(crate) struct EntitySummary {
    /// `segment:<id>`.
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) counts: RecordCounts,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileSummary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_file_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_file_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) activity_refs: Option<[Slot; 1]>,
    /// In the metrics of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<Manifest<[FileInfo; 1]>>,
    /// In an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extensions: Option<FileExtensions>,
}

#[derive(Serialize)]
pub(crate) struct FileExtensions {
    pub(crate) manifest: Manifest<Slot>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest<T> {
    pub(crate) file_info: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileInfo {
    pub(crate) path: Slot,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_prefix: Option<Slot>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusSummary<'a> {
    pub(crate) status: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Cause<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) activity_refs: Option<[Slot; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extensions: Option<StatusExtensions<'a>>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusExtensions<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_detail: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<RowErrors>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Cause<'a>>,
}

/// Where the rejected rows can be downloaded.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowErrors {
    pub(crate) failed_records: Slot,
    pub(crate) sample_errors: Slot,
}

/// An error, with the number of records that it concerns.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cause<'a> {
    pub(crate) code: Cow<'a, str>,
    pub(crate) message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record_count: Option<u64>,
}

impl<'a> Cause<'a> {
    pub(crate) fn new(code: impl Into<Cow<'a, str>>, message: impl Into<Cow<'a, str>>) -> Self {
        Self { code: code.into(), message: message.into(), count: None, record_count: None }
    }
}

/// The connection of an activity, and what the activity did there.
#[derive(Serialize)]
pub(crate) struct Info {
    pub(crate) id: Slot,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) reference: Reference,
}

#[derive(Serialize)]
pub(crate) struct Reference {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) ids: [Slot; 1],
}
