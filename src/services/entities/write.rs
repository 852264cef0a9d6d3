//! The rules of the operations that change entities: create, update, act, delete.
//!
//! Reference: "Operations on /connections", "Updating"; `errors.csv`, FLOW-1403-400, FLOW-1404-412, FLOW-1416-400 to
//! FLOW-1421-400, FLOW-1445-400.

use super::context::{Context, Write, max_item_bytes};
use super::definition::{Completeness, Definition};
use super::id::Id;
use super::if_match::IfMatch;
use super::kind::{KindRules, KindSpec};
use super::last_operation::{LastOperation, UPDATE};
use super::lifecycle::Action;
use super::patch::{Moves, PatchOperation};
use super::record::{EntityRecord, Stamp, Stored};
use super::seed;
use crate::base::error::{Code, Error};
use crate::base::json::drop_nulls;
use crate::base::operation::Kind;
use crate::base::time;
use crate::base::time::Millis;
use crate::services::world::{KeptRuns, Sandbox, Wait};
use crate::store::{Direction, Entity, EntityRef, NotInserted, Scope, State, WriteConflict};
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

impl KindRules {
    /// The rules of a kind with definitions of type `D`.
    pub(crate) const fn of<D: Definition>() -> Self {
        Self {
            create: create::<D>,
            update: update::<D>,
            act: act::<D>,
            is_slow: is_slow::<D>,
            is_change_slow: is_change_slow::<D>,
            read_seed: seed::read::<D>,
        }
    }
}

impl KindSpec {
    /// Stores a new entity. `json` is the body of a POST of `size` bytes, without `null`s in its objects.
    ///
    /// # Errors
    /// Those of the definition, or FLOW-1004-403 if the sandbox is full.
    pub(crate) fn create(
        &self, write: &Write<'_>, json: Value, completeness: Completeness, size: usize,
    ) -> Result<Arc<Entity>, Error> {
        (self.rules.create)(self, write, json, completeness, size)
    }

    /// Applies the operations of a PATCH to a stored entity.
    ///
    /// # Errors
    /// FLOW-1439-404, FLOW-1404-412, those of its state or kind, an operation that cannot be applied, and those of a
    /// POST of the result.
    pub(crate) fn update(
        &self, write: &Write<'_>, id: &Id, if_match: &IfMatch, operations: &[PatchOperation],
    ) -> Result<Arc<Entity>, Error> {
        (self.rules.update)(self, write, id, if_match, operations)
    }

    /// Performs an action.
    ///
    /// # Errors
    /// FLOW-1439-404, FLOW-1404-412, FLOW-1422-400, or those of [`update`](Self::update).
    pub(crate) fn act(
        &self, write: &Write<'_>, id: &Id, if_match: &IfMatch, action: Action,
    ) -> Result<Arc<Entity>, Error> {
        (self.rules.act)(self, write, id, if_match, action)
    }

    /// Whether [`create`](Self::create) with that body may take long. If so, it must run on another thread.
    pub(crate) fn is_slow(&self, write: &Write<'_>, json: &Value) -> bool {
        (self.rules.is_slow)(write, json)
    }

    /// Whether [`update`](Self::update) and [`act`](Self::act) on that entity may take long.
    pub(crate) fn is_change_slow(&self, write: &Write<'_>, id: &Id) -> bool {
        (self.rules.is_change_slow)(self, write, id)
    }

    /// Deletes a stored entity. `kept` says which of its runs can still be read.
    ///
    /// # Errors
    /// FLOW-1439-404, or those of its state.
    pub(crate) fn delete(
        &self, sandbox: &Sandbox, id: &Id, kept: impl Fn(&Entity) -> Option<KeptRuns>,
    ) -> Result<(), Error> {
        loop {
            let current = id.find(sandbox, self.kind)?;
            self.lifecycle.check_delete(self.kind, current.state)?;
            match sandbox.remove(self.kind, current.etag, current.id(), kept(&current))? {
                Ok(()) => return Ok(()),
                Err(WriteConflict::Held) => return Err(self.held(id)),
                Err(_) => {} // the entity is read again
            }
        }
    }

    /// The error of deleting an entity that another one holds.
    fn held(&self, id: &Id) -> Error {
        let Some(code) = self.in_use else {
            return Error::internal("an entity is held whose kind nothing holds");
        };
        let (noun, path) = (self.kind.noun(), id.as_str());
        let detail = format!("the {noun} {path} is used by one or more flows; delete those first");
        Error::new(code, detail).report("id", path)
    }

