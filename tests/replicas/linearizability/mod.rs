//! Three replicas look like one server, whatever breaks: clients that hop between them could have been served by one, one
//! request after the other.
//!
//! `FLOWMOCK_REPLICA_SECONDS` is how long the clients work, `FLOWMOCK_REPLICA_CLIENTS` how many there are, and
//! `FLOWMOCK_REPLICA_BYTES` how large the connections are: the larger, the more often a snapshot replaces the log.

mod checker;
mod clients;
mod every_order;
mod history;
mod made_histories;
mod random;

use crate::api::Api;
use crate::common::redis::Redis;
use crate::replica::{Replica, agreed, three};
use checker::check;
use clients::{Clients, Notes, seen};
use history::{Call, Operation, Told};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// How much longer than they should the clients work, on a slow machine.
const LONGEST: Duration = Duration::from_secs(60);

fn setting(name: &str, default: u64) -> u64 {
    env::var(name)
        .map_or(default, |text| text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}

/// Breaks one thing after the other, each for a moment, until the time is over and the clients have met. A slow machine
/// takes longer.
fn break_things(redis: &Redis, replicas: &mut [Replica; 3], clients: &Clients, time: Duration) {
    let pause = |ms| thread::sleep(Duration::from_millis(ms));
    let began = Instant::now();
    for round in 0.. {
        pause(400);
        match round % 6 {
            0 => {
                let killed = &mut replicas[round / 6 % 3];
                killed.kill();
                pause(200);
                killed.start_again();
                killed.await_ready();
            }
            1 => {
                redis.freeze();
                pause(400);
                redis.thaw();
            }
            2 => drop(redis.command(&["CLIENT", "PAUSE", "500", "ALL"])),
            3 => {
                let frozen = &replicas[(round / 6 + 1) % 3];
                frozen.freeze();
                pause(700);
                frozen.thaw();
            }
            4 => {
                redis.kill();
                pause(200);
                redis.start_again();
            }
            _ => drop(redis.command(&["CLIENT", "KILL", "TYPE", "NORMAL"])),
        }
        let elapsed = began.elapsed();
        if elapsed >= time && (clients.have_met() || elapsed > time + LONGEST) {
            break;
        }
    }
}

/// The connections in a state document, by their ids.
fn connections(state: &str) -> BTreeMap<String, Value> {
    let state: Value = serde_json::from_str(state).expect("JSON");
    let of = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let sandboxes =
        of(&state, "organisations").into_iter().flat_map(|organisation| of(&organisation, "sandboxes"));
    let all = sandboxes.flat_map(|sandbox| of(&sandbox, "connections"));
    all.map(|item| (item["id"].as_str().expect("an id").to_owned(), item)).collect()
}

/// Checks what clients noted, and what is there at the end.
fn check_all(mut notes: Notes, end: &BTreeMap<String, Value>, now: u64) {
    for (id, history) in &mut notes.histories {
        let told = end.get(id).map_or(Told::Gone, seen);
        history.push(Operation { began: now, ended: Some(now), call: Call::Read, told });
    }
    let wrong: Vec<_> = notes
        .histories
        .iter()
        .filter_map(|(id, history)| Some((id, check(history).err()?, history)))
        .collect();
    for (id, reason, history) in &wrong {
        let mut history = (*history).clone();
        history.sort_by_key(|operation| operation.began);
        println!("{id}: {reason}\nin {history:#?}");
    }
    let reasons: Vec<_> = wrong.iter().map(|(id, reason, _)| format!("{id}: {reason}")).collect();
    assert!(reasons.is_empty(), "{}", reasons.join("\n"));

    let mut unanswered: BTreeSet<&str> = notes.unanswered.iter().map(String::as_str).collect();
    for (id, item) in end.iter().filter(|(id, _)| !notes.histories.contains_key(*id)) {
        let name = item["name"].as_str().expect("a name");
        assert!(
            unanswered.remove(name),
            "{id} with the name {name}: nobody created it, or it was created twice"
        );
    }
}

#[test]
fn three_replicas_answer_like_one_server_while_they_and_redis_break() {
    let Some(redis) = Redis::start() else { return };
    let (seconds, count) = (setting("FLOWMOCK_REPLICA_SECONDS", 6), setting("FLOWMOCK_REPLICA_CLIENTS", 64));
    let mut replicas = three(&redis.url(), "hops", &["--request-timeout-ms", "5000"]);
    let apis: Vec<Api> = replicas.iter().map(|replica| replica.api.clone()).collect();
    let bytes = setting("FLOWMOCK_REPLICA_BYTES", 1000);
    let clients = Clients::of(apis, usize::try_from(bytes).expect("a length"));
    let notes = thread::scope(|scope| {
        let working: Vec<_> = (0..count)
            .map(|number| {
                scope.spawn({
                    let clients = &clients;
                    move || clients.work(number)
                })
            })
            .collect();
        break_things(&redis, &mut replicas, &clients, Duration::from_secs(seconds));
        clients.stop.store(true, Ordering::Relaxed);
        let mut notes = Notes::default();
        working.into_iter().for_each(|client| notes.add(client.join().expect("a client")));
        notes
    });
    replicas.iter().for_each(Replica::await_ready);
    let now = clients.now();
    let end = connections(&agreed(&replicas));

    let told = |what: fn(&Told) -> bool| {
        notes.histories.values().flatten().filter(|operation| what(&operation.told)).count()
    };
    let written = told(|told| matches!(told, Told::Written { .. }));
    let refused = told(|told| matches!(told, Told::Refused { .. }));
    let read = told(|told| matches!(told, Told::Seen { .. }));
    println!("the log at the end: {}", redis.command(&["GET", "{hops}:state"]));
    println!(
        "{written} writes, {refused} refused with 412, {read} reads, {} unanswered requests",
        notes.failed
    );
    assert!(clients.have_met() && written > 20, "too little happened");
    check_all(notes, &end, now);
}
