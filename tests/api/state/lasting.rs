//! `Config::state`: a server that starts with the folder of an earlier one has its state.

use super::{ONE, landing_zone, own_spec, prod, seed, whole, with_connections};
use crate::support::{
    self, Control, Tenant, file_source, files_flow, lake_target, landing_zone as new, rename,
};
use flowmock::{Config, FlowMock, StartError};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A server with that folder.
fn server(folder: &Path, change: impl FnOnce(&mut Config)) -> FlowMock {
    support::server(|config| {
        config.state = Some(folder.into());
        change(config);
    })
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Everything about the state that control calls tell.
async fn told(mock: &FlowMock) -> Vec<String> {
    let control = Control::of(mock);
    // Requests that change nothing are not stored, and so neither is how many there were.
    let state: Value = serde_json::from_str(&control.export().await).expect("JSON");
    let mut told = vec![without_request_counts(state).to_string()];
    for path in ["/faults", "/snapshots", "/runs", "/notification-targets"] {
        let answer = control.get(path).await.expect_status(200);
        told.push(String::from_utf8(answer.body).expect("UTF-8"));
    }
    told
}

fn without_request_counts(mut state: Value) -> Value {
    for organisation in state["organisations"].as_array_mut().expect("organisations") {
        for sandbox in organisation["sandboxes"].as_array_mut().expect("sandboxes") {
            if let Some(counters) = sandbox.get_mut("counters") {
                counters["requests"] = Value::Null;
            }
        }
    }
    state
}

/// Restarts the server in that folder, twice: the second time it reads what the first start wrote. Both have what the
/// server had.
async fn restarted(mock: FlowMock, folder: &Path, change: impl Fn(&mut Config)) -> FlowMock {
    let before = told(&mock).await;
    drop(mock);
    let mock = server(folder, &change);
    assert_eq!(told(&mock).await, before);
    drop(mock);
    let mock = server(folder, &change);
    assert_eq!(told(&mock).await, before);
    mock
}

async fn created(tenant: &Tenant, path: &str, body: &Value) -> String {
    tenant.post(path, body).await.expect_status(201).json()["id"].as_str().expect("an id").to_owned()
}

/// A source, a target and a flow between them; returns their ids.
async fn chain(tenant: &Tenant, name: &str) -> [String; 3] {
    let source = created(tenant, "/sourceConnections", &file_source(name)).await;
    let target = created(tenant, "/targetConnections", &lake_target(name)).await;
    let flow = created(tenant, "/flows", &files_flow(name, &source, &target)).await;
    [source, target, flow]
}

#[tokio::test]
async fn every_kind_of_change_is_there_after_a_restart() {
    let folder = folder();
    let frozen = |config: &mut Config| config.deterministic = Some(7);
    let mock = server(folder.path(), frozen);
    let (control, tenant) = (Control::of(&mock), prod(&mock));

    seed(&mock, &whole()).await;
    let made = tenant.create(new("made")).await;
    tenant.patch_if("*", &made.id, rename("changed")).await.expect_status(200);
    let gone = tenant.create(new("gone")).await;
    tenant.delete(&format!("/connections/{}", gone.id)).await.expect_status(204);
    tenant.delete(&format!("/connections/{ONE}")).await.expect_status(204);
    let draft = tenant.post("/connections?mode=draft", &support::draft("draft")).await;
    draft.expect_status(201);
    tenant.post("/connectionSpecs", &own_spec("own-spec", "own-spec")).await.expect_status(201);
    let [source, target, flow] = chain(&tenant, "kept").await;
    let [_, _, deleted] = chain(&tenant, "deleted").await;
    control.set_clock(json!({ "advanceMs": 3 * 3_600_000 })).await;
    tenant.post(&format!("/flows/{flow}/action?op=disable"), &json!({})).await.expect_status(200);
    tenant.post(&format!("/flows/{flow}/action?op=enable"), &json!({})).await.expect_status(200);
    let order = json!([{ "flowId": flow, "run": "next", "outcome": "copyFailed", "code": "1337" }]);
    control.send(Method::POST, "/runs", "application/json", order.to_string()).await.expect_status(201);
    tenant.delete(&format!("/flows/{deleted}")).await.expect_status(204);
    let fault = json!({ "match": { "operation": "getConnection" }, "times": 3, "action": { "error": "FLOW-1103-503" } });
    control.send(Method::POST, "/faults", "application/json", fault.to_string()).await.expect_status(201);
    control.put("/snapshots/before?imsOrgId=STATE@AdobeOrg").await.expect_status(204);
    tenant.in_sandbox("dev").create(new("later")).await;

    let mock = restarted(mock, folder.path(), frozen).await;
    let (control, tenant) = (Control::of(&mock), prod(&mock));
    // What depends on each other still does, and what was counted goes on.
    tenant.delete(&format!("/sourceConnections/{source}")).await.expect_error("FLOW-1447-400");
    tenant.delete(&format!("/targetConnections/{target}")).await.expect_error("FLOW-1447-400");
    tenant.patch_if(&made.etag, &made.id, rename("stale")).await.expect_error("FLOW-1404-412");
    for status in [503, 503, 503, 200] {
        tenant.get(&format!("/connections/{}", made.id)).await.expect_status(status);
    }
    control.post("/snapshots/before/restore").await.expect_status(204);
    let dev = tenant.in_sandbox("dev").get("/connections").await.expect_status(200).json();
    assert!(!dev.to_string().contains("later"), "{dev}");
    restarted(mock, folder.path(), frozen).await;
}

#[tokio::test]
async fn ids_continue_where_they_were() {
    let (one, two) = (folder(), folder());
    let frozen = |config: &mut Config| config.deterministic = Some(3);
    let whole = server(one.path(), frozen);
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(prod(&whole).create(new(name)).await);
    }
    for (place, name) in ["a", "b", "c"].into_iter().enumerate() {
        let mock = server(two.path(), frozen);
        assert_eq!(prod(&mock).create(new(name)).await, ids[place]);
    }
}

