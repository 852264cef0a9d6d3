//! Exploring tables.

use super::{ats_to, expect_refusal, explore, explored, paths};
use crate::support::{self, ats};
use serde_json::json;

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
async fn the_columns_of_a_table_have_types_and_bounds_for_their_edm_types() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind, "xdm": {"type": kind}});
    let moment = |name: &str| {
        json!({"name": name, "type": "string", "meta:xdmType": "date-time",
            "xdm": {"type": "string", "format": "date-time"}})
    };
    let whole = |name: &str, kind: &str, minimum: i64, maximum: i64| {
        let xdm = json!({"type": "integer", "minimum": minimum, "maximum": maximum});
        json!({"name": name, "type": kind, "xdm": xdm})
    };
    let expected = json!({"format": "flat", "schema": {"columns": [
        column("PartitionKey", "string"),
        column("RowKey", "string"),
        moment("Timestamp"),
        column("Sensor", "string"),
        moment("TakenAt"),
        json!({"name": "Celsius", "type": "double", "xdm": {"type": "number"}}),
        whole("Sequence", "long", -9_007_199_254_740_992, 9_007_199_254_740_991),
        whole("Battery", "integer", -2_147_483_648, 2_147_483_647),
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
    // Too large for a double, so this shows that the number stayed an integer.
    assert_eq!(rows[0]["Sequence"], json!(9_007_199_254_740_993_i64));
    let answer = explore(&tenant, &made, query).await;
    let row = concat!(
        r#""data":[{"PartitionKey":"hall-a","RowKey":"0000000001","Timestamp":"2024-04-30T22:00:01.007Z","#,
        r#""Sensor":"3d0d4e2e-0b43-4f43-9a53-92f2c4f4a111","TakenAt":"2024-04-30T22:00:00Z","Celsius":21.25,"#
    );
    assert!(String::from_utf8_lossy(&answer.body).contains(row), "{answer}");
    // Keys without a value are omitted.
    let customers = explored(&tenant, &made, "objectType=table&object=customers&preview=TRUE").await;
    assert!(customers["data"][2].get("FirstSeen").is_none());
}

#[tokio::test]
async fn a_preview_has_as_many_rows_as_asked_for_in_the_order_of_the_primary_key() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let keys = async |more: &str| -> Vec<String> {
        let preview = explored(&tenant, &made, &format!("objectType=table&object=orders{more}")).await;
        let rows = preview["data"].as_array().expect("rows");
        rows.iter().map(|row| row["RowKey"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys("&preview=true&primaryKey=Total").await, ["o-5002", "o-5001", "o-5003"]);
    assert_eq!(keys("&preview=true&primaryKey=Total&previewCount=1").await, ["o-5002"]);
    assert_eq!(keys("&preview=true&previewCount=2").await, ["o-5001", "o-5002"]);
    assert_eq!(keys("&preview=true&primaryKey=Customer").await, ["o-5001", "o-5003", "o-5002"]);
    let columns = explored(&tenant, &made, "objectType=table&object=orders&previewCount=1").await;
    assert!(columns.get("data").is_none());
}

#[tokio::test]
async fn an_account_sees_the_tables_of_its_fixture() {
    let tenant = support::tenant().await;
    let archive = tenant.create(ats_to("acmearchive")).await;
    assert_eq!(paths(&tenant, &archive, "objectType=root").await, ["orders"]);
    explored(&tenant, &archive, "objectType=table&object=orders").await;
    expect_refusal(explore(&tenant, &archive, "objectType=table&object=customers").await, "1102-404");
    let empty = tenant.create(ats_to("acmeempty")).await;
    assert_eq!(explored(&tenant, &empty, "objectType=root").await, json!([]));
    let configs = tenant.get(&format!("/connections/{}/configs", empty.id)).await.expect_status(200);
    assert_eq!(configs.json(), json!({"items": []}));
    // In a SAS that has only an endpoint, the endpoint names the account.
    let mut body = ats("sas");
    body["auth"]["params"]["connectionString"] = json!(
        "TableEndpoint=https://acmearchive.table.core.windows.net/;SharedAccessSignature=sv=1&sig=c2VjcmV0"
    );
    let sas = tenant.create(body).await;
    assert_eq!(paths(&tenant, &sas, "objectType=root").await, ["orders"]);
}

#[tokio::test]
async fn configs_returns_the_columns_of_the_first_or_the_named_table() {
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
    assert_eq!(orders["items"][6], config("Total", "double"));
    expect_refusal(configs("?object=nope").await, "1102-404");
    expect_refusal(configs("?object=staging").await, "1330-400");
    expect_refusal(configs("?objectType=table").await, "1337-400");
    expect_refusal(configs("?objectType=x").await, "1358-400");
    configs("?objectType=folder&object=a").await.expect_error("FLOW-1452-400");
    configs("?preview=true").await.expect_error("FLOW-1451-400").naming("preview");
    tenant.get("/connections/nope/configs").await.expect_error("FLOW-1439-404").naming("nope");
}
