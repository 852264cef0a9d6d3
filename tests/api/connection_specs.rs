//! Connection specs: what is built in, what a user adds by files and by calls, and what connections make of
//! them.

use crate::support::{self, Answer, Tenant, ats, rename};
use flowmock::{Config, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
const SAP: &str = "d8ee38de-7ae9-4058-9610-c79ce75f8e92";
const BATCH: &str = "0ed90a81-07f4-4586-8190-b40eccef1c5a";
const STREAMING: &str = "521eee4d-8cbe-4906-bb48-fb6bd4450033";

async fn items(tenant: &Tenant, path: &str) -> Vec<Value> {
    let answer = tenant.get(path).await.expect_status(200);
    answer.json()["items"].as_array().unwrap_or_else(|| panic!("no items in\n{answer}")).clone()
}

async fn names(tenant: &Tenant, query: &str) -> Vec<String> {
    let items = items(tenant, &format!("/connectionSpecs{query}")).await;
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

async fn put(tenant: &Tenant, id: &str, body: &Value) -> Answer {
    let request = tenant.request(Method::PUT, &format!("/connectionSpecs/{id}"));
    Answer::to(request.body(body.to_string())).await
}

/// A spec with one auth spec, `Key`, that needs the param `apiKey`.
fn spec(name: &str) -> Value {
    json!({
        "name": name,
        "authSpec": [{
            "name": "Key",
            "type": "KeyBased",
            "spec": {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "type": "object",
                "properties": { "apiKey": { "type": "string", "format": "password" } },
                "required": ["apiKey"]
            }
        }],
        "x-flowmock": { "patchAllowed": false }
    })
}

fn connection(spec_id: &str, auth_spec: &str, params: Value) -> Value {
    json!({
        "name": "orders",
        "auth": { "specName": auth_spec, "params": params },
        "connectionSpec": { "id": spec_id }
    })
}

// What is built in

#[tokio::test]
async fn every_row_of_the_reference_is_answered_with_its_auth_spec_params_and_what_is_required() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/sources.csv");
    let Ok(csv) = fs::read_to_string(&path) else {
        eprintln!("skipped: there is no ../shared/reference/sources.csv beside this repository");
        return;
    };
    let tenant = support::tenant().await;
    let mut rows = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap()[1..4], ["source_name", "connection_spec_id", "version"]);
    let mut answered = 0;
    for row in rows {
        let [_, source, id, version, auth_spec, params, required, kind, flag] = row[..] else {
            panic!("not nine columns: {row:?}")
        };
        let found = items(&tenant, &format!("/connectionSpecs/{id}")).await;
        let Some(item) = found.iter().find(|item| item["attributes"]["connectorName"] == source) else {
            assert!(!flag.is_empty(), "{source} is not there");
            continue; // unreliable, and its id is another source's
        };
        answered += 1;
        assert_eq!(item["version"], version, "{source}");
        assert_eq!(item["providerId"], if kind == "streaming" { STREAMING } else { BATCH }, "{source}");
        let names = |text: &str| -> Vec<Value> {
            text.split(';').filter(|name| !name.is_empty()).map(Value::from).collect()
        };
        let (params, required) = (names(params), names(required));
        let fits = |spec: &Value| {
            let known = &spec["spec"]["properties"];
            let in_known = |name: &Value| known.get(name.as_str().unwrap()).is_some();
            spec["name"] == auth_spec
                && spec["spec"]["required"] == json!(required)
                && params.iter().chain(&required).all(in_known)
        };
        assert!(item["authSpec"].as_array().unwrap().iter().any(fits), "{source}, {auth_spec}: {item}");
        let values: BTreeMap<_, _> =
            required.iter().map(|name| (name.as_str().unwrap(), value_of(name))).collect();
        tenant.create(connection(id, auth_spec, json!(values))).await;
    }
    assert_eq!(answered, 78, "of 81 rows all but SugarCRM's two and PathFactory's");
}

