//! Redis is gone for a while: writes are refused, reads go on as configured, and everything recovers by itself.

use crate::api::{Api, landing_zone, rename, try_sent};
use crate::common::answer::Answer;
use crate::common::redis::{FORGETFUL, Redis};
use crate::replica::{Replica, agreed, eventually, three};
use reqwest::Method;
use std::thread;
use std::time::{Duration, Instant};

/// Requests give up early, so that tests need not wait long for a Redis that does not answer.
const SHORT: [&str; 2] = ["--request-timeout-ms", "1500"];

/// Waits until a create is refused because Redis is gone; returns the refusal.
fn refused_create(api: &Api) -> Answer {
    let mut last = None;
    eventually("a refused write", || {
        let answer = api.post("/connections", &landing_zone("refused"));
        let is_refused = answer.status == 503;
        last = Some(answer);
        is_refused
    });
    out_of_reach(last.expect("an answer"))
}

/// Asserts that an answer says that Redis is out of reach, and when to try again.
#[track_caller]
fn out_of_reach(answer: Answer) -> Answer {
    let answer = answer.expect_error("FLOW-1103-503");
    let reason = answer.json()["errorMessage"].to_string().to_lowercase();
    assert!(reason.contains("redis"), "{answer}");
    assert_eq!(answer.header("retry-after"), "1", "{answer}");
    answer
}

/// Waits until a create works again.
fn await_writes(replica: &Replica) {
    replica.await_ready();
    eventually("a write", || replica.api.post("/connections", &landing_zone("again")).status == 201);
}

#[test]
fn without_redis_writes_and_reads_are_503_and_nothing_is_lost_when_it_is_back() {
    let Some(redis) = Redis::start() else { return };
    let all = three(&redis.url(), "gone", &SHORT);
    let made: Vec<_> =
        (0..20).map(|number| all[number % 3].api.create("/connections", &landing_zone("kept"))).collect();
    let path = format!("/connections/{}", made[7].id);
    redis.kill();
    for replica in &all {
        refused_create(&replica.api);
        out_of_reach(replica.api.patch(&path, &made[7].etag, &rename("no")));
        out_of_reach(replica.api.get(&path));
        let reset = replica.api.control(Method::POST, "/reset");
        assert_eq!(reset.status, 503, "{reset}");
        replica.await_health(503);
    }
    redis.start_again();
    all.iter().for_each(await_writes);
    for made in &made {
        for replica in &all {
            assert_eq!(replica.api.item(&format!("/connections/{}", made.id))["etag"], *made.etag);
        }
    }
    agreed(&all);
}

#[test]
fn with_local_reads_they_go_on_without_redis() {
    let Some(redis) = Redis::start() else { return };
    let all = three(&redis.url(), "local", &[SHORT.as_slice(), &["--state-reads", "local"]].concat());
    let made = all[0].api.create("/connections", &landing_zone("kept"));
    let path = format!("/connections/{}", made.id);
    // Other replicas show it soon, not at once.
    for replica in &all {
        eventually("the connection", || replica.api.get(&path).status == 200);
    }
    redis.kill();
    for replica in &all {
        refused_create(&replica.api);
        assert_eq!(replica.api.item(&path)["etag"], *made.etag);
        assert_eq!(replica.api.names("/connections"), ["kept"]);
    }
    redis.start_again();
    all.iter().for_each(await_writes);
    let last = all[1].api.create("/connections", &landing_zone("last"));
    eventually("the connection", || all[2].api.get(&format!("/connections/{}", last.id)).status == 200);
    eventually("equal states", || {
        all[0].api.state() == all[1].api.state() && all[1].api.state() == all[2].api.state()
    });
}

#[test]
fn a_redis_that_comes_back_empty_gets_the_state_of_the_replicas() {
    let Some(redis) = Redis::start_with(&FORGETFUL) else { return };
    let all = three(&redis.url(), "forgetful", &SHORT);
    let made: Vec<_> =
        (0..20).map(|number| all[number % 3].api.create("/connections", &landing_zone("kept"))).collect();
    let before = agreed(&all);
    redis.kill();
    refused_create(&all[0].api);
    redis.start_again();
    all.iter().for_each(Replica::await_ready);
    assert_eq!(agreed(&all), before);
    let path = format!("/connections/{}", made[3].id);
    all[2].api.patch(&path, &made[3].etag, &rename("goes on")).expect_status(200);
    assert_eq!(all[1].api.item(&path)["name"], "goes on");
    // A replica that joins reads it from Redis, so all of it is there.
    let joined = Replica::start(&redis.url(), "forgetful", &[]);
    agreed(all.iter().chain([&joined]));
}

