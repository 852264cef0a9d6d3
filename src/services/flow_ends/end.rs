//! [`FlowEnd`]: the part of a source or target connection that its client defines, from JSON to types. [`Side`] is the
//! difference between the two.
//!
//! Decided: as in a base connection, unknown keys are kept, and a POST ignores keys that the service owns. A PATCH is checked
//! for the form of its result alone: documented PATCHes break rules of the creation.

use super::base::BaseConnection;
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::services::connection_specs::ConnectionSpec;
use crate::services::entities::members::{keep, object, text};
use crate::services::entities::spec_ref::{POINTER as SPEC, SpecRef};
use crate::services::entities::{Completeness, Context, Definition, Keys, LAST_OPERATION, Write};
use crate::services::specs::Spec as _;
use crate::store::{Entity, Key, State};
use serde::ser::SerializeMap;
use serde_json::{Map, Value, json};
use std::marker::PhantomData;
use uuid::Uuid;

/// The keys of an item that the service adds.
const INHERITED: &str = "inheritedAttributes";
const PROVIDER_REF: &str = "providerRefId";
const TYPE_INFO: &str = "typeInfo";

/// The source or the target of a flow.
pub(crate) trait Side: Sized + 'static {
    /// The kind of its entities.
    const KIND: Kind;

    /// The documented keys of `data`.
    const DATA_KEYS: &'static [&'static str];

    /// The documented keys of `params`.
    const PARAMS_KEYS: &'static [&'static str];

    /// The top-level keys.
    const KEYS: Keys = Keys {
        body: &[
            ("name", &[]),
            ("description", &[]),
            ("baseConnectionId", &[]),
            ("connectionSpec", &["id", "version"]),
            ("data", Self::DATA_KEYS),
            ("params", Self::PARAMS_KEYS),
            ("providerId", &[]),
        ],
        owned: &["id", "version", "etag", PROVIDER_REF, INHERITED, TYPE_INFO, LAST_OPERATION],
        fixed: &["connectionSpec"],
        meaningless: &["state"],
        is_providers: false,
    };

    /// Whether it needs a name, except for drafts.
    const NEEDS_NAME: bool;

    /// The word for one of them in a sentence.
    const NOUN: &'static str;

    /// Checks the parts that depend on the connection spec. Mistakes are added to `errors`.
    fn check(end: &FlowEnd<Self>, checked: &Checked<'_>, errors: &mut Vec<Error>);

    /// Whether the base connection may have another connection spec.
    fn takes_any_base(_spec: &ConnectionSpec) -> bool {
        false
    }

    /// Whether the service adds params to those of that connection spec.
    fn adds_params(_spec_id: &str) -> bool {
        false
    }

    /// The params that the service adds, with their values.
    fn added_params(_spec_id: &str, _base: Option<&BaseConnection>) -> Option<(&'static str, Value)> {
        None
    }

    /// The item's `typeInfo`, for connection specs that have one.
    fn type_info(_spec_id: &str) -> Option<Value> {
        None
    }

    /// Completes the body of a POST before it is read.
    ///
    /// # Errors
    /// The side's own.
    fn prepare(_json: &mut Value, _completeness: Completeness, _write: &Write<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The values against which the parts of a source or target connection are checked.
pub(crate) struct Checked<'a> {
    pub(crate) spec: &'a ConnectionSpec,
    pub(crate) completeness: Completeness,
    pub(crate) context: &'a Context<'a>,
}

/// The part of a source or target connection that its client defines.
pub(crate) struct FlowEnd<S> {
    name: Option<String>,
    description: Option<String>,
    base_connection_id: Option<String>,
    pub(crate) connection_spec: SpecRef,
    data: Option<Value>,
    params: Option<Value>,
    /// Keys that the client added to the documented ones.
    extra: Map<String, Value>,
    /// The base connection in `inheritedAttributes`.
    inherited: Option<Value>,
    provider_ref: Option<String>,
    side: PhantomData<S>,
}

impl<S> FlowEnd<S> {
    /// The id of the base connection that it names.
    pub(crate) fn base_connection_id(&self) -> Option<&str> {
        self.base_connection_id.as_deref()
    }

    /// A value of `data` or `params`, by its JSON pointer.
    pub(crate) fn value(&self, pointer: &str) -> Option<&Value> {
        let (root, rest) = pointer.strip_prefix('/')?.split_once('/').unwrap_or((&pointer[1..], ""));
        let root = match root {
            "data" => self.data.as_ref()?,
            "params" => self.params.as_ref()?,
            _ => return None,
        };
        if rest.is_empty() { Some(root) } else { root.pointer(&pointer[pointer.len() - rest.len() - 1..]) }
    }

    /// The text at a JSON pointer into `data` or `params`, unless it is empty.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.value(pointer)?.as_str().filter(|text| !text.is_empty())
    }
}