    /// Checks that the sandbox may hold another entity of this kind. Concurrent creations may exceed the limit by the
    /// number of threads: with an exact limit, each creation would wait for the others.
    fn check_quota(&self, write: &Write<'_>) -> Result<(), Error> {
        let (held, max) = (write.sandbox.store.count(self.kind, &Scope::All), (self.quota.of)(write.config));
        if held < max {
            return Ok(());
        }
        let (several, flag) = (self.kind.plural(), self.quota.flag);
        let detail = format!(
            "this organisation and sandbox holds {held} {several} and may hold {max}; delete some, or start flowmock \
             with a higher {flag}"
        );
        Err(Error::new(Code::SandboxFull, detail))
    }
}

/// The `createdAt` of an entity that is created now: at least a millisecond after the newest one, since a list is
/// newest first and a client may be faster than the clock's steps. In a burst of more than a thousand, entities share a
/// millisecond, so that times stay close to the clock.
fn creation_time(sandbox: &Sandbox, kind: Kind, now: Millis) -> Millis {
    const MAX_AHEAD: Millis = 1000;
    let newest = sandbox.store.by_time(kind, &Scope::All, Direction::Descending, None, 1);
    let behind_newest = newest.iter().next().map_or(now, |newest| newest.position.created_at() + 1);
    now.max(behind_newest.min(now + MAX_AHEAD)).min(time::LAST)
}

/// [`KindSpec::is_slow`] for definitions of type `D`.
fn is_slow<D: Definition>(write: &Write<'_>, json: &Value) -> bool {
    let context = write.context();
    D::can_be_slow(&context) && D::is_slow(json, &context)
}

/// [`KindSpec::is_change_slow`] for definitions of type `D`.
fn is_change_slow<D: Definition>(spec: &KindSpec, write: &Write<'_>, id: &Id) -> bool {
    let context = write.context();
    if !D::can_be_slow(&context) {
        return false;
    }
    let stored = id.find(write.sandbox, spec.kind).and_then(|current| Stored::read(&current));
    stored.is_ok_and(|stored| D::is_slow(&stored.json, &context))
}

/// [`KindSpec::create`] for definitions of type `D`.
fn create<D: Definition>(
    spec: &KindSpec, write: &Write<'_>, mut json: Value, completeness: Completeness, size: usize,
) -> Result<Arc<Entity>, Error> {
    let Write { sandbox, env, .. } = *write;
    D::prepare(&mut json, completeness, write)?;
    let context = write.context();
    let mut definition = D::read(json, completeness, &context)?;
    spec.check_quota(write)?;
    let now = env.now();
    let stamp = Stamp::new(creation_time(sandbox, spec.kind, now), write.caller);
    let etag = env.etag(&sandbox.sequence, now);
    let state = match completeness {
        Completeness::Draft => State::Draft,
        Completeness::Whole | Completeness::Past => spec.lifecycle.initial,
    };
    let (state, wait) = spec.state_at_first(state, write.initializing_for);
    let last_operation = LastOperation::creation(state, stamp.at).with(D::operation_details(None));
    loop {
        let id = write.id.unwrap_or_else(|| env.entity_id(&sandbox.sequence));
        definition.complete(id, &sandbox.tenant, &context, None);
        let record = EntityRecord {
            id,
            tenant: &sandbox.tenant,
            sandbox_id: sandbox.id(),
            created: &stamp,
            updated: &stamp,
            definition: &definition,
            state,
            etag,
            last_operation: &last_operation,
        };
        let entity = record.into_entity(size, None)?;
        let wait = wait.map(|ms| Wait { from: now, ms });
        match sandbox.insert(spec.kind, entity, wait)? {
            Ok(entity) => {
                add_inlet(write, &definition, id);
                return Ok(entity);
            }
            Err(NotInserted::Missing(missing)) => return Err(gone(missing)),
            Err(NotInserted::IdTaken) if write.id.is_some() => {
                return Err(Error::internal("the id of a new entity is taken"));
            }
            // A state document gave this id to another entity, so the next one is tried.
            Err(NotInserted::IdTaken) => {}
        }
    }
}

/// [`KindSpec::update`] for definitions of type `D`.
fn update<D: Definition>(
    spec: &KindSpec, write: &Write<'_>, id: &Id, if_match: &IfMatch, operations: &[PatchOperation],
) -> Result<Arc<Entity>, Error> {
    let details = D::operation_details(Some(operations));
    let change = Change { operation: UPDATE, details, initializing_for: None, completeness: D::AFTER_PATCH };
    change.apply::<D>(spec, write, id, if_match, |state, json, context| {
        spec.lifecycle.check_update(spec.kind, state)?;
        D::check_patchable(json, context)?;
        let mut moves = Moves::default();
        for operation in operations {
            match D::checked_operation(operation, json, context)? {
                Some(other) => other.apply(json, spec.kind, &mut moves)?,
                None => operation.apply(json, spec.kind, &mut moves)?,
            }
        }
        drop_nulls(json);
        spec.lifecycle.patched(state, json.get("state"))
    })
}

