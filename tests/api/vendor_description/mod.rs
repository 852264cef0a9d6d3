//! Every operation against the OpenAPI description of the vendor, which is not part of this project. Skipped with a note
//! if the description is not beside the project.
//!
//! If the description and the documentation disagree, flowmock follows the documentation. `docs/openapi.md` lists these
//! disagreements, and the tests assert that each of them still exists.

mod description;

use crate::support::{self, Answer, Tenant, ats, rename};
use description::{Description, error_schema};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ATS_SPEC: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// The method and the path of a described operation.
type VendorOperation = (&'static str, &'static str);

const LIST: VendorOperation = ("get", "/connections");
const CREATE: VendorOperation = ("post", "/connections");
const READ: VendorOperation = ("get", "/connections/{BASE_CONNECTION_ID}");
const UPDATE: VendorOperation = ("patch", "/connections/{BASE_CONNECTION_ID}/");
const DELETE: VendorOperation = ("delete", "/connections/{BASE_CONNECTION_ID}/");
const TEST: VendorOperation = ("get", "/connections/{BASE_CONNECTION_ID}/test");
const EXPLORE: VendorOperation = ("get", "/connections/{BASE_CONNECTION_ID}/explore");
const CONFIGS: VendorOperation = ("get", "/connections/{BASE_CONNECTION_ID}/configs");
const ACTION: VendorOperation = ("post", "/connections/{BASE_CONNECTION_ID}/action");
const SEARCH: VendorOperation = ("post", "/connections/search");
const LIST_SPECS: VendorOperation = ("get", "/connectionSpecs");
const CREATE_SPEC: VendorOperation = ("post", "/connectionSpecs");
const READ_SPEC: VendorOperation = ("get", "/connectionSpecs/{CONNECTION_SPEC_ID}");
const REPLACE_SPEC: VendorOperation = ("put", "/connectionSpecs/{CONNECTION_SPEC_ID}");
const EXPLORE_SPEC: VendorOperation = ("get", "/connectionSpecs/{CONNECTION_SPEC_ID}/explore");
const CONFIGS_SPEC: VendorOperation = ("get", "/connectionSpecs/{CONNECTION_SPEC_ID}/configs");
const LIST_FLOW_SPECS: VendorOperation = ("get", "/flowSpecs");
const CREATE_FLOW_SPEC: VendorOperation = ("post", "/flowSpecs");
const READ_FLOW_SPEC: VendorOperation = ("get", "/flowSpecs/{FLOW_SPEC_ID}");
const REPLACE_FLOW_SPEC: VendorOperation = ("put", "/flowSpecs/{FLOW_SPEC_ID}");
const SEARCH_FLOW_SPECS: VendorOperation = ("post", "/flowSpecs/search");

/// All operations on connections and specs. The tests call each of them.
const OPERATIONS: [VendorOperation; 21] = [
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
    LIST_FLOW_SPECS,
    CREATE_FLOW_SPEC,
    READ_FLOW_SPEC,
    REPLACE_FLOW_SPEC,
    SEARCH_FLOW_SPECS,
];

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn every_operation_of_the_vendor_on_connections_and_specs_is_tested() {
    let Some(description) = Description::load() else { return };
    let mut described = BTreeSet::new();
    for (path, operations) in description.0["paths"].as_object().expect("paths") {
        if ["/connections", "/connectionSpecs", "/flowSpecs"].iter().any(|start| path.starts_with(start)) {
            let methods = operations.as_object().expect("operations").keys();
            described.extend(methods.map(|method| (method.clone(), path.clone())));
        }
    }
    let called = OPERATIONS.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(described, BTreeSet::from(called));
}

