//! [`LastOperation`]: the last thing that was done to an entity, as its items tell it.
//!
//! Reference: "Items of base connections". Decided: `started` is the time of the write. `updated` is the time at which
//! the operation ended, and 0 until then: nothing ends the creation of a draft but its publication, which is an operation
//! of its own. A PATCH is `update`, whatever it changes; an action has its own name.

use super::members::wrong_type;
use crate::base::error::Error;
use crate::base::time;
use crate::base::time::Millis;
use crate::store::State;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The key of an item that contains it.
pub(crate) const LAST_OPERATION: &str = "lastOperation";

/// A POST that created the entity.
pub(crate) const CREATE: &str = "create";

/// A POST that created a draft.
pub(crate) const DRAFT_CREATE: &str = "draft_create";

/// A PATCH.
pub(crate) const UPDATE: &str = "update";

/// A delete that has not ended.
const DELETE: &str = "delete";

/// The last operation on an entity.
#[derive(Debug, PartialEq)]
pub(crate) struct LastOperation {
    started: Millis,
    /// 0 for an operation that has not ended.
    updated: Millis,
    operation: Cow<'static, str>,
    /// Further members, of the kind's own or from a state document.
    extra: Map<String, Value>,
}

impl LastOperation {
    /// An operation that ended when it began.
    pub(crate) fn done(operation: &'static str, at: Millis) -> Self {
        Self::new(operation, at, at)
    }

    /// An operation that has not ended.
    pub(crate) fn begun(operation: &'static str, at: Millis) -> Self {
        Self::new(operation, at, 0)
    }

    /// The operation with further members.
    #[must_use]
    pub(crate) fn with(mut self, details: Map<String, Value>) -> Self {
        self.extra.extend(details);
        self
    }

    /// The creation of an entity that is now in that state.
    pub(crate) fn creation(state: State, at: Millis) -> Self {
        match state {
            State::Draft => Self::begun(DRAFT_CREATE, at),
            State::Initializing => Self::begun(CREATE, at),
            _ => Self::done(CREATE, at),
        }
    }

    /// The operation that explains the state and the times of an entity whose document names none.
    fn explaining(state: State, created_at: Millis, updated_at: Millis) -> Self {
        match state {
            State::Updating => Self::begun(UPDATE, updated_at),
            State::Deleting => Self::begun(DELETE, updated_at),
            _ if updated_at == created_at || state == State::Initializing => {
                Self::creation(state, updated_at)
            }
            _ => Self::done(UPDATE, updated_at),
        }
    }

    /// The operation in a state document, completed from the entity's state and times. An invalid value is added to
    /// `errors` as FLOW-1000-400, and counts as absent.
    pub(super) fn in_document(
        document: &Map<String, Value>, state: State, created_at: Millis, updated_at: Millis,
        errors: &mut Vec<Error>,
    ) -> Self {
        let mut operation = Self::explaining(state, created_at, updated_at);
        let members = match document.get(LAST_OPERATION) {
            None => return operation,
            Some(Value::Object(members)) => members,
            Some(other) => {
                errors.push(wrong_type(other, "an object", &pointer("")));
                return operation;
            }
        };
        for (key, value) in members {
            match key.as_str() {
                "started" | "updated" => match time::of_json(value) {
                    Ok(at) if key == "started" => operation.started = at,
                    Ok(at) => operation.updated = at,
                    Err(reason) => {
                        errors.push(Error::bad_request(format!("lastOperation.{key} {reason}"), pointer(key)))
                    }
                },
                "operation" => match value {
                    Value::String(name) if !name.is_empty() => operation.operation = name.clone().into(),
                    Value::String(_) => {
                        let detail = "lastOperation.operation is empty; name an operation, such as update";
                        errors.push(Error::bad_request(detail, pointer(key)));
                    }
                    other => errors.push(wrong_type(other, "a string", &pointer(key))),
                },
                _ => _ = operation.extra.insert(key.clone(), value.clone()),
            }
        }
        operation
    }

    fn new(operation: &'static str, started: Millis, updated: Millis) -> Self {
        Self { started, updated, operation: Cow::Borrowed(operation), extra: Map::new() }
    }
}

/// The pointer to a member of it.
fn pointer(key: &str) -> String {
    let mut pointer = format!("/{LAST_OPERATION}");
    if !key.is_empty() {
        pointer.extend(["/", key]);
    }
    pointer
}

impl Serialize for LastOperation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("started", &self.started)?;
        members.serialize_entry("updated", &self.updated)?;
        members.serialize_entry("operation", &self.operation)?;
        self.extra.iter().try_for_each(|(key, value)| members.serialize_entry(key, value))?;
        members.end()
    }
}
