//! `--deterministic SEED`: equal requests get equal bytes on every server. Described in `docs/determinism.md`.

mod conversation;

use crate::support::{self, ATS, Answer, Control, Tenant, ats, landing_zone, rename};
use conversation::{assert_same, both, member, send_in_sandbox};
use flowmock::{BASE_PATH, Config, FlowMock};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const ORG: &str = "SAME@AdobeOrg";

fn server(seed: u64, change: impl FnOnce(&mut Config)) -> FlowMock {
    support::server(|config| {
        config.deterministic = Some(seed);
        config.max_body_bytes = 10_000;
        change(config);
    })
}

#[test]
fn equal_requests_get_equal_bytes() {
    let first = both(&server(7, |_| {}));
    assert!(first.len() > 100, "{}", first.len());
    for threads in [1, 4] {
        let mock = server(7, |config| config.worker_threads = threads);
        assert_same(&both(&mock), &first);
        // A reset starts again from the same seed.
        mock.reset();
        assert_same(&both(&mock), &first);
    }
    let statuses: HashSet<&str> = first.iter().map(|answer| &answer[9..12]).collect();
    for status in ["200", "201", "204", "400", "403", "404", "405", "412", "413"] {
        assert!(statuses.contains(status), "{status}");
    }
}

#[test]
fn ids_and_times_in_answers_derive_from_the_seed() {
    let (first, other) = (both(&server(7, |_| {})), both(&server(8, |_| {})));
    let ids = |answers: &[String]| {
        let header = |answer: &String| {
            answer.lines().find_map(|line| line.strip_prefix("x-request-id: ").map(str::to_owned))
        };
        answers.iter().filter_map(header).filter(|id| id != "mine").collect::<HashSet<_>>()
    };
    assert_eq!(
        ids(&first).len(),
        first.len() - 2,
        "each answer has its own id, except two with an id of the client"
    );
    assert!(ids(&first).is_disjoint(&ids(&other)));
    for id in ids(&first) {
        assert!(uuid_of_version_4(&id), "{id}");
    }
    let created = |answers: &[String]| member(&answers[0], "id") + &member(&answers[0], "etag");
    assert_ne!(created(&first), created(&other));
    assert!(first[0].contains("date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"), "{}", first[0]);
}

fn uuid_of_version_4(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts[2].starts_with('4')
        && parts[3].starts_with(['8', '9', 'a', 'b'])
        && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

#[test]
fn requests_in_other_sandboxes_do_not_change_the_answers() {
    let alone = {
        let mock = server(7, |_| {});
        send_in_sandbox(&mock, Tenant::on(&mock).of_org(ORG))
    };
    let mock = server(7, |config| config.worker_threads = 4);
    let stop = Arc::new(AtomicBool::new(false));
    let others: Vec<_> = [("SAME@AdobeOrg", "dev"), ("OTHER@AdobeOrg", "prod"), ("x", "y")]
        .map(|(ims_org, sandbox)| Tenant::on(&mock).of_org(ims_org).in_sandbox(sandbox))
        .map(|tenant| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut rounds = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let made = tenant.create(ats("noise")).await;
                        tenant.patch(&made, rename("x")).await.expect_status(200);
                        tenant.get("/connections/nope").await.expect_error("FLOW-1439-404");
                        tenant.post("/connectionSpecs", &json!({ "name": "x", "authSpec": [] })).await;
                        rounds += 1;
                    }
                    rounds
                })
            })
        })
        .into();
    for _ in 0..3 {
        assert_same(&send_in_sandbox(&mock, Tenant::on(&mock).of_org(ORG)), &alone);
        mock.reset_sandbox(ORG, "prod");
    }
    stop.store(true, Ordering::Relaxed);
    for other in others {
        assert!(other.join().unwrap() > 0);
    }
}

