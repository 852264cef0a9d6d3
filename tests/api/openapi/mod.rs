//! `GET /_flowmock/openapi.json`: the document is valid, complete and correct. `Answer::to` checks every answer in this
//! test program against it.

mod chain;
mod conversation;
mod errors;
mod probe;
mod runs;
mod wrong_requests;

use self::probe::is_about_private_endpoints;
use crate::support::{
    self, ATS, Answer, DATA_LANDING_ZONE, Operation, Tenant, ats, document, private_endpoint, shared,
    streaming,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn the_document_is_served_without_headers_and_equals_the_librarys() {
    let url = shared().url() + "/_flowmock/openapi.json";
    let answer = Answer::to(support::client().get(url)).await.expect_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let mut document = answer.json();
    assert_eq!(document["servers"][0]["url"], shared().url());
    document["servers"][0]["url"] = "/".into();
    assert_eq!(document.to_string(), flowmock::openapi_json());
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn the_document_names_the_server_as_the_client_does() {
    let url = shared().url() + "/_flowmock/openapi.json";
    for (host, expected) in [
        ("mock.example:81", "http://mock.example:81"),
        ("localhost", "http://localhost"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("a\"b", "/"),
        ("a b", "/"),
    ] {
        let request = support::client().get(&url).header("host", host);
        let answer = Answer::to(request).await;
        if answer.status == 200 {
            assert_eq!(answer.json()["servers"][0]["url"], expected, "{host}");
        } else {
            assert!(answer.status == 400 || answer.status == 403, "{answer}");
        }
    }
}

#[test]
fn no_two_parameters_of_a_call_differ_by_letter_case_alone() {
    for operation in document().operations() {
        let parameters = operation.json["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut seen = BTreeSet::new();
        for parameter in parameters.iter().map(|parameter| document().resolved(parameter)) {
            let name = parameter["name"].as_str().unwrap();
            let is_new = seen.insert((parameter["in"].as_str(), name.to_lowercase()));
            assert!(is_new, "{}: {name}", operation.name());
        }
    }
}

#[tokio::test]
async fn the_other_spelling_of_a_parameter_is_documented_and_accepted_and_breaks_no_rule() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let made = tenant.create(support::ats("orders")).await;
    let mut taken = 0;
    for operation in document().operations().filter(|operation| operation.name() == "exploreConnection") {
        for parameter in operation.json["parameters"].as_array().unwrap() {
            let Some(alias) = parameter["x-flowmock-alias"].as_str() else { continue };
            assert!(
                parameter["description"].as_str().unwrap().contains(&format!("`{alias}`")),
                "{parameter}"
            );
            let value = parameter["schema"]["enum"][0].as_str().unwrap();
            let path = format!("/connections/{}/explore?objectType=root&{alias}={value}", made.id);
            tenant.get(&path).await.expect_status(200);
            taken += 1;
        }
    }
    assert_eq!(taken, 2);
    let report = serde_json::to_value(mock.contract_report()).unwrap();
    let broken = report["consumers"][0]["broken"].as_array().unwrap();
    assert_eq!(report["examined"], 3);
    assert!(broken.iter().all(|broken| broken["rule"] == "left-in-production"), "{broken:?}");
}

#[tokio::test]
async fn every_described_operation_is_served() {
    let mock = support::server(|_| {}); // a server of its own, since some operations affect the whole server
    let tenant = Tenant::on(&mock);
    let client = support::client();
    for operation in document().operations() {
        let path = filled(operation.path, "an-id");
        let request = client.request(operation.method.parse().unwrap(), mock.url() + &path);
        let request = support::with_headers(request, tenant.headers());
        let answer = Answer::to(request).await;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let kind = body["type"].as_str().unwrap_or_default();
        assert!(!kind.ends_with("FLOW-1003-404") && !kind.ends_with("FLOW-1003-405"), "{answer}");
        let found = document().operation(operation.method, &path).expect("an operation").name();
        assert_eq!(found, operation.name(), "{path}");
    }
}

#[tokio::test]
async fn a_call_accepts_exactly_the_described_query_parameters() {
    let tenant = support::tenant().await;
    for operation in flow_service() {
        let path = filled(operation.path.strip_prefix(flowmock::BASE_PATH).unwrap(), "an-id");
        let request = tenant.request(operation.method.parse().unwrap(), &format!("{path}?nonsense=1"));
        let answer = Answer::to(request).await.expect_error("FLOW-1451-400").naming("nonsense").json();
        let (_, takes) = answer["errorMessage"].as_str().unwrap().split_once("; it takes ").unwrap();
        let takes: BTreeSet<&str> = takes.split(", ").filter(|&name| name != "none").collect();
        assert_eq!(takes, BTreeSet::from_iter(operation.parameters("query")), "{}", operation.name());
    }
}

#[tokio::test]
async fn a_control_call_accepts_exactly_the_described_query_parameters() {
    let mock = support::server(|_| {});
    for operation in document().operations().filter(|operation| operation.path.starts_with("/_flowmock")) {
        let url = format!("{}{}?nonsense=1", mock.url(), filled(operation.path, "1"));
        let request = support::client().request(operation.method.parse().unwrap(), url);
        let answer = Answer::to(request).await;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let reason = body["errors"][0]["reason"].as_str().unwrap_or_default();
        let takes = reason.split_once("there are ").or(reason.split_once("it takes "));
        let takes = takes.into_iter().flat_map(|(_, takes)| takes.split(", ")).filter(|&name| name != "none");
        let takes: BTreeSet<&str> = takes.collect();
        assert_eq!(
            takes,
            BTreeSet::from_iter(operation.parameters("query")),
            "{}\n{answer}",
            operation.name()
        );
    }
}

#[test]
fn every_reference_resolves_and_every_component_is_used() {
    let mut references = BTreeSet::new();
    collect_references(document().json(), &mut references);
    for reference in &references {
        document().at(reference); // panics if there is nothing
    }
    for (kind, components) in document().json()["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            let is_used = kind == "securitySchemes"
                || references
                    .iter()
                    .any(|used| *used == reference || used.starts_with(&(reference.clone() + "/")));
            assert!(is_used, "{reference} is not used");
        }
    }
}

fn collect_references<'a>(value: &'a Value, references: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| collect_references(member, references));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect_references(element, references)),
        _ => {}
    }
}