/// [`KindSpec::act`] for definitions of type `D`.
fn act<D: Definition>(
    spec: &KindSpec, write: &Write<'_>, id: &Id, if_match: &IfMatch, action: Action,
) -> Result<Arc<Entity>, Error> {
    let change = Change {
        operation: action.name(),
        details: D::operation_details(None),
        initializing_for: write.initializing_for,
        // Publishing checks a draft as its creation would have; the other actions do not touch the definition.
        completeness: if action == Action::Publish { Completeness::Whole } else { D::AFTER_PATCH },
    };
    change.apply::<D>(spec, write, id, if_match, |state, _, _| spec.lifecycle.after(spec.kind, action, state))
}

/// A kind of change to a stored entity.
struct Change {
    /// Its name.
    operation: &'static str,
    /// Further members of the last operation.
    details: Map<String, Value>,
    /// How complete the definition must be afterwards, unless it is a draft.
    completeness: Completeness,
    /// How long an entity that the change enables is `initializing` first, in milliseconds.
    initializing_for: Option<Millis>,
}

impl Change {
    /// Changes a stored entity: `edit` gets its state and its JSON, changes the JSON, and returns the next state.
    ///
    /// The new version is made without a lock and stored only if the entity has not changed; otherwise everything is
    /// repeated with the new entity, so `edit` may run more than once.
    fn apply<D: Definition>(
        &self, spec: &KindSpec, write: &Write<'_>, id: &Id, if_match: &IfMatch,
        edit: impl Fn(State, &mut Value, &Context<'_>) -> Result<State, Error>,
    ) -> Result<Arc<Entity>, Error> {
        let Write { sandbox, env, .. } = *write;
        loop {
            let current = id.find(sandbox, spec.kind)?;
            if_match.check(current.etag, spec.kind)?;
            let context = write.context();
            let Stored { created, mut json } = Stored::read_to_change(&current, &spec.keys)?;
            let made = D::made_by_service(&json);
            let state = edit(current.state, &mut json, &context)?;
            let (state, wait) = spec.state_at_first(state, self.initializing_for);
            let completeness = if state == State::Draft { Completeness::Draft } else { self.completeness };
            let mut definition = D::read(json, completeness, &context)?;
            definition.complete(current.id(), &sandbox.tenant, &context, made);
            let now = env.now();
            let updated = Stamp::new(now.max(created.at), write.caller);
            let last_operation = match wait {
                None => LastOperation::done(self.operation, updated.at),
                Some(_) => LastOperation::begun(self.operation, updated.at),
            };
            let last_operation = last_operation.with(self.details.clone());
            let etag = env.etag(&sandbox.sequence, now);
            let record = EntityRecord {
                id: current.id(),
                tenant: &sandbox.tenant,
                sandbox_id: sandbox.id(),
                created: &created,
                updated: &updated,
                definition: &definition,
                state,
                etag,
                last_operation: &last_operation,
            };
            let next = record.into_entity(current.item().len(), Some(&current))?;
            check_size(spec.kind, &next, max_item_bytes(write.config))?;
            let wait = wait.map(|ms| Wait { from: now, ms });
            match sandbox.replace(spec.kind, current.etag, next, wait)? {
                Ok(next) => {
                    add_inlet(write, &definition, current.id());
                    return Ok(next);
                }
                Err(WriteConflict::Missing(missing)) => return Err(gone(missing)),
                Err(_) => {}
            }
        }
    }
}

/// Makes the inlet of a stored entity known, if it has one.
fn add_inlet<D: Definition>(write: &Write<'_>, definition: &D, id: Uuid) {
    if let Some(inlet) = definition.inlet() {
        write.inlets.index.add(inlet, &write.sandbox.tenant, id);
    }
}

/// FLOW-1439-404: an entity that another one should hold was deleted since it was found.
fn gone(missing: EntityRef) -> Error {
    Error::not_found(missing.kind.collection(), &missing.id.to_string())
}

/// Limits the size of an entity, which could grow with each PATCH.
fn check_size(kind: Kind, next: &Entity, max: usize) -> Result<(), Error> {
    if next.item().len() <= max {
        return Ok(());
    }
    let detail = format!("the {} would be larger than {max} bytes, the limit", kind.noun());
    Err(Error::new(Code::PayloadTooLarge, detail))
}
