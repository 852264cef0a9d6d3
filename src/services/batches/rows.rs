//! The rows that a run rejected, as lines of JSON. Reference: "Error diagnostics".
//!
//! Decided: no row is moved, so rows are made up. One has the columns that the source connection selects, or `id`, and the
//! values number it. The code of a row's error is the number in the code of the run: `1401` of `INGEST-1401-400`. The files of
//! a folder are named `part-00001` and so on, and reject rows in turn.

use super::batch::Batch;
use crate::services::runs::Shape;
use crate::services::runs::outcome::Rejected;
use crate::services::runs::source_run::message_of_rejected;
use serde_json::{Map, Value, json};

/// The largest number of rows in a file, and of files in the list of those that were read.
pub(super) const MOST_ROWS: usize = 1000;

/// The largest number of columns of a row.
const MOST_COLUMNS: usize = 20;
/// The largest number of bytes in the name of a column.
const LONGEST_COLUMN: usize = 128;
/// The largest number of bytes in the path of a file or the name of a table.
const LONGEST_PATH: usize = 1024;

/// The code of rows that cannot be parsed.
const CORRUPT: &str = "INGEST-1401-400";

/// Why rows were rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RejectedKind {
    /// They could not be parsed.
    Parsing,
    /// They were parsed, and then not converted or not valid.
    Conversion,
}

impl RejectedKind {
    pub(super) const ALL: [Self; 2] = [Self::Parsing, Self::Conversion];

    fn of(rejected: &Rejected) -> Self {
        if rejected.code == CORRUPT { Self::Parsing } else { Self::Conversion }
    }

    /// The name of the file with rows of this kind.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Parsing => "parsing_errors_0.json",
            Self::Conversion => "conversion_errors_0.json",
        }
    }
}

/// The rejected rows that can be read; `None` if there are none.
pub(super) struct RejectedRows<'a> {
    batch: &'a Batch,
    columns: Vec<&'a str>,
    /// At least one.
    files: Vec<String>,
}

impl<'a> RejectedRows<'a> {
    pub(super) fn of(batch: &'a Batch) -> Option<Self> {
        if !batch.is_complete() || !batch.runs.plan.error_diagnostics {
            return None;
        }
        let mut files = input_files(batch);
        if files.is_empty() {
            files.push(source_name(batch));
        }
        Some(Self { batch, columns: columns(batch), files })
    }

    /// The first rejected rows of those kinds, at most `most`, a line each; `None` if there are none.
    pub(super) fn lines(&self, kinds: &[RejectedKind], most: usize) -> Option<Vec<u8>> {
        let mut lines = Vec::new();
        self.each(kinds, most, |rejected, number, file| self.add(rejected, number, file, &mut lines));
        (!lines.is_empty()).then_some(lines)
    }

    /// The number of bytes of these lines, without keeping them; `None` if there are none.
    pub(super) fn length(&self, kinds: &[RejectedKind], most: usize) -> Option<usize> {
        let (mut length, mut line) = (0, Vec::new());
        self.each(kinds, most, |rejected, number, file| {
            line.clear();
            self.add(rejected, number, file, &mut line);
            length += line.len();
        });
        (length > 0).then_some(length)
    }

    /// A number of bytes that these lines do not exceed, found without making them.
    pub(super) fn most_bytes(&self, kinds: &[RejectedKind], most: usize) -> usize {
        let longest = self.files.iter().max_by_key(|file| file.len()).map_or("", String::as_str);
        let (mut bytes, mut line, mut before) = (0_usize, Vec::new(), None);
        self.each(kinds, most, |rejected, _, _| {
            if before != Some(std::ptr::from_ref(rejected)) {
                before = Some(std::ptr::from_ref(rejected));
                line.clear();
                self.add(rejected, u64::MAX, longest, &mut line);
            }
            bytes = bytes.saturating_add(line.len());
        });
        bytes
    }

    /// Calls `act` with each of these rows: why it was rejected, its number, and its file.
    fn each(&self, kinds: &[RejectedKind], most: usize, mut act: impl FnMut(&Rejected, u64, &str)) {
        let (mut number, mut left) = (1_u64, most as u64);
        for rejected in self.batch.written().rejected() {
            if kinds.contains(&RejectedKind::of(rejected)) {
                let shown = rejected.count.min(left);
                left -= shown;
                for number in number..number + shown {
                    act(rejected, number, &self.files[((number - 1) % self.files.len() as u64) as usize]);
                }
            }
            number = number.saturating_add(rejected.count);
        }
    }

    fn add(&self, rejected: &Rejected, number: u64, file: &str, out: &mut Vec<u8>) {
        let row = row(rejected, RejectedKind::of(rejected), number, &self.columns, file);
        out.extend_from_slice(row.to_string().as_bytes());
        out.push(b'\n');
    }
}

fn row(rejected: &Rejected, kind: RejectedKind, number: u64, columns: &[&str], file: &str) -> Value {
    let mut row = Map::new();
    match kind {
        RejectedKind::Parsing => {
            let values: Vec<_> = columns.iter().map(|name| format!("{name}:\"{name} {number}\"")).collect();
            row.insert("_corrupt_record".to_owned(), format!("{{{}", values.join(",")).into());
        }
        RejectedKind::Conversion => {
            row.extend(columns.iter().map(|&name| (name.to_owned(), format!("{name} {number}").into())));
        }
    }
    let error = json!({"code": number_of(&rejected.code), "message": message_of_rejected(rejected)});
    row.insert("_errors".to_owned(), json!([error]));
    row.insert("_filename".to_owned(), file.into());
    Value::Object(row)
}

/// The number in a code, such as `1401` in `INGEST-1401-400`; the whole code if it has another form.
fn number_of(code: &str) -> &str {
    let mut parts = code.split('-');
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(_), Some(number), Some(_), None] => number,
        _ => code,
    }
}

/// The names of the columns that the source connection selects; of a source without such a selection, `id`.
fn columns(batch: &Batch) -> Vec<&str> {
    let selected = batch.source["params"]["columns"].as_array().into_iter().flatten();
    let names = selected.filter_map(|column| column.as_str().or(column["name"].as_str()));
    let names = names.filter(|name| (1..=LONGEST_COLUMN).contains(&name.len()) && !name.starts_with('_'));
    let names: Vec<&str> = names.take(MOST_COLUMNS).collect();
    if names.is_empty() { vec!["id"] } else { names }
}

/// The table or the path of the source.
fn source_name(batch: &Batch) -> String {
    let params = &batch.source["params"];
    let name = params["tableName"].as_str().or(params["path"].as_str());
    let name = name.filter(|name| (1..=LONGEST_PATH).contains(&name.len()));
    name.unwrap_or(&batch.runs.plan.facts.source_name).to_owned()
}

/// The files or the table that the run read.
pub(super) fn input_files(batch: &Batch) -> Vec<String> {
    let written = batch.written();
    if written.found_no_files() && batch.is_complete() {
        return Vec::new();
    }
    let (name, count) = (source_name(batch), written.volume().files.min(MOST_ROWS as u64));
    let params = &batch.source["params"];
    if batch.runs.plan.facts.shape != Shape::Files || params["type"] != "folder" {
        return vec![name];
    }
    (1..=count).map(|number| format!("{}/part-{number:05}", name.trim_end_matches('/'))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_code_stands_between_its_words() {
        for (code, number) in [
            ("INGEST-1401-400", "1401"),
            ("MAPPER-3700-400", "3700"),
            ("1337", "1337"),
            ("a-b", "a-b"),
            ("a-b-c-d", "a-b-c-d"),
        ] {
            assert_eq!(number_of(code), number);
        }
    }
}
