//! The data sets of the Catalog. Reference: "The other services, minimally".
//!
//! Decided: a data set needs a `name`. Its schema, in `schemaRef`, may be missing.

use super::documents::{DocumentKind, Writing};
use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use serde_json::{Map, Value, json};

/// The number of digits of an id.
const ID_DIGITS: usize = 24;

/// How data sets differ from other documents.
pub(crate) static DATA_SETS: DocumentKind = DocumentKind {
    collection: "dataSets",
    noun: "data set",
    id_key: "id",
    owned: &[
        "version",
        "imsOrg",
        "sandboxId",
        "created",
        "updated",
        "createdClient",
        "createdUser",
        "updatedUser",
    ],
    check,
    id_of: |id, _| {
        let mut digits = id.simple().to_string();
        digits.truncate(ID_DIGITS);
        digits
    },
    complete,
};

fn check(members: &mut Members<'_>, problems: &mut Problems) {
    if let Some(name) = members.required("name", problems) {
        name.nonempty(problems);
    }
    let schema = members.take("schemaRef").and_then(|schema| schema.object(problems));
    if let Some(mut schema) = schema {
        if let Some(id) = schema.required("id", problems) {
            id.nonempty(problems);
        }
        schema.text("contentType", problems);
    }
    if let Some(tags) = members.take("tags") {
        tags.object(problems);
    }
}

fn complete(members: &mut Map<String, Value>, writing: &Writing<'_>) {
    // They name the sandbox in which the data set is, even if a seed comes from another.
    members.insert("imsOrg".to_owned(), json!(writing.tenant.ims_org));
    members.insert("sandboxId".to_owned(), json!(writing.tenant.sandbox_id()));
    for (key, value) in [
        ("version", json!("1.0.0")),
        ("created", json!(writing.now)),
        ("updated", json!(writing.now)),
        ("createdClient", json!(writing.caller.api_key)),
        ("createdUser", json!(writing.caller.user)),
        ("updatedUser", json!(writing.caller.user)),
    ] {
        members.entry(key).or_insert(value);
    }
}