/// A value that a param of that name takes.
fn value_of(param: &Value) -> Value {
    match param.as_str() {
        Some("authenticationRequired") => json!(true),
        Some("connectionString") => ats("any")["auth"]["params"]["connectionString"].clone(),
        _ => json!("text"),
    }
}

#[tokio::test]
async fn names_ids_and_providers_are_those_documented_and_no_two_names_are_the_same() {
    let tenant = support::tenant().await;
    let all = items(&tenant, "/connectionSpecs").await;
    let by_name: BTreeMap<&str, &Value> =
        all.iter().map(|item| (item["name"].as_str().unwrap(), item)).collect();
    assert_eq!(by_name.len(), all.len());
    let documented = [
        ("amazon-redshift", "3416976c-a9ca-4bba-901a-1f08f66978ff"),
        ("amazon-s3", "ecadc60c-7455-4d87-84dc-2a0e293d997b"),
        ("azure-blob", "4c10e202-c428-4796-9208-5f1f5732b1cf"),
        ("azure-table-storage", ATS),
        ("dynamics-online", "38ad80fe-8b06-4938-94f4-d4ee80266b07"),
        ("google-big-query", "3c9b37f8-13a6-43d8-bad3-b863b941fedd"),
        ("google-cloud", "32e8f412-cdf7-464c-9885-78184cb113fd"),
        ("hubspot", "cc6a4487-9e91-433e-a3a3-9cf6626c1806"),
        ("maria-db", "3000eb99-cd47-43f3-827c-43caf170f015"),
        ("mysql", "26d738e0-8963-47ea-aadf-c60de735468a"),
        ("salesforce", "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5"),
        ("salesforce-service-cloud", "cb66ab34-8619-49cb-96d1-39b37ede86ea"),
        ("service-now", "eb13cb25-47ab-407f-ba89-c0125281c563"),
        ("sftp", "b7bf2577-4520-42c9-bae9-cad01560f7bc"),
        ("http-api", "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"),
        ("data-landing-zone", "10440537-2a7b-4583-ac39-ed38d4b848e8"),
        ("profile-store", "8a9c3494-9708-43d7-ae3f-cda01e5030e1"),
        ("amazon-s3-destination", "4fce964d-3f37-408f-9778-e597338a21ee"),
        ("azure-blob-destination", "6d6b59bf-fb58-4107-9064-4d246c0e5bb2"),
    ];
    for (name, id) in documented {
        assert_eq!(by_name[name]["id"], id, "{name}");
    }
    for item in &all {
        let streams = item["type"] == "Streaming";
        assert_eq!(item["providerId"], if streams { STREAMING } else { BATCH }, "{item}");
        assert_eq!(item.get("exploreSpec").is_none(), streams || item["type"] == "Internal", "{item}");
        assert!(item["attributes"]["isSource"].is_boolean() && item["permissionsInfo"].is_object(), "{item}");
        assert!(item.get("x-flowmock").is_none(), "{item}");
    }
}

#[tokio::test]
async fn credentials_are_marked_and_nothing_else_is() {
    let tenant = support::tenant().await;
    let secret = [
        "password",
        "passphrase",
        "secret",
        "key",
        "token",
        "connectionstring",
        "sasuri",
        "credentials",
        "privatekeycontent",
    ];
    let mut marked = 0;
    for item in items(&tenant, "/connectionSpecs").await {
        for auth_spec in item["authSpec"].as_array().unwrap() {
            for (param, schema) in auth_spec["spec"]["properties"].as_object().unwrap() {
                let expected = secret.iter().any(|ending| param.to_lowercase().ends_with(ending));
                assert_eq!(schema["format"] == "password", expected, "{}: {param}", item["name"]);
                marked += usize::from(expected);
            }
        }
    }
    assert!(marked > 80, "{marked}");
}

