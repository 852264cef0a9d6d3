//! [`FlowSpecRef`]: the flow spec that a flow names. Reference: "Flows" (checks at creation).

use crate::base::error::{Code, Error, excerpt};
use crate::services::entities::members::{keep, object, text};
use crate::services::entities::spec_ref::SpecRef;
use crate::services::entities::{Completeness, Context};
use crate::services::flow_specs::FlowSpec;
use crate::services::specs::Spec as _;
use serde::Serialize;
use serde_json::{Map, Value};

/// The pointer to the flow spec.
pub(super) const POINTER: &str = "/flowSpec";

/// The flow spec of a flow.
#[derive(Serialize)]
pub(crate) struct FlowSpecRef {
    pub(crate) id: String,
    /// `None` means the newest version, until the flow is checked.
    pub(crate) version: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl FlowSpecRef {
    /// Reads as much as possible. Mistakes are added to `errors` as FLOW-1000-400 and FLOW-1413-400; `None` without an id.
    pub(super) fn parse(json: Option<Value>, errors: &mut Vec<Error>) -> Option<Self> {
        let Some(mut json) = json else {
            errors.push(missing(POINTER));
            return None;
        };
        SpecRef::spell_version(&mut json);
        let mut extra = keep(object(json, POINTER), errors)?;
        let id = extra.shift_remove("id").map(|id| text(id, "/flowSpec/id"));
        let version = extra.shift_remove("version");
        let version = version.and_then(|version| keep(text(version, "/flowSpec/version"), errors));
        match id {
            Some(Ok(id)) if !id.is_empty() => Some(Self { id, version, extra }),
            Some(Err(error)) => {
                errors.push(error);
                None
            }
            _ => {
                errors.push(missing("/flowSpec/id"));
                None
            }
        }
    }

    /// The flow spec, whose version the flow gets if it names none. `None` if the version is gone that the flow was written
    /// with.
    ///
    /// # Errors
    /// FLOW-1413-400 for an unknown id or version.
    pub(super) fn resolve<'s>(
        &mut self, completeness: Completeness, context: &'s Context<'_>,
    ) -> Result<Option<&'s FlowSpec>, Error> {
        let versions = context.flow_specs.versions(&self.id);
        let Some(newest) = versions.first() else {
            let id = excerpt(&self.id);
            let error = Error::quoting(
                Code::SpecUnknown,
                format!("flowSpec.id {id} is not the id of any flow spec"),
                "flowSpec.id is not the id of any flow spec".to_owned(),
            );
            return Err(error.adding(&context.flow_specs.hint(&self.id)).at("/flowSpec/id"));
        };
        let version = self.version.get_or_insert_with(|| newest.version().to_owned());
        match versions.iter().find(|spec| spec.version() == version) {
            Some(spec) => Ok(Some(spec)),
            None if completeness == Completeness::Past => Ok(None),
            None => {
                let known: Vec<&str> = versions.iter().map(FlowSpec::version).collect();
                let detail = format!(
                    "flowSpec.version {} is not a version of {}; those known are {}",
                    excerpt(version),
                    newest.name(),
                    known.join(", ")
                );
                Err(Error::new(Code::SpecUnknown, detail).at("/flowSpec/version"))
            }
        }
    }
}

/// FLOW-1413-400: the flow names no flow spec at that place.
fn missing(pointer: &str) -> Error {
    let detail = "flowSpec.id is absent; give the id of a flow spec (GET /flowSpecs lists them)";
    Error::new(Code::SpecUnknown, detail).at(pointer)
}
