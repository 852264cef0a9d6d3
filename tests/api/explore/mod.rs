//! What a connection's source answers: explore, configs and test, of connections and of connection specs.

mod files;
mod fixtures;

use crate::support::{self, Answer, Tenant, Written, ats};
use serde_json::{Value, json};

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
const LANDING_ZONE: &str = "10440537-2a7b-4583-ac39-ed38d4b848e8";

/// An ATS connection to that storage account.
fn ats_to(account: &str) -> Value {
    let mut body = ats("explored");
    body["auth"]["params"]["connectionString"] =
        json!(format!("AccountName={account};AccountKey=c2VjcmV0IGtleQ=="));
    body
}

/// A connection of a spec without auth specs.
fn without_auth(spec_id: &str) -> Value {
    json!({"name": "explored", "connectionSpec": {"id": spec_id, "version": "1.0"}})
}

async fn explore(tenant: &Tenant, of: &Written, query: &str) -> Answer {
    tenant.get(&format!("/connections/{}/explore?{query}", of.id)).await
}

async fn explored(tenant: &Tenant, of: &Written, query: &str) -> Value {
    let answer = explore(tenant, of, query).await.expect_status(200);
    assert_eq!(answer.header("content-type"), "application/json", "{answer}");
    answer.json()
}

/// The paths of a listing.
async fn paths(tenant: &Tenant, of: &Written, query: &str) -> Vec<String> {
    let listing = explored(tenant, of, query).await;
    let entries = listing.as_array().expect("an array");
    entries.iter().map(|entry| entry["path"].as_str().unwrap().to_owned()).collect()
}

/// Asserts a refusal by the source, with the provider's code, and that it shows no credential.
#[track_caller]
fn expect_refusal(answer: Answer, provider_code: &str) -> Answer {
    let carrier = if provider_code == "1102-404" { "FLOW-1101-404" } else { "FLOW-1100-400" };
    let title = if provider_code == "1102-404" { "Resource not found" } else { "Invalid request" };
    let answer = answer.expect_error(carrier).naming(&format!("Error from flow provider: {provider_code}: "));
    assert_eq!(answer.json()["title"], title, "{answer}");
    assert!(!answer.json().to_string().contains("c2VjcmV0"), "{answer}");
    answer
}

#[tokio::test]
async fn the_root_of_a_tabular_source_lists_its_tables() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let entry = |name: &str, readable: bool| {
        let readable = json!(readable);
        json!({"type": "table", "name": name, "path": name, "canPreview": readable, "canFetchSchema": readable})
    };
    let expected = json!([
        entry("customers", true),
        entry("orders", true),
        entry("sensorreadings", true),
        entry("staging", false)
    ]);
    for object_type in ["root", "ROOT", "Root"] {
        assert_eq!(explored(&tenant, &made, &format!("objectType={object_type}")).await, expected);
    }
    let answer = explore(&tenant, &made, "objectType=root").await;
    let first =
        r#"[{"type":"table","name":"customers","path":"customers","canPreview":true,"canFetchSchema":true}"#;
    assert!(answer.body.starts_with(first.as_bytes()), "{answer}");
}

#[tokio::test]
async fn a_table_has_its_columns_with_the_types_of_edm_as_xdm_has_them() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind, "xdm": {"type": kind}});
    let moment = |name: &str| {
        json!({"name": name, "type": "string", "meta:xdmType": "date-time",
            "xdm": {"type": "string", "format": "date-time"}})
    };
    let expected = json!({"format": "flat", "schema": {"columns": [
        column("PartitionKey", "string"),
        column("RowKey", "string"),
        moment("Timestamp"),
        column("Sensor", "string"),
        moment("TakenAt"),
        column("Celsius", "number"),
        column("Sequence", "integer"),
        column("Battery", "integer"),
        column("Alarm", "boolean"),
        column("Unit", "string"),
        column("Raw", "string"),
    ]}});
    for query in
        ["objectType=table&object=sensorreadings", "objectType=TABLE&object=sensorreadings&preview=False"]
    {
        assert_eq!(explored(&tenant, &made, query).await, expected);
    }
}