#[tokio::test]
async fn answers_on_connections_match_the_vendors_description() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let created = tenant.post("/connections", &ats("orders")).await.expect_status(201);
    description.assert_allows(CREATE, &created);
    let made = created.written();
    tenant.create(ats("sales")).await;
    let path = format!("/connections/{}", made.id);

    let read = tenant.get(&path).await.expect_status(200);
    description.assert_allows(READ, &read);
    let mut item = keys(&read.json()["items"][0]);
    assert!(item.remove("lastOperation"), "which the description lacks");
    assert_eq!(item, description.keys("ConnectionItemDTO"));
    let listed = tenant.get("/connections?limit=1").await.expect_status(200);
    description.assert_allows(LIST, &listed);
    let searched = tenant.post("/connections/search", &json!({"queryString": "property=name==orders"})).await;
    description.assert_allows(SEARCH, &searched.expect_status(200));
    let patched = tenant.patch(&made, rename("orders 2")).await.expect_status(200);
    description.assert_allows(UPDATE, &patched);
    assert_eq!(keys(&patched.json()), description.keys("CreateConnectionResponse"));
    description.assert_allows(TEST, &tenant.get(&format!("{path}/test")).await.expect_status(200));
    let disabled = tenant.post(&format!("{path}/action?op=disable"), &json!({})).await.expect_status(200);
    description.assert_allows(ACTION, &disabled);
    let deleted = tenant.delete(&format!("{path}/")).await.expect_status(204);
    description.assert_allows(DELETE, &deleted);
}

#[tokio::test]
async fn answers_on_connection_specs_match_the_vendors_description() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let listed = tenant.get("/connectionSpecs").await.expect_status(200);
    description.assert_allows(LIST_SPECS, &listed);
    let described = description.keys("ConnectionSpecItemDTO");
    for item in listed.json()["items"].as_array().expect("items") {
        let beside: BTreeSet<String> = keys(item).difference(&described).cloned().collect();
        assert!(
            beside.iter().all(|key| ["type", "encryptionSpecs", "targetSpec"].contains(&&**key)),
            "{beside:?} in {}",
            item["name"]
        );
    }
    description.assert_allows(
        READ_SPEC,
        &tenant.get(&format!("/connectionSpecs/{ATS_SPEC}")).await.expect_status(200),
    );
    let spec =
        json!({"name": "mine", "providerId": "0ed90a81-07f4-4586-8190-b40eccef1c5a", "version": "1.0"});
    let created = tenant.post("/connectionSpecs", &spec).await.expect_status(201);
    description.assert_allows(CREATE_SPEC, &created);
    let path = format!("/connectionSpecs/{}", created.json()["id"].as_str().expect("an id"));
    let replaced = Answer::to(tenant.request(Method::PUT, &path).body(spec.to_string())).await;
    description.assert_allows(REPLACE_SPEC, &replaced.expect_status(200));
}

#[tokio::test]
async fn answers_on_flow_specs_match_the_vendors_description() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let without_transformations = "?property=name==datasetToSFTP&property=id,name,scheduleSpec";
    let listed = tenant.get(&format!("/flowSpecs{without_transformations}")).await.expect_status(200);
    description.assert_allows(LIST_FLOW_SPECS, &listed);
    let listed = tenant.get("/flowSpecs").await.expect_status(200);
    let described = description.keys("FlowSpecItemDTO");
    for item in listed.json()["items"].as_array().expect("items") {
        let beside: BTreeSet<String> = keys(item).difference(&described).cloned().collect();
        assert!(beside.iter().all(|key| key == "runSpec"), "{beside:?} in {}", item["name"]);
    }
    let found = tenant.post("/flowSpecs/search", &json!({"projectionFields": "id,name,attributes"})).await;
    description.assert_allows(SEARCH_FLOW_SPECS, &found.expect_status(200));
    let spec = json!({"name": "MineToAEP", "providerId": "0ed90a81-07f4-4586-8190-b40eccef1c5a"});
    let created = tenant.post("/flowSpecs", &spec).await.expect_status(201);
    description.assert_allows(CREATE_FLOW_SPEC, &created);
    let path = format!("/flowSpecs/{}", created.json()["id"].as_str().expect("an id"));
    description.assert_allows(READ_FLOW_SPEC, &tenant.get(&path).await.expect_status(200));
    let replaced = Answer::to(tenant.request(Method::PUT, &path).body(spec.to_string())).await;
    description.assert_allows(REPLACE_FLOW_SPEC, &replaced.expect_status(200));
}

