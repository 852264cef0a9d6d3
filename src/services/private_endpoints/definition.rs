//! [`PrivateEndpoint`]: the part of a private endpoint that its client defines, from JSON to types.
//!
//! Decided: everything but `fqdns` is required, and text is not empty. As in a connection, unknown keys are kept, and a
//! POST ignores keys that the service owns.

use crate::base::error::Error;
use crate::services::entities::members::{keep, object, text, wrong_type};
use crate::services::entities::spec_ref::{POINTER as SPEC, SpecRef};
use crate::services::entities::{Completeness, Context, Definition, Keys, LAST_OPERATION};
use crate::store::{Entity, Key, State};
use serde::ser::SerializeMap;
use serde_json::{Map, Value};

/// The top-level keys of a private endpoint.
pub(super) const KEYS: Keys = Keys {
    body: &[
        ("name", &[]),
        ("subscriptionId", &[]),
        ("resourceGroupName", &[]),
        ("resourceName", &[]),
        ("fqdns", &[]),
        ("connectionSpec", &["id", "version"]),
    ],
    owned: &["id", "version", "etag", LAST_OPERATION],
    fixed: &["connectionSpec"],
    meaningless: &["state"],
    is_providers: false,
};

/// The texts that a private endpoint needs.
const TEXTS: [&str; 4] = ["name", "subscriptionId", "resourceGroupName", "resourceName"];

/// The part of a private endpoint that its client defines.
pub(crate) struct PrivateEndpoint {
    /// The values of [`TEXTS`].
    texts: [String; TEXTS.len()],
    /// The host names of the resource.
    fqdns: Option<Vec<Value>>,
    connection_spec: SpecRef,
    /// Keys that the client added to the documented ones.
    extra: Map<String, Value>,
}

impl Definition for PrivateEndpoint {
    /// Reads a private endpoint.
    ///
    /// # Errors
    /// FLOW-1000-400 for a key of the wrong type and for missing texts, FLOW-1413-400 for a missing or unknown connection
    /// spec.
    fn read_all(
        json: Value, completeness: Completeness, context: &Context<'_>, most: usize,
    ) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let mut endpoint = Self::parse(json, most, &mut errors);
        if let Some(PrivateEndpoint { connection_spec: wanted, .. }) = &mut endpoint
            && !errors.iter().any(|error| error.pointer().is_some_and(|pointer| pointer.starts_with(SPEC)))
        {
            errors.extend(wanted.resolve(completeness, context).err());
        }
        endpoint.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn keys(&self, state: State) -> [Key; Entity::KEYS] {
        let [name, ..] = &self.texts;
        [name, &self.connection_spec.id, state.name()].map(Key::of)
    }

    fn own_fields(&self) -> Box<[Box<str>]> {
        self.extra.keys().map(|key| key.as_str().into()).collect()
    }

    fn write<M: SerializeMap>(&self, state: State, members: &mut M) -> Result<(), M::Error> {
        for (key, text) in TEXTS.iter().zip(&self.texts) {
            members.serialize_entry(key, text)?;
        }
        if let Some(fqdns) = &self.fqdns {
            members.serialize_entry("fqdns", fqdns)?;
        }
        members.serialize_entry("connectionSpec", &self.connection_spec)?;
        members.serialize_entry("state", state.name())?;
        self.extra.iter().try_for_each(|(key, value)| members.serialize_entry(key, value))
    }

    fn may_be_outdated(document: &Value, context: &Context<'_>) -> bool {
        SpecRef::may_be_outdated(document, context)
    }
}

impl PrivateEndpoint {
    /// Reads as much as possible. Mistakes are added to `errors` and count as absent; `None` if too little is left.
    fn parse(json: Value, most: usize, errors: &mut Vec<Error>) -> Option<Self> {
        let mut members = keep(object(json, ""), errors)?;
        members.retain(|key, _| !KEYS.is_meaningless(key));
        let mut absent = Vec::new();
        let texts = TEXTS.map(|key| {
            let pointer = format!("/{key}");
            let found = members.shift_remove(key).map(|value| text(value, &pointer));
            match found {
                Some(Ok(text)) if !text.is_empty() => text,
                Some(Err(error)) => {
                    errors.push(error);
                    String::new()
                }
                _ => {
                    absent.push(key);
                    String::new()
                }
            }
        });
        // A request gets one error, which names them all.
        let told = if most == 1 { absent.len() } else { 1 };
        errors.extend(absent.chunks(told.max(1)).map(absence));
        let fqdns = members.shift_remove("fqdns").and_then(|value| fqdns(value, errors));
        let connection_spec = match members.shift_remove("connectionSpec") {
            Some(value) => SpecRef::parse(value, errors),
            None => {
                errors.push(SpecRef::missing(SPEC));
                None
            }
        };
        Some(Self { texts, fqdns, connection_spec: connection_spec?, extra: members })
    }
}

/// FLOW-1000-400: some of [`TEXTS`] are absent or empty.
fn absence(keys: &[&str]) -> Error {
    let pointer = format!("/{}", keys.first().unwrap_or(&""));
    let detail = match keys {
        [key] => format!("{key} is absent or empty; every private endpoint needs one, a string"),
        keys => {
            format!("{} are absent or empty; every private endpoint needs them, as strings", keys.join(", "))
        }
    };
    Error::bad_request(detail, pointer)
}

/// A list of host names. Mistakes are added to `errors`.
fn fqdns(value: Value, errors: &mut Vec<Error>) -> Option<Vec<Value>> {
    match value {
        Value::Array(names) => {
            let wrong = names.iter().enumerate().filter(|(_, name)| !name.is_string());
            errors
                .extend(wrong.map(|(index, name)| wrong_type(name, "a string", &format!("/fqdns/{index}"))));
            Some(names)
        }
        other => {
            errors.push(wrong_type(&other, "an array of strings", "/fqdns"));
            None
        }
    }
}