#[tokio::test]
async fn a_preview_adds_the_rows_in_the_order_of_the_columns() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let query = "objectType=table&object=sensorreadings&preview=true";
    let preview = explored(&tenant, &made, query).await;
    assert_eq!(preview["format"], "flat");
    assert_eq!(preview["schema"]["columns"].as_array().unwrap().len(), 11);
    let rows = preview["data"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    // Past what a double can hold, so it has stayed a whole number.
    assert_eq!(rows[0]["Sequence"], json!(9_007_199_254_740_993_i64));
    let answer = explore(&tenant, &made, query).await;
    let row = concat!(
        r#""data":[{"PartitionKey":"hall-a","RowKey":"0000000001","Timestamp":"2024-04-30T22:00:01.007Z","#,
        r#""Sensor":"3d0d4e2e-0b43-4f43-9a53-92f2c4f4a111","TakenAt":"2024-04-30T22:00:00Z","Celsius":21.25,"#
    );
    assert!(String::from_utf8_lossy(&answer.body).contains(row), "{answer}");
    // Keys without a value are left out.
    let customers = explored(&tenant, &made, "objectType=table&object=customers&preview=TRUE").await;
    assert!(customers["data"][2].get("FirstSeen").is_none());
}

#[tokio::test]
async fn every_refusal_of_explore_has_its_code_and_says_what_to_send() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    for (query, code, named) in [
        ("", "1359-400", "objectType is absent; send objectType=root"),
        ("object=orders", "1359-400", "objectType is absent"),
        ("objectType=", "1334-400", "objectType is empty; send objectType=root"),
        ("preview=true&objectType=&object=orders", "1334-400", "objectType is empty"),
        ("objectType=tables", "1358-400", "objectType=tables is none of root, table, file, folder, rest"),
        ("objectType=table", "1337-400", "object is empty or absent; objectType=table needs one"),
        ("objectType=table&object=", "1337-400", "object is empty or absent"),
        ("objectType=file", "1337-400", "objectType=file needs one"),
        ("objectType=FOLDER", "1337-400", "objectType=FOLDER needs one"),
        ("objectType=rest", "1337-400", "objectType=rest needs one"),
        ("objectType=table&object=staging", "1330-400", "the table staging has no columns"),
        ("objectType=table&object=staging&preview=true", "1330-400", "the table staging has no columns"),
        ("objectType=table&object=Nope", "1102-404", "the table Nope does not exist"),
        ("objectType=rest&object=nope", "1102-404", "the table nope does not exist"),
        ("objectType=file&object=orders", "1102-404", "the file orders does not exist"),
        ("objectType=folder&object=/orders/", "1102-404", "the folder orders does not exist"),
    ] {
        expect_refusal(explore(&tenant, &made, query).await, code).naming(named);
    }
    for (query, code, named) in [
        (
            "objectType=root&objecttype=root",
            "FLOW-1451-400",
            "objecttype is not a query parameter of this call",
        ),
        ("objectType=root&limit=5", "FLOW-1451-400", "limit is not"),
        ("objectType=table&object=orders&preview=yes", "FLOW-1452-400", "preview=yes is not true or false"),
        (
            "objectType=file&object=a&fileType=parquet",
            "FLOW-1452-400",
            "fileType=parquet is not delimited or json",
        ),
        (
            "objectType=file&object=a&compressionType=lz4",
            "FLOW-1452-400",
            "compressionType=lz4 is not one of none",
        ),
        (
            "objectType=file&object=a&columnDelimiter=ab",
            "FLOW-1452-400",
            "columnDelimiter=ab is not a single",
        ),
        ("objectType=file&object=a&columnDelimiter=%22", "FLOW-1452-400", "is not a single character"),
    ] {
        explore(&tenant, &made, query).await.expect_error(code).naming(named);
    }
    let unknown = "/connections/00000000-0000-4000-8000-000000000000/explore?objectType=root";
    tenant.get(unknown).await.expect_error("FLOW-1439-404").naming("00000000-0000-4000-8000-000000000000");
    tenant.get(&format!("/connections/{}/explore", made.id)).await.expect_error("FLOW-1100-400");
    tenant.post(&format!("/connections/{}/explore", made.id), &json!({})).await.expect_error("FLOW-1003-405");
}

