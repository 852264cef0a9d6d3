//! An entity in a state document: the item of a read, in which only the keys that a POST requires are required.
//!
//! Reference: "A base connection". Decided: the keys that name the sandbox (`sandboxId`, `sandboxName`, `imsOrgId`) are
//! ignored, so that an item of the real service or of another sandbox can be a seed; so is `version`, which repeats the
//! `etag`. A `draft` may be incomplete; in every other state the definition must be valid. A document with an `etag`
//! was valid when it got the etag: if it refers to something that may have been replaced since, such as a connection
//! spec of the sandbox, it need not be valid now. An item cannot be larger than a PATCH could make it.
//! `x-flowmock` says when an `initializing` entity is enabled.

use super::context::{SeededEntity, Seeding};
use super::definition::{Completeness, Definition};
use super::keys::OWN_SETTINGS;
use super::kind::KindSpec;
use super::last_operation::LastOperation;
use super::lifecycle::Lifecycle;
use super::record::{EntityRecord, Stamp};
use super::settle::{ENABLED_AFTER_MS, MAX_INITIALIZING_MS};
use crate::base::document::problems::Problems;
use crate::base::error::{Code, Error};
use crate::base::json::kind_of;
use crate::base::tenant::user_of;
use crate::base::time;
use crate::base::time::Millis;
use crate::store::{Etag, State};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The API key in the stamps of an entity whose document names none.
const WRITER: &str = "flowmock-seed";

impl KindSpec {
    /// The entity in `document`, which has no `null`s in its objects.
    ///
    /// # Errors
    /// The errors of a POST, and FLOW-1000-400 for each invalid further key, with their pointers.
    pub(crate) fn read_seed(
        &self, document: Value, seeding: &Seeding<'_>,
    ) -> Result<SeededEntity, Vec<Error>> {
        (self.rules.read_seed)(self, document, seeding)
    }
}

/// [`KindSpec::read_seed`] for definitions of type `D`.
pub(super) fn read<D: Definition>(
    spec: &KindSpec, document: Value, seeding: &Seeding<'_>,
) -> Result<SeededEntity, Vec<Error>> {
    let Value::Object(members) = &document else {
        return Err(vec![Error::bad_request(format!("must be an object, not {}", kind_of(&document)), "")]);
    };
    let mut errors = Vec::new();
    let facts = Facts::read(members, &spec.lifecycle, seeding, &mut errors);
    let completeness = match facts.state {
        State::Draft if seeding.was_valid => Completeness::Draft,
        _ if seeding.was_valid => Completeness::Past,
        _ if facts.etag.is_some() && D::may_be_outdated(&document, seeding.context) => Completeness::Past,
        State::Draft => Completeness::Draft,
        _ => Completeness::Whole,
    };
    let made = D::made_by_service(&document);
    let mut definition = match D::read_all(document, completeness, seeding.context, Problems::MAX) {
        Ok(definition) if errors.is_empty() => definition,
        Ok(_) => return Err(errors),
        Err(more) => {
            errors.extend(more);
            return Err(errors);
        }
    };
    let Facts { id, state, created, updated, etag, last_operation, enabled_after } = facts;
    let id = id.unwrap_or_else(seeding.id);
    definition.complete(id, seeding.tenant, seeding.context, made);
    let record = EntityRecord {
        id,
        tenant: seeding.tenant,
        sandbox_id: seeding.tenant.sandbox_id(),
        created: &created,
        updated: &updated,
        definition: &definition,
        state,
        etag: etag.unwrap_or_else(|| (seeding.etag)(updated.at)),
        last_operation: &last_operation,
    };
    const ABOUT_A_DEFINITION: usize = 512;
    let entity = record.into_entity(ABOUT_A_DEFINITION, None).map_err(|error| vec![error])?;
    if entity.item().len() > seeding.max_bytes {
        let (max, noun) = (seeding.max_bytes, spec.kind.noun());
        let detail = format!("would have more than {max} bytes as a {noun}, the limit");
        return Err(vec![Error::new(Code::PayloadTooLarge, detail).at("")]);
    }
    Ok(SeededEntity { entity, enabled_after })
}

/// The parts of a document besides the definition; flowmock chooses those that are `None`.
struct Facts {
    id: Option<Uuid>,
    state: State,
    created: Stamp,
    updated: Stamp,
    etag: Option<Etag>,
    last_operation: LastOperation,
    enabled_after: Option<Millis>,
}

