//! A connection as a seed describes it: the item of a read, of which only `name` and `connectionSpec`, and `auth` where the
//! spec wants it, must be there.
//!
//! Reference: "A base connection". Decided: what says in which sandbox a connection is (`sandboxId`, `sandboxName`,
//! `imsOrgId`) is passed over, so that an item of the real service, or of another sandbox, can be a seed; so is
//! `version`, which is the `etag`. A `draft` may be incomplete as anywhere; in every other state the params must be valid.

use super::definition::Definition;
use super::record::{Mark, Record};
use crate::config::Leniency;
use crate::error::Error;
use crate::json::kind_of;
use crate::specs::{Completeness, TenantSpecs};
use crate::store::{Entity, Etag, Millis, State};
use crate::tenant::Tenant;
use crate::time;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a seed need not say of a connection, because it goes without saying.
pub(crate) struct Defaults<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) specs: &'a TenantSpecs<'a>,
    pub(crate) leniency: Leniency,
    /// When it was created.
    pub(crate) now: Millis,
    pub(crate) id: &'a dyn Fn() -> Uuid,
    pub(crate) etag: &'a dyn Fn(Millis) -> Etag,
}

/// Who writes what does not say who wrote it.
const WRITER: &str = "flowmock-seed";

/// The connection that `document`, which has no `null`s in its objects, describes.
///
/// # Errors
/// What a POST of it would be refused with, or FLOW-1000-400 for a key that a POST does not take; both with the pointer of
/// the culprit.
pub(crate) fn read(document: &Value, defaults: &Defaults<'_>) -> Result<Entity, Error> {
    let Value::Object(members) = document else {
        return Err(Error::bad_request(format!("must be an object, not {}", kind_of(document)), ""));
    };
    let id = match text(members, "id")? {
        Some(text) => id(text)?,
        None => (defaults.id)(),
    };
    let state = match text(members, "state")? {
        Some(name) => State::from_name(name).ok_or_else(|| not_a_state(name))?,
        None => State::Enabled,
    };
    let created_at = at(members, "createdAt")?.unwrap_or(defaults.now);
    let updated_at = at(members, "updatedAt")?.unwrap_or(created_at);
    if updated_at < created_at {
        return Err(Error::bad_request("updatedAt is before createdAt", "/updatedAt"));
    }
    let etag = match text(members, "etag")? {
        Some(text) => text.parse().map_err(|reason: &str| Error::bad_request(format!("etag {reason}"), "/etag"))?,
        None => (defaults.etag)(updated_at),
    };
    let created = mark(members, created_at, "createdBy", "createdClient", None)?;
    let updated = mark(members, updated_at, "updatedBy", "updatedClient", Some(&created))?;
    let completeness = if state == State::Draft { Completeness::Draft } else { Completeness::Whole };
    let definition = Definition::read(document.clone(), defaults.specs, completeness, defaults.leniency)?;
    let record = Record {
        id,
        tenant: defaults.tenant,
        created: &created,
        updated: &updated,
        definition: &definition,
        state,
        etag,
    };
    const ABOUT_A_DEFINITION: usize = 512;
    record.into_entity(ABOUT_A_DEFINITION)
}

fn id(text: &str) -> Result<Uuid, Error> {
    let parsed = Uuid::try_parse(text).ok().filter(|id| id.to_string() == text);
    parsed.ok_or_else(|| {
        Error::bad_request("id must be a UUID in lower case with hyphens, as the service writes it", "/id")
    })
}

fn not_a_state(name: &str) -> Error {
    let names = State::ALL.map(State::name).join(", ");
    Error::bad_request(format!("state {} is none of {names}", crate::error::excerpt(name)), "/state")
}

/// Who wrote, by what the connection says, or else as `before`.
fn mark(
    members: &Map<String, Value>, at: Millis, by: &'static str, client: &'static str, before: Option<&Mark>,
) -> Result<Mark, Error> {
    let client = text(members, client)?.or(before.map(Mark::client)).unwrap_or(WRITER);
    let mark = Mark::new(at, client);
    Ok(match text(members, by)?.or(before.map(Mark::by)) {
        Some(by) => mark.written_by(by),
        None => mark,
    })
}

/// A time: milliseconds since the epoch, as on the wire, or RFC 3339.
fn at(members: &Map<String, Value>, key: &str) -> Result<Option<Millis>, Error> {
    let wrong = |reason: String| Error::bad_request(format!("{key} {reason}"), format!("/{key}"));
    match members.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => time::parse(text).map(Some).map_err(wrong),
        Some(value) => match value.as_i64().filter(|millis| time::is_writable(*millis)) {
            Some(millis) => Ok(Some(millis)),
            None => Err(wrong("must be milliseconds since the epoch, or a time such as 2026-01-01T00:00:00Z".into())),
        },
    }
}

fn text<'a>(members: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, Error> {
    match members.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            Err(Error::bad_request(format!("{key} must be a string, not {}", kind_of(other)), format!("/{key}")))
        }
    }
}
