//! `?replicas=all`: journal, verification and contract report of all replicas, from any of them.

use super::replicas;
use crate::api::{Api, landing_zone};
use crate::common::redis::Redis;
use crate::replica::{Replica, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// Three replicas with names.
fn named(key: &str) -> Option<[Replica; 3]> {
    let redis = Redis::shared()?.url();
    let all = ["a", "b", "c"].map(|name| Replica::begin(&redis, key, &["--replica", name]));
    all.iter().for_each(Replica::await_ready);
    // Each knows the others once they have said that they are there.
    for replica in &all {
        eventually("all replicas", || {
            list(&replica.api, "?replicas=all")["replicas"] == json!(["a", "b", "c"])
        });
    }
    Some(all)
}

fn list(api: &Api, query: &str) -> Value {
    api.control(Method::GET, &format!("/requests{query}")).expect_status(200).json()
}

#[test]
fn the_requests_of_all_replicas_are_listed_in_the_order_in_which_they_were_answered() {
    let Some(all) = named("journals") else { return };
    let mut answered = Vec::new();
    for replica in all.iter().cycle().take(7) {
        let answer = replica.api.post("/connections", &landing_zone("made")).expect_status(201);
        answered.push(answer.header("x-request-id").to_owned());
    }
    answered.reverse(); // the newest is first
    for replica in &all {
        let listed = list(&replica.api, "?replicas=all");
        let requests = listed["requests"].as_array().expect("requests");
        let ids: Vec<&str> =
            requests.iter().map(|request| request["requestId"].as_str().expect("an id")).collect();
        assert_eq!(ids, answered);
        let names: Vec<&Value> = requests.iter().map(|request| &request["replica"]).collect();
        assert_eq!(names, ["a", "c", "b", "a", "c", "b", "a"]);
    }
    assert_eq!(list(&all[0].api, "")["requests"].as_array().map(Vec::len), Some(3), "its own alone");
}

#[test]
fn a_verification_sees_the_requests_of_all_replicas() {
    let Some(all) = named("verified") else { return };
    for replica in &all {
        replica.api.create("/connections", &landing_zone("made"));
    }
    let verify = |replica: &Replica, query: &str, times: u32| {
        let expected = json!({ "operation": "createConnection", "times": { "exactly": times } });
        let answer = replica.api.control_with(Method::POST, &format!("/verify{query}"), &expected);
        answer.expect_status(200).json()["passed"].clone()
    };
    for replica in &all {
        assert_eq!(verify(replica, "?replicas=all", 3), true);
        assert_eq!(verify(replica, "?replicas=all", 2), false);
        assert_eq!(verify(replica, "", 1), true);
    }
}

#[test]
fn a_replica_that_has_stopped_is_not_asked_and_one_that_does_not_answer_is_named() {
    let Some([one, two, three]) = named("missed") else { return };
    one.api.create("/connections", &landing_zone("made"));
    three.stop();
    assert_eq!(list(&one.api, "?replicas=all")["replicas"], json!(["a", "b"]));
    two.freeze();
    let answer = one.api.control(Method::GET, "/requests?replicas=all");
    assert_eq!(answer.status, 503, "{answer}");
    let reason = answer.json()["errors"][0]["reason"].as_str().expect("a reason").to_owned();
    assert!(reason.split([' ', ',', ':']).any(|word| word == "b"), "{answer}");
    two.thaw();
    assert_eq!(list(&one.api, "?replicas=all")["replicas"], json!(["a", "b"]));
}

#[test]
fn a_reset_empties_the_journals_of_all_replicas() {
    let Some(all) = replicas("forgotten", &[]) else { return };
    for replica in &all {
        replica.api.get("/connections").expect_status(200);
    }
    all[0].api.control(Method::POST, "/reset").expect_status(204);
    for replica in &all {
        replica.api.names("/connections"); // it has caught up then
        let own = list(&replica.api, "");
        assert_eq!(own["requests"].as_array().map(Vec::len), Some(1), "{own}");
    }
}
