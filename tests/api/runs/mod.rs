//! Runs of flows: `/runs`, `lastRunDetails`, and the test control `/_flowmock/runs`, with a clock that stands still.

mod actions;
mod control;
mod list;
mod on_demand;
mod put;
mod schedule;
mod state;
mod volume;

use crate::support::{self, Answer, Control, Tenant, Written, ats};
use flowmock::{Config, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

/// The time at which each test begins: 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;

const CRM_TO_AEP: &str = "14518937-270c-4525-bdec-c2ba7cce3860";
const STREAMING: &str = "d8a6f005-7eaf-4153-983e-e8574508b877";

/// A server whose clock stands still, and a tenant of it.
struct Stage {
    mock: FlowMock,
    control: Control,
    tenant: Tenant,
}

impl Stage {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mock = support::server(|config| {
            config.clock = Some(UNIX_EPOCH + Duration::from_millis(START as u64));
            change(config);
        });
        let (control, tenant) = (Control::of(&mock), Tenant::on(&mock));
        Self { mock, control, tenant }
    }

    async fn advance(&self, ms: i64) {
        self.control.set_clock(json!({ "advanceMs": ms })).await;
    }

    /// The ids of a source and a target connection. The fixture knows nothing about the table.
    async fn ends(&self) -> (String, String) {
        self.ends_of_table("Sales").await
    }

    /// The ids of a source connection of that table and of a target connection.
    async fn ends_of_table(&self, table: &str) -> (String, String) {
        let base = self.tenant.create(ats("base")).await;
        let source = json!({
            "name": "source", "baseConnectionId": base.id, "data": {"format": "tabular"},
            "params": {"tableName": table},
            "connectionSpec": {"id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0"},
        });
        let source = self.tenant.create_at("/sourceConnections", &source).await;
        (source.id, self.target().await)
    }

    async fn target(&self) -> String {
        let target = json!({
            "name": "target", "params": {"dataSetId": "5e2e5a2c1a2b3c4d5e6f7a8b"},
            "connectionSpec": {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"},
        });
        self.tenant.create_at("/targetConnections", &target).await.id
    }

    /// Creates a flow of a table with that schedule and those options.
    async fn flow(&self, schedule: Value, options: Value) -> Written {
        let ends = self.ends().await;
        self.flow_of(ends, schedule, options).await
    }

    /// Creates a flow from a source connection of a table to a target connection.
    async fn flow_of(&self, (source, target): (String, String), schedule: Value, options: Value) -> Written {
        let mapping = json!({"name": "Mapping", "params": {"mappingId": "m", "mappingVersion": 0}});
        let copy = json!({"name": "Copy", "params": {"deltaColumn": {"name": "Timestamp"}}});
        let once = schedule["frequency"] == "once";
        let flow = json!({
            "name": "flow", "flowSpec": {"id": CRM_TO_AEP, "version": "1.0"},
            "sourceConnectionIds": [source], "targetConnectionIds": [target],
            "transformations": if once { json!([mapping]) } else { json!([copy, mapping]) },
            "scheduleParams": schedule, "options": options,
        });
        self.tenant.create_at("/flows", &flow).await
    }

    /// Creates a flow that runs every 15 minutes from now on.
    async fn every_quarter(&self) -> Written {
        self.flow(json!({"startTime": START / 1000, "frequency": "minute", "interval": 15}), json!({})).await
    }

    /// Creates a flow that runs once, now.
    async fn once(&self) -> Written {
        self.flow(json!({"startTime": START / 1000, "frequency": "once"}), json!({})).await
    }

    /// Creates a flow of an HTTP inlet.
    async fn streaming(&self) -> Written {
        let spec = json!({"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"});
        let base = json!({
            "name": "inlet", "connectionSpec": spec,
            "auth": {"specName": "Streaming Connection", "params": {"sourceId": "s", "dataType": "xdm", "name": "s"}},
        });
        let base = self.tenant.create(base).await;
        let source = json!({"name": "source", "baseConnectionId": base.id, "connectionSpec": spec});
        let source = self.tenant.create_at("/sourceConnections", &source).await;
        let flow = json!({
            "name": "stream", "flowSpec": {"id": STREAMING, "version": "1.0"},
            "sourceConnectionIds": [source.id], "targetConnectionIds": [self.target().await],
        });
        self.tenant.create_at("/flows", &flow).await
    }

    /// The runs of a flow, newest first.
    async fn runs(&self, flow: &Written) -> Vec<Value> {
        self.tenant.walk(&format!("/runs?property=flowId=={}", flow.id)).await
    }

    /// The statuses of a flow's runs, newest first.
    async fn statuses(&self, flow: &Written) -> Vec<String> {
        let text = |run: &Value| status(run).to_owned();
        self.runs(flow).await.iter().map(text).collect()
    }

    async fn run(&self, id: &str) -> Value {
        self.tenant.get(&format!("/runs/{id}")).await.expect_status(200).json()["items"][0].clone()
    }

    async fn read_flow(&self, flow: &Written) -> Value {
        self.tenant.get(&format!("/flows/{}", flow.id)).await.expect_status(200).json()["items"][0].clone()
    }

    /// `POST /_flowmock/runs`.
    async fn order(&self, order: Value) -> Answer {
        self.control.send(Method::POST, "/runs", "application/json", order.to_string()).await
    }

    /// Ends a run by `POST /_flowmock/runs/{id}`.
    async fn end(&self, run: &Value, how: Value) -> Answer {
        let path = format!("/runs/{}", run["id"].as_str().unwrap());
        self.control.send(Method::POST, &path, "application/json", how.to_string()).await
    }

    async fn flow_action(&self, flow: &Written, op: &str) {
        let path = format!("/flows/{}/action?op={op}", flow.id);
        Answer::to(self.tenant.request(Method::POST, &path)).await.expect_status(200);
    }

    async fn patch_flow(&self, flow: &Written, operations: Value) {
        let request = self.tenant.request(Method::PATCH, &format!("/flows/{}", flow.id));
        let request = request.header("If-Match", "*").body(operations.to_string());
        Answer::to(request).await.expect_status(200);
    }

    async fn retrigger(&self, run: &Value) -> Answer {
        let path = format!("/runs/{}/action?op=re-trigger", run["id"].as_str().unwrap());
        Answer::to(self.tenant.request(Method::POST, &path)).await
    }
}

fn status(run: &Value) -> &str {
    run["metrics"]["statusSummary"]["status"].as_str().expect("a status")
}

/// The start of each run, in minutes after the beginning of the test.
fn minutes(runs: &[Value]) -> Vec<i64> {
    runs.iter().map(|run| (run["createdAt"].as_i64().unwrap() - START) / MINUTE).collect()
}

/// The body of a run on demand.
fn wanted(flow: &Written, params: Value) -> Value {
    let mut all = json!({"startTime": START / 1000, "windowStartTime": 10, "windowEndTime": "20"});
    for (key, value) in params.as_object().expect("an object") {
        all[key] = value.clone();
    }
    json!({"flowId": flow.id, "params": all})
}

/// Asserts that a control call was refused with a reason at that path which contains `reason`.
#[track_caller]
fn assert_refused(answer: &Answer, path: &str, reason: &str) {
    assert_eq!(answer.status, 400, "{answer}");
    let body = answer.json();
    let fits = |error: &Value| {
        error["path"] == path && error["reason"].as_str().is_some_and(|text| text.contains(reason))
    };
    assert!(
        body["errors"].as_array().is_some_and(|errors| errors.iter().any(fits)),
        "{path} {reason}: {answer}"
    );
}
