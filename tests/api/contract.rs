//! Every operation against the vendor's OpenAPI description, which is read where it lies and never copied.
//! Skipped, with a notice, where it is not beside the project.
//!
//! Where description and documentation disagree flowmock follows the documentation. `docs/openapi.md` lists
//! those places in prose; here they are data, and the tests insist that each still is a disagreement.

use crate::support::{self, Answer, Tenant, ats, rename};
use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ATS_SPEC: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// A described operation.
type Operation = (&'static str, &'static str);

const LIST: Operation = ("get", "/connections");
const CREATE: Operation = ("post", "/connections");
const READ: Operation = ("get", "/connections/{BASE_CONNECTION_ID}");
const UPDATE: Operation = ("patch", "/connections/{BASE_CONNECTION_ID}/");
const DELETE: Operation = ("delete", "/connections/{BASE_CONNECTION_ID}/");
const TEST: Operation = ("get", "/connections/{BASE_CONNECTION_ID}/test");
const EXPLORE: Operation = ("get", "/connections/{BASE_CONNECTION_ID}/explore");
const CONFIGS: Operation = ("get", "/connections/{BASE_CONNECTION_ID}/configs");
const ACTION: Operation = ("post", "/connections/{BASE_CONNECTION_ID}/action");
const SEARCH: Operation = ("post", "/connections/search");
const LIST_SPECS: Operation = ("get", "/connectionSpecs");
const CREATE_SPEC: Operation = ("post", "/connectionSpecs");
const READ_SPEC: Operation = ("get", "/connectionSpecs/{CONNECTION_SPEC_ID}");
const REPLACE_SPEC: Operation = ("put", "/connectionSpecs/{CONNECTION_SPEC_ID}");
const EXPLORE_SPEC: Operation = ("get", "/connectionSpecs/{CONNECTION_SPEC_ID}/explore");
const CONFIGS_SPEC: Operation = ("get", "/connectionSpecs/{CONNECTION_SPEC_ID}/configs");

/// Every operation below these two, each of which a test here calls.
const OPERATIONS: [Operation; 16] = [
    LIST,
    CREATE,
    READ,
    UPDATE,
    DELETE,
    TEST,
    EXPLORE,
    CONFIGS,
    ACTION,
    SEARCH,
    LIST_SPECS,
    CREATE_SPEC,
    READ_SPEC,
    REPLACE_SPEC,
    EXPLORE_SPEC,
    CONFIGS_SPEC,
];

struct Description(Value);

