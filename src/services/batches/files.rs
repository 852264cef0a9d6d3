//! The files about a batch, of which Data Access tells. Reference: "Error diagnostics".
//!
//! Decided: `row_error_samples.json` is a file, with the first ten lines of the others. A batch without rejected rows, without
//! error diagnostics or whose run goes on has an empty `row_errors`, and none of its files.

use super::batch::Batch;
use super::rows::{MOST_ROWS, RejectedKind, input_files, lines_of_rows};
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
    match path {
        INPUT_FILES => {
            let file = file(INPUT_FILES, FILE_META_DATA, &file_meta_data(batch));
            return Some(Meta::Files(vec![file]));
        }
        ROW_ERRORS => {
            let files = RejectedKind::ALL.into_iter().filter_map(|kind| {
                let lines = lines_of_rows(batch, &[kind], MOST_ROWS)?;
                Some(file(ROW_ERRORS, kind.file_name(), &lines))
            });
            return Some(Meta::Files(files.collect()));
        }
        SAMPLES => return lines_of_rows(batch, &RejectedKind::ALL, MOST_SAMPLES).map(Meta::Lines),
        _ => {}
    }
    let (folder, name) = path.split_once('/')?;
    match folder {
        INPUT_FILES if name == FILE_META_DATA => Some(Meta::Lines(file_meta_data(batch))),
        ROW_ERRORS => {
            let kind = RejectedKind::ALL.into_iter().find(|kind| kind.file_name() == name)?;
            lines_of_rows(batch, &[kind], MOST_ROWS).map(Meta::Lines)
        }
        _ => None,
    }
}

fn file(folder: &str, name: &'static str, content: &[u8]) -> MetaFile {
    MetaFile { name, path: format!("{folder}%2F{name}"), length: content.len() }
}

/// The path of each file that the run read, a line each.
fn file_meta_data(batch: &Batch) -> Vec<u8> {
    let lines = input_files(batch).into_iter().map(|path| format!("{}\n", json!({"path": path})));
    lines.collect::<String>().into_bytes()
}
