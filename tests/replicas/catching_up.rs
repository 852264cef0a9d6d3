//! Replicas that join, come back or were stopped read the snapshot and the log before they are ready.

use crate::api::{Api, Written, landing_zone, rename};
use crate::common::redis::Redis;
use crate::replica::{Replica, agreed, eventually, three};
use serde_json::json;

/// The size of one large change.
const LARGE: usize = 500_000;

/// More large changes than a log has before it is replaced by a snapshot.
const MANY: usize = 120;

fn create(api: &Api, count: usize) -> Vec<Written> {
    (0..count).map(|number| api.create("/connections", &landing_zone(&format!("n{number}")))).collect()
}

/// Changes a connection by large patches until another snapshot has replaced the log.
fn change_until_compacted(redis: &Redis, key: &str, api: &Api, made: &Written) {
    let pointer = || redis.command(&["GET", &format!("{{{key}}}:state")]);
    let before = pointer();
    let path = format!("/connections/{}", made.id);
    for number in 0..MANY {
        let filler = char::from(b'a' + u8::try_from(number % 26).unwrap()).to_string().repeat(LARGE);
        let patch = json!([{ "op": "add", "path": "/filler", "value": filler }]);
        api.patch(&path, "*", &patch).expect_status(200);
        if pointer() != before {
            return;
        }
    }
    eventually("a snapshot", || pointer() != before);
}

#[test]
fn a_replica_that_joins_has_everything_when_it_is_ready() {
    let Some(redis) = Redis::shared() else { return };
    let first = Replica::start(&redis.url(), "joining", &[]);
    create(&first.api, 300);
    for _ in 0..3 {
        let next = Replica::start(&redis.url(), "joining", &[]);
        agreed([&first, &next]);
    }
}

#[test]
fn a_replica_is_not_ready_before_it_has_read_the_log() {
    let Some(redis) = Redis::start() else { return };
    let first = Replica::start(&redis.url(), "waiting", &[]);
    let made = create(&first.api, 20);
    redis.freeze();
    let next = Replica::begin(&redis.url(), "waiting", &[]);
    next.await_health(503);
    let path = format!("/connections/{}", made[0].id);
    next.api.get(&path).expect_error("FLOW-1103-503");
    redis.thaw();
    next.await_ready();
    next.api.get(&path).expect_status(200);
    agreed([&first, &next]);
}

#[test]
fn a_killed_replica_comes_back_with_what_happened_meanwhile() {
    let Some(redis) = Redis::shared() else { return };
    let [one, mut two, three] = three(&redis.url(), "coming-back", &[]);
    let made = create(&two.api, 20);
    two.kill();
    let path = format!("/connections/{}", made[0].id);
    let changed = one.api.patch(&path, &made[0].etag, &rename("meanwhile")).expect_status(200).written();
    three.api.delete(&format!("/connections/{}", made[1].id)).expect_status(204);
    two.start_again();
    two.await_ready();
    agreed([&one, &two, &three]);
    two.api.patch(&path, &made[0].etag, &rename("stale")).expect_error("FLOW-1404-412");
    two.api.patch(&path, &changed.etag, &rename("then")).expect_status(200);
    assert_eq!(one.api.item(&path)["name"], "then");
}

#[test]
fn a_state_outlives_all_its_replicas() {
    let Some(redis) = Redis::shared() else { return };
    let all = three(&redis.url(), "outliving", &[]);
    create(&all[1].api, 20);
    let before = agreed(&all);
    drop(all);
    let again = Replica::start(&redis.url(), "outliving", &[]);
    assert_eq!(again.api.state(), before);
}

#[test]
fn a_replica_that_was_stopped_shows_at_once_what_the_others_answered_meanwhile() {
    let Some(redis) = Redis::shared() else { return };
    let [one, two, three] = three(&redis.url(), "stopped", &[]);
    let made = create(&three.api, 5);
    three.freeze();
    create(&one.api, 100);
    two.api.delete(&format!("/connections/{}", made[0].id)).expect_status(204);
    three.thaw();
    three.api.get(&format!("/connections/{}", made[0].id)).expect_error("FLOW-1439-404");
    three.await_ready();
    agreed([&one, &two, &three]);
}

#[test]
fn a_log_is_replaced_by_a_snapshot_from_which_replicas_start() {
    let (Some(redis), key) = (Redis::shared(), "compacted") else { return };
    let [one, two, three] = three(&redis.url(), key, &[]);
    create(&one.api, 50);
    let made = create(&two.api, 1);
    let first =
        || redis.command(&["XRANGE", &format!("{{{key}}}:log"), "-", "+", "COUNT", "1"])[0][0].clone();
    let before = first();
    change_until_compacted(redis, key, &one.api, &made[0]);
    agreed([&one, &two, &three, &Replica::start(&redis.url(), key, &[])]);
    // What is older than the snapshot before is forgotten.
    change_until_compacted(redis, key, &two.api, &made[0]);
    eventually("a shorter log", || first() != before);
    create(&three.api, 10);
    let joined = Replica::start(&redis.url(), key, &[]);
    agreed([&one, &two, &three, &joined]);
}

#[test]
fn a_replica_that_was_stopped_while_the_others_replaced_the_log_catches_up() {
    let (Some(redis), key) = (Redis::shared(), "stopped-compacted") else { return };
    let [one, two, three] = three(&redis.url(), key, &[]);
    let made = create(&three.api, 5);
    three.freeze();
    change_until_compacted(redis, key, &one.api, &made[0]);
    change_until_compacted(redis, key, &two.api, &made[1]);
    let last = create(&one.api, 1);
    three.thaw();
    three.await_ready();
    assert_eq!(three.api.item(&format!("/connections/{}", last[0].id))["etag"], *last[0].etag);
    three
        .api
        .patch(&format!("/connections/{}", made[2].id), &made[2].etag, &rename("later"))
        .expect_status(200);
    agreed([&one, &two, &three]);
}
