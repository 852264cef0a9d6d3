//! [`Neighbours`]: what the services beside the Flow Service keep for a sandbox.

use super::catalog::DATA_SETS;
use super::connectors::encryption::KEYS;
use super::connectors::landing_zone::LANDING_ZONES;
use super::data_prep::MAPPING_SETS;
use super::documents::{DocumentKind, Documents, MAX_DOCUMENTS};
use super::schema_registry::SCHEMAS;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;

/// The documents of a sandbox, by kind. A clone is a saved state.
#[derive(Clone, Default)]
pub(crate) struct Neighbours {
    pub(crate) schemas: Documents,
    pub(crate) data_sets: Documents,
    pub(crate) mapping_sets: Documents,
    pub(crate) landing_zones: Documents,
    pub(crate) encryption_keys: Documents,
}

impl Neighbours {
    /// The documents of each kind, in the order of state documents.
    pub(crate) fn each(&self) -> [(&'static DocumentKind, &Documents); 5] {
        [
            (&SCHEMAS, &self.schemas),
            (&DATA_SETS, &self.data_sets),
            (&MAPPING_SETS, &self.mapping_sets),
            (&LANDING_ZONES, &self.landing_zones),
            (&KEYS, &self.encryption_keys),
        ]
    }

    /// Whether there is none of any kind.
    pub(crate) fn is_empty(&self) -> bool {
        self.each().iter().all(|(_, documents)| documents.is_empty())
    }

    /// Adds all documents of `added`, which replace those with their ids.
    pub(crate) fn merge(&self, added: &Self) {
        for ((_, own), (_, added)) in self.each().into_iter().zip(added.each()) {
            own.merge(added);
        }
    }

    /// The documents that are not in `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            schemas: self.schemas.since(&before.schemas),
            data_sets: self.data_sets.since(&before.data_sets),
            mapping_sets: self.mapping_sets.since(&before.mapping_sets),
            landing_zones: self.landing_zones.since(&before.landing_zones),
            encryption_keys: self.encryption_keys.since(&before.encryption_keys),
        }
    }

    /// Takes the documents of each kind from a sandbox in a state document, which is added to `live` if there is one.
    /// Mistakes are added to `problems`.
    pub(crate) fn read(
        sandbox: &mut Members<'_>, tenant: &Tenant, live: Option<&Self>, now: Millis, problems: &mut Problems,
    ) -> Self {
        let mut read = |kind: &DocumentKind| kind.read_seeded(sandbox, tenant, now, problems);
        let added = Self {
            schemas: read(&SCHEMAS),
            data_sets: read(&DATA_SETS),
            mapping_sets: read(&MAPPING_SETS),
            landing_zones: read(&LANDING_ZONES),
            encryption_keys: read(&KEYS),
        };
        if let Some(live) = live {
            let together = live.clone();
            together.merge(&added);
            for (kind, documents) in together.each() {
                if documents.count() > MAX_DOCUMENTS {
                    let reason = format!("are too many: a sandbox has at most {MAX_DOCUMENTS}");
                    problems.add(format_args!("{}/{}", sandbox.path(), kind.collection), reason);
                }
            }
        }
        added
    }
}