#[tokio::test]
async fn of_an_id_that_two_sources_have_both_are_answered_and_a_connection_may_be_either() {
    let tenant = support::tenant().await;
    let found = items(&tenant, &format!("/connectionSpecs/{SAP}")).await;
    assert_eq!([&found[0]["name"], &found[1]["name"]], ["sap-commerce", "sap-hybris"]);
    assert_eq!(names(&tenant, &format!("?property=id=={SAP}")).await, ["sap-commerce", "sap-hybris"]);
    let google = "d771e9c1-4f26-40dc-8617-ce58c4b53702";
    let mut adwords = json!({
        "clientCustomerID": "1", "developerToken": "2", "clientId": "3",
        "clientSecret": "4", "refreshToken": "5"
    });
    tenant.create(connection(google, "Basic Authentication", adwords.clone())).await;
    adwords["loginCustomerID"] = json!("6");
    tenant.create(connection(google, "Basic Authentication", adwords.clone())).await;
    adwords.as_object_mut().unwrap().remove("developerToken");
    let refused = tenant.post("/connections", &connection(google, "Basic Authentication", adwords)).await;
    refused.expect_error("FLOW-1100-400").naming("1304-400").at("/auth/params/developerToken");
}

#[tokio::test]
async fn params_of_another_type_are_refused_and_numbers_may_be_text() {
    let tenant = support::tenant().await;
    let http_api = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";
    let streaming = |required: Value| {
        let params =
            json!({"dataType": "xdm", "name": "n", "sourceId": "s", "authenticationRequired": required});
        connection(http_api, "Streaming Connection", params)
    };
    tenant.create(streaming(json!(false))).await;
    tenant.create(streaming(Value::Null)).await; // counts as absent, and it is optional
    let refused = tenant.post("/connections", &streaming(json!("yes"))).await;
    refused.expect_error("FLOW-1100-400").naming("1312-400").at("/auth/params/authenticationRequired");
    let sftp = |port: Value| {
        let params = json!({"host": "h", "userName": "u", "password": "p", "port": port});
        connection("b7bf2577-4520-42c9-bae9-cad01560f7bc", "Basic Authentication for sftp", params)
    };
    tenant.create(sftp(json!(22))).await;
    tenant.create(sftp(json!("22"))).await;
    let refused = tenant.post("/connections", &sftp(json!([22]))).await;
    refused.expect_error("FLOW-1100-400").naming("integer or string").at("/auth/params/port");
}

#[tokio::test]
async fn a_connection_of_a_spec_without_auth_specs_needs_no_auth() {
    let tenant = support::tenant().await;
    for name in ["data-landing-zone", "profile-store"] {
        let found = items(&tenant, &format!("/connectionSpecs?property=name=={name}")).await;
        assert_eq!(found[0]["authSpec"], json!([]));
        tenant.create(json!({"name": "any", "connectionSpec": {"id": found[0]["id"]}})).await;
    }
}

#[tokio::test]
async fn the_documentation_lists_what_is_built_in() {
    let tenant = support::tenant().await;
    let document =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/connection-specs.md")).unwrap();
    let rows: Vec<&str> = document.lines().filter(|line| line.contains("| `")).collect();
    let all = items(&tenant, "/connectionSpecs").await;
    assert_eq!(rows.len(), all.len());
    for (row, item) in rows.into_iter().zip(&all) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let text = |key: &str| item[key].as_str().unwrap();
        assert_eq!(cells[..3], [&format!("| {}", text("name")), &format!("`{}`", text("id")), text("type")]);
        for auth_spec in item["authSpec"].as_array().unwrap() {
            assert!(cells[3].contains(auth_spec["name"].as_str().unwrap()), "{row}");
            for param in auth_spec["spec"]["required"].as_array().unwrap() {
                assert!(cells[3].contains(&format!("**{}**", param.as_str().unwrap())), "{row}");
            }
        }
    }
}

// Reading

#[tokio::test]
async fn without_a_limit_the_list_is_whole_and_has_no_links() {
    let tenant = support::tenant().await;
    let answer = tenant.get("/connectionSpecs").await.expect_status(200).json();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["items"]);
    let names = names(&tenant, "").await;
    assert!(names.len() > 70 && names.is_sorted(), "{names:?}");
}

