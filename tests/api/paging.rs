//! Orders, pages and the links between them, also while others write.

use crate::support::{self, Tenant, Written, ats};
use reqwest::Url;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One page: its items, and where the next one is.
async fn page(tenant: &Tenant, path: &str) -> (Vec<Value>, Option<String>) {
    let answer = tenant.get(path).await.expect_status(200).json();
    let next = answer["_links"]["next"]["href"].as_str().map(str::to_owned);
    (answer["items"].as_array().expect("items").clone(), next)
}

/// All items, page after page by the links alone.
async fn walk(tenant: &Tenant, path: &str) -> Vec<Value> {
    let (mut all, mut next) = page(tenant, path).await;
    while let Some(path) = next {
        let items;
        (items, next) = page(tenant, &path).await;
        all.extend(items);
    }
    all
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

/// Connections with names, ranks and states that have gaps and ties.
async fn some(count: usize) -> Tenant {
    let tenant = support::tenant().await;
    for number in 0..count {
        let mut body = ats(&format!("n{}", number * 7 % 5));
        match number % 4 {
            0 => body["rank"] = json!(number % 3),
            1 => body["rank"] = json!(format!("r{}", number % 3)),
            2 => body["rank"] = json!(number % 3 == 0),
            _ => {}
        }
        if number % 3 == 0 {
            body.as_object_mut().expect("an object").remove("description");
        }
        let made = tenant.create(body).await;
        if number % 5 == 0 {
            let path = format!("/connections/{}/action?op=disable", made.id);
            tenant.post(&path, &json!({})).await.expect_status(200);
        }
    }
    tenant
}

#[tokio::test]
async fn each_order_is_what_sorting_all_by_hand_gives_on_pages_of_any_length() {
    const COUNT: usize = 23;
    let tenant = some(COUNT).await;
    let all = walk(&tenant, "/connections?limit=1000").await;
    assert_eq!(all.len(), COUNT);
    let kind = |value: &Value| match value {
        Value::Null => (0, 0.0, String::new()),
        Value::Bool(truth) => (1, f64::from(*truth), String::new()),
        Value::Number(number) => (2, number.as_f64().unwrap(), String::new()),
        value => (3, 0.0, value.as_str().unwrap().to_owned()),
    };
    let fields =
        ["createdAt", "updatedAt", "name", "state", "connectionSpec.id", "description", "rank", "id"];
    for field in fields {
        let pointer = format!("/{}", field.replace('.', "/"));
        let key = |item: &Value| kind(item.pointer(&pointer).unwrap_or(&Value::Null));
        let mut sorted = all.clone();
        sorted.sort_by(|one, other| one["id"].as_str().cmp(&other["id"].as_str()));
        sorted.sort_by(|one, other| key(one).partial_cmp(&key(other)).unwrap());
        let mut reversed = sorted.clone();
        reversed.sort_by(|one, other| key(other).partial_cmp(&key(one)).unwrap());
        for (orders, expected) in
            [([field, &format!("%2B{field}")], &sorted), ([&format!("-{field}"); 2], &reversed)]
        {
            for (order, limit) in [(orders[0], 1000), (orders[1], 7), (orders[0], 1)] {
                let walked = walk(&tenant, &format!("/connections?orderby={order}&limit={limit}")).await;
                assert_eq!(ids(&walked), ids(expected), "{order} by {limit}");
            }
        }
    }
}

#[tokio::test]
async fn filters_and_orders_go_together() {
    let tenant = some(20).await;
    let all = walk(&tenant, "/connections?orderby=-name&limit=1000").await;
    type Wanted = fn(&Value) -> bool;
    let filters: [(&str, &str, Wanted); 4] = [
        ("name==n1,n3", "property=name%3D%3Dn1,n3", |item| item["name"] == "n1" || item["name"] == "n3"),
        ("state", "property=state==disabled", |item| item["state"] == "disabled"),
        ("rank", "property=rank%3E=1", |item| item["rank"].as_f64() >= Some(1.0) || item["rank"].is_string()),
        ("both", "property=state==enabled&property=rank!=1", |item| {
            item["state"] == "enabled" && item["rank"] != 1
        }),
    ];
    for (name, filter, wanted) in filters {
        let expected: Vec<Value> = all.iter().filter(|item| wanted(item)).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{name}");
        for limit in [1, 3, 1000] {
            let walked = walk(&tenant, &format!("/connections?orderby=-name&limit={limit}&{filter}")).await;
            assert_eq!(ids(&walked), ids(&expected), "{name} by {limit}");
        }
        let count = tenant.get(&format!("/connections?count=true&{filter}")).await.expect_status(200).json();
        assert_eq!(count, json!({"count": expected.len()}));
    }
}

#[tokio::test]
async fn a_link_is_relative_to_the_base_path_and_carries_the_whole_question() {
    let tenant = some(6).await;
    let path = "/connections?property=name!=%22a%26b%2B%20%25%22&orderby=-name&limit=2&property=name,id\
                &limit=4&count=False";
    let (items, next) = page(&tenant, path).await;
    assert_eq!(items.len(), 4);
    assert_eq!(items[0].as_object().unwrap().len(), 2);
    let next = next.expect("a next page");
    let url = Url::parse("http://host").unwrap().join(&next).unwrap();
    assert_eq!(url.path(), "/connections");
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert_eq!(parameters[0].0, "continuationToken");
    let carried =
        [("property", "name!=\"a&b+ %\""), ("property", "name,id"), ("orderby", "-name"), ("limit", "4")];
    assert_eq!(parameters[1..], carried.map(|(name, value)| (name.to_owned(), value.to_owned())));
    // A client may add its own parameters to the link once more.
    let (items, next) =
        page(&tenant, &format!("{next}&limit=1&orderby=-name&property=name!=%22a%26b%2B+%25%22")).await;
    assert_eq!(items.len(), 1);
    let (items, next) = page(&tenant, &next.expect("a last page")).await;
    assert_eq!((items.len(), next), (1, None));
}

#[tokio::test]
async fn a_page_has_twenty_items_unless_the_client_says_and_the_last_one_has_no_link() {
    let tenant = support::tenant().await;
    assert_eq!(
        tenant.get("/connections").await.expect_status(200).json(),
        json!({"items": [], "_links": {}})
    );
    for number in 0..21 {
        tenant.create(ats(&number.to_string())).await;
    }
    let (items, next) =
        page(&tenant, "/connections?limit=&orderby=&property=&continuationToken=&count=false").await;
    assert_eq!(items.len(), 20);
    let (items, next) = page(&tenant, &next.expect("a second page")).await;
    assert_eq!((items.len(), next), (1, None));
    let (items, next) = page(&tenant, "/connections?limit=21").await;
    assert_eq!((items.len(), next), (21, None));
    let (items, _) = page(&tenant, "/connections?limit=1000&limit=3").await;
    assert_eq!(items.len(), 3);
    for count in ["true", "True", "TRUE"] {
        let answer = tenant.get(&format!("/connections?count={count}")).await.expect_status(200);
        assert_eq!(answer.json(), json!({"count": 21}));
    }
}

#[tokio::test]
async fn what_no_page_can_be_is_refused() {
    let tenant = support::tenant().await;
    let cases = [
        ("limit=0", "FLOW-1452-400", "limit=0"),
        ("limit=1001", "FLOW-1452-400", "limit=1001"),
        ("limit=abc", "FLOW-1452-400", "limit=abc"),
        ("limit=5&limit=-1", "FLOW-1452-400", "limit=-1"),
        ("count=yes", "FLOW-1452-400", "count=yes"),
        ("count=true&limit=5", "FLOW-1401-400", "limit"),
        ("continuationToken=abc", "FLOW-1452-400", "continuationToken=abc"),
        ("property=%zz", "FLOW-1452-400", "percent-encoded"),
        ("limt=5", "FLOW-1451-400", "limt"),
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

#[tokio::test]
async fn a_token_of_another_walk_is_refused() {
    let tenant = some(3).await;
    let (_, next) = page(&tenant, "/connections?limit=1").await;
    let next = next.expect("a next page");
    page(&tenant, &format!("{next}&orderby=-createdAt&property=name")).await;
    for other in ["&orderby=name", "&orderby=createdAt", "&property=state==enabled"] {
        let answer = tenant.get(&format!("{next}{other}")).await;
        answer.expect_error("FLOW-1452-400").naming("continuationToken");
    }
    tenant.in_sandbox("dev").get(&next).await.expect_error("FLOW-1452-400").naming("continuationToken");
}

#[tokio::test]
async fn a_walk_goes_on_when_the_last_connection_with_its_field_is_gone() {
    let tenant = support::tenant().await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let mut body = ats("a");
        body["rank"] = json!(1);
        made.push(tenant.create(body).await);
    }
    let (_, next) = page(&tenant, "/connections?property=rank==1&orderby=rank&limit=1").await;
    for made in made {
        tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
    }
    assert_eq!(page(&tenant, &next.expect("a next page")).await, (vec![], None));
}

/// Creates, changes and deletes until told to stop: connections of its own, and fields of `stable` ones that
/// no walk orders by.
async fn write(tenant: Tenant, number: usize, stable: Vec<Written>, stop: Arc<AtomicBool>) -> usize {
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut body = ats(&format!("n{}", rounds % 17));
        body["rank"] = json!(rounds % 13);
        let made = tenant.create(body).await;
        let move_away = json!([
            {"op": "replace", "path": "/name", "value": format!("n{}", (rounds + number) % 17)},
            {"op": "replace", "path": "/rank", "value": (rounds + 5) % 13},
        ]);
        tenant.patch(&made, move_away).await.expect_status(200);
        let touch = json!([{"op": "add", "path": "/description", "value": format!("round {rounds}")}]);
        tenant.patch_if("*", &stable[rounds % stable.len()].id, touch).await.expect_status(200);
        tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
        rounds += 1;
    }
    rounds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_others_write_a_walk_sees_what_exists_throughout_exactly_once() {
    let tenant = support::tenant().await;
    let mut stable = Vec::new();
    for number in 0..40 {
        let mut body = ats(&format!("n{}", number % 17));
        body["rank"] = json!(number % 13);
        stable.push(tenant.create(body).await);
    }
    let expected: BTreeSet<String> = stable.iter().map(|made| made.id.clone()).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (1..4)
        .map(|number| tokio::spawn(write(tenant.clone(), number, stable.clone(), Arc::clone(&stop))))
        .collect();
    let mut readers = Vec::new();
    for order in ["createdAt", "name", "rank", "id", "state", "connectionSpec.id", "auth.specName"] {
        for direction in ["", "-"] {
            for filter in ["", "&property=state==enabled", "&property=rank%3C99"] {
                let path = format!("/connections?orderby={direction}{order}{filter}&limit=7");
                let tenant = tenant.clone();
                readers.push(tokio::spawn(async move { (walk(&tenant, &path).await, path) }));
            }
        }
    }
    for reader in readers {
        let (walked, path) = reader.await.expect("a walk");
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        ids(&walked).into_iter().for_each(|id| *seen.entry(id).or_default() += 1);
        for id in &expected {
            assert_eq!(seen.get(id.as_str()), Some(&1), "{id} on {path}");
        }
        if path.contains("createdAt") || path.contains("orderby=id") || path.contains("orderby=-id") {
            // Nothing moves in these orders.
            assert!(seen.values().all(|times| *times == 1), "a repeat on {path}");
        }
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        assert!(writer.await.expect("a writer") > 0);
    }
    let left: Vec<Value> = walk(&tenant, "/connections?limit=1000").await;
    assert_eq!(ids(&left).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
}
