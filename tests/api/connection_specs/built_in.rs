//! The built-in connection specs: every source of the reference, and the table of them in the documentation.

use super::{BATCH, SAP, STREAMING, connection, items, names};
use crate::support::{self, ATS, ats};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[tokio::test]
async fn every_source_of_the_reference_has_its_auth_spec_params_and_required_params() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/sources.csv");
    let Ok(csv) = fs::read_to_string(&path) else {
        eprintln!("skipped: sources.csv of the reference is not beside the project");
        return;
    };
    let tenant = support::tenant().await;
    let mut rows = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap()[1..4], ["source_name", "connection_spec_id", "version"]);
    let mut answered = 0;
    for row in rows {
        let [_, source, id, version, auth_spec, params, required, kind, flag] = row[..] else {
            panic!("a row without nine columns: {row:?}")
        };
        let found = items(&tenant, &format!("/connectionSpecs/{id}")).await;
        let Some(item) = found.iter().find(|item| item["attributes"]["connectorName"] == source) else {
            assert!(!flag.is_empty(), "{source} is missing");
            continue; // marked as unreliable, and its id belongs to another source
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
    assert_eq!(answered, 78, "all of the 81 rows except SugarCRM's two and PathFactory's");
}

#[tokio::test]
async fn every_source_says_that_it_takes_drafts_and_does() {
    let tenant = support::tenant().await;
    let all = items(&tenant, "/connectionSpecs").await;
    let sources = all.iter().filter(|item| item["attributes"]["isSource"] == true);
    let mut count = 0;
    for source in sources {
        assert_eq!(source["attributes"]["isDraftModeSupported"], true, "{source}");
        let draft = json!({"name": "draft", "connectionSpec": {"id": source["id"]}});
        tenant.post("/connections?mode=draft", &draft).await.expect_status(201);
        count += 1;
    }
    assert!(count > 60, "{count}");
}

/// A valid value of a param.
fn value_of(param: &Value) -> Value {
    match param.as_str() {
        Some("authenticationRequired") => json!(true),
        Some("connectionString") => ats("any")["auth"]["params"]["connectionString"].clone(),
        _ => json!("text"),
    }
}

#[tokio::test]
async fn names_ids_and_providers_are_as_documented_and_names_are_unique() {
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
async fn exactly_the_credentials_have_the_format_password() {
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
async fn an_id_shared_by_two_sources_returns_both_and_connections_may_use_either() {
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
async fn params_of_the_wrong_type_are_refused_except_numbers_as_text() {
    let tenant = support::tenant().await;
    let http_api = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";
    let streaming = |required: Value| {
        let params =
            json!({"dataType": "xdm", "name": "n", "sourceId": "s", "authenticationRequired": required});
        connection(http_api, "Streaming Connection", params)
    };
    tenant.create(streaming(json!(false))).await;
    tenant.create(streaming(Value::Null)).await; // `null` counts as absent, and the param is optional
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
async fn a_connection_whose_spec_has_no_auth_specs_needs_no_auth() {
    let tenant = support::tenant().await;
    for name in ["data-landing-zone", "profile-store"] {
        let found = items(&tenant, &format!("/connectionSpecs?property=name=={name}")).await;
        assert_eq!(found[0]["authSpec"], json!([]));
        tenant.create(json!({"name": "any", "connectionSpec": {"id": found[0]["id"]}})).await;
    }
}

#[tokio::test]
async fn the_documentation_lists_the_built_in_connection_specs() {
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
