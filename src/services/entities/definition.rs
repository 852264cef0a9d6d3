//! [`Definition`]: the part of an entity that a client defines, from JSON to a type of its kind.

use super::context::{Context, Write};
use super::patch::PatchOperation;
use crate::base::error::Error;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::store::{Entity, EntityRef, Facts, Key, State};
use serde::ser::SerializeMap;
use serde_json::{Map, Value};
use uuid::Uuid;

/// How complete and valid a definition must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// A draft: parts may be missing or invalid, but must have the right form.
    Draft,
    /// Complete and valid.
    Whole,
    /// Valid when it was written, though the specs and entities that it refers to may have been replaced since: it is
    /// checked as a draft, and the version of its connection spec may no longer exist.
    Past,
}

/// The part of an entity that a client defines, read and checked. Each kind has a type that implements this.
pub(crate) trait Definition: Sized {
    /// How complete the definition must be after a PATCH, except for drafts.
    const AFTER_PATCH: Completeness = Completeness::Whole;

    /// Reads the body of a POST, or a stored entity after a PATCH, and checks it. `json` has no `null`s in its objects.
    ///
    /// # Errors
    /// Everything that is wrong with it, at most `most` errors where there is no other bound; never an empty list.
    fn read_all(
        json: Value, completeness: Completeness, context: &Context<'_>, most: usize,
    ) -> Result<Self, Vec<Error>>;

    /// The values of the kind's [indexed fields](super::KindSpec::indexed), in their order.
    fn keys(&self, state: State) -> [Key; Entity::KEYS];

    /// The top-level keys that the client added to the documented ones.
    fn own_fields(&self) -> Box<[Box<str>]>;

    /// Writes the members of an item between `imsOrgId` and `version` in the documented order, `state` among them.
    ///
    /// # Errors
    /// Those of `members`.
    fn write<M: SerializeMap>(&self, state: State, members: &mut M) -> Result<(), M::Error>;

    /// The values that the service has added to the parts that clients define, read from a stored item or from an item of a
    /// state document. Every write passes them on to [`complete`](Self::complete).
    fn made_by_service(_item: &Value) -> Option<Value> {
        None
    }

    /// Adds the service's own values to the parts that clients define, such as an inlet's address. They replace the values
    /// that a client sent for them.
    ///
    /// Every write calls it once the id is known. `made` has the values that were [added](Self::made_by_service) before; it
    /// is `None` for a new entity.
    fn complete(&mut self, _id: Uuid, _tenant: &Tenant, _context: &Context<'_>, _made: Option<Value>) {}

    /// The id of the inlet that a [complete](Self::complete) definition has, to which messages may be sent.
    fn inlet(&self) -> Option<&str> {
        None
    }

    /// The entities that cannot be deleted while this one exists.
    fn holds(&self) -> Box<[EntityRef]> {
        Box::default()
    }

    /// The kind's own facts about the entity with that id in that state, made at `now`, which are stored with it. `before`
    /// has the facts of the version that it replaces.
    fn facts(&self, _id: Uuid, _state: State, _now: Millis, _before: Option<&Entity>) -> Facts {
        None
    }

    /// The members of the last operation besides those that every kind has. `operations` are those of a PATCH.
    fn operation_details(_operations: Option<&[PatchOperation]>) -> Map<String, Value> {
        Map::new()
    }

    /// Checks that a stored entity may be patched, whatever the operations are.
    ///
    /// # Errors
    /// The kind's own.
    fn check_patchable(_stored: &Value, _context: &Context<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Checks an operation of a PATCH before it is applied to `document`. The result replaces the operation, if there is one.
    ///
    /// # Errors
    /// The kind's own.
    fn checked_operation(
        _operation: &PatchOperation, _document: &Value, _context: &Context<'_>,
    ) -> Result<Option<PatchOperation>, Error> {
        Ok(None)
    }

    /// Completes the body of a POST before it is read.
    ///
    /// # Errors
    /// The kind's own.
    fn prepare(_json: &mut Value, _completeness: Completeness, _write: &Write<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Whether an entity in a state document may refer to a connection spec that was replaced after it was written.
    fn may_be_outdated(_document: &Value, _context: &Context<'_>) -> bool {
        false
    }

    /// Whether checking a document may take long because its schema is user-supplied. For most documents the context alone
    /// decides this at little cost.
    fn is_slow(_document: &Value, _context: &Context<'_>) -> bool {
        false
    }

    /// Whether any document can be [slow](Self::is_slow) in this context.
    fn can_be_slow(_context: &Context<'_>) -> bool {
        false
    }

    /// [`read_all`](Self::read_all) with only the first error.
    ///
    /// # Errors
    /// The first of the errors.
    fn read(json: Value, completeness: Completeness, context: &Context<'_>) -> Result<Self, Error> {
        Self::read_all(json, completeness, context, 1).map_err(|errors| {
            let first = errors.into_iter().next();
            first.unwrap_or_else(|| Error::internal("a definition is refused without a reason"))
        })
    }
}