impl Description {
    fn load() -> Option<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/flow-service.openapi.yaml");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: the OpenAPI description is not beside the project");
            return None;
        };
        Some(Self(yaml_serde::from_str(&text).expect("the description is YAML")))
    }

    /// The schema of an answer, if it has one. The library resolves what it refers to within the description.
    fn schema(&self, (method, path): Operation, answer: &Answer) -> Option<Validator> {
        let responses = &self.0["paths"][path][method]["responses"];
        let response = responses.get(answer.status.as_str());
        let response = response.unwrap_or_else(|| panic!("{method} {path} does not describe\n{answer}"));
        let mut schema = response["content"]["application/json"].get("schema")?.clone();
        schema["components"] = self.0["components"].clone();
        Some(jsonschema::options().with_draft(Draft::Draft4).build(&schema).expect("the schema compiles"))
    }

    /// The keys that the description gives a schema.
    fn keys(&self, schema: &str) -> BTreeSet<String> {
        let properties = self.0["components"]["schemas"][schema]["properties"].as_object();
        properties.expect("a schema of an object").keys().cloned().collect()
    }

    /// Asserts that the answer is a described one.
    #[track_caller]
    fn allows(&self, operation: Operation, answer: &Answer) {
        let Some(schema) = self.schema(operation, answer) else { return };
        let body = answer.json();
        let faults: Vec<String> = schema
            .iter_errors(&body)
            .map(|fault| format!("{} at {}", fault, fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{answer}");
    }

    /// Asserts that the answer is one that the description does not allow, as documented.
    #[track_caller]
    fn disagrees(&self, operation: Operation, answer: &Answer) {
        let schema = self.schema(operation, answer).expect("a schema to disagree with");
        assert!(!schema.is_valid(&answer.json()), "the description allows this now; say so\n{answer}");
    }
}

/// The documented shape of an error, which the description leaves out.
fn error_schema() -> Validator {
    let schema = json!({
        "oneOf": [
            {
                "type": "object",
                "properties": {"error_code": {"type": "string"}, "message": {"type": "string"}},
                "required": ["error_code", "message"],
                "additionalProperties": false
            },
            {
                "type": "object",
                "properties": {
                    "type": {"enum": ["/placeholder/type/uri"]}, "status": {"enum": [400]},
                    "title": {"enum": ["BadRequestError"]}, "detail": {"type": "string"}
                },
                "required": ["type", "status", "title", "detail"],
                "additionalProperties": false
            },
            {
                "type": "object",
                "properties": {
                    "type": {"pattern": "^https://ns\\.adobe\\.com/aep/errors/FLOW-[0-9]{4}-[45][0-9]{2}$"},
                    "title": {"type": "string", "minLength": 1},
                    "status": {"type": "integer"},
                    "report": {
                        "type": "object",
                        "properties": {"detailed-message": {"type": "string"}, "request-id": {"type": "string"}},
                        "additionalProperties": {"type": "string"},
                        "required": ["detailed-message", "request-id"]
                    },
                    "errorMessage": {"type": "string", "minLength": 1},
                    "errorDetails": {"type": "string", "minLength": 1}
                },
                "required": ["type", "title", "status", "report", "errorMessage", "errorDetails"],
                "additionalProperties": false
            }
        ]
    });
    jsonschema::options().with_draft(Draft::Draft7).build(&schema).expect("the schema compiles")
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn every_described_operation_on_connections_and_their_specs_is_called_here() {
    let Some(description) = Description::load() else { return };
    let mut described = BTreeSet::new();
    for (path, operations) in description.0["paths"].as_object().expect("paths") {
        if path.starts_with("/connections") || path.starts_with("/connectionSpecs") {
            let methods = operations.as_object().expect("operations").keys();
            described.extend(methods.map(|method| (method.clone(), path.clone())));
        }
    }
    let called = OPERATIONS.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(described, BTreeSet::from(called));
}

#[tokio::test]
async fn answers_about_connections_are_described() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let created = tenant.post("/connections", &ats("orders")).await.expect_status(201);
    description.allows(CREATE, &created);
    let made = created.written();
    tenant.create(ats("sales")).await;
    let path = format!("/connections/{}", made.id);

    let read = tenant.get(&path).await.expect_status(200);
    description.allows(READ, &read);
    assert_eq!(keys(&read.json()["items"][0]), description.keys("ConnectionItemDTO"));
    let listed = tenant.get("/connections?limit=1").await.expect_status(200);
    description.allows(LIST, &listed);
    let searched = tenant.post("/connections/search", &json!({"queryString": "property=name==orders"})).await;
    description.allows(SEARCH, &searched.expect_status(200));
    let patched = tenant.patch(&made, rename("orders 2")).await.expect_status(200);
    description.allows(UPDATE, &patched);
    assert_eq!(keys(&patched.json()), description.keys("CreateConnectionResponse"));
    description.allows(TEST, &tenant.get(&format!("{path}/test")).await.expect_status(200));
    let disabled = tenant.post(&format!("{path}/action?op=disable"), &json!({})).await.expect_status(200);
    description.allows(ACTION, &disabled);
    let deleted = tenant.delete(&format!("{path}/")).await.expect_status(204);
    description.allows(DELETE, &deleted);
}

#[tokio::test]
async fn answers_about_connection_specs_are_described() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let listed = tenant.get("/connectionSpecs").await.expect_status(200);
    description.allows(LIST_SPECS, &listed);
    let described = description.keys("ConnectionSpecItemDTO");
    for item in listed.json()["items"].as_array().expect("items") {
        let beside: BTreeSet<String> = keys(item).difference(&described).cloned().collect();
        assert!(beside.iter().all(|key| key == "type"), "{beside:?} in {}", item["name"]);
    }
    description
        .allows(READ_SPEC, &tenant.get(&format!("/connectionSpecs/{ATS_SPEC}")).await.expect_status(200));
    let spec =
        json!({"name": "mine", "providerId": "0ed90a81-07f4-4586-8190-b40eccef1c5a", "version": "1.0"});
    let created = tenant.post("/connectionSpecs", &spec).await.expect_status(201);
    description.allows(CREATE_SPEC, &created);
    let path = format!("/connectionSpecs/{}", created.json()["id"].as_str().expect("an id"));
    let replaced = Answer::to(tenant.request(Method::PUT, &path).body(spec.to_string())).await;
    description.allows(REPLACE_SPEC, &replaced.expect_status(200));
}

#[tokio::test]
async fn answers_of_sources_are_described_where_the_documentation_agrees() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let path = format!("/connections/{}", made.id);
    let root = tenant.get(&format!("{path}/explore?objectType=root")).await.expect_status(200);
    description.allows(EXPLORE, &root);
    let tables = root.json();
    assert_eq!(
        keys(&tables[0]),
        ["canFetchSchema", "canPreview", "name", "path", "type"].map(Into::into).into()
    );
    let spec_root = format!("/connectionSpecs/{ATS_SPEC}/explore?objectType=root");
    description.allows(EXPLORE_SPEC, &tenant.get(&spec_root).await.expect_status(200));

    // The description has one schema for all of explore and configs: a list of tables. A table's columns, and
    // what the description's own example of configs shows, are documented otherwise.
    let table = tables[0]["path"].as_str().expect("a path");
    let columns =
        tenant.get(&format!("{path}/explore?objectType=table&object={table}")).await.expect_status(200);
    description.disagrees(EXPLORE, &columns);
    description.disagrees(CONFIGS, &tenant.get(&format!("{path}/configs")).await.expect_status(200));
    let configs = tenant.get(&format!("/connectionSpecs/{ATS_SPEC}/configs")).await.expect_status(200);
    description.disagrees(CONFIGS_SPEC, &configs);
    let (method, described) = CONFIGS;
    let content =
        &description.0["paths"][described][method]["responses"]["200"]["content"]["application/json"];
    let example = &content["examples"]["success"]["value"];
    assert_eq!(keys(&configs.json()), keys(example));
    assert_eq!(keys(&configs.json()["items"][0]), keys(&example["items"][0]));
}

