//! `/_flowmock/contract`: the rules that each consumer broke, and the answers that it met. Each test has its own server.

mod coverage;
#[cfg(unix)]
mod example;
mod forms;
mod lasting;
mod names;

use crate::support::{self, Answer, Control, Tenant};
use flowmock::contract::{ConsumerReport, Report};
use flowmock::{Config, FlowMock};
use reqwest::{Method, RequestBuilder};
use std::collections::BTreeMap;

/// A server with a tenant.
struct Api {
    mock: FlowMock,
    tenant: Tenant,
    control: Control,
}

impl Api {
    fn new(change: impl FnOnce(&mut Config)) -> Self {
        let mock = support::server(change);
        let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
        Self { mock, tenant, control }
    }

    /// A request of a consumer.
    fn by(&self, consumer: &str, method: Method, path: &str) -> RequestBuilder {
        self.tenant.request(method, path).header("x-flowmock-consumer", consumer)
    }

    /// Sends a request that breaks the rule `parameter-unknown`.
    async fn wrong(&self, consumer: &str) {
        Answer::to(self.by(consumer, Method::GET, "/connections?x=1")).await.expect_status(400);
    }

    /// The report, deserialised into the type of the library.
    async fn report(&self) -> Report {
        self.read("/contract").await
    }

    async fn read(&self, path: &str) -> Report {
        let answer = self.control.get(path).await.expect_status(200);
        serde_json::from_slice(&answer.body).expect("a report")
    }
}

/// The rules that a consumer broke, each with the number of times.
fn broken(consumer: &ConsumerReport) -> BTreeMap<&str, u64> {
    consumer.broken.iter().map(|broken| (&*broken.rule, broken.count)).collect()
}

fn names(report: &Report) -> Vec<&str> {
    report.consumers.iter().map(|consumer| consumer.name.as_str()).collect()
}
