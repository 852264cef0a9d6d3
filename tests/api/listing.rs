//! `GET /connections`: single pages. Reference: "Listing", "Base path and headers" (empty
//! parameters); `errors.csv`, FLOW-1401-400, FLOW-1432-400, FLOW-1433-400, FLOW-1451-400, FLOW-1452-400.

use crate::support::{self, Tenant, ats, ids, landing_zone, rename};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::HashSet;

async fn create_many(tenant: &Tenant, count: usize) -> HashSet<String> {
    let mut made = HashSet::new();
    for number in 0..count {
        made.insert(tenant.create(landing_zone(&format!("files {number}"))).await.id);
    }
    made
}

#[tokio::test]
async fn a_list_is_ordered_newest_first_with_ties_by_id() {
    let tenant = support::tenant().await;
    let made = create_many(&tenant, 12).await;
    let (items, next) = tenant.page("/connections").await;
    let place = |item: &Value| (Reverse(item["createdAt"].as_u64()), item["id"].as_str().map(str::to_owned));
    assert!(items.is_sorted_by_key(place), "{items:?}");
    assert_eq!(ids(&items).into_iter().map(str::to_owned).collect::<HashSet<_>>(), made);
    assert_eq!(next, None);
    // The default order can be given explicitly.
    assert_eq!(tenant.page("/connections?orderby=-createdAt").await.0, items);
}

#[tokio::test]
async fn connections_created_in_quick_succession_are_listed_in_order() {
    let tenant = support::tenant().await;
    let mut made = Vec::new();
    for number in 0..50 {
        made.push(tenant.create(landing_zone(&format!("files {number}"))).await);
    }
    let (items, _) = tenant.page("/connections?limit=50").await;
    assert!(ids(&items).into_iter().rev().eq(made.iter().map(|made| made.id.as_str())));
    let last = &made[49];
    tenant.patch(last, rename("renamed")).await.expect_status(200);
    let read = tenant.read(&last.id).await;
    assert!(read["updatedAt"].as_i64() >= read["createdAt"].as_i64(), "{read}");
}

#[tokio::test]
async fn an_item_of_the_list_equals_the_answer_to_a_read() {
    let tenant = support::tenant().await;
    let (one, two) = (tenant.create(ats("one")).await, tenant.create(landing_zone("two")).await);
    tenant.patch(&one, rename("renamed")).await.expect_status(200);
    let listed = tenant.get("/connections").await.expect_status(200).json();
    for id in [one.id, two.id] {
        let item = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == id.as_str());
        assert_eq!(item, Some(&tenant.read(&id).await));
    }
}

#[tokio::test]
async fn the_list_of_an_empty_sandbox_is_empty_and_has_no_next_page() {
    let tenant = support::tenant().await;
    let answer = tenant.get("/connections").await.expect_status(200);
    assert_eq!(answer.json(), json!({ "items": [], "_links": {} }));
}

#[tokio::test]
async fn a_page_has_20_items_by_default() {
    let tenant = support::tenant().await;
    create_many(&tenant, 21).await;
    for query in ["", "?limit=", "?limit=&orderby=&property=&continuationToken=&count=&&"] {
        let (items, next) = tenant.page(&format!("/connections{query}")).await;
        assert_eq!(items.len(), 20, "{query}");
        let (items, next) = tenant.page(&next.expect("a second page")).await;
        assert_eq!((items.len(), next), (1, None), "{query}");
    }
    for (query, length) in
        [("limit=1", 1), ("limit=21", 21), ("limit=1000", 21), ("limit=1000&limit=3", 3), ("l%69mit=2", 2)]
    {
        let (items, next) = tenant.page(&format!("/connections?{query}")).await;
        assert_eq!((items.len(), next.is_none()), (length, length == 21), "{query}");
    }
}

#[tokio::test]
async fn count_returns_only_the_number_in_any_letter_case() {
    let tenant = support::tenant().await;
    create_many(&tenant, 3).await;
    for query in ["count=true", "count=True", "count=TRUE", "limit=&count=true"] {
        let answer = tenant.get(&format!("/connections?{query}")).await.expect_status(200);
        assert_eq!(answer.json(), json!({ "count": 3 }), "{answer}");
    }
    for count in ["false", "False", ""] {
        assert_eq!(tenant.page(&format!("/connections?count={count}")).await.0.len(), 3);
    }
}

#[tokio::test]
async fn each_error_in_a_list_query_has_its_code_and_names_the_culprit() {
    let tenant = support::tenant().await;
    for limit in ["0", "1001", "-1", "abc", "1.5", "%2B1", "99999999999999999999", "0x10", "true", "%20"] {
        let answer = tenant.get(&format!("/connections?limit={limit}")).await;
        answer.expect_error("FLOW-1452-400").naming("limit");
    }
    let cases = [
        ("limit=5&limit=-1", "FLOW-1452-400", "limit=-1"),
        ("limit=%", "FLOW-1452-400", "limit is not well-formed"),
        ("limit=%zz", "FLOW-1452-400", "limit is not well-formed"),
        ("limit=%ff", "FLOW-1452-400", "limit is not well-formed"),
        ("continuationToken=%c3%28", "FLOW-1452-400", "continuationToken is not well-formed"),
        ("count=yes", "FLOW-1452-400", "count=yes"),
        ("limit=1&count=true", "FLOW-1401-400", "limit"),
        ("count=True&limit=1000", "FLOW-1401-400", "limit"),
        ("limt=5", "FLOW-1451-400", "limt"),
        ("Limit=1", "FLOW-1451-400", "Limit"),
        ("limit%20=1", "FLOW-1451-400", "limit "),
        ("orderBy=name", "FLOW-1451-400", "orderBy"),
        ("orderby=*name", "FLOW-1432-400", "*name"),
        ("orderby=!name", "FLOW-1432-400", "!name"),
        ("orderby=--name", "FLOW-1432-400", "--name"),
        ("orderby=nosuch", "FLOW-1433-400", "nosuch"),
        ("orderby=-connectionSpec", "FLOW-1433-400", "connectionSpec"),
        ("orderby=name,id", "FLOW-1433-400", "name,id"),
        ("orderby=auth.params.connectionString", "FLOW-1433-400", "credential"),
    ];
    for (query, code, culprit) in cases {
        tenant.get(&format!("/connections?{query}")).await.expect_error(code).naming(culprit);
    }
}
