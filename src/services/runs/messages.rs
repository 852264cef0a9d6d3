//! The codes and messages of failed runs and rejected rows. Reference: "Runs" (kinds of outcome).

use super::outcome::Rejected;

/// The error of a failed copy.
pub(crate) const COPY_FAILED: &str = "CONNECTOR-1001-500";
/// The error of a failed promotion, and of rejected rows.
pub(crate) const PROMOTION_FAILED: &str = "CONNECTOR-2001-500";
/// The error of a batch that could not be created.
pub(crate) const NO_BATCH: &str = "CONNECTOR-3001-500";
/// The code of rows that a mapping could not convert.
pub(super) const MAPPING_FAILED: &str = "MAPPER-3700-400";
/// The code that says how many rows were rejected.
pub(crate) const ROWS_REJECTED: &str = "INGEST-1212-400";
/// The code that says no more than that rows were rejected.
pub(crate) const SOME_REJECTED: &str = "INGEST-1211-400";
/// The cause of a copy that the source refused.
pub(super) const REFUSED: &str = "2200";
/// The code of a promotion that found no files.
pub(super) const NO_FILES: &str = "133";

/// The message about rejected rows.
pub(crate) fn message_of_rejected(rejected: &Rejected) -> &str {
    rejected.message.as_deref().unwrap_or_else(|| message_of(&rejected.code))
}

/// A message for a code for which none is given.
pub(crate) fn message_of(code: &str) -> &'static str {
    match code {
        REFUSED => {
            "The source refused the request: check that the table or file exists and the credentials are valid."
        }
        NO_FILES => "The batch has no files.",
        MAPPING_FAILED => "The mapping of a row failed.",
        "INGEST-1401-400" => "A row is corrupt and cannot be read or parsed.",
        "INGEST-1555-400" => "A required field is missing or null.",
        SOME_REJECTED => "Rows were rejected; switch error diagnostics on to see which.",
        _ => "The run failed as a test asked it to.",
    }
}
