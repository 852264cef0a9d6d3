//! [`FlowSpec`]: a flow spec, from its document to the bytes of a response.
//!
//! Reference: "Flow specs" (an item). Decided: a document needs `id`, `name`, `providerId` and `version`; the parts that are
//! known must have the documented form; unknown keys are kept and returned. `null`s count as absent.

use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::services::specs::load;
use crate::services::specs::spec::{IdentifiedDocument, check_stamps, nonempty, read_id};
use crate::services::specs::{Compile, Layer, Spec};
use include_dir::{Dir, include_dir};
use serde_json::Value;
use std::sync::LazyLock;

/// The largest number of connection specs or transformations that a flow spec names.
const MAX_NAMED: usize = 1000;

/// The path segment of the search, which an id would hide behind.
const SEARCH: &str = "search";

/// The provider of destinations.
const DESTINATIONS: &str = "14e34fac-d307-11e9-bb65-2a2ae2dbcce4";

/// The keys with the ids of connection specs.
const CONNECTION_SPECS: [&str; 2] = ["sourceConnectionSpecIds", "targetConnectionSpecIds"];

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/flow-specs");

static BUILT_IN: LazyLock<Layer<FlowSpec>> =
    LazyLock::new(|| Layer::of(load::embedded(&FILES).expect("a test reads every built-in document")));

/// A flow spec.
#[derive(Debug)]
pub(crate) struct FlowSpec {
    identified: IdentifiedDocument,
    /// The ids of the connection specs that its sources and targets may have.
    source_ids: Box<[Box<str>]>,
    target_ids: Box<[Box<str>]>,
    is_destination: bool,
    has_schedule: bool,
}

impl FlowSpec {
    /// Whether its flows may have a source of the connection spec with that id.
    pub(crate) fn takes_source(&self, spec_id: &str) -> bool {
        self.source_ids.iter().any(|id| **id == *spec_id)
    }

    /// Whether its flows lead to a destination.
    ///
    /// Decided: a spec that does not say so is a destination's if it has the provider of destinations.
    pub(crate) fn is_destination(&self) -> bool {
        self.is_destination
    }

    /// Whether its flows take data from a source by a schedule.
    pub(crate) fn is_batch_source(&self) -> bool {
        self.has_schedule && !self.is_destination
    }

    /// Whether webhooks are told of the runs of its flows. Reference: "Notifications".
    pub(crate) fn notifies(&self) -> bool {
        self.identified.document()["attributes"]["notification"]["flowRun"]["enabled"] == true
    }

    /// Whether its flows have a schedule.
    pub(crate) fn has_schedule(&self) -> bool {
        self.has_schedule
    }

    /// Whether its flows may have a target of the connection spec with that id.
    pub(crate) fn takes_target(&self, spec_id: &str) -> bool {
        self.target_ids.iter().any(|id| **id == *spec_id)
    }
}

impl Spec for FlowSpec {
    const COLLECTION: &'static str = "flowSpecs";
    const NOUN: &'static str = "flow spec";
    const FOLDER: &'static str = "flow-specs";
    const HAS_UNIQUE_NAMES: bool = true;
    const IS_SLOW_TO_READ: bool = false;

    fn identified(&self) -> &IdentifiedDocument {
        &self.identified
    }

    fn built_in() -> &'static Layer<Self> {
        &BUILT_IN
    }

    fn read_at(path: String, document: Value, _: Compile, problems: &mut Problems) -> Option<Self> {
        let before = problems.count();
        let mut members = Member::at(&*path, &document).object(problems)?;
        let id = members.required("id", problems).and_then(|id| {
            if id.value() == SEARCH {
                return id.refuse("must not be search, which is the path of a call", problems);
            }
            read_id(&id, problems)
        });
        let [name, version, provider] =
            ["name", "version", "providerId"].map(|key| nonempty(members.required(key, problems), problems));
        check_stamps(&mut members, problems);
        check_optional_keys(&mut members, problems);
        if problems.count() > before {
            return None;
        }
        provider?;
        let [source_ids, target_ids] = CONNECTION_SPECS.map(|key| {
            let ids = document[key].as_array().into_iter().flatten();
            ids.filter_map(Value::as_str).map(Box::from).collect()
        });
        let attributes = &document["attributes"];
        let is_destination = match (&attributes["isSourceFlow"], &attributes["isDestinationFlow"]) {
            (_, Value::Bool(true)) => true,
            (Value::Bool(true), _) => false,
            _ => document["providerId"] == DESTINATIONS,
        };
        let has_schedule = document["scheduleSpec"].is_object();
        let identified = IdentifiedDocument::new(id?, name?, version?, document);
        Some(Self { identified, source_ids, target_ids, is_destination, has_schedule })
    }
}

/// Checks the optional keys. All others are the client's own.
fn check_optional_keys(document: &mut Members<'_>, problems: &mut Problems) {
    for key in CONNECTION_SPECS {
        let ids = document.take(key).and_then(|member| member.elements(0..=MAX_NAMED, problems));
        for id in ids.unwrap_or_default() {
            id.nonempty(problems);
        }
    }
    let transformations = document.take("transformationSpecs");
    let transformations = transformations.and_then(|member| member.elements(0..=MAX_NAMED, problems));
    for transformation in transformations.unwrap_or_default() {
        let Some(mut transformation) = transformation.object(problems) else { continue };
        nonempty(transformation.required("name", problems), problems);
        check_schema(&mut transformation, problems);
    }
    for key in ["optionSpec", "scheduleSpec", "runSpec"] {
        if let Some(mut part) = document.take(key).and_then(|member| member.object(problems)) {
            check_schema(&mut part, problems);
        }
    }
    for key in ["attributes", "permissionsInfo"] {
        document.take(key).and_then(|member| member.object(problems));
    }
}

/// Checks that `spec`, if there is one, has the form of a JSON Schema.
fn check_schema(part: &mut Members<'_>, problems: &mut Problems) {
    if let Some(schema) = part.take("spec")
        && !schema.value().is_object()
    {
        schema.expected::<()>("a JSON Schema, an object", problems);
    }
}