#[tokio::test]
async fn another_organisation_cannot_explore_the_connection() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    explore(&tenant.in_sandbox("dev"), &made, "objectType=root").await.expect_error("FLOW-1439-404");
    explore(&support::tenant().await, &made, "objectType=root").await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn an_account_sees_the_tables_that_its_fixture_gives_it() {
    let tenant = support::tenant().await;
    let archive = tenant.create(ats_to("acmearchive")).await;
    assert_eq!(paths(&tenant, &archive, "objectType=root").await, ["orders"]);
    explored(&tenant, &archive, "objectType=table&object=orders").await;
    expect_refusal(explore(&tenant, &archive, "objectType=table&object=customers").await, "1102-404");
    let empty = tenant.create(ats_to("acmeempty")).await;
    assert_eq!(explored(&tenant, &empty, "objectType=root").await, json!([]));
    let configs = tenant.get(&format!("/connections/{}/configs", empty.id)).await.expect_status(200);
    assert_eq!(configs.json(), json!({"items": []}));
    // A SAS that names its endpoint alone names the account with it.
    let mut body = ats("sas");
    body["auth"]["params"]["connectionString"] = json!(
        "TableEndpoint=https://acmearchive.table.core.windows.net/;SharedAccessSignature=sv=1&sig=c2VjcmV0"
    );
    let sas = tenant.create(body).await;
    assert_eq!(paths(&tenant, &sas, "objectType=root").await, ["orders"]);
}

#[tokio::test]
async fn an_unreachable_account_fails_its_test_and_refuses_everything_else() {
    let tenant = support::tenant().await;
    let test = |made: Written| {
        let tenant = tenant.clone();
        async move { tenant.get(&format!("/connections/{}/test", made.id)).await.expect_status(200).json() }
    };
    let offline = tenant.create(ats_to("acmeoffline")).await;
    assert_eq!(test(offline.clone()).await, json!({"result": false}));
    for query in ["objectType=root", "objectType=table&object=orders"] {
        expect_refusal(explore(&tenant, &offline, query).await, "1308-400")
            .naming("the source cannot be reached: the storage account acmeoffline is disabled");
    }
    expect_refusal(tenant.get(&format!("/connections/{}/configs", offline.id)).await, "1308-400");
    for account in ["acmearchive", "nobodyknows"] {
        let made = tenant.create(ats_to(account)).await;
        assert_eq!(test(made).await, json!({"result": true}), "{account}");
    }
    let landing_zone = tenant.create(without_auth(LANDING_ZONE)).await;
    assert_eq!(test(landing_zone).await, json!({"result": true}));
}

#[tokio::test]
async fn a_disabled_connection_is_explored_and_a_draft_as_soon_as_it_has_its_params() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let disable = format!("/connections/{}/action?op=disable", made.id);
    tenant.post(&disable, &json!({})).await.expect_status(200);
    assert_eq!(tenant.read(&made.id).await["state"], "disabled");
    assert_eq!(paths(&tenant, &made, "objectType=root").await.len(), 4);

    let mut body = ats("draft");
    body["auth"].as_object_mut().unwrap().remove("params");
    let draft = tenant.post("/connections?mode=draft", &body).await.expect_status(201).written();
    let of_draft = |call: &str| format!("/connections/{}/{call}", draft.id);
    for call in ["explore?objectType=root", "configs"] {
        expect_refusal(tenant.get(&of_draft(call)).await, "1304-400")
            .naming("auth.params.connectionString is required and absent")
            .at("/auth/params/connectionString");
    }
    assert_eq!(tenant.get(&of_draft("test")).await.json(), json!({"result": false}));
    let params = json!([{"op": "add", "path": "/auth/params", "value": ats("x")["auth"]["params"]}]);
    let draft = tenant.patch(&draft, params).await.expect_status(200).written();
    assert_eq!(tenant.read(&draft.id).await["state"], "draft");
    assert_eq!(paths(&tenant, &draft, "objectType=root").await.len(), 4);
    assert_eq!(tenant.get(&of_draft("test")).await.json(), json!({"result": true}));
}

