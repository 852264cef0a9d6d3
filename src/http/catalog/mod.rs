//! The calls of the Catalog. Reference: "The other services, minimally".

mod create;
mod get;
mod list;

pub(crate) use list::MAX_LIMIT;

use super::routes::Routes;
use crate::base::operation::Operation;
use crate::services::catalog::DATA_SETS;
use crate::services::documents::Document;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::sync::Arc;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListDataSets, list::list)
        .on(Operation::CreateDataSet, create::create)
        .on(Operation::GetDataSet, get::get)
}

/// Data sets as the Catalog answers them: an object with each of them under its id.
struct ById<'a>(&'a [Arc<Document>]);

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