#[tokio::test]
async fn an_unknown_id_is_a_404_of_that_type() {
    let tenant = support::tenant().await;
    for id in ["nope", "ECDE33F2-C56F-46CC-BDEA-AD151C16CD69", "a%2fb"] {
        let refused = tenant.get(&format!("/connectionSpecs/{id}")).await.expect_error("FLOW-1439-404");
        assert_eq!(refused.json()["report"]["type"], "connectionSpecs");
    }
    tenant
        .get(&format!("/connectionSpecs/{ATS}?limit=1"))
        .await
        .expect_error("FLOW-1451-400")
        .naming("limit");
}

#[tokio::test]
async fn the_list_is_filtered_ordered_projected_and_counted() {
    let tenant = support::tenant().await;
    assert_eq!(names(&tenant, &format!("?property=id=={ATS}")).await, ["azure-table-storage"]);
    assert_eq!(names(&tenant, "?property=name==mysql,oracle&orderby=-name").await, ["oracle", "mysql"]);
    let streaming = names(&tenant, &format!("?property=providerId=={STREAMING}")).await;
    assert!(streaming.contains(&"http-api".to_owned()) && !streaming.contains(&"mysql".to_owned()));
    assert_eq!(
        names(&tenant, "?property=attributes.category==Payments&property=name!=stripe").await,
        ["paypal", "square"]
    );
    assert!(
        names(&tenant, "?property=attributes.isSource==false").await.contains(&"profile-store".to_owned())
    );
    assert_eq!(
        names(&tenant, "?property=authSpec[].name==\"HDInsights+Basic+Authentication\"").await.len(),
        2
    );
    let projected = items(&tenant, &format!("/connectionSpecs?property=id=={ATS}&property=name,id")).await;
    assert_eq!(projected, [json!({"id": ATS, "name": "azure-table-storage"})]);
    let count =
        tenant.get("/connectionSpecs?property=name==mysql,oracle&count=True").await.expect_status(200);
    assert_eq!(count.json(), json!({"count": 2}));
}

#[tokio::test]
async fn each_fault_in_the_query_has_its_code() {
    let tenant = support::tenant().await;
    let faults = [
        ("name=mysql", "FLOW-1451-400"),
        ("property=foo==1", "FLOW-1449-400"),
        ("property=id>1", "FLOW-1448-400"),
        ("property=attributes==1", "FLOW-1448-400"),
        ("property=name==", "FLOW-1453-400"),
        ("orderby=foo", "FLOW-1433-400"),
        ("orderby=authSpec", "FLOW-1433-400"),
        ("orderby=*name", "FLOW-1432-400"),
        ("limit=0", "FLOW-1452-400"),
        ("continuationToken=bm8", "FLOW-1452-400"),
        ("count=1", "FLOW-1452-400"),
        ("count=true&limit=1", "FLOW-1401-400"),
    ];
    for (query, code) in faults {
        tenant.get(&format!("/connectionSpecs?{query}")).await.expect_error(code);
    }
}

#[tokio::test]
async fn the_pages_of_a_limited_list_are_the_whole_list_while_specs_are_added() {
    let tenant = support::tenant().await;
    for order in ["name", "-attributes.category", "id", "providerId", "createdAt"] {
        let whole = names(&tenant, &format!("?orderby={order}&property=attributes.isSource==true")).await;
        let mut pages = Vec::new();
        let mut next =
            Some(format!("/connectionSpecs?limit=7&orderby={order}&property=attributes.isSource==true"));
        while let Some(path) = next {
            let page = tenant.get(&path).await.expect_status(200).json();
            let items = page["items"].as_array().unwrap();
            assert!((1..=7).contains(&items.len()));
            pages.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
            next = page["_links"].pointer("/next/href").map(|href| href.as_str().unwrap().to_owned());
            // `a` is before the first page by name; without `isSource` it is on none.
            tenant.post("/connectionSpecs", &spec("a")).await.expect_status(201);
        }
        assert_eq!(pages, whole, "{order}");
    }
}

