//! The built-in connection specs: every source of the reference, and the table of them in the documentation.

use super::{BATCH, SAP, STREAMING, connection, items, names};
use crate::support::{self, ATS, ats};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The provider of destinations.
const DESTINATION: &str = "14e34fac-d307-11e9-bb65-2a2ae2dbcce4";

/// The rows of a file of the reference, without the header; `None` if the reference is not available.
fn rows(name: &str) -> Option<Vec<[String; 9]>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(name);
    let csv = fs::read_to_string(&path).ok()?;
    let row = |line: &str| {
        let (line, quoted) = line.split_once('"').unwrap_or((line, "")); // only the last column may be quoted
        let mut cells: Vec<_> = line.split(',').map(str::to_owned).collect();
        cells.last_mut().unwrap().push_str(quoted.trim_end_matches('"'));
        cells.try_into().unwrap_or_else(|row| panic!("a row without nine columns: {row:?}"))
    };
    let mut rows: Vec<[String; 9]> = csv.lines().map(row).collect();
    assert_eq!(rows.remove(0)[1..4], ["source_name", "connection_spec_id", "version"]);
    Some(rows)
}

#[tokio::test]
async fn every_row_of_the_reference_has_its_auth_spec_params_and_required_params() {
    let (Some(mut old), Some(new)) = (rows("sources.csv"), rows("sources-more.csv")) else {
        eprintln!("skipped: the reference is not beside the project");
        return;
    };
    // The newer file wins if both have an auth spec for a source.
    let corrected = |row: &[String; 9]| new.iter().any(|newer| newer[2] == row[2] && newer[4] == row[4]);
    let before = old.len();
    old.retain(|row| !corrected(row));
    assert_eq!(before - old.len(), 11, "corrected rows");
    let tenant = support::tenant().await;
    let mut found_rows = 0;
    let old = old.into_iter().map(|row| (row, false));
    for ([category, source, id, version, auth_spec, params, required, kind, flag], newer) in
        old.chain(new.into_iter().map(|row| (row, true)))
    {
        let found = items(&tenant, &format!("/connectionSpecs/{id}")).await;
        let Some(item) = found.iter().find(|item| item["attributes"]["connectorName"] == source) else {
            assert!(!newer && !flag.is_empty(), "{source} is missing");
            continue; // marked as unreliable, and its id belongs to another source
        };
        found_rows += 1;
        assert_eq!(item["version"], version, "{source}");
        let provider = match (&*category, &*kind) {
            ("destinations", _) => DESTINATION,
            (_, "streaming") => STREAMING,
            _ => BATCH,
        };
        assert_eq!(item["providerId"], provider, "{source}");
        if auth_spec.is_empty() {
            assert_eq!(item["authSpec"], json!([]), "{source}");
            continue;
        }
        let names = |text: &str| -> Vec<Value> {
            text.split(';').filter(|name| !name.is_empty()).map(Value::from).collect()
        };
        let (params, required) = (names(&params), names(&required));
        let fits = |spec: &Value| {
            let known = &spec["spec"]["properties"];
            let in_known = |name: &Value| known.get(name.as_str().unwrap()).is_some();
            let spec_requires = spec["spec"]["required"].as_array().cloned().unwrap_or_default();
            spec["name"] == auth_spec
                && spec_requires == required
                && params.iter().chain(&required).all(in_known)
        };
        assert!(item["authSpec"].as_array().unwrap().iter().any(fits), "{source}, {auth_spec}: {item}");
        let mut values: BTreeMap<_, _> =
            required.iter().map(|name| (name.as_str().unwrap(), value_of(name))).collect();
        if values.is_empty() {
            values.extend(params.first().map(|name| (name.as_str().unwrap(), value_of(name)))); // one of several ways
        }
        tenant.create(connection(&id, &auth_spec, json!(values))).await;
    }
    assert_eq!(found_rows, 125, "all rows but SugarCRM's two, PathFactory's and the corrected ones");
}