#[tokio::test]
async fn configs_are_the_columns_of_the_first_table_or_of_the_one_that_is_named() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let config = |name: &str, kind: &str| json!({"columnName": name, "columnType": kind});
    let customers = json!({"items": [
        config("PartitionKey", "string"),
        config("RowKey", "string"),
        config("Timestamp", "date-time"),
        config("Email", "string"),
        config("Name", "string"),
        config("Subscribed", "boolean"),
        config("LoyaltyPoints", "integer"),
        config("FirstSeen", "date-time"),
        config("ProfileId", "string"),
    ]});
    let configs = async |query: &str| tenant.get(&format!("/connections/{}/configs{query}", made.id)).await;
    for query in ["", "?objectType=root", "?object=customers", "?objectType=TABLE&object=customers"] {
        assert_eq!(configs(query).await.expect_status(200).json(), customers, "{query}");
    }
    let orders = configs("?objectType=rest&object=orders").await.expect_status(200).json();
    assert_eq!(orders["items"][6], config("Total", "number"));
    expect_refusal(configs("?object=nope").await, "1102-404");
    expect_refusal(configs("?object=staging").await, "1330-400");
    expect_refusal(configs("?objectType=table").await, "1337-400");
    expect_refusal(configs("?objectType=x").await, "1358-400");
    configs("?objectType=folder&object=a").await.expect_error("FLOW-1452-400");
    configs("?preview=true").await.expect_error("FLOW-1451-400").naming("preview");
    tenant.get("/connections/nope/configs").await.expect_error("FLOW-1439-404").naming("nope");
}

#[tokio::test]
async fn a_connection_spec_is_explored_as_a_connection_of_no_known_account_is() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    for query in ["objectType=root", "objectType=table&object=orders&preview=true"] {
        let answer = tenant.get(&format!("/connectionSpecs/{ATS}/explore?{query}")).await.expect_status(200);
        assert_eq!(answer.json(), explored(&tenant, &made, query).await, "{query}");
    }
    let configs = tenant.get(&format!("/connections/{}/configs", made.id)).await.json();
    for call in ["explore", "configs", "configs?object=customers"] {
        let answer = tenant.get(&format!("/connectionSpecs/{ATS}/{call}")).await.expect_status(200);
        assert_eq!(answer.json(), configs, "{call}");
    }
    let of_ats = async |call: &str| tenant.get(&format!("/connectionSpecs/{ATS}/{call}")).await;
    expect_refusal(of_ats("explore?objectType=table&object=nope").await, "1102-404");
    expect_refusal(of_ats("explore?objectType=").await, "1334-400");
    expect_refusal(of_ats("explore?object=orders").await, "1359-400");
    of_ats("explore?limit=1").await.expect_error("FLOW-1451-400").naming("limit");
    of_ats("configs?limit=1").await.expect_error("FLOW-1451-400").naming("limit");
    for call in ["explore", "configs"] {
        let answer = tenant.get(&format!("/connectionSpecs/nope/{call}")).await;
        let answer = answer.expect_error("FLOW-1439-404").naming("nope");
        assert_eq!(answer.json()["report"]["type"], "connectionSpecs");
    }
}

#[tokio::test]
async fn every_built_in_connection_spec_is_explored_as_its_explore_spec_says() {
    let tenant = support::tenant().await;
    let specs = tenant.get("/connectionSpecs").await.expect_status(200).json();
    let specs = specs["items"].as_array().expect("items");
    assert!(specs.len() > 60);
    for spec in specs {
        let path = format!("/connectionSpecs/{}/explore?objectType=root", spec["id"].as_str().unwrap());
        let answer = tenant.get(&path).await;
        let kind = match spec["exploreSpec"]["type"].as_str() {
            None => {
                expect_refusal(answer, "1336-400");
                continue;
            }
            Some("FileSystem") => "folder",
            Some("Tabular") => "table",
            Some(other) => panic!("{}: {other}", spec["name"]),
        };
        assert_eq!(answer.expect_status(200).json()[0]["type"], kind, "{}", spec["name"]);
    }
}