#[test]
fn every_operation_has_a_unique_name_a_known_tag_and_described_parameters_and_responses() {
    let tags: BTreeSet<&str> = document().json()["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut names = BTreeSet::new();
    for operation in document().operations() {
        let (name, json) = (operation.name(), operation.json);
        assert!(names.insert(name), "{name} twice");
        assert!(!json["summary"].as_str().unwrap().ends_with('.'), "{name}");
        assert!(tags.contains(json["tags"][0].as_str().unwrap()), "{name}");
        let in_path: BTreeSet<&str> =
            operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(BTreeSet::from_iter(operation.parameters("path")), in_path, "{name}");
        let parameters = json["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        for parameter in parameters.iter().map(|parameter| document().resolved(parameter)) {
            assert!(
                is_text(&parameter["description"]) && parameter["schema"].is_object(),
                "{name}: {parameter}"
            );
            assert!(parameter["required"] == true || parameter["in"] != "path", "{name}: {parameter}");
        }
        let responses = json["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{name}");
        for (status, response) in responses {
            let response = document().resolved(response);
            assert!(is_text(&response["description"]), "{name} {status}");
            assert!(response["headers"]["x-request-id"].is_object(), "{name} {status}");
        }
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

#[test]
fn exactly_the_calls_behind_the_gateway_require_the_platform_headers() {
    for operation in document().operations() {
        let headers = BTreeSet::from_iter(operation.parameters("header"));
        let is_behind_gateway = operation.path.starts_with("/data/");
        for (header, is_asked_for) in
            [("x-gw-ims-org-id", is_behind_gateway), ("x-sandbox-name", has_sandboxes(operation))]
        {
            assert_eq!(headers.contains(header), is_asked_for, "{header} of {}", operation.name());
        }
        let security = operation.json["security"].as_array().unwrap();
        assert_eq!(
            security.iter().any(|needs| needs["apiKey"].is_array()),
            is_behind_gateway,
            "{}",
            operation.name()
        );
    }
}

#[test]
fn every_example_is_valid_against_its_schema() {
    for operation in document().operations() {
        let body = &operation.json["requestBody"]["content"]["application/json"];
        let place = format!("#{}/requestBody/content/application~1json/schema", operation.pointer());
        for (name, example) in body["examples"].as_object().into_iter().flatten() {
            let faults = document().violations(&place, &example["value"]);
            assert!(faults.is_empty(), "{name} of {}: {faults:#?}", operation.name());
        }
        for (status, response) in operation.json["responses"].as_object().unwrap() {
            let Some(place) = response["$ref"].as_str() else { continue };
            let content = &document().at(place)["content"]["application/json"];
            for (name, example) in content["examples"].as_object().into_iter().flatten() {
                let example = &document().resolved(example)["value"];
                let faults =
                    document().violations(&format!("{place}/content/application~1json/schema"), example);
                assert!(faults.is_empty(), "{name} of {} {status}: {faults:#?}", operation.name());
            }
        }
    }
}

#[test]
fn the_document_has_every_operation_of_the_vendor_on_connections_and_specs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/flow-service.openapi.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: the vendor's OpenAPI description is not beside the project");
        return;
    };
    let vendors: Value = yaml_serde::from_str(&text).expect("the description is YAML");
    let ours: BTreeSet<(String, String)> = document()
        .operations()
        .map(|operation| (operation.method.to_lowercase(), shape(operation.path)))
        .collect();
    let mut found = 0;
    for (path, item) in vendors["paths"].as_object().unwrap() {
        if ["/connections", "/connectionSpecs", "/flowSpecs"].iter().any(|start| path.starts_with(start)) {
            for method in item.as_object().unwrap().keys() {
                let path = shape(&format!("{}{path}", flowmock::BASE_PATH));
                assert!(ours.contains(&(method.clone(), path.clone())), "the document lacks {method} {path}");
                found += 1;
            }
        }
    }
    assert_eq!(found, 21);
}

/// A path template without the names of its parameters and without a final slash.
fn shape(path: &str) -> String {
    filled(path.trim_end_matches('/'), "{}")
}

/// The operations of the Flow Service.
fn flow_service() -> impl Iterator<Item = Operation> {
    document().operations().filter(|&operation| is_flow_service(operation))
}

fn is_flow_service(operation: Operation) -> bool {
    operation.path.starts_with(flowmock::BASE_PATH)
}

/// The id of a built-in spec for an operation on one.
fn spec_of(operation: Operation) -> Option<&'static str> {
    let specs = [
        // Only a spec without auth specs can be explored by its own id.
        ("/connectionSpecs/{id}/explore", DATA_LANDING_ZONE),
        ("/connectionSpecs/{", ATS),
        ("/flowSpecs/{", "14518937-270c-4525-bdec-c2ba7cce3860"),
    ];
    specs.into_iter().find(|(start, _)| operation.path.contains(start)).map(|(_, id)| id)
}

