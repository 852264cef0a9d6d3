//! Notifications of runs: webhooks on ports of this machine, with a clock that stands still unless a test lets it run.

mod delivery;
mod events;
mod forms;
mod state;
mod targets;

use crate::support::{self, Answer, Control, Tenant, Webhook};
use flowmock::{Config, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

/// The time at which each test begins: 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;

/// A server, a tenant of it, and a webhook.
struct Stage {
    mock: FlowMock,
    control: Control,
    tenant: Tenant,
    webhook: Webhook,
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mock = support::server(|config| {
            config.clock = Some(UNIX_EPOCH + Duration::from_millis(START as u64));
            change(config);
        });
        let (control, tenant) = (Control::of(&mock), Tenant::on(&mock));
        Self { mock, control, tenant, webhook: Webhook::new().await }
    }

    /// A stage whose webhook is registered with those settings besides its URL.
    async fn registered(settings: Value) -> Self {
        let stage = Self::new().await;
        stage.register(&stage.webhook, settings).await;
        stage
    }

    fn part(&self) -> String {
        part_of(&self.tenant)
    }

    async fn send_target(&self, target: &Value) -> Answer {
        let path = format!("/notification-targets?{}", self.part());
        self.control.send(Method::POST, &path, "application/json", target.to_string()).await
    }

    async fn register(&self, webhook: &Webhook, settings: Value) -> Value {
        let mut target = json!({"url": webhook.url, "challenge": false, "retryMs": 1});
        target.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        self.send_target(&target).await.expect_status(201).json()
    }

    async fn advance(&self, ms: i64) {
        self.control.set_clock(json!({ "advanceMs": ms })).await;
    }

    /// `POST /_flowmock/runs`.
    async fn order(&self, order: Value) -> Value {
        let answer = self.control.send(Method::POST, "/runs", "application/json", order.to_string()).await;
        answer.expect_status(201).json()
    }

    /// The notifications in the log, oldest first, when none is on its way.
    async fn log(&self, filter: &str) -> Vec<Value> {
        let list =
            self.control.get(&format!("/notifications?waitMs=10000{filter}")).await.expect_status(200).json();
        let mut notifications = list["notifications"].as_array().unwrap().clone();
        notifications.reverse();
        notifications
    }
}

fn part_of(tenant: &Tenant) -> String {
    format!("imsOrgId={}&sandbox={}", tenant.ims_org, tenant.sandbox)
}

/// The kind of each event, and how many minutes after the beginning it happened.
fn events(notifications: &[Value]) -> Vec<(String, i64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let minutes = |time: &str| {
        let time = january_millis(time);
        (time - START) / MINUTE
    };
    notifications.iter().map(|one| (text(&one["event"]), minutes(one["time"].as_str().unwrap()))).collect()
}

/// Milliseconds since the epoch of a time in January 2026, such as `2026-01-02T03:04:05.678Z`.
fn january_millis(text: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    assert!(text.starts_with("2026-01-"), "{text}");
    let (day, hour, minute, second, ms) =
        (number(8..10), number(11..13), number(14..16), number(17..19), number(20..23));
    START + (((day - 1) * 24 + hour) * 60 + minute) * MINUTE + second * 1000 + ms
}
