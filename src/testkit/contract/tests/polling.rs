//! Polling for runs: what breaks `runs-polled-too-fast` and what does not.

use super::support::{Api, server, written};
use crate::mock::FlowMock;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, UNIX_EPOCH};

/// A server whose clock stands still, so that only tests decide how much time passes.
fn stopped() -> FlowMock {
    let mock = server(|_| {});
    mock.set_time(UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    mock
}

/// Creates a flow of files that runs every hour; returns its id.
fn flow(api: &Api<'_>) -> String {
    let create = |collection: &str, body| written(api.post(&format!("/{collection}"), &body)).id;
    let source = create(
        "sourceConnections",
        json!({"name": "orders", "connectionSpec": {"id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8"},
            "data": {"format": "delimited"}, "params": {"path": "dlz-user-container/orders.csv"}}),
    );
    let target = create(
        "targetConnections",
        json!({"connectionSpec": {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c"}, "params": {"dataSetId": "5f3c"}}),
    );
    let start = api.mock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    create(
        "flows",
        json!({"name": "orders", "flowSpec": {"id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876"},
            "sourceConnectionIds": [source], "targetConnectionIds": [target],
            "scheduleParams": {"startTime": start, "frequency": "hour", "interval": 1}}),
    )
}

/// The id of the flow's first run, which has ended.
fn run(api: &Api<'_>, flow: &str) -> String {
    api.mock.advance(Duration::from_secs(60)).unwrap();
    let page: serde_json::Value = api.get(&format!("/runs?property=flowId=={flow}")).json().unwrap();
    page["items"][0]["id"].as_str().unwrap().to_owned()
}

/// Each look at a flow's runs: the paths that a client may poll.
fn looks(api: &Api<'_>) -> [String; 3] {
    let flow = flow(api);
    let run = run(api, &flow);
    [format!("/runs?limit=1&property=flowId=={flow}"), format!("/runs/{run}"), format!("/flows/{flow}")]
}

#[test]
fn the_fourth_look_within_five_seconds_each_breaks_the_rule_whatever_is_read_in_between() {
    for index in 0..3 {
        let mock = stopped();
        let api = Api::of(&mock);
        let look = &looks(&api)[index];
        for _ in 0..3 {
            api.get(look);
            mock.advance(Duration::from_secs(2)).unwrap();
            api.get("/connections?limit=1");
            mock.advance(Duration::from_secs(2)).unwrap();
        }
        assert_eq!(api.broken(), [""; 0], "{look}");
        api.get(look);
        assert_eq!(api.broken(), ["runs-polled-too-fast"], "{look}");
    }
}

#[test]
fn pauses_of_the_servers_clock_are_pauses() {
    let mock = stopped();
    let api = Api::of(&mock);
    let looks = looks(&api);
    for _ in 0..8 {
        looks.iter().for_each(|look| _ = api.get(look));
        mock.advance(Duration::from_secs(5)).unwrap();
    }
    assert_eq!(api.broken(), [""; 0]);
}

#[test]
fn following_links_and_looking_at_several_flows_is_no_polling() {
    let mock = stopped();
    let api = Api::of(&mock);
    let flow_with_runs = flow(&api);
    mock.advance(Duration::from_secs(8 * 3600)).unwrap();
    let mut next = Some(format!("/runs?limit=1&property=flowId=={flow_with_runs}"));
    let mut pages = 0;
    while let Some(path) = next {
        let page: serde_json::Value = api.get(&path).json().unwrap();
        next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
        pages += 1;
    }
    assert!(pages >= 8, "{pages} pages");
    for _ in 0..6 {
        let flow = flow(&api);
        api.get(&format!("/flows/{flow}"));
        api.get(&format!("/runs?property=flowId=={flow}"));
    }
    assert_eq!(api.broken(), [""; 0]);
}

#[test]
fn a_look_after_a_change_is_no_polling() {
    let mock = stopped();
    let api = Api::of(&mock);
    let flow = flow(&api);
    let path = format!("/flows/{flow}");
    for op in ["disable", "enable", "disable", "enable"] {
        api.request(Method::POST, &format!("{path}/action?op={op}")).send().unwrap();
        api.get(&path);
        api.get(&path);
    }
    assert_eq!(api.broken(), [""; 0]);
}

#[test]
fn retries_and_tests_of_their_own_are_no_polling() {
    let mock = stopped();
    let api = Api::of(&mock);
    let path = format!("/flows/{}", flow(&api));
    for test in ["one", "two", "three", "four", "five"] {
        api.with("x-flowmock-test", test).get(&path);
    }
    mock.fault(crate::testkit::faults::FaultRule::new().times(6).error("FLOW-1103-503"));
    for _ in 0..6 {
        api.get(&path);
        mock.advance(Duration::from_secs(1)).unwrap();
    }
    assert_eq!(api.broken(), [""; 0]);
}
