//! Requests in flight while the state is replaced see the old or the new state, never a mixture, and writes elsewhere are
//! kept.

use super::{LANDING_ZONE, ORG, own_spec, prod, seed, source};
use crate::support::{self, Control, Tenant, landing_zone as new};
use flowmock::FlowMock;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

/// The number of connections in each of the two states.
const SIZE: usize = 120;

/// The number of requests of each reader.
const ROUNDS: usize = 60;

/// A connection in both states, whose name and source differ. Its connection spec is in both states too.
const SHARED: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

/// A state in which every name begins with `letter`.
fn state(letter: char) -> Value {
    let mut connections: Vec<Value> = (1..SIZE)
        .map(|number| json!({ "name": format!("{letter}{number}"), "connectionSpec": { "id": LANDING_ZONE }, "of": letter }))
        .collect();
    connections
        .push(json!({ "id": SHARED, "name": letter, "connectionSpec": { "id": "mine" }, "of": letter }));
    let name = format!("source-{letter}");
    let contents = json!({
        "connectionSpecs": [own_spec("mine", &name)],
        "connections": connections,
        "sources": { name: source(&format!("table-{letter}")) },
    });
    support::state_of(ORG, "prod", contents)
}

/// A server with several threads in state `a`, with snapshots of the states `a` and `b`.
pub async fn server_of_two_states() -> FlowMock {
    let mock = support::server(|config| config.worker_threads = 4);
    for letter in ['b', 'a'] {
        mock.set_state(&state(letter)).unwrap();
        for (scope, name) in [
            ("", "all"),
            ("?imsOrgId=STATE@AdobeOrg", "org"),
            ("?imsOrgId=STATE@AdobeOrg&sandbox=prod", "one"),
        ] {
            Control::of(&mock).put(&format!("/snapshots/{name}-{letter}{scope}")).await.expect_status(204);
        }
    }
    mock
}

/// Sends a request and asserts that its answer comes from one of the states.
async fn ask(tenant: &Tenant, number: usize) {
    let of = |items: &Value| {
        let items = items["items"].as_array().expect("items");
        let letters: HashSet<&str> = items.iter().map(|item| item["of"].as_str().unwrap()).collect();
        (items.len(), letters.len())
    };
    match number % 7 {
        // Lists by the default order, by a scan, by sorting, and by an index, each over several pages.
        0 => assert_eq!(of(&tenant.get("/connections?limit=1000&orderby=name").await.json()), (SIZE, 1)),
        1 => assert_eq!(of(&tenant.get("/connections?limit=1000").await.json()), (SIZE, 1)),
        2 => assert_eq!(of(&tenant.get("/connections?limit=1000&orderby=-of").await.json()), (SIZE, 1)),
        3 => {
            let counted =
                tenant.get("/connections?count=true&property=name!=a&property=name!=b").await.json();
            assert_eq!(counted, json!({ "count": SIZE - 1 }));
        }
        // A request with many steps: it reads the connection, its connection spec, its source, and the data of the source.
        4 => {
            let root = tenant.get(&format!("/connections/{SHARED}/explore?objectType=root")).await;
            let root = root.expect_status(200).json();
            let tables: Vec<_> =
                root.as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap()).collect();
            assert!(tables == ["table-a"] || tables == ["table-b"], "{tables:?}");
        }
        5 => {
            let body = json!({ "queryString": "property=state==enabled", "limit": 1000, "orderby": "name" });
            assert_eq!(of(&tenant.post("/connections/search", &body).await.json()), (SIZE, 1));
        }
        // A request that reads, changes and stores.
        _ => {
            let key = format!("key{number}");
            let operations = json!([{ "op": "add", "path": format!("/{key}"), "value": 1 }]);
            tenant.patch_if("*", SHARED, operations).await.expect_status(200);
            let read = tenant.read(SHARED).await;
            assert_eq!(read["name"], read["of"], "{read}");
        }
    }
}

/// Runs many readers while `swap` changes between the states.
async fn never_a_mixture<F: Future<Output = ()> + Send>(mock: &FlowMock, swap: impl Fn(char) -> F) {
    let tenant = prod(mock);
    let mut readers: JoinSet<()> = (0..6)
        .map(|reader| {
            let tenant = tenant.clone();
            async move {
                for round in 0..ROUNDS {
                    ask(&tenant, reader + round).await;
                }
            }
        })
        .collect();
    let mut letters = ['b', 'a'].into_iter().cycle();
    while !readers.is_empty() {
        swap(letters.next().unwrap()).await;
        while let Some(ended) = readers.try_join_next() {
            ended.expect("a reader");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_restores_every_answer_comes_from_one_snapshot() {
    let mock = server_of_two_states().await;
    let control = Control::of(&mock);
    for part in ["all", "org", "one"] {
        never_a_mixture(&mock, |letter| {
            let answer = control.clone();
            async move {
                answer.post(&format!("/snapshots/{part}-{letter}/restore")).await.expect_status(204);
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_replacements_every_answer_comes_from_the_old_or_the_new_state() {
    let mock = server_of_two_states().await;
    let control = Control::of(&mock);
    let (a, b) = (state('a'), state('b'));
    never_a_mixture(&mock, |letter| {
        let document = if letter == 'a' { a.clone() } else { b.clone() };
        let control = control.clone();
        async move {
            control.replace(&document).await.expect_status(204);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_a_merge_a_request_sees_all_connections_or_none() {
    let mock = support::server(|config| config.worker_threads = 4);
    let control = Control::of(&mock);
    let tenant = prod(&mock);
    tenant.create(new("there before")).await;
    control.put("/snapshots/before").await.expect_status(204);
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (tenant, stop) = (tenant.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let count = tenant.count().await;
                    assert!(count == 1 || count == SIZE as u64 + 1, "{count}");
                }
            })
        })
        .collect();
    for _ in 0..20 {
        seed(&mock, &state('a')).await;
        control.post("/snapshots/before/restore").await.expect_status(204);
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("a reader");
    }
}
