//! Widgets: a kind of entity that only unit tests have. It shows that a new kind needs only this file, its line in the
//! table of operations and its line in [`super::kinds`]: everything else works from [`SPEC`].
//!
//! A widget has a `size` from 1 up, which a draft may lack, and a `colour` that no PATCH can change; clients may add
//! keys.

use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::services::entities::lifecycle::Lifecycle;
use crate::services::entities::members::{keep, object, text};
use crate::services::entities::{
    Completeness, Context, Definition, Keys, KindRules, KindSpec, LAST_OPERATION, Quota,
};
use crate::store::query::{FieldType, Fields};
use crate::store::{Entity, Key, State};
use serde::ser::SerializeMap;
use serde_json::{Map, Value};

/// How widgets differ from other kinds of entity.
pub(crate) static SPEC: KindSpec = KindSpec {
    kind: Kind::Widget,
    fields: Fields(&[
        ("id", FieldType::Id),
        ("name", FieldType::Text),
        ("colour", FieldType::Id),
        ("size", FieldType::Number),
        ("state", FieldType::Id),
        ("version", FieldType::Id),
        ("etag", FieldType::Id),
        ("lastOperation", FieldType::Structure),
        ("lastOperation.started", FieldType::Number),
        ("lastOperation.updated", FieldType::Number),
        ("lastOperation.operation", FieldType::Id),
    ]),
    indexed: ["colour", "state", "name"],
    keys: KEYS,
    lifecycle: Lifecycle::BASE,
    in_use: None,
    quota: Quota { flag: "--max-widgets-per-sandbox", of: |_| 30 },
    rules: KindRules::of::<Widget>(),
};

const KEYS: Keys = Keys {
    body: &[("name", &[]), ("colour", &[]), ("size", &[])],
    owned: &["id", "version", "etag", LAST_OPERATION],
    fixed: &["colour"],
    meaningless: &["state"],
    is_providers: false,
};

/// The part of a widget that its client defines.
struct Widget {
    name: String,
    colour: String,
    size: Option<Value>,
    extra: Map<String, Value>,
}

impl Definition for Widget {
    fn read_all(
        json: Value, completeness: Completeness, _: &Context<'_>, _: usize,
    ) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let mut members = object(json, "").map_err(|error| vec![error])?;
        let [name, colour] = ["name", "colour"].map(|key| {
            let value = members.shift_remove(key).unwrap_or_default();
            keep(text(value, &format!("/{key}")), &mut errors).unwrap_or_default()
        });
        let size = members.shift_remove("size");
        let is_valid = size
            .as_ref()
            .map_or(completeness == Completeness::Draft, |size| size.as_u64().is_some_and(|size| size > 0));
        if !is_valid {
            errors.push(Error::bad_request("size must be a whole number from 1", "/size"));
        }
        members.retain(|key, _| !KEYS.is_meaningless(key));
        if errors.is_empty() { Ok(Self { name, colour, size, extra: members }) } else { Err(errors) }
    }

    fn keys(&self, state: State) -> [Key; Entity::KEYS] {
        [&self.colour, state.name(), &self.name].map(Key::of)
    }

    fn own_fields(&self) -> Box<[Box<str>]> {
        self.extra.keys().map(|key| key.as_str().into()).collect()
    }

    fn write<M: SerializeMap>(&self, state: State, members: &mut M) -> Result<(), M::Error> {
        members.serialize_entry("name", &self.name)?;
        members.serialize_entry("colour", &self.colour)?;
        if let Some(size) = &self.size {
            members.serialize_entry("size", size)?;
        }
        members.serialize_entry("state", state.name())?;
        self.extra.iter().try_for_each(|(key, value)| members.serialize_entry(key, value))
    }
}
