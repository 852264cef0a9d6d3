//! Concurrent writers and readers. Reference: "Updating" (If-Match), "A base connection" (an
//! etag changes with each write), "Listing" (stable paging).

use crate::support::{self, Answer, Tenant, Written, ats, ids, rename};
use flowmock::FlowMock;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

const WRITERS: usize = 64;

/// A server that handles several requests in parallel.
fn server() -> FlowMock {
    support::server(|config| config.worker_threads = 4)
}

/// The answers to concurrent calls.
async fn all_at_once<F>(call: impl Fn(usize) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    (0..WRITERS).map(call).collect::<JoinSet<_>>().join_all().await
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_one_of_many_concurrent_patches_with_one_etag_wins() {
    let mock = server();
    for tenant in [Tenant::on(&mock), Tenant::over_http2(&mock)] {
        let made = tenant.create(ats("orders")).await;
        let answers = all_at_once(|number| {
            let (tenant, made) = (tenant.clone(), made.clone());
            async move { tenant.patch(&made, rename(&format!("writer {number}"))).await }
        })
        .await;
        assert_eq!((count(&answers, 200), count(&answers, 412)), (1, WRITERS - 1));
        for answer in answers {
            if answer.status == 200 {
                assert_eq!(tenant.read(&made.id).await["etag"], answer.written().etag.as_str());
            } else {
                answer.expect_error("FLOW-1404-412").naming(&made.etag);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_concurrent_unconditional_patches_succeed_and_none_is_lost() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    let answers = all_at_once(|number| {
        let (tenant, id) = (tenant.clone(), made.id.clone());
        let operations = json!([{ "op": "add", "path": format!("/key{number}"), "value": number }]);
        async move { tenant.patch_if("*", &id, operations).await }
    })
    .await;
    let etags: HashSet<_> =
        answers.into_iter().map(|answer| answer.expect_status(200).written().etag).collect();
    assert_eq!(etags.len(), WRITERS);
    let stored = tenant.read(&made.id).await;
    for number in 0..WRITERS {
        assert_eq!(stored[format!("key{number}")], number, "a write that was answered with 200 is lost");
    }
    assert!(etags.contains(stored["etag"].as_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_concurrent_deletions_succeeds_and_the_others_are_404() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    let answers = all_at_once(|_| {
        let (tenant, path) = (tenant.clone(), format!("/connections/{}", made.id));
        async move { tenant.delete(&path).await }
    })
    .await;
    assert_eq!((count(&answers, 204), count(&answers, 404)), (1, WRITERS - 1));
    for answer in answers.into_iter().filter(|answer| answer.status != 204) {
        answer.expect_error("FLOW-1439-404").naming(&made.id);
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_one_of_many_concurrent_disable_actions_succeeds() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    let answers = all_at_once(|_| {
        let (tenant, id) = (tenant.clone(), made.id.clone());
        async move { tenant.action(&id, "op=disable").await }
    })
    .await;
    assert_eq!(count(&answers, 200), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.expect_error("FLOW-1422-400");
    }
    assert_eq!(tenant.read(&made.id).await["state"], "disabled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_creations_all_create_a_connection() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let answers = all_at_once(|number| {
        let tenant = tenant.clone();
        async move { tenant.post("/connections", &ats(&format!("orders {number}"))).await }
    })
    .await;
    let written: Vec<_> = answers.into_iter().map(|answer| answer.expect_status(201).written()).collect();
    let ids: HashSet<_> = written.iter().map(|made| &made.id).collect();
    let etags: HashSet<_> = written.iter().map(|made| &made.etag).collect();
    assert_eq!((ids.len(), etags.len()), (WRITERS, WRITERS));
    let listed = tenant.get("/connections?limit=1000").await.expect_status(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), WRITERS);
}

/// Creates, changes and deletes connections until `stop` is set; also changes fields of the `stable` connections by which
/// no list is ordered.
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
async fn paging_during_writes_returns_every_permanent_connection_exactly_once() {
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
                readers.push(tokio::spawn(async move { (tenant.walk(&path).await, path) }));
            }
        }
    }
    for reader in readers {
        let (walked, path) = reader.await.expect("the reader finishes");
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        ids(&walked).into_iter().for_each(|id| *seen.entry(id).or_default() += 1);
        for id in &expected {
            assert_eq!(seen.get(id.as_str()), Some(&1), "{id} on {path}");
        }
        if path.contains("createdAt") || path.contains("orderby=id") || path.contains("orderby=-id") {
            // No connection changes its position in these orders.
            assert!(seen.values().all(|times| *times == 1), "{path} repeats a connection");
        }
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        assert!(writer.await.expect("the writer finishes") > 0);
    }
    let left: Vec<Value> = tenant.walk("/connections?limit=1000").await;
    assert_eq!(ids(&left).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
}