#[tokio::test]
async fn a_token_belongs_to_its_sandbox_and_its_order_and_ties_are_broken_by_id() {
    let tenant = support::tenant().await;
    let page = tenant.get("/connectionSpecs?limit=1&orderby=name").await.expect_status(200).json();
    let href = page["_links"]["next"]["href"].as_str().unwrap();
    tenant.get(href).await.expect_status(200);
    tenant.in_sandbox("other").get(href).await.expect_error("FLOW-1452-400").naming("continuationToken");
    tenant.get(&href.replace("orderby=name", "orderby=id")).await.expect_error("FLOW-1452-400");
    let tied = items(&tenant, "/connectionSpecs?orderby=-createdAt").await;
    assert!(tied.is_sorted_by_key(|item| item["id"].as_str().unwrap().to_owned()));
}

// POST and PUT

#[tokio::test]
async fn what_is_posted_is_answered_listed_and_what_connections_are_checked_against() {
    let tenant = support::tenant().await;
    let answer = tenant.post("/connectionSpecs", &spec("mine")).await.expect_status(201);
    let made = answer.json();
    let id = made["id"].as_str().unwrap();
    let path = format!("/connectionSpecs/{id}");
    assert_eq!(answer.header("location"), format!("/data/foundation/flowservice{path}"));
    assert_eq!([&made["name"], &made["version"], &made["providerId"]], ["mine", "1.0", BATCH]);
    assert_eq!(made["authSpec"], spec("mine")["authSpec"]);
    assert_eq!([&made["imsOrgId"], &made["sandboxName"]], [&tenant.ims_org, &tenant.sandbox]);
    assert!(made["createdAt"].is_i64() && made["createdAt"] == made["updatedAt"]);
    assert!(made.get("x-flowmock").is_none(), "{answer}");
    assert_eq!(items(&tenant, &path).await, std::slice::from_ref(&made));
    assert!(names(&tenant, "").await.contains(&"mine".to_owned()));
    assert_eq!(names(&tenant, &format!("?property=createdAt=={}", made["createdAt"])).await, ["mine"]);

    let connection_to = |params| connection(id, "Key", params);
    let refused = tenant.post("/connections", &connection_to(json!({}))).await;
    refused.expect_error("FLOW-1100-400").naming("1304-400").at("/auth/params/apiKey");
    let connection = tenant.create(connection_to(json!({"apiKey": "k"}))).await;
    tenant.patch(&connection, rename("new")).await.expect_error("FLOW-1445-400").naming("mine");
}

#[tokio::test]
async fn a_tenants_specs_are_its_own() {
    let tenant = support::tenant().await;
    let mut own = spec("mine");
    own["id"] = json!("my-spec.1_0");
    tenant.post("/connectionSpecs", &own).await.expect_status(201);
    put(&tenant, ATS, &spec("my-ats")).await.expect_status(200);
    let sandbox = tenant.in_sandbox("other");
    for stranger in [sandbox, support::tenant().await] {
        stranger.get("/connectionSpecs/my-spec.1_0").await.expect_error("FLOW-1439-404");
        assert!(!names(&stranger, "").await.contains(&"mine".to_owned()));
        assert_eq!(
            items(&stranger, &format!("/connectionSpecs/{ATS}")).await[0]["name"],
            "azure-table-storage"
        );
        stranger.create(ats("orders")).await;
        stranger.post("/connectionSpecs", &own).await.expect_status(201);
    }
    tenant.post("/connections", &ats("orders")).await.expect_error("FLOW-1415-400").naming("it has: Key");
    tenant.create(connection(ATS, "Key", json!({"apiKey": "k"}))).await;
}

