//! Exploring the resources of REST sources, and the tables of a streaming source.

use super::{expect_refusal, explore, explored, paths, with_auth};
use crate::support::{self, ats};
use serde_json::{Value, json};

const STRIPE: &str = "cc2c31d6-7b8c-4581-b49f-5c8698aa3ab3";
const PINTEREST: &str = "f82aae23-91e7-4884-b25f-2d2159d841fd";
const SNOWFLAKE_STREAMING: &str = "51ae16c2-bdad-42fd-9fce-8d5dfddaf140";

fn rest_source(spec_id: &str) -> Value {
    with_auth(spec_id, "OAuth2 Refresh Code", json!({"accessToken": "c2VjcmV0"}))
}

#[tokio::test]
async fn a_rest_source_answers_with_nested_records_and_their_schema() {
    let tenant = support::tenant().await;
    let made = tenant.create(rest_source(PINTEREST)).await;
    let entry = |name: &str| json!({"type": "rest", "name": name, "path": name, "canPreview": true, "canFetchSchema": true});
    assert_eq!(
        explored(&tenant, &made, "objectType=root").await,
        json!([entry("accounts"), entry("records")])
    );
    let query = "objectType=rest&object=json&fileType=json&sourceParams=eyJhZEFjY291bnRJZCI6IjEifQ==";
    let schema = explored(&tenant, &made, query).await;
    assert_eq!((&schema["format"], schema.get("data")), (&json!("hierarchical"), None));
    assert_eq!(schema["schema"]["properties"]["employees"], json!({"type": "integer"}));
    let location = json!({"type": "object", "properties": {"latitude": {"type": "number"}, "longitude": {"type": "number"}}});
    assert_eq!(schema["schema"]["properties"]["address"]["properties"]["location"], location);
    let preview = explored(&tenant, &made, &format!("{query}&preview=true")).await;
    assert_eq!(preview["schema"], schema["schema"]);
    assert_eq!(preview["data"][1]["address"]["city"], "Tema");
    let records =
        explored(&tenant, &made, "objectType=rest&object=records&preview=true&previewCount=1").await;
    assert_eq!(
        records["schema"]["properties"]["tags"],
        json!({"type": "array", "items": {"type": "string"}})
    );
    assert_eq!(records["data"].as_array().unwrap().len(), 1);

    let configs = tenant.get(&format!("/connections/{}/configs?object=records", made.id)).await;
    let items = configs.expect_status(200).json()["items"].clone();
    assert_eq!(items[3], json!({"columnName": "profile", "columnType": "object"}));
    expect_refusal(explore(&tenant, &made, "objectType=rest&object=nope").await, "1102-404")
        .naming("the resource nope does not exist");
    expect_refusal(explore(&tenant, &made, "objectType=table&object=records").await, "1102-404")
        .naming("records is a resource, not a table; send objectType=rest");
}

#[tokio::test]
async fn a_rest_source_with_a_fixture_of_its_own_has_its_own_records() {
    let tenant = support::tenant().await;
    let made = tenant.create(rest_source(STRIPE)).await;
    let charges = explored(&tenant, &made, "objectType=rest&object=json&preview=true").await;
    assert_eq!(charges["data"][0]["payment_method_details"]["card"]["brand"], "visa");
    assert_eq!(paths(&tenant, &made, "objectType=root").await, ["charges"]);
}

#[tokio::test]
async fn a_table_asked_for_as_a_resource_is_answered_with_a_schema() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let orders =
        explored(&tenant, &made, "objectType=rest&object=orders&preview=true&primaryKey=Total").await;
    assert_eq!(orders["format"], "hierarchical");
    assert_eq!(orders["schema"]["properties"]["Total"], json!({"type": "number"}));
    assert_eq!(orders["schema"]["properties"]["OrderedAt"], json!({"type": "string", "format": "date-time"}));
    assert_eq!(orders["data"][0]["RowKey"], "o-5002");
}

#[tokio::test]
async fn the_root_of_snowflake_streaming_lists_its_tables_by_name_alone() {
    let tenant = support::tenant().await;
    let specs =
        tenant.get(&format!("/connectionSpecs/{SNOWFLAKE_STREAMING}")).await.expect_status(200).json();
    let auth_spec = &specs["items"][0]["authSpec"][0];
    let required = auth_spec["spec"]["required"].as_array().unwrap().iter();
    let params = required.map(|name| (name.as_str().unwrap().to_owned(), json!("text"))).collect();
    let name = auth_spec["name"].as_str().unwrap();
    let made = tenant.create(with_auth(SNOWFLAKE_STREAMING, name, Value::Object(params))).await;
    let items = ["accounts", "contacts", "orders"].map(|name| json!({"type": "table", "name": name}));
    assert_eq!(explored(&tenant, &made, "objectType=root").await, json!({"items": items}));
    let orders = explored(&tenant, &made, "objectType=table&object=orders&preview=true").await;
    assert_eq!(orders["data"][0]["currency"], "EUR");
}
