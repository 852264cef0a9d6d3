//! `--state redis://...`: addresses that are wrong, a Redis that is not there, and one that refuses.

use crate::api::{landing_zone, sent};
use crate::common::process::failed_start;
use crate::common::redis::Redis;
use crate::replica::{Replica, agreed};
use reqwest::Method;
use serde_json::Value;

const PASSWORD: &str = "hunter2-of-redis";

/// The body of `GET /_flowmock/health`.
fn health(replica: &Replica) -> Value {
    sent(replica.api.bare(Method::GET, "/_flowmock/health")).json()
}

/// The one line that a start ends with.
fn refused_start(redis: &str, key: &str) -> String {
    failed_start(["--listen", "127.0.0.1:0", "--state", redis, "--state-key", key, "--log-level", "off"])
}

#[test]
fn malformed_addresses_are_refused_without_their_passwords() {
    for url in [
        "redis://",
        "redis://:6379",
        "redis://localhost:port",
        "redis://localhost:70000",
        "redis://localhost/first",
        "redis://user:hunter2-of-redis@/0",
        "redis://user:hunter2-of-redis@localhost:port/0",
    ] {
        let line = refused_start(url, "malformed");
        assert!(line.contains("(--state) is no URL of a Redis"), "{url}: {line}");
        assert!(!line.contains(PASSWORD), "{line}");
    }
}

#[test]
fn a_replica_waits_for_a_redis_that_starts_later_and_says_so() {
    let Some(redis) = Redis::start() else { return };
    redis.kill();
    let replica = Replica::begin(&redis.url(), "later", &[]);
    let address = redis.url().trim_start_matches("redis://").trim_end_matches("/0").to_owned();
    replica.server().await_log(&address);
    replica.await_health(503);
    assert!(health(&replica).to_string().contains(&address), "{}", health(&replica));
    replica.api.post("/connections", &landing_zone("early")).expect_error("FLOW-1103-503").naming(&address);
    redis.start_again();
    replica.await_ready();
    replica.api.create("/connections", &landing_zone("made"));
}

#[test]
fn health_names_the_replica() {
    let Some(redis) = Redis::shared() else { return };
    let named = Replica::start(&redis.url(), "names", &["--replica", "first"]);
    assert_eq!(health(&named)["replica"], "first");
    let [one, other] = [(); 2].map(|()| Replica::start(&redis.url(), "names", &[]));
    let names =
        [&named, &one, &other].map(|replica| health(replica)["replica"].as_str().expect("a name").to_owned());
    assert!(names[1] != names[2] && !names[1].is_empty(), "{names:?}");
}

#[test]
fn keys_and_databases_keep_states_apart() {
    let Some(redis) = Redis::shared() else { return };
    let one = Replica::start(&redis.url(), "apart", &[]);
    let key = Replica::start(&redis.url(), "apart-too", &[]);
    let database = Replica::start(&redis.url().replace("/0", "/1"), "apart", &[]);
    one.api.create("/connections", &landing_zone("made"));
    for other in [&key, &database] {
        assert!(other.api.names("/connections").is_empty());
        other.api.create("/connections", &landing_zone("other"));
    }
    assert_eq!(one.api.names("/connections"), ["made"]);
}

#[test]
fn a_password_is_sent_and_not_shown() {
    let Some(redis) = Redis::start_with_password(PASSWORD) else { return };
    let replica = Replica::start(&redis.url_with(PASSWORD), "password", &[]);
    replica.api.create("/connections", &landing_zone("made"));
    let other = Replica::start(&redis.url_with(PASSWORD), "password", &[]);
    agreed([&replica, &other]);
    for replica in [replica, other] {
        assert!(!health(&replica).to_string().contains(PASSWORD));
        for line in replica.stop() {
            assert!(!line.contains(PASSWORD), "{line}");
        }
    }
}

#[test]
fn a_wrong_or_missing_password_ends_the_start_and_is_not_shown() {
    const WRONG: &str = "wrong-password-of-redis";
    let Some(redis) = Redis::start_with_password(PASSWORD) else { return };
    for url in [redis.url_with(WRONG), redis.url()] {
        let line = refused_start(&url, "password");
        assert!(line.contains(&redis.url()) && line.contains("password"), "{line}");
        assert!(!line.contains(WRONG), "{line}");
    }
}

#[test]
fn a_state_of_a_newer_version_is_refused_with_both_versions() {
    let Some(redis) = Redis::shared() else { return };
    let replica = Replica::start(&redis.url(), "newer", &[]);
    redis.command(&["SET", "{newer}:state", r#"{"flowmock": "99.1.2", "form": 9}"#]);
    let line = refused_start(&redis.url(), "newer");
    assert!(line.contains("99.1.2") && line.contains(env!("CARGO_PKG_VERSION")), "{line}");
    // One that runs does not write to it any more.
    replica.await_health(503);
    assert!(health(&replica)["reason"].to_string().contains("99.1.2"), "{}", health(&replica));
    replica.api.post("/connections", &landing_zone("made")).expect_error("FLOW-1103-503");
}

#[test]
fn the_data_of_another_program_is_left_alone() {
    let Some(redis) = Redis::shared() else { return };
    redis.command(&["SET", "{foreign}:state", "something"]);
    redis.command(&["RPUSH", "{foreign-list}:state", "something"]);
    for key in ["foreign", "foreign-list"] {
        let line = refused_start(&redis.url(), key);
        assert!(line.contains("another program") && line.contains("--state-key"), "{line}");
    }
    assert_eq!(redis.command(&["GET", "{foreign}:state"]), "something");
}