#[tokio::test]
async fn a_put_replaces_all_that_was_under_the_id_and_keeps_who_made_it() {
    let tenant = support::tenant().await;
    let mut body = spec("sap");
    body["version"] = json!("2.0");
    let first = put(&tenant, SAP, &body).await.expect_status(200).json();
    assert_eq!([&first["id"], &first["name"], &first["version"]], [SAP, "sap", "2.0"]);
    assert_eq!(items(&tenant, &format!("/connectionSpecs/{SAP}")).await, std::slice::from_ref(&first));

    // A client sends back what it read, with a change; `version` may be left out.
    let mut again = first.clone();
    again["name"] = json!("sap-again");
    again["createdAt"] = json!(5);
    again["sandboxName"] = json!("forged");
    again.as_object_mut().unwrap().remove("version");
    let second = put(&tenant, SAP, &again).await.expect_status(200).json();
    assert_eq!([&second["name"], &second["version"], &second["sandboxName"]], ["sap-again", "2.0", "prod"]);
    assert_eq!(second["createdAt"], first["createdAt"]);
    assert_eq!(names(&tenant, &format!("?property=id=={SAP}")).await, ["sap-again"]);
    let of_old = json!({"name": "n", "connectionSpec": {"id": SAP, "version": "1.0"}});
    tenant.post("/connections", &of_old).await.expect_error("FLOW-1413-400").naming("2.0");
}

#[tokio::test]
async fn a_put_of_an_unknown_id_is_a_404_and_makes_nothing() {
    let tenant = support::tenant().await;
    let refused = put(&tenant, "nope", &spec("mine")).await.expect_error("FLOW-1439-404").naming("nope");
    assert_eq!(refused.json()["report"]["type"], "connectionSpecs");
    tenant.get("/connectionSpecs/nope").await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn a_broken_document_is_refused_with_its_place_and_changes_nothing() {
    let tenant = support::tenant().await;
    let before = names(&tenant, "").await;
    let with = |key: &str, value: Value| {
        let mut document = spec("broken");
        document[key] = value;
        document
    };
    let faults = [
        (json!([]), ""),
        (json!({"authSpec": []}), "/name"),
        (with("name", json!(5)), "/name"),
        (with("id", json!("a b")), "/id"),
        (with("id", json!("x".repeat(129))), "/id"),
        (with("version", json!("")), "/version"),
        (with("authSpec", json!({})), "/authSpec"),
        (with("authSpec", json!([{"name": "a", "spec": {"required": 1}}])), "/authSpec/0/spec/required"),
        (with("attributes", json!("a")), "/attributes"),
        (with("x-flowmock", json!({"patchAllowed": "no"})), "/x-flowmock/patchAllowed"),
    ];
    for (document, pointer) in faults {
        tenant.post("/connectionSpecs", &document).await.expect_error("FLOW-1000-400").at(pointer);
        let by_id = if pointer == "/id" { ATS.to_owned() } else { SAP.to_owned() };
        put(&tenant, &by_id, &document).await.expect_error("FLOW-1000-400").at(pointer);
    }
    put(&tenant, ATS, &with("id", json!(SAP))).await.expect_error("FLOW-1000-400").naming(ATS).at("/id");
    let known = tenant.post("/connectionSpecs", &with("id", json!(ATS))).await;
    known.expect_error("FLOW-1000-400").naming("PUT /connectionSpecs/").at("/id");
    Answer::to(tenant.request(Method::POST, "/connectionSpecs")).await.expect_error("FLOW-1405-400");
    tenant.post("/connectionSpecs?mode=draft", &spec("a")).await.expect_error("FLOW-1451-400");
    tenant.delete(&format!("/connectionSpecs/{ATS}")).await.expect_error("FLOW-1003-405");
    assert_eq!(names(&tenant, "").await, before);
}

#[tokio::test]
async fn a_sandbox_has_a_hundred_specs_of_its_own_and_no_more() {
    let tenant = support::tenant().await;
    let mut last = String::new();
    for number in 0..100 {
        let made = tenant.post("/connectionSpecs", &spec(&format!("spec-{number}"))).await.expect_status(201);
        last = made.json()["id"].as_str().unwrap().to_owned();
    }
    tenant.post("/connectionSpecs", &spec("one-more")).await.expect_error("FLOW-1000-400").naming("100");
    put(&tenant, ATS, &spec("one-more")).await.expect_error("FLOW-1000-400").naming("100");
    put(&tenant, &last, &spec("changed")).await.expect_status(200);
    assert!(names(&tenant, "").await.contains(&"changed".to_owned()));
}

// Files

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("connection-specs")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join("connection-specs").join(name), text).unwrap();
    }
    folder
}

