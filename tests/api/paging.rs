//! Orders, pages and the links between them. Reference: "Listing"; `errors.csv`, FLOW-1452-400. For paging
//! during writes see [`concurrency`](super::concurrency), for continuation tokens of another tenant
//! [`isolation`](super::isolation).

use crate::support::{self, Control, Tenant, ats, ids, landing_zone, rename, with};
use reqwest::Url;
use serde_json::{Value, json};
use std::collections::HashSet;

/// A tenant with connections whose names, ranks and states have gaps and ties.
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
            tenant.action(&made.id, "op=disable").await.expect_status(200);
        }
    }
    tenant
}

fn token(href: &str) -> &str {
    let rest = href.split_once("continuationToken=").expect("a token").1;
    rest.split('&').next().unwrap_or(rest)
}

#[tokio::test]
async fn following_links_returns_every_connection_once_for_any_page_length() {
    let tenant = some(7).await;
    let (all, _) = tenant.page("/connections").await;
    for limit in [1, 2, 3, 6, 7, 8, 1000] {
        let (mut walked, mut lengths) = (Vec::new(), Vec::new());
        let mut next = Some(format!("/connections?limit={limit}"));
        while let Some(path) = next {
            let items;
            (items, next) = tenant.page(&path).await;
            lengths.push(items.len());
            walked.extend(items);
        }
        assert_eq!(walked, all, "limit {limit}");
        let expected: Vec<_> = all.chunks(limit).map(<[Value]>::len).collect();
        assert_eq!(lengths, expected, "limit {limit}"); // so the last page is not empty
    }
}

#[tokio::test]
async fn each_order_equals_sorting_the_whole_list_for_any_page_length() {
    const COUNT: usize = 23;
    let tenant = some(COUNT).await;
    let all = tenant.walk("/connections?limit=1000").await;
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
                let walked = tenant.walk(&format!("/connections?orderby={order}&limit={limit}")).await;
                assert_eq!(ids(&walked), ids(expected), "{order} by {limit}");
            }
        }
    }
}

#[tokio::test]
async fn filters_and_orders_can_be_combined() {
    let tenant = some(20).await;
    let all = tenant.walk("/connections?orderby=-name&limit=1000").await;
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
            let walked = tenant.walk(&format!("/connections?orderby=-name&limit={limit}&{filter}")).await;
            assert_eq!(ids(&walked), ids(&expected), "{name} by {limit}");
        }
        let count = tenant.get(&format!("/connections?count=true&{filter}")).await.expect_status(200).json();
        assert_eq!(count, json!({"count": expected.len()}));
    }
}

/// The token of a link, as clients take it: everything behind the first `=`, up to the next one.
fn token_of_client(href: &str) -> &str {
    href.split('=').nth(1).expect("a token")
}

#[tokio::test]
async fn a_link_has_the_token_alone_and_continues_the_same_list() {
    let tenant = some(6).await;
    let path = "/connections?property=name!=%22a%26b%2B%20%25%22&orderby=-name&limit=2&property=name,id\
                &limit=4&count=False";
    let (items, next) = tenant.page(path).await;
    assert_eq!(items.len(), 4);
    assert_eq!(items[0].as_object().unwrap().len(), 2);
    let next = next.expect("a next page");
    let url = Url::parse("http://host").unwrap().join(&next).unwrap();
    assert_eq!(url.path(), "/connections");
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert_eq!(parameters, [("continuationToken".to_owned(), token_of_client(&next).to_owned())]);
    let (rest, last) = tenant.page(&next).await;
    assert_eq!((rest.len(), last), (2, None));
    assert_eq!(rest[0].as_object().unwrap().len(), 2);
    let (whole, _) = tenant.page("/connections?orderby=-name&property=name,id").await;
    assert_eq!([items, rest].concat(), whole);
}

#[tokio::test]
async fn a_client_may_send_the_token_beside_the_parameters_of_the_list() {
    let tenant = some(9).await;
    for query in [
        "limit=2&count=False",
        "property=state==enabled&limit=2&count=False",
        "property=name!=n9&property=state!=draft&property=name,state&orderby=name&limit=2",
        "orderby=-rank&limit=2&property=name,rank",
    ] {
        let mut pages = vec![tenant.page(&format!("/connections?{query}")).await];
        while let Some(next) = pages.last().unwrap().1.clone() {
            let by_link = tenant.page(&next).await;
            let token = token_of_client(&next);
            for path in
                [format!("{query}&continuationToken={token}"), format!("continuationToken={token}&{query}")]
            {
                assert_eq!(tenant.page(&format!("/connections?{path}")).await, by_link, "{path}");
            }
            pages.push(by_link);
        }
        let query = query.replace("limit=2", "limit=1000");
        let walked: Vec<_> = pages.into_iter().flat_map(|(items, _)| items).collect();
        assert_eq!(walked, tenant.page(&format!("/connections?{query}")).await.0, "{query}");
    }
}

