//! [`Recorder`]: makes changes last, if something does.
//!
//! Without a recorder, a change is made at once, where it is asked for. With one, the recorder decides the order of all
//! changes, and applies each once it is recorded; whoever asked waits for that.

use super::alteration::Alteration;
use super::change::{Applied, Change, KeptRuns, Wait};
use super::{Parts, Sandbox};
use crate::base::document::refusal::Refused;
use crate::base::error::{Code, Error};
use crate::base::operation::Kind;
use crate::base::time::Millis;
use crate::services::runs::extra::Events;
use crate::services::runs::ledger::Ledger;
use crate::store::{Entity, Etag, NotInserted, WriteConflict};
use hyper::StatusCode;
use std::sync::Arc;
use uuid::Uuid;

/// Records changes and applies them in the order in which they are recorded.
pub(crate) trait Recorder: Send + Sync {
    /// Records a change of that sandbox and applies it. Blocks until both are done.
    ///
    /// # Errors
    /// [`NotRecorded`]; then the change was not made.
    fn commit(&self, sandbox: &Sandbox, change: Change) -> Result<Applied, NotRecorded>;
}

/// Why a change was not recorded, and so not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotRecorded {
    pub(crate) code: Code,
    /// The cause and the remedy, as a sentence.
    pub(crate) reason: String,
}

impl From<NotRecorded> for Error {
    fn from(NotRecorded { code, reason }: NotRecorded) -> Self {
        match code.status() {
            StatusCode::SERVICE_UNAVAILABLE => Self::new(code, reason).passing(),
            _ => Self::new(code, reason),
        }
    }
}

impl From<NotRecorded> for Refused {
    fn from(NotRecorded { code, reason }: NotRecorded) -> Self {
        match code.status() {
            StatusCode::INSUFFICIENT_STORAGE => Self::not_stored(reason),
            _ => Self::unavailable(reason).passing(),
        }
    }
}

/// What a recorder answers for a change of another kind, which no recorder does.
fn mistaken() -> NotRecorded {
    NotRecorded { code: Code::Internal, reason: "the change was answered as another one".to_owned() }
}

impl Sandbox {
    /// Adds an entity and returns it.
    ///
    /// # Errors
    /// [`NotRecorded`], and [`NotInserted`] as [`Store::insert`](crate::store::Store::insert) has it.
    pub(crate) fn insert(
        &self, kind: Kind, entity: Entity, wait: Option<Wait>,
    ) -> Result<Result<Arc<Entity>, NotInserted>, NotRecorded> {
        let Some(recorder) = &self.recorder else {
            return Ok(self.contents.insert_now(kind, entity.into(), wait));
        };
        match recorder.commit(self, Change::Insert { kind, entity: entity.into(), wait })? {
            Applied::Inserted(result) => Ok(result),
            _ => Err(mistaken()),
        }
    }

    /// Replaces the entity with the id of `next`, if it still has the etag `read`; returns `next`.
    ///
    /// # Errors
    /// [`NotRecorded`], and [`WriteConflict`] as [`Store::replace_if`](crate::store::Store::replace_if) has it.
    pub(crate) fn replace(
        &self, kind: Kind, read: Etag, next: Entity, wait: Option<Wait>,
    ) -> Result<Result<Arc<Entity>, WriteConflict>, NotRecorded> {
        let Some(recorder) = &self.recorder else {
            return Ok(self.contents.replace_now(kind, read, next.into(), wait));
        };
        match recorder.commit(self, Change::Replace { kind, read, next: next.into(), wait })? {
            Applied::Replaced(result) => Ok(result),
            _ => Err(mistaken()),
        }
    }

    /// Removes the entity with that id, if it still has the etag `read`. Its runs are kept, if it has any.
    ///
    /// # Errors
    /// [`NotRecorded`], and [`WriteConflict`] as [`Store::remove_if`](crate::store::Store::remove_if) has it.
    pub(crate) fn remove(
        &self, kind: Kind, read: Etag, id: Uuid, kept: Option<KeptRuns>,
    ) -> Result<Result<(), WriteConflict>, NotRecorded> {
        let Some(recorder) = &self.recorder else {
            return Ok(self.contents.remove_now(kind, read, id, kept));
        };
        match recorder.commit(self, Change::Remove { kind, read, id, kept })? {
            Applied::Removed(result) => Ok(result),
            _ => Err(mistaken()),
        }
    }

    /// Changes the parts beside the entities. `alter` gets the parts, or with a recorder a copy of them, and may run more
    /// than once: if they have changed meanwhile, it is repeated with the new ones.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub(crate) fn alter<T>(&self, mut alter: impl FnMut(&Parts) -> T) -> Result<T, NotRecorded> {
        let Some(recorder) = &self.recorder else { return Ok(alter(&self.contents.parts)) };
        loop {
            let (read, before) = self.contents.parts_now();
            let after = before.clone();
            let result = alter(&after);
            let Some(alteration) = Alteration::between(&before, &after) else { return Ok(result) };
            match recorder.commit(self, Change::Alter { read, alteration: Box::new(alteration) })? {
                Applied::Altered(true) => return Ok(result),
                Applied::Altered(false) => {}
                _ => return Err(mistaken()),
            }
        }
    }

    /// Changes what was added to the runs of its flows; see [`alter`](Self::alter).
    ///
    /// # Errors
    /// [`NotRecorded`], and those of `change`; then nothing has changed.
    pub(crate) fn alter_runs<T, E>(
        &self, mut change: impl FnMut(&mut Ledger) -> Result<T, E>,
    ) -> Result<Result<T, E>, NotRecorded> {
        self.alter(|parts| parts.runs.change(&mut change))
    }

    /// Enables the entities that are due at `now`. `enabled` makes the enabled version of the entity of that kind with that
    /// id, etag and due time; `None` if it has another version.
    pub(crate) fn settle(&self, now: Millis, enabled: impl Fn(Kind, Uuid, Etag, Millis) -> Option<Entity>) {
        let Some(recorder) = &self.recorder else {
            return self.pending.settle(now, |kind, id, waiting, due| {
                if let Some(next) = enabled(kind, id, waiting, due) {
                    // After a conflict, the entity has another version, which does not wait.
                    _ = self.store.replace_if(kind, waiting, next);
                }
            });
        };
        for (kind, id, waiting, due) in self.pending.due(now) {
            match enabled(kind, id, waiting, due) {
                // If it is not recorded, whoever opens the sandbox next tries again.
                Some(next) => {
                    _ = recorder.commit(self, Change::Enable { kind, waiting, due, next: next.into() })
                }
                None => self.pending.enable((due, kind, id), waiting, || {}),
            }
        }
    }

    /// Counts messages that arrived for a streaming flow at `at`.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub(crate) fn count(&self, flow: Uuid, at: Millis, events: Events) -> Result<(), NotRecorded> {
        match &self.recorder {
            None => self.contents.count_now(flow, at, events),
            Some(recorder) => _ = recorder.commit(self, Change::Count { flow, at, events })?,
        }
        Ok(())
    }
}
