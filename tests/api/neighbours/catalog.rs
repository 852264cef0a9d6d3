//! `/data/foundation/catalog`.

use super::{DATA_SETS, FORM, assert_no_data_set, create_data_set, get, post};
use crate::support::{self, with, without};
use serde_json::{Value, json};

fn orders() -> Value {
    json!({
        "name": "orders",
        "schemaRef": {"id": "https://ns.adobe.com/acme/schemas/1", "contentType": FORM},
        "tags": {"unifiedProfile": ["enabled:true"]},
    })
}

#[tokio::test]
async fn a_created_data_set_is_answered_by_reference_and_read_under_its_id() {
    let tenant = support::tenant().await;
    let answer =
        post(&tenant, &format!("{DATA_SETS}?requestDataSource=true"), &orders()).await.expect_status(201);
    let made = answer.json();
    let id = made[0].as_str().and_then(|reference| reference.strip_prefix("@/dataSets/")).unwrap();
    assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(
        (made.as_array().unwrap().len(), answer.header("location")),
        (1, &*format!("/data/foundation{DATA_SETS}/{id}"))
    );
    for path in [format!("{DATA_SETS}/{id}"), DATA_SETS.to_owned()] {
        let read = get(&tenant, &path).await.expect_status(200).json();
        assert_eq!(read.as_object().unwrap().keys().collect::<Vec<_>>(), [id]);
        let data_set = &read[id];
        for (key, value) in orders().as_object().unwrap() {
            assert_eq!(&data_set[key], value, "{key}");
        }
        assert_eq!(
            (&data_set["imsOrg"], &data_set["createdClient"]),
            (&json!(tenant.ims_org), &json!("key"))
        );
        assert!(data_set["created"].is_u64() && data_set["created"] == data_set["updated"], "{data_set}");
        assert!(data_set.get("id").is_none(), "{data_set}");
    }
}

#[tokio::test]
async fn data_sets_are_listed_in_windows_and_by_name() {
    let tenant = support::tenant().await;
    let mut made = Vec::new();
    for number in 0..22 {
        made.push(create_data_set(&tenant, &format!("set {number}"), "s").await);
    }
    let ids = async |query: &str| {
        let found = get(&tenant, &format!("{DATA_SETS}?{query}")).await.expect_status(200).json();
        found.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, made[..20]);
    assert_eq!(ids("start=20").await, made[20..]);
    assert_eq!(ids("limit=100").await, made);
    assert_eq!(ids("name=set%207&limit=2").await, made[7..8]);
    assert_eq!(ids("start=22").await, [""; 0]);
    for query in ["limit=101", "limit=0", "start=-1"] {
        get(&tenant, &format!("{DATA_SETS}?{query}")).await.expect_error("FLOW-1452-400");
    }
    get(&tenant, &format!("{DATA_SETS}?orderBy=name")).await.expect_error("FLOW-1451-400").naming("orderBy");
}

#[tokio::test]
async fn an_unknown_data_set_is_the_catalogs_own_404() {
    let tenant = support::tenant().await;
    for id in ["5f3f23450000000000000000", "nobody", "a%2Fb"] {
        assert_no_data_set(get(&tenant, &format!("{DATA_SETS}/{id}")).await, &id.replace("%2F", "/"));
    }
    get(&tenant, &format!("{DATA_SETS}/%ff")).await.expect_error("FLOW-1003-404");
}

#[tokio::test]
async fn an_invalid_data_set_is_refused_with_the_culprit() {
    let tenant = support::tenant().await;
    for (body, pointer) in [
        (json!("x"), ""),
        (without(orders(), "/name"), "/name"),
        (with(orders(), "/name", json!("")), "/name"),
        (with(orders(), "/schemaRef", json!("x")), "/schemaRef"),
        (without(orders(), "/schemaRef/id"), "/schemaRef/id"),
        (with(orders(), "/schemaRef/contentType", json!(1)), "/schemaRef/contentType"),
        (with(orders(), "/tags", json!([])), "/tags"),
    ] {
        post(&tenant, DATA_SETS, &body).await.expect_error("FLOW-1000-400").at(pointer);
    }
    let wrong = post(&tenant, &format!("{DATA_SETS}?requestDataSource=1"), &orders()).await;
    wrong.expect_error("FLOW-1452-400").naming("requestDataSource");
    assert_eq!(get(&tenant, DATA_SETS).await.json(), json!({}));
    post(&tenant, DATA_SETS, &without(without(orders(), "/schemaRef"), "/tags")).await.expect_status(201);
}
