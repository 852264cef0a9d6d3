//! `GET /connections`, a page at a time. Reference: "Listing", "Base path and headers" (empty parameters);
//! `errors.csv`, FLOW-1401-400, FLOW-1451-400, FLOW-1452-400.

use crate::support::{self, Answer, Tenant, ats, landing_zone, rename};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::HashSet;

async fn create_many(tenant: &Tenant, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(tenant.create(landing_zone(&format!("files {number}"))).await.id);
    }
    ids
}

fn ids(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let items = body["items"].as_array().unwrap_or_else(|| panic!("items in\n{answer}"));
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

/// The link to the next page, relative to the base path; `None` on the last.
fn next(answer: &Answer) -> Option<String> {
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 2, "{answer}"); // items and _links
    let links = body["_links"].as_object().unwrap_or_else(|| panic!("_links in\n{answer}"));
    assert!(links.keys().all(|key| key == "next"), "{answer}");
    let href = links.get("next")?["href"].as_str().expect("a link").to_owned();
    assert!(href.starts_with("/connections?continuationToken="), "{href}");
    Some(href)
}

fn token(href: &str) -> &str {
    let rest = href.split_once("continuationToken=").expect("a token").1;
    rest.split('&').next().unwrap_or(rest)
}

/// Every page from `path` on.
async fn walk(tenant: &Tenant, path: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = Some(path.to_owned());
    while let Some(at) = path {
        let answer = tenant.get(&at).await.expect_status(200);
        pages.push(ids(&answer));
        path = next(&answer);
        assert!(pages.len() < 100, "a walk without an end");
    }
    pages
}

#[tokio::test]
async fn a_list_is_newest_first_and_ties_are_broken_by_id() {
    let tenant = support::tenant().await;
    let made: HashSet<_> = create_many(&tenant, 12).await.into_iter().collect();
    let answer = tenant.get("/connections").await.expect_status(200);
    let body = answer.json();
    let order: Vec<_> = body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (Reverse(item["createdAt"].as_u64().unwrap()), item["id"].as_str().unwrap()))
        .collect();
    assert!(order.is_sorted(), "{answer}");
    assert_eq!(ids(&answer).into_iter().collect::<HashSet<_>>(), made);
    assert_eq!(body["_links"], json!({}));
    // The explicit default is the default.
    assert_eq!(ids(&tenant.get("/connections?orderby=-createdAt").await.expect_status(200)), ids(&answer));
}

#[tokio::test]
async fn an_item_of_the_list_is_what_a_read_answers() {
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
async fn an_empty_sandbox_lists_nothing_and_has_no_next_page() {
    let tenant = support::tenant().await;
    let answer = tenant.get("/connections").await.expect_status(200);
    assert_eq!(answer.json(), json!({ "items": [], "_links": {} }));
}

#[tokio::test]
async fn a_walk_meets_every_connection_once_whatever_the_page_length() {
    let tenant = support::tenant().await;
    create_many(&tenant, 7).await;
    let all = ids(&tenant.get("/connections").await);
    for limit in [1, 2, 3, 6, 7, 8, 1000] {
        let pages = walk(&tenant, &format!("/connections?limit={limit}")).await;
        assert_eq!(pages.concat(), all, "limit {limit}");
        let lengths: Vec<_> = pages.iter().map(Vec::len).collect();
        let expected: Vec<_> = all.chunks(limit).map(<[String]>::len).collect();
        assert_eq!(lengths, expected, "limit {limit}"); // no empty last page either
    }
}

#[tokio::test]
async fn a_page_has_20_items_unless_the_client_says_otherwise() {
    let tenant = support::tenant().await;
    create_many(&tenant, 21).await;
    for path in ["/connections", "/connections?limit="] {
        let lengths: Vec<_> = walk(&tenant, path).await.iter().map(Vec::len).collect();
        assert_eq!(lengths, [20, 1], "{path}");
    }
}

#[tokio::test]
async fn a_client_may_repeat_its_own_limit_behind_the_link() {
    let tenant = support::tenant().await;
    create_many(&tenant, 6).await;
    let all = ids(&tenant.get("/connections").await);
    let href = next(&tenant.get("/connections?limit=2").await).expect("a next page");
    assert_eq!(ids(&tenant.get(&format!("{href}&limit=3")).await.expect_status(200)), all[2..5]);
    assert_eq!(ids(&tenant.get(&format!("{href}&limit=")).await.expect_status(200)), all[2..4]);
    let by_token = format!("/connections?limit=1&continuationToken={}", token(&href));
    assert_eq!(ids(&tenant.get(&by_token).await.expect_status(200)), all[2..3]);
    // The last value wins; no parameter given twice is an error.
    let twice =
        format!("/connections?continuationToken=damaged&limit=5&continuationToken={}&limit=1", token(&href));
    assert_eq!(ids(&tenant.get(&twice).await.expect_status(200)), all[2..3]);
}

#[tokio::test]
async fn a_walk_survives_additions_and_deletions_without_repeats_or_gaps() {
    let tenant = support::tenant().await;
    create_many(&tenant, 10).await;
    let all = ids(&tenant.get("/connections").await);
    let mut seen = Vec::new();
    let mut path = Some("/connections?limit=2".to_owned());
    // From the back: the very last, one that is not yet seen, one that is.
    let mut doomed = vec![all[1].clone(), all[4].clone(), all[9].clone()];
    while let Some(at) = path {
        let answer = tenant.get(&at).await.expect_status(200);
        seen.extend(ids(&answer));
        path = next(&answer);
        tenant.create(landing_zone("new")).await;
        if let Some(id) = doomed.pop() {
            tenant.delete(&format!("/connections/{id}")).await.expect_status(204);
        }
    }
    let stayed: Vec<_> = [0, 2, 3, 5, 6, 7, 8].map(|at| all[at].clone()).into();
    let unique: HashSet<_> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len(), "a repeat in {seen:?}");
    assert!(stayed.iter().all(|id| unique.contains(id)), "a gap in {seen:?}");
}