impl<S: Side> Definition for FlowEnd<S> {
    const AFTER_PATCH: Completeness = Completeness::Past;

    /// Reads a source or target connection and checks it.
    ///
    /// # Errors
    /// FLOW-1000-400 for a key of the wrong type and for a missing `name`, FLOW-1413-400, FLOW-1422-400 and FLOW-1439-404
    /// for the base connection, FLOW-1100-400 for `data` and `params`.
    fn read_all(
        json: Value, completeness: Completeness, context: &Context<'_>, _: usize,
    ) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let mut end = Self::parse(json, completeness, &mut errors);
        if let Some(end) = &mut end
            && !errors.iter().any(|error| error.pointer().is_some_and(|pointer| pointer.starts_with(SPEC)))
        {
            end.check(completeness, context, &mut errors);
        }
        end.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn keys(&self, _: State) -> [Key; Entity::KEYS] {
        let text = |text: &Option<String>| Key::of(text.as_deref().unwrap_or_default());
        [text(&self.name), Key::of(&self.connection_spec.id), text(&self.base_connection_id)]
    }

    fn own_fields(&self) -> Box<[Box<str>]> {
        self.extra.keys().map(|key| key.as_str().into()).collect()
    }

    fn write<M: SerializeMap>(&self, state: State, members: &mut M) -> Result<(), M::Error> {
        let texts = [("name", &self.name), ("description", &self.description)];
        for (key, text) in texts.into_iter().chain([("baseConnectionId", &self.base_connection_id)]) {
            if let Some(text) = text {
                members.serialize_entry(key, text)?;
            }
        }
        members.serialize_entry("connectionSpec", &self.connection_spec)?;
        members.serialize_entry("state", state.name())?;
        for (key, value) in [("data", &self.data), ("params", &self.params)] {
            if let Some(value) = value {
                members.serialize_entry(key, value)?;
            }
        }
        if let Some(provider_ref) = &self.provider_ref {
            members.serialize_entry(PROVIDER_REF, provider_ref)?;
        }
        if let Some(inherited) = &self.inherited {
            members.serialize_entry(INHERITED, &json!({ "baseConnection": inherited }))?;
        }
        if let Some(info) = S::type_info(&self.connection_spec.id) {
            members.serialize_entry(TYPE_INFO, &info)?;
        }
        self.extra.iter().try_for_each(|(key, value)| members.serialize_entry(key, value))
    }

    fn made_by_service(item: &Value) -> Option<Value> {
        item.get(PROVIDER_REF).cloned()
    }

    fn complete(&mut self, id: Uuid, _: &Tenant, _: &Context<'_>, made: Option<Value>) {
        let new = || Uuid::new_v5(&id, PROVIDER_REF.as_bytes()).simple().to_string();
        self.provider_ref = Some(match made {
            Some(Value::String(known)) => known,
            _ => new(),
        });
    }

    /// It may refer to a base connection that was deleted, and a PATCH may have broken the rules of the creation.
    fn may_be_outdated(_: &Value, _: &Context<'_>) -> bool {
        true
    }

