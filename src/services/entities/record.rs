//! [`EntityRecord`]: turns an entity into its stored form, the bytes that answer a read; [`Stored`] turns it back for an
//! update.
//!
//! Reference: "A base connection".

use super::definition::Definition;
use super::keys::Keys;
use super::last_operation::{LAST_OPERATION, LastOperation};
use crate::base::error::Error;
use crate::base::json;
use crate::base::json::Nulls;
use crate::base::tenant::{Caller, Tenant};
use crate::base::time::Millis;
use crate::store::{Entity, Etag, More, Position, State};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use uuid::Uuid;

/// The time of a write and its writer.
pub(crate) struct Stamp {
    /// The time, in milliseconds since the epoch.
    pub(crate) at: Millis,
    /// The user.
    pub(crate) user: String,
    /// The API key.
    pub(crate) client: String,
}

impl Stamp {
    /// The stamp of a write by `caller`.
    pub(crate) fn new(at: Millis, caller: &Caller) -> Self {
        Self { at, user: caller.user.clone(), client: caller.api_key.clone() }
    }
}

/// The facts in an item.
pub(crate) struct EntityRecord<'a, D> {
    pub(crate) id: Uuid,
    pub(crate) tenant: &'a Tenant,
    /// The tenant's [`Tenant::sandbox_id`].
    pub(crate) sandbox_id: Uuid,
    pub(crate) created: &'a Stamp,
    pub(crate) updated: &'a Stamp,
    pub(crate) definition: &'a D,
    pub(crate) state: State,
    pub(crate) etag: Etag,
    pub(crate) last_operation: &'a LastOperation,
}

impl<D: Definition> EntityRecord<'_, D> {
    /// The entity to store in the place of `before`. `size_hint` is the approximate size of the definition, in bytes.
    ///
    /// # Errors
    /// FLOW-1400-500 if it does not serialise, which no JSON value can cause.
    pub(crate) fn into_entity(self, size_hint: usize, before: Option<&Entity>) -> Result<Entity, Error> {
        const ABOUT_OUR_OWN_KEYS: usize = 730;
        let write = |bytes: &mut Vec<u8>| json::write(bytes, &self);
        let item = Entity::write_item(ABOUT_OUR_OWN_KEYS + size_hint, write).map_err(Error::internal)?;
        let Self { id, created, updated, definition, state, etag, .. } = self;
        Ok(Entity {
            position: Position::new(created.at, id),
            etag,
            state,
            keys: definition.keys(state),
            more: More::of(
                definition.own_fields(),
                definition.holds(),
                definition.facts(id, state, updated.at, before),
            ),
            item,
        })
    }
}

/// The item, its keys in the documented order.
impl<D: Definition> Serialize for EntityRecord<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { id, tenant, sandbox_id, created, updated, definition, state, etag, last_operation } = self;
        let etag = etag.text();
        let mut item = serializer.serialize_map(None)?;
        item.serialize_entry("id", id)?;
        item.serialize_entry("createdAt", &created.at)?;
        item.serialize_entry("updatedAt", &updated.at)?;
        item.serialize_entry("createdBy", &created.user)?;
        item.serialize_entry("updatedBy", &updated.user)?;
        item.serialize_entry("createdClient", &created.client)?;
        item.serialize_entry("updatedClient", &updated.client)?;
        item.serialize_entry("sandboxId", sandbox_id)?;
        item.serialize_entry("sandboxName", &*tenant.sandbox)?;
        item.serialize_entry("imsOrgId", &*tenant.ims_org)?;
        definition.write(*state, &mut item)?;
        item.serialize_entry("version", etag.as_str())?;
        item.serialize_entry("etag", etag.as_str())?;
        item.serialize_entry(LAST_OPERATION, last_operation)?;
        item.end()
    }
}

/// The members that [`EntityRecord`] writes and no PATCH can touch, without those that [`Stored`] reads.
const WRITTEN_ANEW: [&str; 11] = [
    "id",
    "createdAt",
    "updatedAt",
    "updatedBy",
    "updatedClient",
    "sandboxId",
    "sandboxName",
    "imsOrgId",
    "version",
    "etag",
    LAST_OPERATION,
];

/// A stored entity, read back to be changed.
pub(crate) struct Stored {
    /// The stamp of its creation.
    pub(crate) created: Stamp,
    /// The whole item, including the service's keys.
    pub(crate) json: Value,
}

impl Stored {
    /// Reads a stored entity.
    ///
    /// # Errors
    /// FLOW-1400-500 if [`EntityRecord::into_entity`] did not write the bytes.
    pub(crate) fn read(entity: &Entity) -> Result<Self, Error> {
        Self::of(entity, json::parse(entity.item(), Nulls::Kept))
    }

    /// Reads a stored entity of a kind with those keys, to change it. The members that [`EntityRecord`] writes anew are left
    /// out, unless the kind itself decides about every path of a PATCH.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn read_to_change(entity: &Entity, keys: &Keys) -> Result<Self, Error> {
        if keys.is_providers {
            return Self::read(entity);
        }
        Self::of(entity, json::parse_without(entity.item(), &WRITTEN_ANEW))
    }

    fn of(entity: &Entity, json: Result<Value, String>) -> Result<Self, Error> {
        let json = json.map_err(Error::internal)?;
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let created = Stamp {
            at: entity.position.created_at(),
            user: text("createdBy"),
            client: text("createdClient"),
        };
        Ok(Self { created, json })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kinds;

    #[test]
    fn a_patch_cannot_touch_what_a_change_leaves_unread() {
        for spec in kinds::ALL.iter().filter(|spec| !spec.keys.is_providers) {
            for key in WRITTEN_ANEW {
                assert!(spec.keys.is_fixed(key), "{key} of {}", spec.kind.plural());
            }
        }
    }
}
