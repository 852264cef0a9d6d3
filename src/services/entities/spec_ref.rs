//! [`SpecRef`]: the connection spec that an entity names. Reference: "A base connection".

use super::context::Context;
use super::definition::Completeness;
use super::members::{keep, object, text};
use crate::base::error::{Code, Error};
use crate::services::connection_specs::validate::Resolved;
use serde::Serialize;
use serde_json::{Map, Value};

/// The pointer to the connection spec of an entity.
pub(crate) const POINTER: &str = "/connectionSpec";

/// The connection spec of an entity.
#[derive(Serialize)]
pub(crate) struct SpecRef {
    pub(crate) id: String,
    /// `None` means the newest version, until the entity is checked.
    pub(crate) version: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl SpecRef {
    /// Spells a version that is a number as the text that the service writes: 1 as `1.0`.
    pub(crate) fn spell_version(json: &mut Value) {
        if let Some(version) = json.get_mut("version")
            && let Some(number) = version.as_f64()
        {
            *version = if number.fract() == 0.0 { format!("{number:.1}") } else { number.to_string() }.into();
        }
    }

    /// Reads as much as possible. Mistakes are added to `errors` as FLOW-1000-400 and FLOW-1413-400; `None` without an id.
    pub(crate) fn parse(json: Value, errors: &mut Vec<Error>) -> Option<Self> {
        let (mut id, mut version) = (None, None);
        let mut extra = Map::new();
        for (key, value) in keep(object(json, POINTER), errors)? {
            match key.as_str() {
                "id" => id = Some(keep(text(value, "/connectionSpec/id"), errors)),
                "version" => version = keep(text(value, "/connectionSpec/version"), errors),
                _ => {
                    extra.insert(key, value);
                }
            }
        }
        if id.as_ref().is_none_or(|id| id.as_ref().is_some_and(String::is_empty)) {
            errors.push(Self::missing("/connectionSpec/id"));
        }
        Some(Self { id: id.flatten()?, version, extra })
    }

    /// The connection spec, whose version the entity gets if it names none. `None` if the sandbox's own spec was replaced after
    /// the entity was written.
    ///
    /// # Errors
    /// FLOW-1413-400 for an unknown id or version.
    pub(crate) fn resolve<'s>(
        &mut self, completeness: Completeness, context: &'s Context<'_>,
    ) -> Result<Option<Resolved<'s>>, Error> {
        match context.specs.resolve(&self.id, self.version.as_deref()) {
            Ok(spec) => {
                self.version.get_or_insert_with(|| spec.version().to_owned());
                Ok(Some(spec))
            }
            Err(_) if completeness == Completeness::Past && context.specs.has_own(&self.id) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether an entity in a state document names a connection spec of the sandbox, which may have been replaced.
    pub(crate) fn may_be_outdated(document: &Value, context: &Context<'_>) -> bool {
        document["connectionSpec"]["id"].as_str().is_some_and(|id| context.specs.has_own(id))
    }

    /// FLOW-1413-400: the entity names no connection spec at that place.
    pub(crate) fn missing(pointer: &str) -> Error {
        let detail = "connectionSpec.id is absent; give the id of the source's connection spec";
        Error::new(Code::SpecUnknown, detail).at(pointer)
    }
}
