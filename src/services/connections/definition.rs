//! [`Connection`]: the part of a connection that its client defines, from JSON to types.
//!
//! Reference: "A base connection" (unknown keys are kept), "Operations on /connections" (what a POST needs). Decided: a
//! POST ignores keys that the service owns, and `state`, since a client may send back what it read; an empty `name`
//! counts as absent; drafts also need `name` and `connectionSpec.id`.

use super::{added_params, inlet};
use crate::base::error::{Code, Error};
use crate::base::secret::Secret;
use crate::base::tenant::Tenant;
use crate::services::entities::members::{keep, object, text};
use crate::services::entities::spec_ref::{POINTER as SPEC, SpecRef};
use crate::services::entities::{Completeness, Context, Definition, Keys, LAST_OPERATION};
use crate::store::{Entity, Key, State};
use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The top-level keys of a connection. Clients are known to send `providerId`.
pub(super) const KEYS: Keys = Keys {
    body: &[
        ("name", &[]),
        ("description", &[]),
        ("connectionSpec", &["id", "version"]),
        ("auth", &["specName", "params"]),
        ("providerId", &[]),
    ],
    owned: &["id", "version", "etag", LAST_OPERATION],
    fixed: &["connectionSpec"],
    meaningless: &["state", "inheritedAttributes"],
    is_providers: false,
};

/// The part of a connection that its auth spec has rules for.
const AUTH: &str = "/auth";

/// The part of a connection that its client defines.
pub(crate) struct Connection {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) connection_spec: SpecRef,
    pub(crate) auth: Option<ConnectionAuth>,
    /// Keys that the client added to the documented ones.
    pub(crate) extra: Map<String, Value>,
}

/// How to authenticate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionAuth {
    #[serde(skip_serializing_if = "Option::is_none")]
    spec_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) params: Option<Secret<Value>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl Definition for Connection {
    /// Reads a connection and checks it against its connection spec.
    ///
    /// # Errors
    /// FLOW-1000-400 for a key of the wrong type and for a missing `name`, FLOW-1413-400, FLOW-1415-400, FLOW-1100-400
    /// for at most `most` of its params.
    fn read_all(
        json: Value, completeness: Completeness, context: &Context<'_>, most: usize,
    ) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let connection = Self::parse(json, &mut errors).map(|mut connection| {
            connection.check(completeness, context, most, &mut errors);
            connection
        });
        connection.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn keys(&self, state: State) -> [Key; Entity::KEYS] {
        [&self.name, &self.connection_spec.id, state.name()].map(Key::of)
    }

    fn own_fields(&self) -> Box<[Box<str>]> {
        self.extra.keys().map(|key| key.as_str().into()).collect()
    }

    fn write<M: SerializeMap>(&self, state: State, members: &mut M) -> Result<(), M::Error> {
        members.serialize_entry("name", &self.name)?;
        if let Some(description) = &self.description {
            members.serialize_entry("description", description)?;
        }
        members.serialize_entry("connectionSpec", &self.connection_spec)?;
        members.serialize_entry("state", state.name())?;
        if let Some(auth) = &self.auth {
            members.serialize_entry("auth", auth)?;
        }
        self.extra.iter().try_for_each(|(key, value)| members.serialize_entry(key, value))
    }

    fn made_by_service(item: &Value) -> Option<Value> {
        added_params::of_item(item)
    }

    fn complete(&mut self, id: Uuid, tenant: &Tenant, context: &Context<'_>, made: Option<Value>) {
        let Some(auth) = &mut self.auth else { return };
        let target = added_params::Target {
            id,
            tenant,
            inlet_urls: context.inlet_urls,
            name: &self.name,
            spec_id: &self.connection_spec.id,
            auth_spec: auth.spec_name.as_deref(),
        };
        // A draft without params gets them later, with its params.
        if let Some(Value::Object(params)) = auth.params.as_mut().map(Secret::expose_mut) {
            added_params::add(params, &target, made);
        }
    }

    fn inlet(&self) -> Option<&str> {
        let params = self.auth.as_ref()?.params.as_ref()?.expose();
        if self.connection_spec.id == added_params::HTTP_API { inlet::id_in(params) } else { None }
    }

    /// # Errors
    /// FLOW-1445-400 for a connection spec whose connections cannot be patched.
    fn check_patchable(stored: &Value, context: &Context<'_>) -> Result<(), Error> {
        let text = |key| stored["connectionSpec"][key].as_str().unwrap_or_default();
        match context.specs.resolve(text("id"), Some(text("version"))) {
            Ok(spec) if !spec.patch_allowed() => {
                let detail =
                    format!("connections of {} cannot be patched; delete and create anew", spec.name());
                Err(Error::new(Code::PatchSwitchedOff, detail))
            }
            _ => Ok(()),
        }
    }

    fn can_be_slow(context: &Context<'_>) -> bool {
        context.specs.have_brought()
    }

    /// The connection spec is user-supplied.
    fn is_slow(document: &Value, context: &Context<'_>) -> bool {
        document["connectionSpec"]["id"].as_str().is_some_and(|id| context.specs.is_brought(id))
    }

    fn may_be_outdated(document: &Value, context: &Context<'_>) -> bool {
        SpecRef::may_be_outdated(document, context)
    }
}

impl Connection {
    /// Reads as much as possible. Mistakes are added to `errors` and count as absent; `None` if too little is left.
    fn parse(json: Value, errors: &mut Vec<Error>) -> Option<Self> {
        let (mut name, mut description, mut connection_spec, mut auth) = (None, None, None, None);
        let mut extra = Map::new();
        for (key, value) in keep(object(json, ""), errors)? {
            match key.as_str() {
                "name" => name = Some(keep(text(value, "/name"), errors)),
                "description" => description = keep(text(value, "/description"), errors),
                "connectionSpec" => connection_spec = Some(SpecRef::parse(value, errors)),
                "auth" => auth = ConnectionAuth::parse(value, errors),
                "state" => {}
                owned if KEYS.is_owned(owned) => {}
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
            errors.push(SpecRef::missing(SPEC));
        }
        let (name, connection_spec) = (name.flatten().unwrap_or_default(), connection_spec.flatten()?);
        Some(Self { name, description, connection_spec, auth, extra })
    }

    /// Checks the parts that could be read.
    fn check(
        &mut self, completeness: Completeness, context: &Context<'_>, most: usize, errors: &mut Vec<Error>,
    ) {
        let is_sound = |part: &str, errors: &[Error]| {
            !errors.iter().any(|error| error.pointer().is_some_and(|pointer| pointer.starts_with(part)))
        };
        if !is_sound(SPEC, errors) {
            return;
        }
        let spec = match self.connection_spec.resolve(completeness, context) {
            Ok(Some(spec)) => spec,
            Ok(None) => return,
            Err(error) => return errors.push(error),
        };
        if completeness != Completeness::Whole || !is_sound(AUTH, errors) {
            return;
        }
        let no_params = Value::Object(Map::new());
        let auth = self.auth.as_ref();
        let params = auth.and_then(|auth| auth.params.as_ref()).map_or(&no_params, Secret::expose);
        let spec_name = auth.and_then(|auth| auth.spec_name.as_deref());
        if let Err(refusals) = spec.check_auth(spec_name, params, context.leniency, most) {
            errors.extend(refusals);
        }
    }
}

impl ConnectionAuth {
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