/// Whether the operation is about the messages of an inlet.
fn is_about_inlets(operation: Operation) -> bool {
    operation.path.starts_with("/collection") || operation.path.contains("/inlets/")
}

/// The id of something that the operation is about, which exists for `tenant`.
async fn id_for(operation: Operation, tenant: &Tenant) -> String {
    if let Some(id) = spec_of(operation) {
        return id.to_owned();
    }
    if is_about_private_endpoints(operation) {
        return tenant.create_private_endpoint(&private_endpoint("orders")).await.id;
    }
    if is_about_inlets(operation) {
        let made = tenant.create(streaming(&json!({"dataType": "raw"}))).await;
        return tenant.read(&made.id).await["auth"]["params"]["inletId"].as_str().expect("an id").to_owned();
    }
    let is_about = |collection: &str| operation.path.split('/').any(|segment| segment == collection);
    // Drafts are all that an action of a source or target connection is for.
    let mode = if operation.path.ends_with("/action") { "?mode=draft" } else { "" };
    if is_about("runs") {
        runs::run_of(tenant).await
    } else if is_about("sourceConnections") {
        tenant.create_at(&format!("/sourceConnections{mode}"), &support::file_source("orders")).await.id
    } else if is_about("targetConnections") {
        tenant.create_at(&format!("/targetConnections{mode}"), &support::lake_target("orders")).await.id
    } else if is_about("flows") {
        tenant.files_flow().await.id
    } else {
        tenant.create(ats("orders")).await.id
    }
}

fn has_sandboxes(operation: Operation) -> bool {
    let is_behind_gateway = operation.path.starts_with("/data/");
    is_behind_gateway && !operation.path.starts_with("/data/foundation/sandbox-management/")
}

/// A path template with values for its parameters.
fn filled(template: &str, id: &str) -> String {
    template
        .split('/')
        .map(|part| if part.starts_with('{') { id } else { part })
        .collect::<Vec<_>>()
        .join("/")
}
