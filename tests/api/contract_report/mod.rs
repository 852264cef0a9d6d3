//! `/_flowmock/contract`: who broke which rules, and who met what, of servers whose other users there are none.

mod coverage;
#[cfg(unix)]
mod example;
mod lasting;
mod names;

use crate::support::{self, Answer, Control, Tenant};
use flowmock::contract::{ConsumerReport, Report};
use flowmock::{Config, FlowMock};
use reqwest::{Method, RequestBuilder};
use std::collections::BTreeMap;

/// A server, a client of it, and its control calls.
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

    /// A request of that consumer.
    fn by(&self, consumer: &str, method: Method, path: &str) -> RequestBuilder {
        self.tenant.request(method, path).header("x-flowmock-consumer", consumer)
    }

    /// A request that breaks the rule `parameter-unknown`.
    async fn wrong(&self, consumer: &str) {
        Answer::to(self.by(consumer, Method::GET, "/connections?x=1")).await.expect_status(400);
    }

    /// The report, and that it can be read as the library's type.
    async fn report(&self) -> Report {
        self.read("/contract").await
    }

    async fn read(&self, path: &str) -> Report {
        let answer = self.control.get(path).await.expect_status(200);
        serde_json::from_slice(&answer.body).expect("a report")
    }
}

/// How often a consumer broke which rules.
fn broken(consumer: &ConsumerReport) -> BTreeMap<&str, u64> {
    consumer.broken.iter().map(|broken| (&*broken.rule, broken.count)).collect()
}

fn names(report: &Report) -> Vec<&str> {
    report.consumers.iter().map(|consumer| consumer.name.as_str()).collect()
}
