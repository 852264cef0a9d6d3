//! `/_flowmock/clock` and `--clock`: the time in everything that the server answers.

use crate::support::{self, Control, RawConnection, Tenant, ats, landing_zone, rename};
use flowmock::{Config, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NEW_YEAR: i64 = 1_767_225_600_000;

fn server(change: impl FnOnce(&mut Config)) -> (FlowMock, Control, Tenant) {
    let mock = support::server(change);
    let (control, tenant) = (Control::of(&mock), Tenant::on(&mock));
    (mock, control, tenant)
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

async fn shown(control: &Control) -> Value {
    control.get("/clock").await.expect_status(200).json()
}

#[tokio::test]
async fn by_default_the_clock_shows_the_time_of_the_machine() {
    let (_mock, control, tenant) = server(|_| {});
    let before = now();
    let clock = shown(&control).await;
    let made = tenant.create(ats("x")).await;
    let created = tenant.read(&made.id).await["createdAt"].as_i64().unwrap();
    assert!((before..=now()).contains(&clock["epochMs"].as_i64().unwrap()), "{clock}");
    assert!((before..=now() + 1).contains(&created));
    assert_eq!(clock["running"], true);
}

#[tokio::test]
async fn a_clock_that_is_set_stands_still_in_every_answer() {
    let (_mock, control, tenant) = server(|_| {});
    let shown = control.set_clock(json!({ "now": "2026-01-01T00:00:00Z" })).await;
    assert_eq!(shown, json!({ "now": "2026-01-01T00:00:00.000Z", "epochMs": NEW_YEAR, "running": false }));
    let second = format!("{:08x}", NEW_YEAR / 1000);
    let answer = tenant.post("/connections", &ats("x")).await.expect_status(201);
    assert_eq!(answer.header("date"), "Thu, 01 Jan 2026 00:00:00 GMT");
    let made = answer.written();
    assert!(made.etag.ends_with(&format!("-0000-0200-0000-{second}0000\"")), "{}", made.etag);
    let read = tenant.read(&made.id).await;
    assert_eq!((read["createdAt"].as_i64(), read["updatedAt"].as_i64()), (Some(NEW_YEAR), Some(NEW_YEAR)));
    let spec = json!({ "name": "mine", "authSpec": [] });
    let spec = tenant.post("/connectionSpecs", &spec).await.expect_status(201).json();
    assert_eq!(spec["createdAt"], NEW_YEAR);
    for answer in [
        tenant.get("/connections").await,
        tenant.get("/connections/x").await,
        tenant.get("/nope").await,
        control.get("/health").await,
        control.post("/nope").await,
    ] {
        assert_eq!(answer.header("date"), "Thu, 01 Jan 2026 00:00:00 GMT", "{answer}");
        assert_eq!(answer.headers.get_all("date").iter().count(), 1);
    }
}

#[tokio::test]
async fn times_and_etags_follow_an_advanced_clock() {
    let (_mock, control, tenant) = server(|config| config.clock = Some(UNIX_EPOCH));
    assert_eq!(
        shown(&control).await,
        json!({ "now": "1970-01-01T00:00:00.000Z", "epochMs": 0, "running": false })
    );
    let made = tenant.create(ats("x")).await;
    control.set_clock(json!({ "advanceMs": 90_061_001 })).await;
    let patched = tenant.patch(&made, rename("y")).await.expect_status(200);
    assert_eq!(patched.header("date"), "Fri, 02 Jan 1970 01:01:01 GMT");
    assert!(patched.written().etag.ends_with("-00015fcd0000\""), "{patched}");
    let read = tenant.read(&made.id).await;
    assert_eq!((read["createdAt"].as_i64(), read["updatedAt"].as_i64()), (Some(0), Some(90_061_001)));
    let other = tenant.create(ats("z")).await;
    assert_eq!(tenant.read(&other.id).await["createdAt"], 90_061_001);
    let order: Vec<_> = tenant.walk("/connections").await.iter().map(|item| item["name"].clone()).collect();
    assert_eq!(order, ["z", "y"]);
}

#[tokio::test]
async fn after_the_clock_is_set_back_no_update_precedes_its_creation() {
    let (_mock, control, tenant) =
        server(|config| config.clock = Some(UNIX_EPOCH + Duration::from_secs(100)));
    let made = tenant.create(ats("x")).await;
    control.set_clock(json!({ "advanceMs": -60_000 })).await;
    tenant.patch(&made, rename("y")).await.expect_status(200);
    let read = tenant.read(&made.id).await;
    assert_eq!((read["createdAt"].as_i64(), read["updatedAt"].as_i64()), (Some(100_000), Some(100_000)));
    // The times are at most a second ahead of the clock, however far it was set back.
    let later = tenant.create(ats("z")).await;
    assert_eq!(tenant.read(&later.id).await["createdAt"], 41_000);
}

#[tokio::test]
async fn every_member_of_a_clock_change_takes_effect() {
    let (_mock, control, _) = server(|_| {});
    let frozen = |at: i64| (json!(at), json!(false));
    let parts = |clock: &Value| (clock["epochMs"].clone(), clock["running"].clone());
    assert_eq!(parts(&control.set_clock(json!({ "now": 5 })).await), frozen(5));
    assert_eq!(
        parts(&control.set_clock(json!({ "advanceMs": 10, "now": "1970-01-01T00:00:00.007Z" })).await),
        frozen(17)
    );
    assert_eq!(parts(&control.set_clock(json!({ "advanceMs": -7 })).await), frozen(10));
    assert_eq!(parts(&control.set_clock(json!({ "running": false })).await), frozen(10));
    assert_eq!(parts(&control.set_clock(json!({ "advanceMs": 0, "now": null })).await), frozen(10));
    let running = control.set_clock(json!({ "running": true, "now": NEW_YEAR })).await;
    assert_eq!(running["running"], true);
    assert!((NEW_YEAR..NEW_YEAR + 60_000).contains(&running["epochMs"].as_i64().unwrap()), "{running}");
    let later = control.set_clock(json!({ "advanceMs": 3_600_000 })).await;
    assert_eq!(later["running"], true, "a running clock keeps running after it is advanced");
    assert!((NEW_YEAR + 3_600_000..NEW_YEAR + 3_660_000).contains(&later["epochMs"].as_i64().unwrap()));
    let stopped = control.set_clock(json!({ "running": false })).await;
    assert_eq!(shown(&control).await, stopped);
    assert_eq!(shown(&control).await, stopped);
}

#[tokio::test]
async fn a_running_clock_determines_the_date_header() {
    let (_mock, control, tenant) = server(|_| {});
    control.set_clock(json!({ "now": "2040-02-29T12:00:00Z", "running": true })).await;
    let answer = tenant.get("/connections").await.expect_status(200);
    assert!(answer.header("date").starts_with("Wed, 29 Feb 2040 12:0"), "{answer}");
}

#[tokio::test]
async fn the_clock_can_be_reset_to_its_state_at_the_start() {
    let (_mock, control, _) = server(|config| config.clock = Some(UNIX_EPOCH + Duration::from_millis(1)));
    control.set_clock(json!({ "now": 7, "running": true })).await;
    let answer = control.delete("/clock").await.expect_status(200).json();
    assert_eq!(answer, json!({ "now": "1970-01-01T00:00:00.001Z", "epochMs": 1, "running": false }));
    let (_mock, control, _) = server(|_| {});
    control.set_clock(json!({ "now": 7 })).await;
    let answer = control.delete("/clock").await.expect_status(200).json();
    assert_eq!(answer["running"], true);
    assert!(answer["epochMs"].as_i64() > Some(NEW_YEAR));
}

#[tokio::test]
async fn the_clock_stays_between_1970_and_9999() {
    let (_mock, control, tenant) = server(|_| {});
    for (first, last) in [
        (json!("1970-01-01T00:00:00Z"), json!({ "advanceMs": -1 })),
        (json!("9999-12-31T23:59:59.999Z"), json!({ "advanceMs": 1 })),
    ] {
        control.set_clock(json!({ "now": first })).await;
        let before = shown(&control).await;
        for change in [last, json!({ "advanceMs": i64::MAX }), json!({ "advanceMs": i64::MIN })] {
            let answer = control.send(Method::PUT, "/clock", "application/json", change.to_string()).await;
            answer.refused_for(400, "would leave the years 1970 to 9999");
        }
        assert_eq!(shown(&control).await, before);
        tenant.create(landing_zone("x")).await;
    }
    let running = control.set_clock(json!({ "running": true })).await;
    assert_eq!(running["now"], "9999-12-31T23:59:59.999Z", "the latest possible time");
}

#[tokio::test]
async fn an_invalid_clock_change_is_refused_and_changes_nothing() {
    let (_mock, control, _) = server(|config| config.clock = Some(UNIX_EPOCH));
    let put = async |content_type: &str, text: &str| {
        control.send(Method::PUT, "/clock", content_type, text.to_owned()).await
    };
    let paths =
        |problems: Vec<(String, String)>| problems.into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    for (text, expected) in [
        ("[]", vec![""]),
        ("1", vec![""]),
        ("{}", vec!["/now"]),
        (r#"{"now":null}"#, vec!["/now"]),
        (r#"{"now":""}"#, vec!["/now"]),
        (r#"{"now":"2026-01-01"}"#, vec!["/now"]),
        (r#"{"now":"2026-01-01T00:00:00+01:00"}"#, vec!["/now"]),
        (r#"{"now":"1969-12-31T23:59:59Z"}"#, vec!["/now"]),
        (r#"{"now":"10000-01-01T00:00:00Z"}"#, vec!["/now"]),
        (r#"{"now":-1}"#, vec!["/now"]),
        (r#"{"now":1.5}"#, vec!["/now"]),
        (r#"{"now":true}"#, vec!["/now"]),
        (r#"{"now":18446744073709551615}"#, vec!["/now"]),
        (r#"{"advanceMs":1.5}"#, vec!["/advanceMs"]),
        (r#"{"advanceMs":"1"}"#, vec!["/advanceMs"]),
        (r#"{"running":1}"#, vec!["/running"]),
        (r#"{"running":"true"}"#, vec!["/running"]),
        (r#"{"NOW":1,"a/b":2}"#, vec!["/NOW", "/a~1b"]),
        (r#"{"now":"x","advanceMs":"y","running":"z"}"#, vec!["/now", "/advanceMs", "/running"]),
        ("", vec![""]),
        ("{", vec![""]),
        (r#"{"now":1,"now":2}"#, vec![""]),
    ] {
        assert_eq!(paths(put("application/json", text).await.problems(400)), expected, "{text}");
    }
    put("application/yaml", "now: 1\nnow: 2\n").await.refused_for(400, "twice");
    control.get("/clock?x=1").await.refused_for(400, "it takes none");
    control.delete("/clock?x=1").await.refused_for(400, "it takes none");
    assert_eq!(shown(&control).await["epochMs"], 0);
    put("application/yaml", "now: 2026-01-01T00:00:00Z # a comment\n").await.expect_status(200);
    assert_eq!(shown(&control).await["epochMs"], NEW_YEAR);
}

#[tokio::test]
async fn timeouts_are_measured_in_real_time() {
    let (mock, _, tenant) = server(|config| config.header_read_timeout = Duration::from_millis(1000));
    // The clock is moved by the library, since the idle connection of a control client would be closed as well.
    mock.set_time(UNIX_EPOCH);
    // An idle connection is closed although the clock stands still; a pending request is not although the clock leaps.
    RawConnection::to(mock.address()).expect_closed();
    let mut raw = RawConnection::to(mock.address());
    raw.send(tenant.head("POST", "/connections", &["Content-Length: 2", "Expect: 100-continue"]));
    assert_eq!(raw.answer().status, 100);
    mock.advance(Duration::from_secs(86_400_000)).expect("a time before the year 10000");
    raw.send("{}");
    raw.answer().expect_error("FLOW-1000-400");
}
