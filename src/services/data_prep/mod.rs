//! The mapping sets of Data Prep. Reference: "The other services, minimally"; `flows-errors.csv`, FLOW-1412-400.
//!
//! Decided: a mapping set needs `mappings`, an array of objects that are not evaluated. A new one has version 0; a seed may
//! say that it has more.

use super::documents::{DocumentKind, Writing};
use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use serde_json::{Map, Value, json};

/// The largest number of mappings in a set.
const MAX_MAPPINGS: usize = 10_000;

/// The largest version that a seed may give.
const MAX_VERSION: u64 = 1_000_000;

/// The key with the newest version of a mapping set. There are all versions from 0 up to it.
pub(crate) const VERSION: &str = "version";

/// How mapping sets differ from other documents.
pub(crate) static MAPPING_SETS: DocumentKind = DocumentKind {
    collection: "mappingSets",
    noun: "mapping set",
    id_key: "id",
    owned: &[VERSION, "createdDate", "modifiedDate", "createdBy", "modifiedBy", "updatedAt"],
    check,
    id_of: |id, _| id.simple().to_string(),
    complete,
};

fn check(members: &mut Members<'_>, problems: &mut Problems) {
    if let Some(version) = members.take(VERSION) {
        version.whole(0..=MAX_VERSION, problems);
    }
    for key in ["xdmSchema", "xdmVersion"] {
        if let Some(text) = members.take(key) {
            text.nonempty(problems);
        }
    }
    let output = members.take("outputSchema").and_then(|output| output.object(problems));
    let schema = output.and_then(|mut output| output.take("schemaRef")?.object(problems));
    if let Some(mut schema) = schema {
        if let Some(id) = schema.required("id", problems) {
            id.nonempty(problems);
        }
        schema.text("contentType", problems);
    }
    let mappings = members.required("mappings", problems);
    let mappings = mappings.and_then(|mappings| mappings.elements(0..=MAX_MAPPINGS, problems));
    for mapping in mappings.into_iter().flatten() {
        mapping.object(problems);
    }
}

fn complete(members: &mut Map<String, Value>, writing: &Writing<'_>) {
    for (key, value) in [
        (VERSION, json!(0)),
        ("createdDate", json!(writing.now)),
        ("modifiedDate", json!(writing.now)),
        ("createdBy", json!(writing.caller.user)),
        ("modifiedBy", json!(writing.caller.user)),
        ("updatedAt", json!(writing.now)),
    ] {
        members.entry(key).or_insert(value);
    }
}
