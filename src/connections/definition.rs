//! [`Definition`]: what a client says of a connection, from JSON to types.
//!
//! Reference: "A base connection" (unknown keys are kept), "Operations on /connections" (what a POST needs).
//! Decided: keys that the service owns, and `state`, are passed over in a POST, as a client may send back what it
//! read; an empty `name` is none; a draft needs its `name` and `connectionSpec.id` too.

use crate::config::Leniency;
use crate::error::{Code, Error};
use crate::json::kind_of;
use crate::query::is_stamp;
use crate::secret::Secret;
use crate::specs::{Completeness, TenantSpecs};
use serde::Serialize;
use serde_json::{Map, Value};

/// Whether the value of a top-level key is the service's.
pub(super) fn is_service_owned(key: &str) -> bool {
    matches!(key, "id" | "version" | "etag") || is_stamp(key)
}

/// The part of a connection that is its client's.
pub(crate) struct Definition {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) connection_spec: SpecRef,
    pub(super) auth: Option<Auth>,
    /// Keys that the service does not know.
    pub(super) extra: Map<String, Value>,
}

/// Which connection spec a connection is of.
#[derive(Serialize)]
pub(super) struct SpecRef {
    pub(super) id: String,
    /// `None` only until it was resolved: the newest.
    pub(super) version: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// How to authenticate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Auth {
    #[serde(skip_serializing_if = "Option::is_none")]
    spec_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) params: Option<Secret<Value>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl Definition {
    /// Reads a body, or a stored connection after a PATCH, and checks it against its connection spec. `json` has
    /// no `null`s in its objects.
    ///
    /// # Errors
    /// FLOW-1000-400 for a key of the wrong type and for no `name`, FLOW-1413-400, FLOW-1415-400, FLOW-1100-400.
    pub(super) fn read(
        json: Value, specs: &TenantSpecs<'_>, completeness: Completeness, leniency: Leniency,
    ) -> Result<Self, Error> {
        let mut definition = Self::parse(json)?;
        definition.check(specs, completeness, leniency)?;
        Ok(definition)
    }

    fn parse(json: Value) -> Result<Self, Error> {
        let (mut name, mut description, mut connection_spec, mut auth) = (None, None, None, None);
        let mut extra = Map::new();
        for (key, value) in object(json, "")? {
            match key.as_str() {
                "name" => name = Some(text(value, "/name")?),
                "description" => description = Some(text(value, "/description")?),
                "connectionSpec" => connection_spec = Some(SpecRef::parse(value)?),
                "auth" => auth = Some(Auth::parse(value)?),
                "state" => {}
                owned if is_service_owned(owned) => {}
                _ => {
                    extra.insert(key, value);
                }
            }
        }
        let name = name.filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| {
            Error::bad_request("name is absent or empty; every connection needs one, a string", "/name")
        })?;
        let connection_spec = connection_spec.ok_or_else(|| spec_missing("/connectionSpec"))?;
        Ok(Self { name, description, connection_spec, auth, extra })
    }

    fn check(
        &mut self, specs: &TenantSpecs<'_>, completeness: Completeness, leniency: Leniency,
    ) -> Result<(), Error> {
        let wanted = &mut self.connection_spec;
        let spec = specs.resolve(&wanted.id, wanted.version.as_deref())?;
        wanted.version.get_or_insert_with(|| spec.version().to_owned());
        if completeness == Completeness::Draft {
            return Ok(());
        }
        let no_params = Value::Object(Map::new());
        let auth = self.auth.as_ref();
        let params = auth.and_then(|auth| auth.params.as_ref()).map_or(&no_params, Secret::expose);
        spec.check_auth(auth.and_then(|auth| auth.spec_name.as_deref()), params, leniency)
    }
}

impl SpecRef {
    fn parse(json: Value) -> Result<Self, Error> {
        let (mut id, mut version) = (None, None);
        let mut extra = Map::new();
        for (key, value) in object(json, "/connectionSpec")? {
            match key.as_str() {
                "id" => id = Some(text(value, "/connectionSpec/id")?),
                "version" => version = Some(text(value, "/connectionSpec/version")?),
                _ => {
                    extra.insert(key, value);
                }
            }
        }
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| spec_missing("/connectionSpec/id"))?;
        Ok(Self { id, version, extra })
    }
}

impl Auth {
    fn parse(json: Value) -> Result<Self, Error> {
        let (mut spec_name, mut params) = (None, None);
        let mut extra = Map::new();
        for (key, value) in object(json, "/auth")? {
            match key.as_str() {
                "specName" => spec_name = Some(text(value, "/auth/specName")?),
                "params" => params = Some(Secret::new(Value::Object(object(value, "/auth/params")?))),
                _ => {
                    extra.insert(key, value);
                }
            }
        }
        Ok(Self { spec_name, params, extra })
    }
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
pub(super) fn wrong_type(value: &Value, expected: &str, pointer: &str) -> Error {
    let name = match pointer {
        "" => "the body".to_owned(),
        pointer => pointer[1..].replace('/', "."),
    };
    Error::bad_request(format!("{name} must be {expected}, not {}", kind_of(value)), pointer)
}