#[tokio::test]
async fn another_limit_or_projection_beside_a_token_holds_from_then_on() {
    let tenant = some(9).await;
    let (all, _) = tenant.page("/connections?orderby=name").await;
    let next = tenant.page("/connections?orderby=name&limit=2&property=name").await.1.expect("a next page");
    let (items, next) = tenant.page(&format!("{next}&limit=3&property=id")).await;
    assert_eq!(items, all[2..5].iter().map(|item| json!({"id": item["id"]})).collect::<Vec<_>>());
    let (items, _) = tenant.page(&next.expect("a next page")).await;
    assert_eq!(items, all[5..8].iter().map(|item| json!({"id": item["id"]})).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_list_has_links_with_the_token_alone() {
    let tenant = support::tenant().await;
    for name in ["a", "b", "c"] {
        tenant.create(landing_zone(name)).await;
        let body = json!({"name": name, "connectionSpec": {"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"}});
        for collection in ["/sourceConnections", "/targetConnections"] {
            tenant.post(&format!("{collection}?mode=draft"), &body).await.expect_status(201);
        }
        let flow = json!({"name": name, "flowSpec": {"id": "14518937-270c-4525-bdec-c2ba7cce3860"}});
        tenant.post("/flows?mode=draft", &flow).await.expect_status(201);
    }
    let mut tokens = Vec::new();
    let collections =
        ["connections", "sourceConnections", "targetConnections", "flows", "connectionSpecs", "flowSpecs"];
    for collection in collections {
        let path = format!("/{collection}?limit=1&orderby=-name&property=name!=c");
        let next = tenant.page(&path).await.1.expect("a next page");
        let expected = format!("/{collection}?continuationToken={}", token_of_client(&next));
        assert_eq!(next, expected, "{collection}");
        let second = tenant.page(&next).await.0;
        let (both, _) = tenant.page(&path.replace("limit=1", "limit=2")).await;
        assert_eq!(second, both[1..], "{collection}");
        tokens.push(token_of_client(&next).to_owned());
    }
    for token in &tokens[1..] {
        let answer = tenant.get(&format!("/connections?continuationToken={token}")).await;
        answer.expect_error("FLOW-1452-400").naming("continuationToken");
    }
}

#[tokio::test]
async fn parameters_that_are_too_long_for_a_token_stand_beside_it() {
    let mock = support::server(|config| config.max_query_bytes = 60_000);
    let tenant = Tenant::on(&mock);
    tenant.create(landing_zone("one")).await;
    tenant.create(landing_zone("two")).await;
    for (bytes, stands_beside) in [(24_000, false), (25_000, true)] {
        let list = format!("/connections?property=name!={}&limit=1", "x".repeat(bytes));
        let next = tenant.page(&list).await.1.expect("a next page");
        assert_eq!(next.contains("&property="), stands_beside, "{bytes}");
        assert!(next.len() < 33_000 && next.starts_with("/connections?continuationToken="), "{bytes}");
        assert_eq!(tenant.page(&next).await.0[0]["name"], "one");
        let path = format!("{list}&continuationToken={}", token(&next));
        assert_eq!(tenant.page(&path).await.0[0]["name"], "one");
    }
}

#[tokio::test]
async fn a_token_with_a_credential_in_its_filters_is_hidden_in_the_journal() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    for name in ["a", "b"] {
        tenant.create(ats(name)).await;
    }
    let next =
        tenant.page("/connections?limit=1&property=auth.params.key!=swordfish").await.1.expect("a next page");
    tenant.page(&next).await;
    tenant.get(&format!("{next}&orderby=name")).await.expect_error("FLOW-1452-400");
    let journal = Control::of(&mock).get("/requests").await.expect_status(200).json().to_string();
    assert!(!journal.contains(token_of_client(&next)), "{journal}");
    assert!(journal.contains("continuationToken=%5Bredacted%5D"), "{journal}");
    assert!(!journal.contains("swordfish"));
}

#[tokio::test]
async fn a_client_may_append_its_parameters_to_a_link() {
    let tenant = some(6).await;
    let (all, _) = tenant.page("/connections").await;
    let next = tenant.page("/connections?limit=2").await.1.expect("a next page");
    let token = token(&next);
    // The last value wins; repeating a parameter is no error.
    let twice = format!("/connections?continuationToken=damaged&limit=5&continuationToken={token}&limit=1");
    for (path, found) in [
        (format!("{next}&limit=3"), &all[2..5]),
        (format!("{next}&limit="), &all[2..4]),
        (format!("/connections?limit=1&continuationToken={token}"), &all[2..3]),
        (twice, &all[2..3]),
    ] {
        assert_eq!(tenant.page(&path).await.0, found, "{path}");
    }
}

#[tokio::test]
async fn paging_during_additions_and_deletions_has_no_repeats_or_gaps() {
    let tenant = some(10).await;
    let (all, _) = tenant.page("/connections").await;
    let all = ids(&all);
    let mut seen = Vec::new();
    let mut next = Some("/connections?limit=2".to_owned());
    // Delete from the end: the last connection, one not yet seen, and one already seen.
    let mut doomed = vec![all[1], all[4], all[9]];
    while let Some(path) = next {
        let items;
        (items, next) = tenant.page(&path).await;
        seen.extend(items);
        tenant.create(landing_zone("new")).await;
        if let Some(id) = doomed.pop() {
            tenant.delete(&format!("/connections/{id}")).await.expect_status(204);
        }
    }
    let seen = ids(&seen);
    let unique: HashSet<_> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len(), "repeated connections in {seen:?}");
    let stayed = [0, 2, 3, 5, 6, 7, 8].map(|at| all[at]);
    assert!(stayed.iter().all(|id| unique.contains(id)), "missing connections in {seen:?}");
}

