//! [`Definition`]: what a client says of a connection, from JSON to types.
//!
//! Reference: "A base connection" (unknown keys are kept), "Operations on /connections" (what a POST needs).
//! Decided: keys that the service owns, and `state`, are passed over in a POST, as a client may send back what it
//! read; an empty `name` is none; a draft needs its `name` and `connectionSpec.id` too.

use crate::base::config::Leniency;
use crate::base::error::{Code, Error};
use crate::base::json::kind_of;
use crate::base::secret::Secret;
use crate::services::connection_specs::{Completeness, TenantSpecs};
use crate::store::query::is_stamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// Whether the value of a top-level key is the service's.
pub(crate) fn is_service_owned(key: &str) -> bool {
    matches!(key, "id" | "version" | "etag") || is_stamp(key)
}

/// Where the parts of a connection are that its connection spec has a say in.
const SPEC: &str = "/connectionSpec";
const AUTH: &str = "/auth";

/// The part of a connection that is its client's.
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) connection_spec: SpecRef,
    pub(crate) auth: Option<Auth>,
    /// Keys that the service does not know.
    pub(crate) extra: Map<String, Value>,
}

/// Which connection spec a connection is of.
#[derive(Serialize)]
pub(crate) struct SpecRef {
    pub(crate) id: String,
    /// `None` only until it was resolved: the newest.
    pub(crate) version: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// How to authenticate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Auth {
    #[serde(skip_serializing_if = "Option::is_none")]
    spec_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) params: Option<Secret<Value>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl Definition {
    /// Reads a body, or a stored connection after a PATCH, and checks it against its connection spec. `json` has
    /// no `null`s in its objects.
    ///
    /// # Errors
    /// FLOW-1000-400 for a key of the wrong type and for no `name`, FLOW-1413-400, FLOW-1415-400, FLOW-1100-400.
    pub(crate) fn read(
        json: Value, specs: &TenantSpecs<'_>, completeness: Completeness, leniency: Leniency,
    ) -> Result<Self, Error> {
        Self::read_all(json, specs, completeness, leniency, 1).map_err(|errors| {
            errors
                .into_iter()
                .next()
                .unwrap_or_else(|| Error::internal("a definition is refused for no reason"))
        })
    }

    /// The same.
    ///
    /// # Errors
    /// Everything that [`Definition::read`] can refuse it for, though of its params at most `most` faults.
    pub(crate) fn read_all(
        json: Value, specs: &TenantSpecs<'_>, completeness: Completeness, leniency: Leniency, most: usize,
    ) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let definition = Self::parse(json, &mut errors).map(|mut definition| {
            definition.check(specs, completeness, leniency, most, &mut errors);
            definition
        });
        definition.filter(|_| errors.is_empty()).ok_or(errors)
    }

    /// What cannot be read is added to `errors`, and read as if it were not there; `None` if too little is left.
    fn parse(json: Value, errors: &mut Vec<Error>) -> Option<Self> {
        let (mut name, mut description, mut connection_spec, mut auth) = (None, None, None, None);
        let mut extra = Map::new();
        for (key, value) in keep(object(json, ""), errors)? {
            match key.as_str() {
                "name" => name = Some(keep(text(value, "/name"), errors)),
                "description" => description = keep(text(value, "/description"), errors),
                "connectionSpec" => connection_spec = Some(SpecRef::parse(value, errors)),
                "auth" => auth = Auth::parse(value, errors),
                "state" => {}
                owned if is_service_owned(owned) => {}
                _ => {
                    extra.insert(key, value);
                }
            }
        }
        if name.as_ref().is_none_or(|name| name.as_ref().is_some_and(String::is_empty)) {
            let detail = "name is absent or empty; every connection needs one, a string";
            errors.push(Error::bad_request(detail, "/name"));
        }
        if connection_spec.is_none() {
            errors.push(spec_missing(SPEC));
        }
        let (name, connection_spec) = (name.flatten().unwrap_or_default(), connection_spec.flatten()?);
        Some(Self { name, description, connection_spec, auth, extra })
    }

    /// Checks what could be read of it.
    fn check(
        &mut self, specs: &TenantSpecs<'_>, completeness: Completeness, leniency: Leniency, most: usize,
        errors: &mut Vec<Error>,
    ) {
        let is_sound = |part: &str, errors: &[Error]| {
            !errors.iter().any(|error| error.pointer().is_some_and(|pointer| pointer.starts_with(part)))
        };
        if !is_sound(SPEC, errors) {
            return;
        }
        let wanted = &mut self.connection_spec;
        let spec = match specs.resolve(&wanted.id, wanted.version.as_deref()) {
            Ok(spec) => spec,
            Err(_) if completeness == Completeness::Past && specs.has_own(&wanted.id) => return,
            Err(error) => return errors.push(error),
        };
        wanted.version.get_or_insert_with(|| spec.version().to_owned());
        if completeness != Completeness::Whole || !is_sound(AUTH, errors) {
            return;
        }
        let no_params = Value::Object(Map::new());
        let auth = self.auth.as_ref();
        let params = auth.and_then(|auth| auth.params.as_ref()).map_or(&no_params, Secret::expose);
        let spec_name = auth.and_then(|auth| auth.spec_name.as_deref());
        if let Err(refusals) = spec.check_auth(spec_name, params, leniency, most) {
            errors.extend(refusals);
        }
    }
}

impl SpecRef {
    fn parse(json: Value, errors: &mut Vec<Error>) -> Option<Self> {
        let (mut id, mut version) = (None, None);
        let mut extra = Map::new();
        for (key, value) in keep(object(json, SPEC), errors)? {
            match key.as_str() {
                "id" => id = Some(keep(text(value, "/connectionSpec/id"), errors)),
                "version" => version = keep(text(value, "/connectionSpec/version"), errors),
                _ => {
                    extra.insert(key, value);
                }
            }
        }
        if id.as_ref().is_none_or(|id| id.as_ref().is_some_and(String::is_empty)) {
            errors.push(spec_missing("/connectionSpec/id"));
        }
        Some(Self { id: id.flatten()?, version, extra })
    }
}

impl Auth {
    fn parse(json: Value, errors: &mut Vec<Error>) -> Option<Self> {
        let (mut spec_name, mut params) = (None, None);
        let mut extra = Map::new();
        for (key, value) in keep(object(json, AUTH), errors)? {
            match key.as_str() {
                "specName" => spec_name = keep(text(value, "/auth/specName"), errors),
                "params" => {
                    let members = keep(object(value, "/auth/params"), errors);
                    params = members.map(|members| Secret::new(Value::Object(members)));
                }
                _ => {
                    extra.insert(key, value);
                }
            }
        }
        Some(Self { spec_name, params, extra })
    }
}

/// What could be read; what could not is added to `errors`.
fn keep<T>(read: Result<T, Error>, errors: &mut Vec<Error>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

fn spec_missing(pointer: &str) -> Error {
    let detail = "connectionSpec.id is absent; give the id of the source's connection spec";
    Error::new(Code::SpecUnknown, detail).at(pointer)
}

fn text(value: Value, pointer: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(&other, "a string", pointer)),
    }
}

fn object(value: Value, pointer: &str) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(wrong_type(&other, "an object", pointer)),
    }
}

/// FLOW-1000-400: the part at `pointer` is of another JSON type than `expected`.
pub(crate) fn wrong_type(value: &Value, expected: &str, pointer: &str) -> Error {
    let name = match pointer {
        "" => "the body".to_owned(),
        pointer => pointer[1..].replace('/', "."),
    };
    Error::bad_request(format!("{name} must be {expected}, not {}", kind_of(value)), pointer)
}