    fn prepare(json: &mut Value, completeness: Completeness, write: &Write<'_>) -> Result<(), Error> {
        S::prepare(json, completeness, write)
    }
}

impl<S: Side> FlowEnd<S> {
    /// Reads as much as possible. Mistakes are added to `errors` and count as absent; `None` if too little is left.
    fn parse(json: Value, completeness: Completeness, errors: &mut Vec<Error>) -> Option<Self> {
        let mut members = keep(object(json, ""), errors)?;
        let inherited = members.shift_remove(INHERITED).filter(|_| completeness == Completeness::Past);
        let inherited = inherited.and_then(|mut inherited| match inherited["baseConnection"].take() {
            base @ Value::Object(_) => Some(base),
            _ => None,
        });
        members.retain(|key, _| !S::KEYS.is_meaningless(key));
        let mut take_text = |key: &str, errors: &mut Vec<Error>| {
            let value = members.shift_remove(key)?;
            keep(text(value, &format!("/{key}")), errors)
        };
        let name = take_text("name", errors);
        let description = take_text("description", errors);
        let base_connection_id = take_text("baseConnectionId", errors);
        if S::NEEDS_NAME
            && completeness == Completeness::Whole
            && name.as_ref().is_none_or(String::is_empty)
            && !errors.iter().any(|error| error.pointer() == Some("/name"))
        {
            let detail = format!("name is absent or empty; every {} needs one, a string", S::NOUN);
            errors.push(Error::bad_request(detail, "/name"));
        }
        let connection_spec = match members.shift_remove("connectionSpec") {
            Some(mut value) => {
                SpecRef::spell_version(&mut value);
                SpecRef::parse(value, errors)
            }
            None => {
                errors.push(SpecRef::missing(SPEC));
                None
            }
        };
        let [data, params] = ["data", "params"].map(|key| {
            let value = members.shift_remove(key)?;
            keep(object(value, &format!("/{key}")), errors).map(Value::Object)
        });
        Some(Self {
            name,
            description,
            base_connection_id,
            connection_spec: connection_spec?,
            data,
            params,
            extra: members,
            inherited,
            provider_ref: None,
            side: PhantomData,
        })
    }

    /// Checks the parts that could be read.
    fn check(&mut self, completeness: Completeness, context: &Context<'_>, errors: &mut Vec<Error>) {
        let spec = match self.connection_spec.resolve(completeness, context) {
            Ok(Some(spec)) => spec.spec(),
            Ok(None) => return,
            Err(error) => return errors.push(error),
        };
        let checked = Checked { spec, completeness, context };
        if completeness == Completeness::Whole {
            S::check(self, &checked, errors);
        }
        let inherited = self.inherited.take();
        self.inherited = inherited.filter(|base| base["id"].as_str() == self.base_connection_id());
        let base = match &self.inherited {
            None => match self.base(&checked) {
                Ok(base) => {
                    self.inherited = base.as_ref().map(BaseConnection::inherited);
                    base
                }
                Err(error) => return errors.push(error),
            },
            // A base connection that was deleted adds nothing more.
            Some(_) if S::adds_params(spec.id()) => self.base(&checked).ok().flatten(),
            Some(_) => None,
        };
        if let Some((key, value)) = S::added_params(spec.id(), base.as_ref()) {
            let params = self.params.get_or_insert_with(|| Value::Object(Map::new()));
            params[key] = value;
        }
    }

    /// The base connection that it names.
    fn base(&self, checked: &Checked<'_>) -> Result<Option<BaseConnection>, Error> {
        let Some(id) = self.base_connection_id() else { return Ok(None) };
        let base = BaseConnection::find(id, checked.context)?;
        if !S::takes_any_base(checked.spec) {
            base.check_spec(checked.spec.id())?;
        }
        if checked.completeness == Completeness::Whole {
            base.check_published()?;
        }
        Ok(Some(base))
    }
}