#[tokio::test]
async fn the_other_disagreements_are_still_there() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let schemas = &description.0["components"]["schemas"];

    // A list's links and a count are documented; the description's list has items alone.
    tenant.create(ats("sales")).await;
    let listed = tenant.get("/connections?limit=1").await.json();
    assert!(listed["_links"]["next"]["href"].is_string());
    assert_eq!(description.keys("ConnectionListResponse"), ["items"].map(Into::into).into());
    assert_eq!(keys(&tenant.get("/connections?count=true").await.json()), ["count"].map(Into::into).into());

    // An operation of a PATCH needs a value, and the body is one operation: a list of them without values
    // works.
    assert_eq!(schemas["PatchInstruction"]["required"], json!(["op", "path", "value"]));
    let removed = tenant.patch(&made, json!([{"op": "remove", "path": "/description"}])).await;
    removed.expect_status(200);

    // subOp is required, and enable and disable are unknown: the documented calls work.
    let parameters = &description.0["paths"][ACTION.1][ACTION.0]["parameters"];
    let parameter = |name: &str| {
        let all = parameters.as_array().expect("parameters");
        all.iter().find(|parameter| parameter["name"] == name).expect("the parameter")
    };
    assert_eq!(parameter("subOp")["required"], true);
    assert_eq!(parameter("op")["schema"]["enum"], json!(["FINALIZE_UPDATE", "FINALIZE", "PUBLISH"]));
    tenant.post(&format!("/connections/{}/action?op=disable", made.id), &json!({})).await.expect_status(200);

    // A name is not required, a spec's version is: the documentation has it the other way round.
    assert_eq!(schemas["CreateConnectionRequest"]["required"], json!(["connectionSpec"]));
    assert_eq!(schemas["SpecInfoDTO"]["required"], json!(["id", "version"]));
    let mut body = ats("orders");
    body["connectionSpec"] = json!({"id": ATS_SPEC});
    tenant.create(body.clone()).await;
    body.as_object_mut().expect("an object").shift_remove("name");
    tenant.post("/connections", &body).await.expect_error("FLOW-1000-400").at("/name");

    // x-sandbox-name is nowhere marked as required.
    let without: Answer = Answer::to(
        tenant
            .bare(Method::GET, "/connections")
            .header("Authorization", "Bearer token")
            .header("x-api-key", "key")
            .header("x-gw-ims-org-id", &tenant.ims_org),
    )
    .await;
    without.expect_error("FLOW-2105-400");
}

#[tokio::test]
async fn every_kind_of_refusal_has_a_documented_shape() {
    let tenant = support::tenant().await;
    let schema = error_schema();
    let refusals = refusals(&tenant).await;
    for refusal in &refusals {
        let body = refusal.json();
        let faults: Vec<String> = schema.iter_errors(&body).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:#?}\n{refusal}");
        assert_eq!(refusal.header("content-type"), "application/json", "{refusal}");
        assert!(refusal.status.is_client_error(), "{refusal}");
    }
}

/// A refusal by each operation, and one of each shape.
async fn refusals(tenant: &Tenant) -> Vec<Answer> {
    let unknown = "00000000-0000-4000-8000-000000000000";
    let mut refusals = vec![
        Answer::to(tenant.bare(Method::GET, "/connections")).await,
        Answer::to(
            tenant.request(Method::POST, "/connections").header("Content-Type", "text/plain").body("{}"),
        )
        .await,
        tenant.post("/connections", &json!({})).await,
        tenant.post("/connections/search", &json!([])).await,
        tenant.post("/connectionSpecs", &json!({})).await,
        Answer::to(tenant.request(Method::PUT, &format!("/connectionSpecs/{unknown}")).body("{}")).await,
        Answer::to(tenant.request(Method::PUT, "/connections")).await,
        tenant.patch_if("*", unknown, rename("x")).await,
        tenant.delete(&format!("/connections/{unknown}")).await,
        tenant.post(&format!("/connections/{unknown}/action?op=publish"), &json!({})).await,
        tenant.get("/nowhere").await,
    ];
    let paths = ["", "/test", "/explore?objectType=root", "/configs"]
        .map(|rest| format!("/connections/{unknown}{rest}"));
    let spec_paths = ["", "/explore", "/configs"].map(|rest| format!("/connectionSpecs/{unknown}{rest}"));
    let lists = ["/connections?limit=0", "/connectionSpecs?limit=0"].map(str::to_owned);
    for path in paths.into_iter().chain(spec_paths).chain(lists) {
        refusals.push(tenant.get(&path).await);
    }
    refusals
}
