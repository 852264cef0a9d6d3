//! The JSON of data sets. Reference: "The other services, minimally".

use crate::services::catalog::DATA_SETS;
use crate::services::documents::Document;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::sync::Arc;

/// Data sets as the Catalog answers them: an object with each of them under its id.
pub(super) struct ById<'a>(pub(super) &'a [Arc<Document>]);

impl Serialize for ById<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_map(Some(self.0.len()))?;
        for data_set in self.0 {
            all.serialize_entry(data_set.id(), &WithoutId(data_set))?;
        }
        all.end()
    }
}

struct WithoutId<'a>(&'a Document);

impl Serialize for WithoutId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.0.members().iter().filter(|(key, _)| *key != DATA_SETS.id_key);
        serializer.collect_map(members)
    }
}