#[tokio::test]
async fn a_token_stays_good_when_what_it_points_at_is_changed_or_deleted() {
    let tenant = support::tenant().await;
    create_many(&tenant, 4).await;
    let all = ids(&tenant.get("/connections").await);
    let href = next(&tenant.get("/connections?limit=2").await).expect("a next page");
    tenant.patch_if("*", &all[1], rename("changed")).await.expect_status(200);
    assert_eq!(ids(&tenant.get(&href).await.expect_status(200)), all[2..]);
    tenant.delete(&format!("/connections/{}", all[1])).await.expect_status(204);
    assert_eq!(ids(&tenant.get(&href).await.expect_status(200)), all[2..]);
    tenant.delete(&format!("/connections/{}", all[3])).await.expect_status(204);
    let last = tenant.get(&href).await.expect_status(200);
    assert_eq!((ids(&last), next(&last)), (all[2..3].to_vec(), None));
}

#[tokio::test]
async fn a_damaged_or_made_up_token_is_refused() {
    let tenant = support::tenant().await;
    create_many(&tenant, 3).await;
    let href = next(&tenant.get("/connections?limit=1").await).expect("a next page");
    let good = token(&href);
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
    assert_eq!(ids(&tenant.get("/connections?continuationToken=").await.expect_status(200)).len(), 3);
}

#[tokio::test]
async fn a_limit_outside_1_to_1000_is_refused() {
    let tenant = support::tenant().await;
    for limit in ["0", "1001", "-1", "abc", "1.5", "%2B1", "99999999999999999999", "0x10", "true", "%20"] {
        let answer = tenant.get(&format!("/connections?limit={limit}")).await.expect_error("FLOW-1452-400");
        answer.naming("limit");
    }
    for limit in ["1", "1000"] {
        tenant.get(&format!("/connections?limit={limit}")).await.expect_status(200);
    }
}

#[tokio::test]
async fn count_answers_the_number_alone_in_any_letter_case() {
    let tenant = support::tenant().await;
    create_many(&tenant, 3).await;
    for count in ["true", "True", "TRUE"] {
        let answer = tenant.get(&format!("/connections?count={count}")).await.expect_status(200);
        assert_eq!(answer.json(), json!({ "count": 3 }), "{answer}");
    }
    for count in ["false", "False", ""] {
        let answer = tenant.get(&format!("/connections?count={count}")).await.expect_status(200);
        assert_eq!(ids(&answer).len(), 3);
    }
    tenant.get("/connections?count=yes").await.expect_error("FLOW-1452-400").naming("count");
}

#[tokio::test]
async fn limit_and_count_exclude_each_other() {
    let tenant = support::tenant().await;
    for query in ["limit=1&count=true", "count=True&limit=1000"] {
        tenant.get(&format!("/connections?{query}")).await.expect_error("FLOW-1401-400");
    }
    let answer = tenant.get("/connections?limit=&count=true").await.expect_status(200);
    assert_eq!(answer.json(), json!({ "count": 0 }));
}

#[tokio::test]
async fn empty_parameters_count_as_absent_and_malformed_ones_are_refused() {
    let tenant = support::tenant().await;
    create_many(&tenant, 1).await;
    let path = "/connections?limit=&orderby=&property=&continuationToken=&count=&&";
    assert_eq!(ids(&tenant.get(path).await.expect_status(200)).len(), 1);
    for query in ["limt=1", "Limit=1", "limit%20=1", "x=y"] {
        tenant.get(&format!("/connections?{query}")).await.expect_error("FLOW-1451-400");
    }
    for query in ["limit=%", "limit=%zz", "limit=%ff", "continuationToken=%c3%28"] {
        tenant.get(&format!("/connections?{query}")).await.expect_error("FLOW-1452-400");
    }
    assert_eq!(
        tenant.get("/connections?l%69mit=1").await.expect_status(200).json()["items"][0]["name"],
        Value::from("files 0")
    );
}
