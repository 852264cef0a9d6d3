//! Entities that are `initializing` first and `enabled` a moment later, when a fault rule or a state document asks for
//! that.
//!
//! Reference: "Operations on /connections" (states of new connections). Decided: the service enables them, so the new
//! version has the user and the client that the service uses for its own writes, and the due time; the operation that made
//! the entity wait ends then.

use super::kind::KindSpec;
use super::last_operation::LAST_OPERATION;
use crate::base::error::Error;
use crate::base::json;
use crate::base::json::Nulls;
use crate::base::time::Millis;
use crate::services::world::Sandbox;
use crate::store::ids::Env;
use crate::store::{Entity, Etag, Key, State};
use uuid::Uuid;

/// The longest time for which an entity can be made to wait, in milliseconds: an hour.
pub(crate) const MAX_INITIALIZING_MS: u64 = 60 * 60 * 1000;

/// The setting for how long a seeded entity waits, in milliseconds.
pub(crate) const ENABLED_AFTER_MS: &str = "enabledAfterMs";

/// The user and the API key in the stamps of the service's own writes.
const SERVICE_USER: &str = "acp_foundation_connectors@AdobeID";
const SERVICE_CLIENT: &str = "acp_foundation_connectors";

impl KindSpec {
    /// The state of an entity that an operation puts in `state`, and how long it waits there to be enabled: `initializing`
    /// instead of `enabled`, if it shall wait and its kind has that state.
    pub(super) fn state_at_first(&self, state: State, wait: Option<Millis>) -> (State, Option<Millis>) {
        let has_initializing = || self.lifecycle.state(State::Initializing.name()).is_some();
        match wait {
            Some(wait) if state == State::Enabled && has_initializing() => (State::Initializing, Some(wait)),
            _ => (state, None),
        }
    }

    /// The version of the entity with that id that is enabled at `due`, if it is `initializing` and still has the etag
    /// `waiting`.
    pub(crate) fn enabled_at(
        &self, sandbox: &Sandbox, env: &Env, id: Uuid, waiting: Etag, due: Millis,
    ) -> Option<Entity> {
        let current = sandbox.store.get(self.kind, id)?;
        if current.etag != waiting || current.state != State::Initializing {
            return None;
        }
        // An entity that cannot be read is in the log.
        self.enabled(&current, due, |at| env.etag(&sandbox.sequence, at)).ok()
    }

    /// The enabled version of an entity.
    ///
    /// # Errors
    /// FLOW-1400-500 if the stored bytes are no item, which no client can cause.
    fn enabled(
        &self, current: &Entity, due: Millis, etag: impl FnOnce(Millis) -> Etag,
    ) -> Result<Entity, Error> {
        let mut item = json::parse(current.item(), Nulls::Kept).map_err(Error::internal)?;
        // In a burst, an entity is created a little ahead of the clock.
        let at = due.max(item["updatedAt"].as_i64().unwrap_or_default());
        let etag = etag(at);
        item["updatedAt"] = at.into();
        item["updatedBy"] = SERVICE_USER.into();
        item["updatedClient"] = SERVICE_CLIENT.into();
        item["state"] = State::Enabled.name().into();
        item["version"] = etag.text().as_str().into();
        item["etag"] = etag.text().as_str().into();
        item[LAST_OPERATION]["updated"] = at.into();
        let mut keys = current.keys.clone();
        for (field, key) in self.indexed.iter().zip(&mut keys) {
            if *field == "state" {
                *key = Key::of(State::Enabled.name());
            }
        }
        const ABOUT_THE_SERVICES_STAMP: usize = 100;
        let write = |bytes: &mut Vec<u8>| json::write(bytes, &item);
        let json = Entity::write_item(current.item().len() + ABOUT_THE_SERVICES_STAMP, write);
        Ok(Entity {
            position: current.position,
            etag,
            state: State::Enabled,
            keys,
            more: current.more.clone(),
            item: json.map_err(Error::internal)?,
        })
    }
}
