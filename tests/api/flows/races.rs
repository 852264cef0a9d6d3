//! Races of deletions with the calls that refer to what is deleted: of two, one loses, and no flow refers to nothing.

use crate::support::{self, Tenant, files_flow, lake_target};
use serde_json::json;

const ROUNDS: usize = 60;

/// Asserts that each flow's connections exist.
async fn assert_nothing_dangles(tenant: &Tenant) {
    for flow in tenant.walk("/flows?limit=1000").await {
        for (collection, key) in
            [("sourceConnections", "sourceConnectionIds"), ("targetConnections", "targetConnectionIds")]
        {
            for id in flow[key].as_array().into_iter().flatten() {
                tenant.item(collection, id.as_str().expect("an id")).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_delete_and_a_create_that_race_one_loses_and_nothing_dangles() {
    let mock = support::server(|config| config.worker_threads = 4);
    let tenant = Tenant::on(&mock);
    let target = tenant.lake_target().await;
    let mut outcomes = [0; 2];
    for round in 0..ROUNDS {
        let source = tenant.file_source().await;
        let path = format!("/sourceConnections/{source}");
        let body = files_flow("x", &source, &target);
        // Who is sent first alternates.
        let (created, deleted) = if round % 2 == 0 {
            tokio::join!(tenant.post("/flows", &body), tenant.delete(&path))
        } else {
            let (deleted, created) = tokio::join!(tenant.delete(&path), tenant.post("/flows", &body));
            (created, deleted)
        };
        match (created.status.as_u16(), deleted.status.as_u16()) {
            (201, 400) => {
                deleted.expect_error("FLOW-1447-400");
                outcomes[0] += 1;
            }
            (404, 204) => {
                created.expect_error("FLOW-1439-404").naming(&source);
                outcomes[1] += 1;
            }
            // The flow was made first, and is still there, or the deletion would have won.
            other => panic!("round {round}: {other:?}\n{created}\n{deleted}"),
        }
    }
    assert_eq!(outcomes.iter().sum::<usize>(), ROUNDS);
    assert_nothing_dangles(&tenant).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_delete_and_a_patch_of_the_ids_that_race_one_loses_and_nothing_dangles() {
    let mock = support::server(|config| config.worker_threads = 4);
    let tenant = Tenant::on(&mock);
    let flow = tenant.files_flow().await.id;
    let mut current = tenant.item("flows", &flow).await["targetConnectionIds"][0].clone();
    for round in 0..ROUNDS {
        let next = tenant.create_at("/targetConnections", &lake_target("next")).await.id;
        let patch = json!([{"op": "replace", "path": "/targetConnectionIds", "value": [next]}]);
        let path = format!("/targetConnections/{next}");
        let (patched, deleted) = tokio::join!(tenant.change("flows", &flow, patch), tenant.delete(&path));
        match (patched.status.as_u16(), deleted.status.as_u16()) {
            (200, 400) => {
                deleted.expect_error("FLOW-1447-400");
                current = json!(next);
            }
            (404, 204) => _ = patched.expect_error("FLOW-1439-404").naming(&next),
            other => panic!("round {round}: {other:?}\n{patched}\n{deleted}"),
        }
        assert_eq!(tenant.item("flows", &flow).await["targetConnectionIds"], json!([current]));
    }
    assert_nothing_dangles(&tenant).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_base_connection_is_not_deleted_while_a_flow_is_made_of_it() {
    let mock = support::server(|config| config.worker_threads = 4);
    let tenant = Tenant::on(&mock);
    let target = tenant.lake_target().await;
    for round in 0..ROUNDS / 2 {
        let base = tenant.create(support::ats("base")).await.id;
        let source = support::table_source("x", &base);
        let source = tenant.create_at("/sourceConnections", &source).await.id;
        let body = support::table_flow("x", &source, &target);
        let path = format!("/connections/{base}");
        let (created, deleted) = tokio::join!(tenant.post("/flows", &body), tenant.delete(&path));
        match (created.status.as_u16(), deleted.status.as_u16()) {
            (201, 400) => _ = deleted.expect_error("FLOW-1418-400"),
            (404, 204) => _ = created.expect_error("FLOW-1439-404").naming(&base),
            other => panic!("round {round}: {other:?}\n{created}\n{deleted}"),
        }
    }
}
