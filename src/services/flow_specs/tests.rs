//! The built-in flow specs and the form of a document.

use super::{FlowSpec, FlowSpecs, OwnFlowSpecs};
use crate::services::connection_specs::ConnectionSpec;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::specs::{Compile, NotAdded, Spec as _};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

const CRM: &str = "14518937-270c-4525-bdec-c2ba7cce3860";

fn new_spec(id: &str, name: &str) -> Arc<[FlowSpec; 1]> {
    Arc::new([spec(id, name)])
}

fn spec(id: &str, name: &str) -> FlowSpec {
    let document = json!({"id": id, "name": name, "version": "1.0", "providerId": "p"});
    FlowSpec::read(document, Compile::Now).unwrap()
}

#[test]
fn every_file_of_the_folder_is_inside_the_binary_and_names_are_unique() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/flow-specs");
    let names: HashSet<&str> = FlowSpec::built_in().specs().map(FlowSpec::name).collect();
    assert_eq!(names.len(), fs::read_dir(folder).unwrap().count());
}

/// Clients find a flow spec by the connection specs of its source and target.
#[test]
fn every_source_and_file_destination_has_a_flow_spec() {
    let named = |key: &str| -> HashSet<&str> {
        let lists = FlowSpec::built_in().specs().filter_map(|spec| spec.document()[key].as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    };
    let (sources, targets) = (named("sourceConnectionSpecIds"), named("targetConnectionSpecIds"));
    // The reference names no flow spec of Airship Attributes.
    const WITHOUT: [&str; 1] = ["34cd3131-b208-474b-b779-b487b5a2bd01"];
    for spec in ConnectionSpec::built_in().specs().filter(|spec| !WITHOUT.contains(&spec.id())) {
        let attributes = &spec.document()["attributes"];
        if attributes["isSource"] == true {
            assert!(sources.contains(spec.id()), "{} has no flow spec", spec.name());
        }
        if attributes["isDestination"] == true {
            assert!(targets.contains(spec.id()), "{} has no flow spec", spec.name());
        }
    }
}

/// Capillary, which the list has too, streams its data.
#[test]
fn every_batch_source_of_the_flow_spec_for_rest_sources_is_explored_as_one() {
    let mut flow_specs = FlowSpec::built_in().specs();
    let rest = flow_specs.find(|spec| spec.name() == "RestStorageToAEP").unwrap();
    let ids = rest.document()["sourceConnectionSpecIds"].as_array().unwrap();
    let has_id = |spec: &&ConnectionSpec| ids.contains(&json!(spec.id()));
    let mut found = 0;
    for spec in ConnectionSpec::built_in().specs().filter(has_id) {
        let document = spec.document();
        if document["type"] != "Streaming" {
            assert_eq!(document["exploreSpec"]["type"], "Resource", "{}", spec.name());
            found += 1;
        }
    }
    assert!(found > 10, "{found}");
}

#[test]
fn a_problem_is_reported_with_its_place() {
    for (key, value, pointer, reason) in [
        ("providerId", json!(1), "/providerId", "must be a string"),
        ("sourceConnectionSpecIds", json!("a"), "/sourceConnectionSpecIds", "must be an array"),
        ("targetConnectionSpecIds", json!([1]), "/targetConnectionSpecIds/0", "must be a string"),
        ("transformationSpecs", json!([{}]), "/transformationSpecs/0/name", "is missing"),
        (
            "transformationSpecs",
            json!([{"name": "a", "spec": 1}]),
            "/transformationSpecs/0/spec",
            "a JSON Schema",
        ),
        ("scheduleSpec", json!([]), "/scheduleSpec", "must be an object"),
        ("runSpec", json!({"spec": "x"}), "/runSpec/spec", "must be a JSON Schema"),
        ("attributes", json!(1), "/attributes", "must be an object"),
    ] {
        let mut document = spec("a", "b").document().clone();
        document[key] = value;
        let problem = FlowSpec::read(document, Compile::Now).unwrap_err();
        assert_eq!(problem.path, pointer, "{problem:?}");
        assert!(problem.reason.contains(reason), "{problem:?}");
    }
}

#[test]
fn a_name_belongs_to_one_id() {
    let (registry, own) = (FlowSpecs::load(None).unwrap(), OwnFlowSpecs::default());
    let taken = |id: &str| Err(NotAdded::NameTaken(id.to_owned()));
    assert_eq!(registry.add(&own, new_spec("mine", "CRMToAEP")), taken(CRM));
    registry.add(&own, new_spec("mine", "MineToAEP")).unwrap();
    assert_eq!(registry.add(&own, new_spec("other", "MineToAEP")), taken("mine"));
    assert_eq!(registry.replace(&own, new_spec(CRM, "MineToAEP")), taken("mine"));
    registry.replace(&own, new_spec("mine", "MineToAEP")).unwrap();
    registry.replace(&own, new_spec(CRM, "Renamed")).unwrap();
    registry.add(&own, new_spec("other", "CRMToAEP")).unwrap();
}