#[tokio::test]
async fn runs_of_the_past_are_those_that_were_shown() {
    let folder = folder();
    let frozen = |config: &mut Config| config.deterministic = Some(7);
    let mock = server(folder.path(), frozen);
    let [_, _, flow] = chain(&prod(&mock), "runs").await;
    Control::of(&mock).set_clock(json!({ "advanceMs": 5 * 3_600_000 })).await;
    let path = format!("/runs?property=flowId=={flow}&limit=3");
    // Without the port, which is another one after the restart.
    let shown = async |mock: &FlowMock| {
        let page = prod(mock).get(&path).await.expect_status(200).json();
        assert_eq!(page["items"].as_array().map(Vec::len), Some(3));
        page.to_string().replace(&mock.url(), "")
    };
    let before = shown(&mock).await;
    drop(mock);
    assert_eq!(shown(&server(folder.path(), frozen)).await, before);
}

#[tokio::test]
async fn a_reset_lasts_and_restores_the_seed_files_of_this_start() {
    let (folder, seeds) = (folder(), folder());
    let file = seeds.path().join("seed.json");
    let write = |name: &str| fs::write(&file, with_connections(json!([landing_zone(ONE, name)])).to_string());
    let names = async |mock: &FlowMock| {
        let list = prod(mock).walk("/connections").await;
        list.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let seeded = |config: &mut Config| config.seed_files = vec![file.clone()];
    write("first").unwrap();
    let mock = server(folder.path(), seeded);
    prod(&mock).create(new("made")).await;
    assert_eq!(names(&mock).await, ["made", "first"]);
    let mock = restarted(mock, folder.path(), seeded).await;
    // The files are not loaded again, but a reset goes back to them.
    drop(mock);
    write("second").unwrap();
    let mock = server(folder.path(), seeded);
    assert_eq!(names(&mock).await, ["made", "first"]);
    Control::of(&mock).post("/reset").await.expect_status(204);
    assert_eq!(names(&mock).await, ["second"]);
    let mock = restarted(mock, folder.path(), seeded).await;
    assert_eq!(names(&mock).await, ["second"]);
}

#[tokio::test]
async fn entities_that_wait_are_enabled_at_their_time_after_a_restart_too() {
    let folder = folder();
    let frozen = |config: &mut Config| config.deterministic = Some(7);
    let mock = server(folder.path(), frozen);
    let control = Control::of(&mock);
    let rule =
        json!({ "match": { "operation": "createConnection" }, "action": { "initializingForMs": 60_000 } });
    control.send(Method::POST, "/faults", "application/json", rule.to_string()).await.expect_status(201);
    let made = prod(&mock).create(new("waits")).await;
    let path = format!("/connections/{}", made.id);
    let state = async |mock: &FlowMock| {
        let item = prod(mock).get(&path).await.expect_status(200).json()["items"][0].clone();
        (item["state"].clone(), item["etag"].clone())
    };
    let mock = restarted(mock, folder.path(), frozen).await;
    assert_eq!(state(&mock).await.0, "initializing");
    mock.advance(Duration::from_secs(61)).unwrap();
    let enabled = state(&mock).await;
    assert_eq!(enabled.0, "enabled");
    let mock = restarted(mock, folder.path(), frozen).await;
    assert_eq!(state(&mock).await, enabled);
}

#[tokio::test]
async fn of_concurrent_updates_with_one_etag_one_wins() {
    let folder = folder();
    let mock = server(folder.path(), |_| {});
    let tenant = prod(&mock);
    for round in 0..10 {
        let made = tenant.create(new("contended")).await;
        let patch = |number: usize| {
            let (tenant, made) = (tenant.clone(), made.clone());
            tokio::spawn(async move {
                let name = format!("{round}-{number}");
                tenant.patch_if(&made.etag, &made.id, rename(&name)).await.status.as_u16()
            })
        };
        let patches: Vec<_> = (0..8).map(patch).collect();
        let mut statuses = Vec::new();
        for patch in patches {
            statuses.push(patch.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    }
    restarted(mock, folder.path(), |_| {}).await;
}

#[test]
fn a_folder_that_another_server_uses_or_that_is_none_is_refused_at_the_start() {
    let folder = folder();
    let _mock = server(folder.path(), |_| {});
    let start = |path: &Path| FlowMock::with_config(Config::default().with_state(path)).unwrap_err();
    let StartError::State(reason) = start(folder.path()) else { panic!() };
    assert!(reason.contains("in use by another flowmock"), "{reason}");
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let StartError::State(reason) = start(&file) else { panic!() };
    assert!(reason.starts_with(&format!("cannot use {} (--state): ", file.display())), "{reason}");
}
