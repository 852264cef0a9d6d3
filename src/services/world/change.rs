//! [`Change`]: a change of a sandbox as a value, which can be recorded before it is made.
//!
//! A change holds all that it needs: ids, etags and times are chosen when it is proposed. Whether it is made is decided when
//! it is [applied](Contents::apply), from the state that the sandbox has then: of two updates that read one etag, the first
//! one that is applied wins.

use super::alteration::Alteration;
use super::parts::Version;
use super::{Contents, Waiting};
use crate::base::operation::Kind;
use crate::base::time::Millis;
use crate::services::runs::extra::Events;
use crate::services::runs::outcome::Durations;
use crate::services::runs::plan::Plan;
use crate::store::{Entity, Etag, NotInserted, WriteConflict};
use std::sync::Arc;
use uuid::Uuid;

/// A change of a sandbox.
pub(crate) enum Change {
    /// Adds an entity.
    Insert { kind: Kind, entity: Arc<Entity>, wait: Option<Wait> },
    /// Replaces an entity that still has the etag `read`.
    Replace { kind: Kind, read: Etag, next: Arc<Entity>, wait: Option<Wait> },
    /// Removes an entity that still has the etag `read`.
    Remove { kind: Kind, read: Etag, id: Uuid, kept: Option<KeptRuns> },
    /// Enables an entity that is due, if it still has the etag with which it began to wait.
    Enable { kind: Kind, waiting: Etag, due: Millis, next: Arc<Entity> },
    /// Changes the parts beside the entities, if they are as they were when the change was computed.
    Alter { read: Version, alteration: Box<Alteration> },
    /// Counts messages that arrived for a streaming flow.
    Count { flow: Uuid, at: Millis, events: Events },
}

/// How long a stored entity waits to be enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    /// The time from which it waits.
    pub(crate) from: Millis,
    /// How long it waits, in milliseconds.
    pub(crate) ms: Millis,
}

/// The flow whose finished runs can still be read after its deletion.
pub(crate) struct KeptRuns {
    pub(crate) plan: Arc<Plan>,
    /// The time of the deletion.
    pub(crate) at: Millis,
    pub(crate) base: Durations<Millis>,
}

/// The result of a change.
pub(crate) enum Applied {
    /// An entity was to be added.
    Inserted(Result<Arc<Entity>, NotInserted>),
    /// An entity was to be replaced.
    Replaced(Result<Arc<Entity>, WriteConflict>),
    /// An entity was to be removed.
    Removed(Result<(), WriteConflict>),
    /// Parts were to be changed: whether they were as expected, and so have changed.
    Altered(bool),
    /// There is nothing to say.
    Done,
}

impl Contents {
    /// Makes a change, unless the state of the sandbox forbids it.
    pub(crate) fn apply(&self, change: Change) -> Applied {
        match change {
            Change::Insert { kind, entity, wait } => Applied::Inserted(self.insert_now(kind, entity, wait)),
            Change::Replace { kind, read, next, wait } => {
                Applied::Replaced(self.replace_now(kind, read, next, wait))
            }
            Change::Remove { kind, read, id, kept } => {
                Applied::Removed(self.remove_now(kind, read, id, kept))
            }
            Change::Enable { kind, waiting, due, next } => {
                self.pending.enable((due, kind, next.id()), waiting, || {
                    // After a conflict, the entity has another version, which does not wait.
                    _ = self.store.replace_if(kind, waiting, next);
                });
                Applied::Done
            }
            Change::Alter { read, alteration } => Applied::Altered(self.alter_now(read, &alteration)),
            Change::Count { flow, at, events } => {
                self.count_now(flow, at, events);
                Applied::Done
            }
        }
    }

    pub(super) fn insert_now(
        &self, kind: Kind, entity: Arc<Entity>, wait: Option<Wait>,
    ) -> Result<Arc<Entity>, NotInserted> {
        let (id, etag) = (entity.id(), entity.etag);
        self.storing(wait.map(|wait| (Waiting { kind, id, etag, ms: wait.ms }, wait.from)), || {
            self.store.insert(kind, entity)
        })
    }

    pub(super) fn replace_now(
        &self, kind: Kind, read: Etag, next: Arc<Entity>, wait: Option<Wait>,
    ) -> Result<Arc<Entity>, WriteConflict> {
        let (id, etag) = (next.id(), next.etag);
        self.storing(wait.map(|wait| (Waiting { kind, id, etag, ms: wait.ms }, wait.from)), || {
            self.store.replace_if(kind, read, next)
        })
    }

    /// Stores an entity with `store`. If it waits to be enabled, it does so from that time on.
    fn storing<T, E>(
        &self, waiting: Option<(Waiting, Millis)>, store: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match waiting {
            None => store(),
            Some((waiting, from)) => self.pending.storing(waiting, from, store),
        }
    }

    pub(super) fn remove_now(
        &self, kind: Kind, read: Etag, id: Uuid, kept: Option<KeptRuns>,
    ) -> Result<(), WriteConflict> {
        // First, so that whoever does not find the flow finds its runs.
        if let Some(KeptRuns { plan, at, base }) = kept {
            self.counting_alterations(|| self.runs.flow_deleted(&plan, at, base));
        }
        self.store.remove_if(kind, read, id)
    }

    pub(super) fn count_now(&self, flow: Uuid, at: Millis, events: Events) {
        self.counting_alterations(|| self.runs.record_events(flow, at, events));
    }
}