#[tokio::test]
async fn the_example_of_the_documentation_works_as_a_file() {
    let document =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/connection-specs.md")).unwrap();
    let mut examples = document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let (example, body) = (examples.next().unwrap(), examples.next().unwrap());
    let folder = folder(&[("weather.json", example)]);
    let mock = support::server(|config| config.fixtures = Some(folder.path().to_owned()));
    let tenant = Tenant::on(&mock);
    assert_eq!(names(&tenant, "?property=name==acme-weather").await.len(), 1);
    let body: Value = serde_json::from_str(body).unwrap();
    let made = tenant.create(body.clone()).await;
    tenant.patch(&made, rename("new")).await.expect_error("FLOW-1445-400");
    let mut without = body;
    without["auth"]["params"].as_object_mut().unwrap().remove("apiKey");
    tenant.post("/connections", &without).await.expect_error("FLOW-1100-400").at("/auth/params/apiKey");
}

#[tokio::test]
async fn files_add_specs_and_replace_built_in_ones_by_id() {
    let of = |id: &str, name: &str, version: &str| {
        json!({"id": id, "name": name, "version": version, "authSpec": []}).to_string()
    };
    let folder = folder(&[
        ("a.json", &of("mine", "mine", "1.9")),
        ("b.json", &of("mine", "mine", "1.10")),
        ("c.json", &of(SAP, "only-sap", "1.0")),
        ("notes.txt", "not a spec"),
    ]);
    let mock = support::server(|config| config.fixtures = Some(folder.path().to_owned()));
    let tenant = Tenant::on(&mock);
    assert_eq!(names(&tenant, &format!("?property=id=={SAP}")).await, ["only-sap"]);
    assert_eq!(names(&tenant, &format!("?property=id=={ATS}")).await, ["azure-table-storage"]);
    let versions = items(&tenant, "/connectionSpecs/mine").await;
    assert_eq!([&versions[0]["version"], &versions[1]["version"]], ["1.10", "1.9"]);
    let made = tenant.create(json!({"name": "newest", "connectionSpec": {"id": "mine"}})).await;
    assert_eq!(tenant.read(&made.id).await["connectionSpec"]["version"], "1.10");
}

#[test]
fn a_broken_file_stops_the_start_with_file_line_and_reason() {
    let sound = r#"{"id":"a","name":"b","version":"1.0"}"#;
    let cases = [
        ("{\n  \"id\": \"a\",\n  \"name\" \"b\"\n}", "line 3", "expected `:`"),
        ("{\n  \"id\": \"a\",\n  \"name\": 5\n}", "line 3", "at /name: must be a string, not a number"),
        (
            "{\"id\":\"a\",\"name\":\"b\",\"version\":\"1\",\n\"authSpec\":[\n\
             {\"name\":\"c\",\n\"spec\":{\"type\":\n\"x\"}}]}",
            "line 5",
            "at /authSpec/0/spec/type: is not a valid JSON Schema",
        ),
        (sound, "line 1", "at /id: is another file's"),
    ];
    for (text, line, reason) in cases {
        let folder = folder(&[("a.json", sound), ("b.json", text)]);
        let mut config = Config::default();
        config.fixtures = Some(folder.path().to_owned());
        let error = FlowMock::with_config(config).expect_err(text).to_string();
        assert!(error.contains("b.json: ") && error.contains(line) && error.contains(reason), "{error}");
    }
}