impl Facts {
    /// Reads the facts. An invalid one is added to `errors` and counts as absent.
    fn read(
        members: &Map<String, Value>, lifecycle: &Lifecycle, seeding: &Seeding<'_>, errors: &mut Vec<Error>,
    ) -> Self {
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
        let created_at = keep(at(members, "createdAt")).unwrap_or(seeding.now);
        let updated_at = keep(at(members, "updatedAt")).unwrap_or(created_at);
        if updated_at < created_at {
            errors.push(Error::bad_request("updatedAt is before createdAt", "/updatedAt"));
        }
        let created = stamp(created_at, created_by, created_client.unwrap_or(WRITER));
        let updated_by = updated_by.or(updated_client.is_none().then_some(created.user.as_str()));
        let updated = stamp(updated_at, updated_by, updated_client.unwrap_or(&created.client));
        let mut keep = |read: Option<Result<_, Error>>| read?.map_err(|error| errors.push(error)).ok();
        let state = keep(state.map(|name| lifecycle.state(name).ok_or_else(|| not_a_state(lifecycle))));
        let parse = |text: &str| {
            text.parse::<Etag>().map_err(|reason| Error::bad_request(format!("etag {reason}"), "/etag"))
        };
        let state = state.unwrap_or(lifecycle.initial);
        Self {
            id: id.and_then(|text| parse_id(text).map_err(|error| errors.push(error)).ok()),
            state,
            etag: etag.and_then(|text| parse(text).map_err(|error| errors.push(error)).ok()),
            last_operation: LastOperation::in_document(members, state, created.at, updated.at, errors),
            enabled_after: enabled_after(members, state).map_err(|error| errors.push(error)).ok().flatten(),
            created,
            updated,
        }
    }
}

/// How long an entity in that state waits to be enabled, in milliseconds.
fn enabled_after(members: &Map<String, Value>, state: State) -> Result<Option<Millis>, Error> {
    let at = |pointer: &str, reason: String| Error::bad_request(reason, format!("/{OWN_SETTINGS}{pointer}"));
    let Some(settings) = members.get(OWN_SETTINGS) else { return Ok(None) };
    let Value::Object(settings) = settings else {
        return Err(at("", format!("{OWN_SETTINGS} must be an object, not {}", kind_of(settings))));
    };
    if state != State::Initializing {
        let reason = format!("{OWN_SETTINGS} is only for the state initializing, not for {}", state.name());
        return Err(at("", reason));
    }
    if settings.keys().any(|key| key != ENABLED_AFTER_MS) {
        return Err(at("", format!("{OWN_SETTINGS} has an unknown key; it takes {ENABLED_AFTER_MS} alone")));
    }
    let ms = settings.get(ENABLED_AFTER_MS).and_then(Value::as_u64).filter(|ms| *ms <= MAX_INITIALIZING_MS);
    let reason = || {
        let most = MAX_INITIALIZING_MS;
        format!("{ENABLED_AFTER_MS} must be a whole number of milliseconds, 0 to {most}")
    };
    let ms = ms.ok_or_else(|| at(&format!("/{ENABLED_AFTER_MS}"), reason()))?;
    Ok(Some(ms as Millis))
}

fn parse_id(text: &str) -> Result<Uuid, Error> {
    let parsed = Uuid::try_parse(text).ok().filter(|id| id.to_string() == text);
    parsed.ok_or_else(|| {
        Error::bad_request("id must be a UUID in lower case with hyphens, as the service writes it", "/id")
    })
}

/// The stamp of a write by that user, or by the user of the API key.
fn stamp(at: Millis, user: Option<&str>, client: &str) -> Stamp {
    Stamp { at, user: user.map_or_else(|| user_of(client), str::to_owned), client: client.to_owned() }
}

/// The message does not repeat the value, which may be a misplaced credential.
fn not_a_state(lifecycle: &Lifecycle) -> Error {
    let names: Vec<&str> = lifecycle.states.iter().map(|allows| allows.state.name()).collect();
    Error::bad_request(format!("state must be one of {}", names.join(", ")), "/state")
}

/// A time: milliseconds since the epoch, as on the wire, or RFC 3339.
fn at(members: &Map<String, Value>, key: &str) -> Result<Option<Millis>, Error> {
    let wrong = |reason: String| Error::bad_request(format!("{key} {reason}"), format!("/{key}"));
    members.get(key).map(time::of_json).transpose().map_err(wrong)
}