#[tokio::test]
async fn seeding_and_later_requests_are_deterministic() {
    let document = support::state_of(
        ORG,
        "prod",
        json!({ "connections": [
        landing_zone("without an id"), ats("another"),
        { "id": "11111111-1111-4111-8111-111111111111", "name": "with one", "connectionSpec": { "id": ATS }, "state": "draft" },
    ] }),
    );
    let mut runs = Vec::new();
    for merge in [true, true, false] {
        let mock = server(7, |_| {});
        let control = Control::of(&mock);
        let answer = if merge { control.merge(&document).await } else { control.replace(&document).await };
        answer.expect_status(204);
        let tenant = Tenant::on(&mock).of_org(ORG);
        let made = tenant.create(ats("made")).await;
        let listed = tenant.get("/connections").await.expect_status(200);
        let items = listed.json()["items"].as_array().unwrap().clone();
        let ids: HashSet<&str> = support::ids(&items).into_iter().collect();
        assert!(ids.len() == 4 && ids.contains(made.id.as_str()));
        runs.push((listed.body, control.export().await));
    }
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_server_seeded_from_an_export_continues_its_ids() {
    let (one, other) = (server(7, |_| {}), server(7, |_| {}));
    let tenants = [&one, &other].map(|mock| Tenant::on(mock).of_org(ORG));
    for name in ["a", "b", "c"] {
        let made = tenants[0].create(ats(name)).await;
        tenants[0].patch(&made, rename("x")).await.expect_status(200);
    }
    let export: Value = serde_json::from_str(&Control::of(&one).export().await).unwrap();
    let counters = &export["organisations"][0]["sandboxes"][0]["counters"];
    assert_eq!(counters, &json!({ "entities": 3, "writes": 6, "requests": 6 }));
    Control::of(&other).replace(&export).await.expect_status(204);
    let mut made = Vec::new();
    for tenant in &tenants {
        made.push((tenant.create(ats("next")).await, tenant.get("/connections").await.body));
    }
    assert_eq!(made[0], made[1]);
    // A merge keeps the larger counter.
    Control::of(&one).merge(&export).await.expect_status(204);
    let document: Value = serde_json::from_str(&Control::of(&one).export().await).unwrap();
    assert_eq!(document["organisations"][0]["sandboxes"][0]["counters"]["entities"], 4);
}

#[tokio::test]
async fn ids_that_exist_in_the_state_are_not_generated_again() {
    // The ids that the seed generates next, in a document whose counters do not include them.
    let ids: Vec<String> = {
        let mock = server(7, |_| {});
        let tenant = Tenant::on(&mock).of_org(ORG);
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(tenant.create(landing_zone("x")).await.id);
        }
        ids
    };
    let with_id = |id: &str| {
        let mut connection = landing_zone("given");
        connection["id"] = json!(id);
        connection
    };
    let contents = json!({ "connections": [with_id(&ids[0]), with_id(&ids[2])] });
    let document = support::state_of(ORG, "prod", contents);
    let more = support::state_of(
        ORG,
        "prod",
        json!({ "connections": [with_id(&ids[3]), landing_zone("left to it")] }),
    );
    let mock = server(7, |_| {});
    let (control, tenant) = (Control::of(&mock), Tenant::on(&mock).of_org(ORG));
    for replaced in [true, false] {
        mock.reset();
        if replaced { control.replace(&document).await } else { control.merge(&document).await }
            .expect_status(204);
        assert_eq!(tenant.create(landing_zone("made")).await.id, ids[1]);
        control.merge(&more).await.expect_status(204);
        let made = tenant.create(landing_zone("made")).await;
        assert!(!ids.contains(&made.id));
        let listed = tenant.walk("/connections?limit=2").await;
        let listed: HashSet<&str> = support::ids(&listed).into_iter().collect();
        assert_eq!(listed.len(), 6);
        assert_eq!(tenant.count().await, 6);
        let given = tenant.walk("/connections?property=name==given").await;
        assert_eq!(given.len(), 3, "no connection was overwritten");
    }
}

#[tokio::test]
async fn a_request_for_all_sandboxes_advances_no_counter() {
    let mock = server(7, |_| {});
    Tenant::on(&mock).of_org(ORG).in_sandbox("*").get("/connections").await.expect_error("FLOW-2111-403");
    let export = Control::of(&mock).export().await;
    assert_eq!(export, r#"{"organisations":[]}"#);
    // A request that is refused for another reason counts in the sandbox that it names.
    let answer = Answer::to(
        support::client()
            .get(format!("{}{BASE_PATH}/connections", mock.url()))
            .header("x-gw-ims-org-id", ORG)
            .header("x-sandbox-name", "prod"),
    )
    .await;
    answer.expect_error("403000");
    let export: Value = serde_json::from_str(&Control::of(&mock).export().await).unwrap();
    assert_eq!(export["organisations"][0]["sandboxes"][0]["counters"]["requests"], 1);
    Control::of(&mock).replace(&export).await.expect_status(204);
}

#[tokio::test]
async fn the_clock_stands_still_unless_configured_otherwise() {
    let clock = async |config: fn(&mut Config)| {
        let mock = server(1, config);
        Control::of(&mock).get("/clock").await.json()
    };
    assert_eq!(clock(|_| {}).await["now"], "2026-01-01T00:00:00.000Z");
    let set = clock(|config| config.clock = Some(std::time::UNIX_EPOCH)).await;
    assert_eq!(set, json!({ "now": "1970-01-01T00:00:00.000Z", "epochMs": 0, "running": false }));
}
