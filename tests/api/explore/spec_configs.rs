//! The configs of connection specs themselves.

use super::expect_refusal;
use super::fixtures::{fixtures, server_with};
use crate::support::{self, Tenant};
use serde_json::json;

const AMAZON_S3: &str = "ecadc60c-7455-4d87-84dc-2a0e293d997b";
const DATA_LAKE: &str = "23598e46-f560-407b-88d5-ea6207e49db0";
const S3_DESTINATION: &str = "4fce964d-3f37-408f-9778-e597338a21ee";

#[tokio::test]
async fn the_role_of_amazon_s3_is_answered_for_its_auth_type() {
    let tenant = support::tenant().await;
    let configs =
        async |spec: &str, query: &str| tenant.get(&format!("/connectionSpecs/{spec}/configs?{query}")).await;
    for query in ["authType=IamBasedAuthentication", "authType=iambasedauthentication"] {
        let role = json!({"configParams": {"IAMRole": "arn:aws:iam::123456789012:role/flowmock-sources"}});
        assert_eq!(configs(AMAZON_S3, query).await.expect_status(200).json(), role);
    }
    configs(AMAZON_S3, "authType=Basic")
        .await
        .expect_error("FLOW-1452-400")
        .naming("authType=Basic is not one that amazon-s3 has configs for: IamBasedAuthentication");
    configs(DATA_LAKE, "authType=Basic")
        .await
        .expect_error("FLOW-1452-400")
        .naming("it has none for any authType");
    configs(AMAZON_S3, "authType=a&limit=1").await.expect_error("FLOW-1451-400").naming("limit");
    configs("nope", "authType=a").await.expect_error("FLOW-1439-404").naming("nope");
}

#[tokio::test]
async fn the_data_sets_to_export_are_paged_for_the_data_lake_and_every_destination() {
    let tenant = support::tenant().await;
    let list = async |spec: &str, more: &str| {
        let query = format!("outputType=activationDatasets&outputField=datasets{more}");
        tenant.get(&format!("/connectionSpecs/{spec}/configs?{query}")).await
    };
    let whole = list(DATA_LAKE, "").await.expect_status(200).json();
    assert_eq!(whole["pageInfo"], json!({"hasNext": false}));
    let items = whole["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(
        items[0]["fileDescription"],
        json!({"persisted": true, "containerFormat": "parquet", "format": "parquet"})
    );
    assert_eq!((&items[0]["aspect"], &items[0]["state"]), (&json!("production"), &json!("DRAFT")));
    assert_eq!(list(S3_DESTINATION, "&start=0&limit=100").await.expect_status(200).json(), whole);

    let mut read = Vec::new();
    for start in 0.. {
        let page = list(DATA_LAKE, &format!("&start={start}&limit=1&properties=name,state")).await.json();
        read.push(page["items"][0].clone());
        if page["pageInfo"]["hasNext"] == false {
            break;
        }
    }
    assert_eq!(&read, items, "as documented, items are whole whatever properties names");
    let beyond = list(DATA_LAKE, "&start=99").await.expect_status(200).json();
    assert_eq!(beyond, json!({"items": [], "pageInfo": {"hasNext": false}}));

    expect_refusal(list(DATA_LAKE, "&limit=0").await, "1394-400")
        .naming("limit=0 is not a whole number from 1 to 100");
    for (more, named) in [
        ("&limit=101", "limit=101 is not a whole number from 1 to 100"),
        ("&start=-1", "start=-1 is not a whole number from 0"),
        (
            "&outputField=rows",
            "outputField=rows is not one that activation-datalake has configs for: datasets",
        ),
        (
            "&outputType=rows",
            "outputType=rows is not one that activation-datalake has configs for: activationDatasets",
        ),
    ] {
        list(DATA_LAKE, more).await.expect_error("FLOW-1452-400").naming(named);
    }
    list(AMAZON_S3, "").await.expect_error("FLOW-1452-400").naming("amazon-s3 has configs for; it has none");
    list(DATA_LAKE, "&object=a").await.expect_error("FLOW-1451-400").naming("object");
    let alone = tenant.get(&format!("/connectionSpecs/{DATA_LAKE}/configs?start=0")).await;
    alone.expect_error("FLOW-1451-400").naming("start is not a query parameter");
}

#[tokio::test]
async fn a_document_of_ones_own_replaces_the_configs_of_its_spec() {
    let document =
        r#"{"authTypes": {"Key": {"scope": "read"}}, "outputTypes": {"kinds": {"all": [{"id": "k"}]}}}"#;
    let folder = fixtures(&[("configs/amazon-s3.json", document), ("configs/notes.txt", "not read")]);
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    let configs =
        async |query: &str| tenant.get(&format!("/connectionSpecs/{AMAZON_S3}/configs?{query}")).await;
    assert_eq!(
        configs("authType=Key").await.expect_status(200).json(),
        json!({"configParams": {"scope": "read"}})
    );
    configs("authType=IamBasedAuthentication").await.expect_error("FLOW-1452-400").naming("configs for: Key");
    assert_eq!(configs("outputType=kinds").await.json()["items"], json!([{"id": "k"}]));

    let folder = fixtures(&[("configs/amazon-s3.json", r#"{"authTypes":{"a":1}}"#)]);
    let mut config = flowmock::Config::default();
    config.fixtures = Some(folder.path().to_owned());
    let error = flowmock::FlowMock::with_config(config).expect_err("a broken document").to_string();
    assert!(
        error.contains("amazon-s3.json: line 1: at /authTypes/a: must be an object, not a number"),
        "{error}"
    );
}
