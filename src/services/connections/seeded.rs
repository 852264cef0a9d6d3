//! A connection as a seed describes it: the item of a read, of which only `name` and `connectionSpec`, and `auth` where the
//! spec wants it, must be there.
//!
//! Reference: "A base connection". Decided: what says in which sandbox a connection is (`sandboxId`, `sandboxName`,
//! `imsOrgId`) is passed over, so that an item of the real service, or of another sandbox, can be a seed; so is
//! `version`, which is the `etag`. A `draft` may be incomplete as anywhere; in every other state the params must be
//! valid. One with an `etag`, of a connection spec that is the sandbox's own, was valid when it got its etag: the spec may
//! have been replaced since, so it need not be now. A connection cannot be larger than a PATCH could make it.

use super::definition::Definition;
use super::record::{Mark, Record};
use crate::base::config::Leniency;
use crate::base::document::problems::Problems;
use crate::base::error::{Code, Error};
use crate::base::json::kind_of;
use crate::base::tenant::{Caller, Tenant};
use crate::base::time;
use crate::base::time::Millis;
use crate::services::connection_specs::{Completeness, TenantSpecs};
use crate::store::{Entity, Etag, State};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a seed need not say of a connection, because it goes without saying.
pub(crate) struct Defaults<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) specs: &'a TenantSpecs<'a>,
    pub(crate) leniency: Leniency,
    /// How many bytes its item may have.
    pub(crate) max_bytes: usize,
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
/// All that a POST of it would be refused with, and FLOW-1000-400 for each key that a POST does not take, with the
/// pointers of the culprits.
pub(crate) fn read(document: Value, defaults: &Defaults<'_>) -> Result<Entity, Vec<Error>> {
    let Value::Object(members) = &document else {
        return Err(vec![Error::bad_request(format!("must be an object, not {}", kind_of(&document)), "")]);
    };
    let mut errors = Vec::new();
    let facts = Facts::read(members, defaults, &mut errors);
    let spec_id = document["connectionSpec"]["id"].as_str().unwrap_or_default();
    let completeness = match facts.state {
        _ if facts.etag.is_some() && defaults.specs.has_own(spec_id) => Completeness::Past,
        State::Draft => Completeness::Draft,
        _ => Completeness::Whole,
    };
    let (specs, leniency) = (defaults.specs, defaults.leniency);
    let definition = Definition::read_all(document, specs, completeness, leniency, Problems::MAX);
    let definition = match definition {
        Ok(definition) if errors.is_empty() => definition,
        Ok(_) => return Err(errors),
        Err(more) => {
            errors.extend(more);
            return Err(errors);
        }
    };
    let Facts { id, state, created, updated, etag } = facts;
    let record = Record {
        id: id.unwrap_or_else(defaults.id),
        tenant: defaults.tenant,
        sandbox_id: defaults.tenant.sandbox_id(),
        created: &created,
        updated: &updated,
        definition: &definition,
        state,
        etag: etag.unwrap_or_else(|| (defaults.etag)(updated.at)),
    };
    const ABOUT_A_DEFINITION: usize = 512;
    let entity = record.into_entity(ABOUT_A_DEFINITION).map_err(|error| vec![error])?;
    if entity.item().len() > defaults.max_bytes {
        let detail = format!("would have more than {} bytes as a connection, the limit", defaults.max_bytes);
        return Err(vec![Error::new(Code::PayloadTooLarge, detail).at("")]);
    }
    Ok(entity)
}

/// What a seed says beside the definition; what it leaves to us is `None`.
struct Facts {
    id: Option<Uuid>,
    state: State,
    created: Mark,
    updated: Mark,
    etag: Option<Etag>,
}

impl Facts {
    /// What is wrong is added to `errors`, and read as if it were not there.
    fn read(members: &Map<String, Value>, defaults: &Defaults<'_>, errors: &mut Vec<Error>) -> Self {
        let mut text = |key: &'static str| match members.get(key) {
            None => None,
            Some(Value::String(text)) => Some(text.as_str()),
            Some(other) => {
                let detail = format!("{key} must be a string, not {}", kind_of(other));
                errors.push(Error::bad_request(detail, format!("/{key}")));
                None
            }
        };
        let [id, state, etag] = ["id", "state", "etag"].map(&mut text);
        let [created_by, created_client] = ["createdBy", "createdClient"].map(&mut text);
        let [updated_by, updated_client] = ["updatedBy", "updatedClient"].map(&mut text);
        let mut keep = |read: Result<_, Error>| read.map_err(|error| errors.push(error)).ok().flatten();
        let created_at = keep(at(members, "createdAt")).unwrap_or(defaults.now);
        let updated_at = keep(at(members, "updatedAt")).unwrap_or(created_at);
        if updated_at < created_at {
            errors.push(Error::bad_request("updatedAt is before createdAt", "/updatedAt"));
        }
        let created = Mark::new(created_at, &Caller::with_api_key(created_client.unwrap_or(WRITER)));
        let created = match created_by {
            Some(user) => created.written_by(user),
            None => created,
        };
        let updated =
            Mark::new(updated_at, &Caller::with_api_key(updated_client.unwrap_or(created.client())));
        let updated = match updated_by.or(updated_client.is_none().then(|| created.by())) {
            Some(user) => updated.written_by(user),
            None => updated,
        };
        let mut keep = |read: Option<Result<_, Error>>| read?.map_err(|error| errors.push(error)).ok();
        let state = keep(state.map(|name| State::from_name(name).ok_or_else(not_a_state)));
        let parse = |text: &str| {
            text.parse::<Etag>().map_err(|reason| Error::bad_request(format!("etag {reason}"), "/etag"))
        };
        Self {
            id: id.and_then(|text| parse_id(text).map_err(|error| errors.push(error)).ok()),
            state: state.unwrap_or(State::Enabled),
            etag: etag.and_then(|text| parse(text).map_err(|error| errors.push(error)).ok()),
            created,
            updated,
        }
    }
}

fn parse_id(text: &str) -> Result<Uuid, Error> {
    let parsed = Uuid::try_parse(text).ok().filter(|id| id.to_string() == text);
    parsed.ok_or_else(|| {
        Error::bad_request("id must be a UUID in lower case with hyphens, as the service writes it", "/id")
    })
}

/// Does not say what it is instead: a credential in the wrong place, perhaps.
fn not_a_state() -> Error {
    Error::bad_request(format!("state must be one of {}", State::ALL.map(State::name).join(", ")), "/state")
}

/// A time: milliseconds since the epoch, as on the wire, or RFC 3339.
fn at(members: &Map<String, Value>, key: &str) -> Result<Option<Millis>, Error> {
    let wrong = |reason: String| Error::bad_request(format!("{key} {reason}"), format!("/{key}"));
    match members.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => time::parse(text).map(Some).map_err(wrong),
        Some(value) => match value.as_i64().filter(|millis| time::is_writable(*millis)) {
            Some(millis) => Ok(Some(millis)),
            None => Err(wrong(
                "must be milliseconds since the epoch, or a time such as 2026-01-01T00:00:00Z".into(),
            )),
        },
    }
}
