//! The files about a batch, of which Data Access tells. Reference: "Error diagnostics".
//!
//! Decided: `row_error_samples.json` is a file, with the first ten lines of the others. A batch without rejected rows, without
//! error diagnostics or whose run goes on has an empty `row_errors`, and none of its files.

use super::batch::Batch;
use super::rows::{MOST_ROWS, RejectedKind, RejectedRows, input_files};
use serde_json::json;

/// The name of the list of files that a run read.
const INPUT_FILES: &str = "input_files";
/// The name of the list of files with rejected rows.
const ROW_ERRORS: &str = "row_errors";
/// The name of the file with a few rejected rows.
const SAMPLES: &str = "row_error_samples.json";
/// The name of the file with the paths of what a run read.
const FILE_META_DATA: &str = "fileMetaData1.json";

/// The largest number of rows in [`SAMPLES`].
const MOST_SAMPLES: usize = 10;

/// What a path names.
pub(crate) enum Meta {
    /// A list of files.
    Files(Vec<MetaFile>),
    /// The content of a file: lines of JSON.
    Lines(Vec<u8>),
}

/// A file in a list.
pub(crate) struct MetaFile {
    pub(crate) name: &'static str,
    /// Its path, percent-encoded for a query.
    pub(crate) path: String,
    /// Its length in bytes.
    pub(crate) length: usize,
}

/// What that path names; `None` if it names nothing.
pub(crate) fn meta(batch: &Batch, path: &str) -> Option<Meta> {
    match Named::of(path)? {
        Named::InputFiles => {
            let length = file_meta_data(batch).len();
            Some(Meta::Files(vec![file(INPUT_FILES, FILE_META_DATA, length)]))
        }
        Named::FileMetaData => Some(Meta::Lines(file_meta_data(batch))),
        Named::RowErrors => {
            let rows = RejectedRows::of(batch);
            let files = RejectedKind::ALL.into_iter().filter_map(|kind| {
                let length = rows.as_ref()?.length(&[kind], MOST_ROWS)?;
                Some(file(ROW_ERRORS, kind.file_name(), length))
            });
            Some(Meta::Files(files.collect()))
        }
        Named::Samples => RejectedRows::of(batch)?.lines(&RejectedKind::ALL, MOST_SAMPLES).map(Meta::Lines),
        Named::Rejected(kind) => RejectedRows::of(batch)?.lines(&[kind], MOST_ROWS).map(Meta::Lines),
    }
}

/// A number of bytes that the answer about that path does not exceed by much, found without making it.
pub(crate) fn most_bytes(batch: &Batch, path: &str) -> usize {
    let rejected =
        |kinds: &[RejectedKind], most| RejectedRows::of(batch).map_or(0, |rows| rows.most_bytes(kinds, most));
    match Named::of(path) {
        Some(Named::FileMetaData | Named::InputFiles) => {
            let files = input_files(batch);
            files.iter().map(|path| path.len() + 16).sum()
        }
        Some(Named::Samples) => rejected(&RejectedKind::ALL, MOST_SAMPLES),
        Some(Named::Rejected(kind)) => rejected(&[kind], MOST_ROWS),
        Some(Named::RowErrors) | None => 0,
    }
}

/// The thing that a path names.
enum Named {
    InputFiles,
    FileMetaData,
    RowErrors,
    Samples,
    Rejected(RejectedKind),
}

impl Named {
    fn of(path: &str) -> Option<Self> {
        match path {
            INPUT_FILES => return Some(Self::InputFiles),
            ROW_ERRORS => return Some(Self::RowErrors),
            SAMPLES => return Some(Self::Samples),
            _ => {}
        }
        match path.split_once('/')? {
            (INPUT_FILES, FILE_META_DATA) => Some(Self::FileMetaData),
            (ROW_ERRORS, name) => {
                RejectedKind::ALL.into_iter().find(|kind| kind.file_name() == name).map(Self::Rejected)
            }
            _ => None,
        }
    }
}

fn file(folder: &str, name: &'static str, length: usize) -> MetaFile {
    MetaFile { name, path: format!("{folder}%2F{name}"), length }
}

/// The path of each file that the run read, a line each.
fn file_meta_data(batch: &Batch) -> Vec<u8> {
    let lines = input_files(batch).into_iter().map(|path| format!("{}\n", json!({"path": path})));
    lines.collect::<String>().into_bytes()
}
