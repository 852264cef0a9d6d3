//! Exploring folders and files.

use super::{LANDING_ZONE, expect_refusal, explore, explored, without_auth};
use crate::support;
use serde_json::{Value, json};

#[tokio::test]
async fn a_file_source_lists_its_folders_and_files() {
    let tenant = support::tenant().await;
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    let entry = |kind: &str, name: &str, path: &str, readable: bool| {
        let readable = json!(readable);
        json!({"type": kind, "name": name, "path": path, "canPreview": readable, "canFetchSchema": readable})
    };
    let root = json!([
        entry("folder", "crm", "/crm/", false),
        entry("folder", "events", "/events/", false),
        entry("folder", "inbox", "/inbox/", false)
    ]);
    for query in ["objectType=root", "objectType=folder&object=/"] {
        assert_eq!(explored(&tenant, &made, query).await, root, "{query}");
    }
    let events = json!([
        entry("file", "clicks.jsonl", "/events/clicks.jsonl", true),
        entry("file", "purchases.json", "/events/purchases.json", true),
        entry("file", "readme.txt", "/events/readme.txt", false)
    ]);
    for object in ["/events/", "events", "/events", "%2Fevents%2F"] {
        assert_eq!(explored(&tenant, &made, &format!("objectType=Folder&object={object}")).await, events);
    }
    assert_eq!(explored(&tenant, &made, "objectType=folder&object=inbox").await, json!([]));
    for object in ["nope", "event", "events/clicks.jsonl", "../events", "events/.."] {
        expect_refusal(
            explore(&tenant, &made, &format!("objectType=folder&object={object}")).await,
            "1102-404",
        );
    }
    expect_refusal(explore(&tenant, &made, "objectType=table&object=customers").await, "1102-404");
    let configs = tenant.get(&format!("/connections/{}/configs", made.id)).await.expect_status(200).json();
    assert_eq!(configs["items"][0], json!({"columnName": "id", "columnType": "integer"}));
}

#[tokio::test]
async fn a_delimited_file_has_a_column_for_each_name_of_its_first_line() {
    let tenant = support::tenant().await;
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    let customers = json!([
        {"name": "id", "type": "integer", "xdm": {"type": "integer"}},
        {"name": "name", "type": "string", "xdm": {"type": "string"}},
        {"name": "email", "type": "string", "xdm": {"type": "string"}},
        {"name": "postcode", "type": "string", "xdm": {"type": "string"}},
        {"name": "visits", "type": "integer", "xdm": {"type": "integer"}},
        {"name": "averageBasket", "type": "number", "xdm": {"type": "number"}},
        {"name": "subscribed", "type": "boolean", "xdm": {"type": "boolean"}},
        {"name": "firstVisit", "type": "string", "meta:xdmType": "date",
            "xdm": {"type": "string", "format": "date"}},
        {"name": "lastSeen", "type": "string", "meta:xdmType": "date-time",
            "xdm": {"type": "string", "format": "date-time"}}
    ]);
    let file = "objectType=file&object=/crm/customers.csv";
    let schema = json!({"format": "flat", "schema": {"columns": customers}});
    for how in ["", "&fileType=delimited", "&FileType=Delimited&CompressionType=gzip", "&type=DELIMITED"] {
        assert_eq!(explored(&tenant, &made, &format!("{file}{how}")).await, schema, "{how}");
    }
    let preview = explored(&tenant, &made, &format!("{file}&preview=true&columnDelimiter=,")).await;
    assert_eq!(preview["data"][1]["name"], "Petit, Marc");
    let last = json!({"id": 1003, "name": "Inès \"Nina\" Roy", "email": "ines.roy@example.com",
        "postcode": "69002", "subscribed": true, "firstVisit": "2023-01-08"});
    assert_eq!(preview["data"][2], last);

    let names = |explored: &Value| {
        let columns = explored["schema"]["columns"].as_array().unwrap();
        columns.iter().map(|column| column["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let orders = explored(&tenant, &made, "objectType=file&object=crm/2024/orders.tsv").await;
    assert_eq!(names(&orders), ["order", "customer", "total", "ordered"]);
    let loyalty = ["member", "tier", "points", "joined"];
    let file = "objectType=file&object=crm/loyalty.csv";
    assert_eq!(names(&explored(&tenant, &made, &format!("{file}&columnDelimiter=;")).await), loyalty);
    let determined = explored(&tenant, &made, &format!("{file}&determineProperties=true")).await;
    assert_eq!(names(&determined), loyalty);
    assert_eq!(determined["properties"], json!({"fileType": "delimited", "columnDelimiter": ";"}));
}

#[tokio::test]
async fn a_json_file_is_explored_flat_or_with_its_nested_schema() {
    let tenant = support::tenant().await;
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    let clicks = "objectType=file&object=/events/clicks.jsonl&fileType=json&preview=true";
    let clicks = explored(&tenant, &made, clicks).await;
    assert_eq!(clicks["format"], "flat");
    assert_eq!(
        clicks["schema"]["columns"][3],
        json!({"name": "ms", "type": "integer", "xdm": {"type": "integer"}})
    );
    assert_eq!(clicks["data"][1]["page"], "/basket");

    let purchases =
        explored(&tenant, &made, "objectType=file&object=/events/purchases.json&preview=true").await;
    assert_eq!(purchases["format"], "hierarchical");
    let customer =
        json!({"type": "object", "properties": {"id": {"type": "integer"}, "loyal": {"type": "boolean"}}});
    assert_eq!(purchases["schema"]["type"], "object");
    assert_eq!(purchases["schema"]["properties"]["customer"], customer);
    assert_eq!(purchases["schema"]["properties"]["items"]["type"], "array");
    assert_eq!(purchases["data"][0]["items"][1]["gift"], true);
}

#[tokio::test]
async fn a_file_in_another_format_is_refused_by_the_source() {
    let tenant = support::tenant().await;
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    let file = |query: &str| format!("objectType=file&object=/events/{query}");
    expect_refusal(explore(&tenant, &made, &file("readme.txt")).await, "1359-400")
        .naming("fileType is absent");
    expect_refusal(explore(&tenant, &made, &file("readme.txt&fileType=json")).await, "1308-400")
        .naming("/events/readme.txt cannot be read as json: expected value at line 1");
    expect_refusal(explore(&tenant, &made, &file("purchases.json&fileType=delimited")).await, "1308-400")
        .naming("cannot be read as delimited: line ");
    expect_refusal(explore(&tenant, &made, &file("nope.csv")).await, "1102-404")
        .naming("the file events/nope.csv");
    expect_refusal(explore(&tenant, &made, "objectType=file&object=/events/").await, "1102-404");
}
