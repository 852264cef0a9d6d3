//! Many writers at once. Reference: "Updating" (If-Match), "A base connection" (an etag changes with each write).

use crate::support::{self, Answer, Tenant, ats, rename};
use flowmock::FlowMock;
use std::collections::HashSet;
use std::future::Future;
use tokio::task::JoinSet;

const WRITERS: usize = 64;

/// A server that truly serves several requests at a time.
fn server() -> FlowMock {
    support::server(|config| config.worker_threads = 4)
}

/// Every answer to that many calls made at once.
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
async fn of_many_patches_with_one_etag_exactly_one_wins() {
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
async fn of_many_patches_with_a_star_all_win_and_none_is_lost() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    let answers = all_at_once(|number| {
        let (tenant, id) = (tenant.clone(), made.id.clone());
        let operations =
            serde_json::json!([{ "op": "add", "path": format!("/key{number}"), "value": number }]);
        async move { tenant.patch_if("*", &id, operations).await }
    })
    .await;
    let etags: HashSet<_> =
        answers.into_iter().map(|answer| answer.expect_status(200).written().etag).collect();
    assert_eq!(etags.len(), WRITERS);
    let stored = tenant.read(&made.id).await;
    for number in 0..WRITERS {
        assert_eq!(stored[format!("key{number}")], number, "a write that was answered 200 is lost");
    }
    assert!(etags.contains(stored["etag"].as_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_deletions_one_deletes_and_the_others_find_nothing() {
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
async fn of_many_disable_actions_one_applies() {
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
async fn many_creations_make_as_many_connections() {
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
