//! `x-flowmock`: the part of a connection spec that only flowmock reads, for facts that documents of the real service
//! do not contain. Responses do not contain it.

use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use serde_json::{Map, Value};

/// The key of the extension in a document.
const KEY: &str = "x-flowmock";

/// The value of [`KEY`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension {
    /// Whether connections of the spec can be patched; if not, each PATCH is a FLOW-1445-400.
    pub(super) patch_allowed: bool,
    /// Whether another document may have the same id and version.
    pub(super) shares_id: bool,
    /// Whether the tables of a streaming source, whose spec has no `exploreSpec`, can be explored.
    pub(super) explorable: bool,
}

impl Extension {
    /// Takes the extension out of the document at `path`; returns the default if the extension is invalid.
    pub(super) fn take(document: &mut Map<String, Value>, path: &str, problems: &mut Problems) -> Self {
        let mut extension = Self { patch_allowed: true, shares_id: false, explorable: false };
        let Some(value) = document.shift_remove(KEY) else { return extension };
        let Some(mut members) = Member::at(format!("{path}/{KEY}"), &value).object(problems) else {
            return extension;
        };
        for (key, field) in [
            ("patchAllowed", &mut extension.patch_allowed),
            ("sharesId", &mut extension.shares_id),
            ("explorable", &mut extension.explorable),
        ] {
            let read = members.take(key).and_then(|member| member.boolean(problems));
            *field = read.unwrap_or(*field);
        }
        members.end(problems);
        extension
    }

    /// Puts the fields that differ from their defaults back into a document.
    pub(super) fn put_back(&self, document: &mut Map<String, Value>) {
        let Self { patch_allowed, shares_id, explorable } = *self;
        let mut members = Map::new();
        if !patch_allowed {
            members.insert("patchAllowed".to_owned(), false.into());
        }
        if shares_id {
            members.insert("sharesId".to_owned(), true.into());
        }
        if explorable {
            members.insert("explorable".to_owned(), true.into());
        }
        if !members.is_empty() {
            document.insert(KEY.to_owned(), Value::Object(members));
        }
    }
}