#[test]
fn a_redis_that_was_emptied_while_it_ran_gets_the_state_of_the_replicas() {
    let Some(redis) = Redis::start() else { return };
    let all = three(&redis.url(), "emptied", &[]);
    let made = all[0].api.create("/connections", &landing_zone("kept"));
    let before = agreed(&all);
    redis.command(&["FLUSHALL"]);
    for replica in &all {
        eventually("the connection", || replica.api.get(&format!("/connections/{}", made.id)).status == 200);
    }
    assert_eq!(agreed(&all), before);
    all[1].api.create("/connections", &landing_zone("new"));
    let joined = Replica::start(&redis.url(), "emptied", &[]);
    agreed(all.iter().chain([&joined]));
}

#[test]
fn a_short_pause_of_redis_makes_requests_slow_and_fails_none() {
    let Some(redis) = Redis::start() else { return };
    let all = three(&redis.url(), "paused", &[]);
    redis.command(&["CLIENT", "PAUSE", "500", "ALL"]);
    let made = all[0].api.create("/connections", &landing_zone("slow"));
    assert_eq!(all[1].api.item(&format!("/connections/{}", made.id))["name"], "slow");
    thread::scope(|scope| {
        redis.freeze();
        let api = &all[2].api;
        let create = scope.spawn(|| api.post("/connections", &landing_zone("slower")));
        thread::sleep(Duration::from_millis(300));
        redis.thaw();
        create.join().unwrap().expect_status(201);
    });
    agreed(&all);
}

#[test]
fn a_redis_that_does_not_answer_is_a_503_in_the_time_of_a_request() {
    let Some(redis) = Redis::start() else { return };
    let all = three(&redis.url(), "silent", &SHORT);
    let made = all[0].api.create("/connections", &landing_zone("kept"));
    redis.freeze();
    let begun = Instant::now();
    thread::scope(|scope| {
        for replica in &all {
            let (api, path) = (&replica.api, format!("/connections/{}", made.id));
            scope.spawn(move || out_of_reach(api.get(&path)));
            scope.spawn(|| refused_create(api).naming("may still be made"));
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    redis.thaw();
    all.iter().for_each(await_writes);
    // Refused writes may have been made: by all or by none of the replicas.
    agreed(&all);
}

#[test]
fn a_full_redis_refuses_changes_and_reads_go_on() {
    let Some(redis) = Redis::start() else { return };
    let all = three(&redis.url(), "full", &[]);
    let made = all[0].api.create("/connections", &landing_zone("kept"));
    redis.command(&["CONFIG", "SET", "maxmemory", "1"]);
    for replica in &all {
        out_of_reach(replica.api.post("/connections", &landing_zone("refused"))).naming("maxmemory");
        assert_eq!(replica.api.names("/connections"), ["kept"]);
        replica.api.delete(&format!("/connections/{}", made.id)).expect_error("FLOW-1103-503");
    }
    redis.command(&["CONFIG", "SET", "maxmemory", "0"]);
    all[1].api.delete(&format!("/connections/{}", made.id)).expect_status(204);
    all[2].api.create("/connections", &landing_zone("again"));
    agreed(&all);
}

#[test]
fn a_connection_that_redis_closes_is_opened_again() {
    let Some(redis) = Redis::start() else { return };
    let all = three(&redis.url(), "closed", &[]);
    for round in 0..3 {
        redis.command(&["CLIENT", "KILL", "TYPE", "NORMAL"]);
        all.iter().for_each(await_writes);
        let made = all[round].api.create("/connections", &landing_zone("made"));
        assert_eq!(all[(round + 1) % 3].api.get(&format!("/connections/{}", made.id)).status, 200);
    }
    agreed(&all);
}

#[test]
fn the_text_of_a_refusal_names_redis_without_its_password() {
    const PASSWORD: &str = "hunter2-of-redis";
    let Some(redis) = Redis::start_with_password(PASSWORD) else { return };
    let replica = Replica::start(&redis.url_with(PASSWORD), "secret", &SHORT);
    replica.api.create("/connections", &landing_zone("made"));
    redis.kill();
    refused_create(&replica.api).without(PASSWORD);
    replica.await_health(503);
    let health = try_sent(replica.api.bare(Method::GET, "/_flowmock/health")).expect("an answer");
    let health = health.without(PASSWORD).json();
    assert_eq!(health["status"], "unavailable");
    redis.start_again();
    await_writes(&replica);
    for line in replica.stop() {
        assert!(!line.contains(PASSWORD), "{line}");
    }
}