#[tokio::test]
async fn every_source_declares_and_accepts_drafts() {
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
        ("landing-zone", "26f526f2-58f4-4712-961d-e41bf1ccc0e8"),
        ("datalake", "c604ff05-7f1a-43c0-8e18-33bf874cb11c"),
        ("activation-datalake", "23598e46-f560-407b-88d5-ea6207e49db0"),
        ("profile-store", "8a9c3494-9708-43d7-ae3f-cda01e5030e1"),
        ("Amazon S3", "4fce964d-3f37-408f-9778-e597338a21ee"),
        ("Azure Blob Storage", "6d6b59bf-fb58-4107-9064-4d246c0e5bb2"),
        ("Azure Data Lake Gen2", "be2c3209-53bc-47e7-ab25-145db8b873e1"),
        ("Data Landing Zone", "10440537-2a7b-4583-ac39-ed38d4b848e8"),
        ("Google Cloud Storage", "c5d93acb-ea8b-4b14-8f53-02138444ae99"),
        ("SFTP", "36965a81-b1c6-401b-99f8-22508f1e6a26"),
    ];
    for (name, id) in documented {
        assert_eq!(by_name[name]["id"], id, "{name}");
    }
    for item in &all {
        let attributes = &item["attributes"];
        let target = attributes["isDestination"] == true;
        let provider = match item["type"].as_str().unwrap() {
            "Streaming" => STREAMING,
            "CloudStorage" | "EmailMarketing" | "MobileEngagement" => DESTINATION,
            _ => BATCH,
        };
        assert_eq!(item["providerId"], provider, "{item}");
        let explorable = matches!(item["type"].as_str(), Some("Tabular" | "FileSystem"));
        assert_eq!(item.get("exploreSpec").is_some(), explorable, "{item}");
        // REST sources are tabular, and explored as resources.
        let layout = item["exploreSpec"]["type"].as_str();
        assert!(layout.is_none_or(|layout| item["type"] == layout || layout == "Resource"), "{item}");
        assert_eq!(attributes["isSource"], !target && item["type"] != "Internal", "{item}");
        assert_eq!(attributes["isDraftModeSupported"] == true, attributes["isSource"] == true, "{item}");
        assert!(attributes["category"].is_string() || item["type"] == "Internal", "{item}");
        assert_eq!(
            item.get("targetSpec").is_some(),
            target && item["type"] == "CloudStorage" || item["name"] == "datalake"
        );
        assert!(
            item["permissionsInfo"]["view"].is_array() && item["permissionsInfo"]["manage"].is_array(),
            "{item}"
        );
        for auth_spec in item["authSpec"].as_array().unwrap() {
            assert!(auth_spec["spec"]["description"].is_string(), "{item}");
        }
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
        "keyfilecontent",
        "clientsecretvalue",
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
    for name in ["Data Landing Zone", "landing-zone", "datalake", "profile-store"] {
        let found = items(&tenant, &format!("/connectionSpecs?property=name=={name}")).await;
        assert_eq!(found[0]["authSpec"], json!([]));
        tenant.create(json!({"name": "any", "connectionSpec": {"id": found[0]["id"]}})).await;
    }
}

#[tokio::test]
async fn sources_describe_their_filters_and_destinations_their_encryption() {
    let tenant = support::tenant().await;
    let one =
        async |name: &str| items(&tenant, &format!("/connectionSpecs?property=name=={name}")).await.remove(0);
    for name in ["dynamics-online", "google-big-query", "salesforce", "snowflake"] {
        let filter = &one(name).await["attributes"]["filterAtSource"];
        assert_eq!(filter["enabled"], true, "{name}");
        assert_eq!(filter["logicalOperators"], json!(["and", "or", "not"]), "{name}");
        assert_eq!(
            filter["comparisonOperators"],
            json!(["=", "!=", "<", "<=", ">", ">=", "like", "in"]),
            "{name}"
        );
        assert_eq!([&filter["columnNameEscapeChar"], &filter["valueEscapeChar"]], ["`", "'"], "{name}");
    }
    assert_eq!(one("mysql").await["attributes"].get("filterAtSource"), None);
    let s3 = one("Amazon S3").await;
    let encryption = &s3["encryptionSpecs"][0]["spec"]["properties"];
    assert!(encryption["encryptionAlgo"].is_object() && encryption["publicKey"].is_object(), "{s3}");
    assert_eq!(one("datalake").await["targetSpec"]["spec"]["required"], json!(["dataSetId"]));
}

#[tokio::test]
async fn a_refusal_of_params_with_alternatives_names_the_missing_ones_of_each() {
    let tenant = support::tenant().await;
    let hive = "aac9bbd4-6c01-46ce-b47e-51c6f0f6db3f";
    let with = |params: Value| connection(hive, "HDInsights Basic Authentication", params);
    tenant.create(with(json!({"host": "h", "username": "u", "password": "p"}))).await;
    let refused = tenant.post("/connections", &with(json!({"host": "h", "username": "u"}))).await;
    let refused = refused.expect_error("FLOW-1100-400").naming("1304-400");
    refused.naming("auth.params needs connectionString, or password").at("/auth/params");
    let refused = tenant.post("/connections", &with(json!({}))).await;
    refused.naming("auth.params needs connectionString, or host, username and password");
}

/// The table of built-in specs in the documentation.
fn table(specs: &[Value]) -> String {
    let mut table =
        "| name | id | type | explore | auth specs and their params |\n|---|---|---|---|---|\n".to_owned();
    for spec in specs {
        let text = |key: &str| spec[key].as_str().unwrap();
        let auth_specs: Vec<_> = spec["authSpec"].as_array().unwrap().iter().map(auth_spec_cell).collect();
        let auth_specs = if auth_specs.is_empty() { "none".to_owned() } else { auth_specs.join("<br>") };
        let explore = spec["exploreSpec"]["type"].as_str().unwrap_or_default();
        let (name, id, spec_type) = (text("name"), text("id"), text("type"));
        table += &format!("| {name} | `{id}` | {spec_type} | {explore} | {auth_specs} |\n");
    }
    table
}

/// An auth spec's name and its params, the required ones in bold.
fn auth_spec_cell(auth_spec: &Value) -> String {
    let required = auth_spec["spec"]["required"].as_array().cloned().unwrap_or_default();
    let params = auth_spec["spec"]["properties"].as_object().unwrap().keys();
    let params: Vec<_> = params
        .map(|param| if required.contains(&json!(param)) { format!("**{param}**") } else { param.clone() })
        .collect();
    format!("{}: {}", auth_spec["name"].as_str().unwrap(), params.join(", "))
}

#[tokio::test]
async fn the_documentation_lists_the_built_in_connection_specs() {
    let tenant = support::tenant().await;
    support::assert_documented("connection-specs", &table(&items(&tenant, "/connectionSpecs").await));
}
