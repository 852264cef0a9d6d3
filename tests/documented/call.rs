//! [`Call`]: a documented call with its answer, and [`CallFile`]: the calls of a source or destination.

use crate::shape::Shapes;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A call and the answer that it should get.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Call {
    pub title: String,
    pub method: String,
    /// An address of the server, or a path; one that does not begin with `/data/`, `/collection/` or `/_flowmock/` is below
    /// the base path of the Flow Service.
    pub path: String,
    /// The parameters; an array holds the values of a repeated one, and an object is sent as base64.
    #[serde(default)]
    pub query: Map<String, Value>,
    /// Headers beside those that every call needs; `null` leaves one of these out.
    #[serde(default)]
    pub headers: Map<String, Value>,
    pub body: Option<Value>,
    pub status: u16,
    /// The shape of the answer's body. Without it and without `refusal`, the body is empty.
    pub answer: Option<Value>,
    /// A Flow Service error: its code, and parts of its message.
    pub refusal: Option<BTreeMap<String, Vec<String>>>,
    /// The shapes of some of the answer's headers.
    #[serde(default)]
    pub answer_headers: Map<String, Value>,
    /// The name under which later calls find the answer, `{{name.id}}`, and the body that was sent, `{{name.sent.auth}}`.
    pub keep: Option<String>,
}

/// The documented titles of errors.
const TITLES: [(&str, &str); 28] = [
    ("FLOW-1000-400", "Bad request"),
    ("FLOW-1100-400", "Invalid request"),
    ("FLOW-1101-404", "Resource not found"),
    ("FLOW-1401-400", "Invalid request"),
    ("FLOW-1402-400", "Invalid request"),
    ("FLOW-1403-400", "Header is missing"),
    ("FLOW-1404-412", "Version not matching"),
    ("FLOW-1405-400", "Invalid request"),
    ("FLOW-1413-400", "Invalid request"),
    ("FLOW-1414-400", "Invalid request"),
    ("FLOW-1415-400", "Invalid request"),
    ("FLOW-1418-400", "Invalid request"),
    ("FLOW-1421-400", "Invalid request"),
    ("FLOW-1422-400", "Invalid request"),
    ("FLOW-1433-400", "Invalid request"),
    ("FLOW-1434-400", "Invalid request"),
    ("FLOW-1439-404", "Resource not found"),
    ("FLOW-1447-400", "Invalid request"),
    ("FLOW-1449-400", "Invalid request"),
    ("FLOW-1451-400", "Invalid request"),
    ("FLOW-1452-400", "Invalid request"),
    ("FLOW-1453-400", "Invalid request"),
    ("FLOW-1455-400", "Invalid request"),
    ("FLOW-1456-400", "Invalid request"),
    ("FLOW-2001-401", "Header is missing or empty"),
    ("FLOW-2105-400", "Header is missing"),
    ("FLOW-2111-403", "Headers with value restricted"),
    ("FLOW-2114-400", "Empty token"),
];

/// The title of an error.
pub fn title(code: &str) -> Option<&'static str> {
    TITLES.iter().find(|(known, _)| *known == code).map(|(_, title)| *title)
}

/// The calls of a file, which are sent one after the other.
pub struct CallFile {
    /// The name of the file without `.json`.
    pub name: String,
    pub calls: Vec<Call>,
}

impl CallFile {
    /// Reads calls from JSON.
    ///
    /// # Errors
    /// If the text is not a list of calls, or a call contradicts itself or uses an unknown shape.
    pub fn parse(name: &str, text: &str, shapes: &Shapes) -> Result<Self, String> {
        let calls: Vec<Call> = serde_json::from_str(text).map_err(|error| format!("{name}.json: {error}"))?;
        let mut titles = BTreeSet::new();
        for (index, call) in calls.iter().enumerate() {
            let broken = |reason: &str| format!("{}: {reason}", call.place(name, index));
            if call.answer.is_some() && call.refusal.is_some() {
                return Err(broken("it has an answer and a refusal"));
            }
            if !titles.insert(&call.title) {
                return Err(broken("another call has this title"));
            }
            if call
                .refusal
                .iter()
                .any(|refusal| refusal.len() != 1 || refusal.keys().any(|code| title(code).is_none()))
            {
                return Err(broken("its refusal is not one of the known codes"));
            }
            for shape in call.answer.iter().chain(call.answer_headers.values()) {
                shapes.check(shape).map_err(|reason| broken(&reason))?;
            }
        }
        if calls.is_empty() {
            return Err(format!("{name}.json has no calls"));
        }
        Ok(Self { name: name.to_owned(), calls })
    }

    /// Reads every JSON file of a folder, by name.
    ///
    /// # Panics
    /// If the folder or a file cannot be read.
    #[track_caller]
    pub fn all_in(folder: &Path, shapes: &Shapes) -> Vec<Self> {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort_by_key(|path| path.file_stem().map(ToOwned::to_owned));
        let read = |path: &std::path::PathBuf| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Self::parse(&name, &text, shapes).unwrap_or_else(|reason| panic!("{reason}"))
        };
        paths.iter().map(read).collect()
    }
}

impl Call {
    /// The place of the call, for messages; `index` counts from 0.
    pub fn place(&self, file: &str, index: usize) -> String {
        format!("{file}.json, call {}, \"{}\"", index + 1, self.title)
    }

    /// The connection spec and, if there is one, the auth spec of the connection that the call creates.
    pub fn creates(&self) -> Option<(&str, Option<&str>)> {
        let body = self
            .body
            .as_ref()
            .filter(|_| self.method == "POST" && self.path == "/connections" && self.status == 201)?;
        Some((body["connectionSpec"]["id"].as_str()?, body["auth"]["specName"].as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_refused_with_its_name_and_the_call() {
        let call = |more: &str| {
            format!(r#"{{"title": "a", "method": "GET", "path": "/connections", "status": 200{more}}}"#)
        };
        let cases = [
            (String::new(), "has no calls"),
            (call(r#", "anwser": {}"#), "unknown field `anwser`"),
            (format!("{}, {}", call(""), call("")), "x.json, call 2, \"a\": another call has this title"),
            (call(r#", "answer": "<uid>""#), "x.json, call 1, \"a\": <uid> is neither a word"),
            (call(r#", "answerHeaders": {"location": "<uid>"}"#), "<uid> is neither a word"),
            (call(r#", "answer": {}, "refusal": {"FLOW-1439-404": []}"#), "an answer and a refusal"),
            (call(r#", "refusal": {"FLOW-0000-404": []}"#), "not one of the known codes"),
            (call(r#", "refusal": {}"#), "not one of the known codes"),
        ];
        let shapes = Shapes::parse("{}").unwrap();
        for (calls, expected) in cases {
            let error = CallFile::parse("x", &format!("[{calls}]"), &shapes).err().expect(expected);
            assert!(error.starts_with("x.json") && error.contains(expected), "{error}");
        }
        assert!(CallFile::parse("x", &format!("[{}]", call("")), &shapes).is_ok());
    }
}
