//! A connection as it is stored: from its facts to the bytes that answer a read, and back for an update.
//!
//! Reference: "A base connection".

use super::definition::{Auth, Definition, SpecRef};
use crate::base::error::Error;
use crate::base::json;
use crate::base::json::Nulls;
use crate::base::tenant::{Caller, Tenant};
use crate::base::time::Millis;
use crate::store::{Entity, Etag, Key, Position, State};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Who wrote, and when.
pub(crate) struct Mark {
    pub(crate) at: Millis,
    by: String,
    client: String,
}

impl Mark {
    /// A write of that caller's.
    pub(crate) fn new(at: Millis, caller: &Caller) -> Self {
        Self { at, by: caller.user.clone(), client: caller.api_key.clone() }
    }

    /// The same, by that user.
    pub(crate) fn written_by(self, user: &str) -> Self {
        Self { by: user.to_owned(), ..self }
    }

    /// The user who wrote.
    pub(crate) fn by(&self) -> &str {
        &self.by
    }

    /// The API key.
    pub(crate) fn client(&self) -> &str {
        &self.client
    }
}

/// Everything that there is to say of a connection.
pub(crate) struct Record<'a> {
    pub(crate) id: Uuid,
    pub(crate) tenant: &'a Tenant,
    /// The tenant's [`Tenant::sandbox_id`].
    pub(crate) sandbox_id: Uuid,
    pub(crate) created: &'a Mark,
    pub(crate) updated: &'a Mark,
    pub(crate) definition: &'a Definition,
    pub(crate) state: State,
    pub(crate) etag: Etag,
}

impl Record<'_> {
    /// The connection, ready to be stored. `size_hint` is about how many bytes the definition has.
    ///
    /// # Errors
    /// FLOW-1400-500 if it does not serialise, which no JSON value can bring about.
    pub(crate) fn into_entity(self, size_hint: usize) -> Result<Entity, Error> {
        const ABOUT_OUR_OWN_KEYS: usize = 640;
        let etag = self.etag.text();
        let wire = Wire::of(&self, etag.as_str());
        let answer =
            Entity::answer(ABOUT_OUR_OWN_KEYS + size_hint, |bytes| serde_json::to_writer(bytes, &wire))
                .map_err(Error::internal)?;
        let Self { id, created, definition, state, etag, .. } = self;
        Ok(Entity {
            position: Position::new(created.at, id),
            etag,
            state,
            // In the order of `fields::INDEXED`.
            keys: [&definition.name, &definition.connection_spec.id, state.name()].map(Key::of),
            own_fields: definition.extra.keys().map(|key| key.as_str().into()).collect(),
            answer,
        })
    }
}

/// The keys on the wire, in the documented order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    id: Uuid,
    created_at: Millis,
    updated_at: Millis,
    created_by: &'a str,
    updated_by: &'a str,
    created_client: &'a str,
    updated_client: &'a str,
    sandbox_id: Uuid,
    sandbox_name: &'a str,
    ims_org_id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    connection_spec: &'a SpecRef,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<&'a Auth>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
    version: &'a str,
    etag: &'a str,
}

impl<'a> Wire<'a> {
    /// `etag` is the record's, as text.
    fn of(record: &'a Record<'a>, etag: &'a str) -> Self {
        let Record { id, tenant, sandbox_id, created, updated, definition, state, etag: _ } = record;
        Self {
            id: *id,
            created_at: created.at,
            updated_at: updated.at,
            created_by: &created.by,
            updated_by: &updated.by,
            created_client: &created.client,
            updated_client: &updated.client,
            sandbox_id: *sandbox_id,
            sandbox_name: &tenant.sandbox,
            ims_org_id: &tenant.ims_org,
            name: &definition.name,
            description: definition.description.as_deref(),
            connection_spec: &definition.connection_spec,
            state: state.name(),
            auth: definition.auth.as_ref(),
            extra: &definition.extra,
            version: etag,
            etag,
        }
    }
}

/// A stored connection, read back to be changed.
pub(crate) struct Stored {
    /// Who created it.
    pub(crate) created: Mark,
    /// All of it, keys of the service included.
    pub(crate) json: Value,
}

impl Stored {
    /// # Errors
    /// FLOW-1400-500 if the bytes are not what [`Record::into_entity`] writes.
    pub(crate) fn read(entity: &Entity) -> Result<Self, Error> {
        let json = json::parse(entity.item(), Nulls::Kept).map_err(Error::internal)?;
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let created =
            Mark { at: entity.position.created_at(), by: text("createdBy"), client: text("createdClient") };
        Ok(Self { created, json })
    }
}