#[tokio::test]
async fn a_continuation_token_survives_changes_of_its_connection() {
    let tenant = some(4).await;
    let (all, _) = tenant.page("/connections").await;
    let all = ids(&all);
    let next = tenant.page("/connections?limit=2").await.1.expect("a next page");
    tenant.patch_if("*", all[1], rename("changed")).await.expect_status(200);
    assert_eq!(ids(&tenant.page(&next).await.0), all[2..]);
    tenant.delete(&format!("/connections/{}", all[1])).await.expect_status(204);
    assert_eq!(ids(&tenant.page(&next).await.0), all[2..]);
    tenant.delete(&format!("/connections/{}", all[3])).await.expect_status(204);
    let (last, next) = tenant.page(&next).await;
    assert_eq!((ids(&last), next), (all[2..3].to_vec(), None));
}

#[tokio::test]
async fn a_damaged_or_forged_continuation_token_is_refused() {
    let tenant = some(3).await;
    let next = tenant.page("/connections?limit=1").await.1.expect("a next page");
    let good = token(&next);
    let swapped: String = good.chars().rev().collect();
    let flipped = format!("{}{}", if good.starts_with('A') { 'B' } else { 'A' }, &good[1..]);
    for damaged in [
        &good[1..],
        &good[..good.len() - 1],
        &format!("{good}A"),
        &swapped,
        &flipped,
        "nonsense",
        "1",
        "%20",
        "%F0%9F%98%80",
    ] {
        let path = format!("/connections?continuationToken={damaged}");
        tenant.get(&path).await.expect_error("FLOW-1452-400").naming("continuationToken");
    }
}

#[tokio::test]
async fn a_continuation_token_of_another_query_is_refused() {
    let tenant = some(3).await;
    let (_, next) = tenant.page("/connections?limit=1").await;
    let next = next.expect("a next page");
    tenant.page(&format!("{next}&orderby=-createdAt&property=name")).await;
    for other in ["&orderby=name", "&orderby=createdAt", "&property=state==enabled"] {
        let answer = tenant.get(&format!("{next}{other}")).await;
        answer.expect_error("FLOW-1452-400").naming("continuationToken");
    }
}

#[tokio::test]
async fn paging_continues_after_the_last_connection_with_the_ordered_field_is_deleted() {
    let tenant = support::tenant().await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let mut body = ats("a");
        body["rank"] = json!(1);
        made.push(tenant.create(body).await);
    }
    let (_, next) = tenant.page("/connections?property=rank==1&orderby=rank&limit=1").await;
    for made in made {
        tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
    }
    assert_eq!(tenant.page(&next.expect("a next page")).await, (vec![], None));
}

#[tokio::test]
async fn a_page_ends_early_at_the_size_limit() {
    let tenant = support::tenant().await;
    for number in 0..18 {
        let large = with(landing_zone(&format!("{number}")), "/own", "x".repeat(1_000_000).into());
        tenant.create(large).await;
    }
    let (items, next) = tenant.page("/connections?limit=1000").await;
    assert_eq!(items.len(), 16);
    let (rest, next) = tenant.page(&next.expect("a next page")).await;
    assert_eq!((rest.len(), next), (2, None));
    assert_eq!((&items[0]["name"], &rest[1]["name"]), (&json!("17"), &json!("0")));
}

#[tokio::test]
async fn a_link_much_longer_than_its_query_can_be_followed() {
    let tenant = support::tenant().await;
    tenant.create(landing_zone("one")).await;
    tenant.create(landing_zone("two")).await;
    // A client may send these characters unescaped; in a link each takes three bytes.
    let filter = format!("/connections?limit=1&property=name!=x{}", "|".repeat(15_000));
    let (items, next) = tenant.page(&filter).await;
    assert_eq!(items[0]["name"], "two");
    let (items, next) = tenant.page(&next.expect("a next page")).await;
    assert_eq!((items[0]["name"].as_str(), next), (Some("one"), None));
}