#[tokio::test]
async fn answers_of_sources_match_the_vendors_description_where_the_documentation_agrees_with_it() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let path = format!("/connections/{}", made.id);
    let root = tenant.get(&format!("{path}/explore?objectType=root")).await.expect_status(200);
    description.assert_allows(EXPLORE, &root);
    let tables = root.json();
    assert_eq!(
        keys(&tables[0]),
        ["canFetchSchema", "canPreview", "name", "path", "type"].map(Into::into).into()
    );
    let spec_root = format!("/connectionSpecs/{}/explore?objectType=root", support::DATA_LANDING_ZONE);
    description.assert_allows(EXPLORE_SPEC, &tenant.get(&spec_root).await.expect_status(200));

    // The description has one schema for all answers of explore and configs: a list of tables. The documentation
    // has other shapes for the columns of a table and for configs.
    let table = tables[0]["path"].as_str().expect("a path");
    let columns =
        tenant.get(&format!("{path}/explore?objectType=table&object={table}")).await.expect_status(200);
    description.assert_disagrees(EXPLORE, &columns);
    description.assert_disagrees(CONFIGS, &tenant.get(&format!("{path}/configs")).await.expect_status(200));
    let configs = tenant.get(&format!("/connectionSpecs/{ATS_SPEC}/configs")).await.expect_status(200);
    description.assert_disagrees(CONFIGS_SPEC, &configs);
    let (method, described) = CONFIGS;
    let content =
        &description.0["paths"][described][method]["responses"]["200"]["content"]["application/json"];
    let example = &content["examples"]["success"]["value"];
    assert_eq!(keys(&configs.json()), keys(example));
    assert_eq!(keys(&configs.json()["items"][0]), keys(&example["items"][0]));
}

#[tokio::test]
async fn the_vendors_description_still_disagrees_with_the_documentation_as_listed() {
    let Some(description) = Description::load() else { return };
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let schemas = &description.0["components"]["schemas"];

    // Links and counts are documented; in the description, a list has only items.
    tenant.create(ats("sales")).await;
    let listed = tenant.get("/connections?limit=1").await.json();
    assert!(listed["_links"]["next"]["href"].is_string());
    assert_eq!(description.keys("ConnectionListResponse"), ["items"].map(Into::into).into());
    assert_eq!(keys(&tenant.get("/connections?count=true").await.json()), ["count"].map(Into::into).into());

    // In the description, the transformations of a flow spec are one object; in the documented items they are a list.
    description.assert_disagrees(LIST_FLOW_SPECS, &tenant.get("/flowSpecs").await);

    // In the description, a PATCH body is one operation with a value; a list of operations without values
    // works.
    assert_eq!(schemas["PatchInstruction"]["required"], json!(["op", "path", "value"]));
    let removed = tenant.patch(&made, json!([{"op": "remove", "path": "/description"}])).await;
    removed.expect_status(200);

    // The description requires subOp and lacks enable and disable; the documented calls work.
    let parameters = &description.0["paths"][ACTION.1][ACTION.0]["parameters"];
    let parameter = |name: &str| {
        let all = parameters.as_array().expect("parameters");
        all.iter().find(|parameter| parameter["name"] == name).expect("the parameter")
    };
    assert_eq!(parameter("subOp")["required"], true);
    assert_eq!(parameter("op")["schema"]["enum"], json!(["FINALIZE_UPDATE", "FINALIZE", "PUBLISH"]));
    tenant.post(&format!("/connections/{}/action?op=disable", made.id), &json!({})).await.expect_status(200);

    // The description requires the version of a spec and not the name; the documentation requires the opposite.
    assert_eq!(schemas["CreateConnectionRequest"]["required"], json!(["connectionSpec"]));
    assert_eq!(schemas["SpecInfoDTO"]["required"], json!(["id", "version"]));
    let mut body = ats("orders");
    body["connectionSpec"] = json!({"id": ATS_SPEC});
    tenant.create(body.clone()).await;
    body.as_object_mut().expect("an object").shift_remove("name");
    tenant.post("/connections", &body).await.expect_error("FLOW-1000-400").at("/name");

    // The description never marks x-sandbox-name as required.
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
async fn every_kind_of_error_has_a_documented_shape() {
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

/// An error of each operation, and one of each shape.
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
