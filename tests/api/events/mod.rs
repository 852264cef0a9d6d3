//! `GET /_flowmock/events`: the requests as server-sent events.

mod limits;
mod order;
mod refusals;

use crate::support::{self, Control, Tenant};
use flowmock::FlowMock;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// An upper bound for everything that arrives by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// An event of a stream.
#[derive(Debug, PartialEq)]
struct Event {
    id: Option<u64>,
    name: String,
    data: Value,
}

/// A stream that is being read.
struct Events {
    response: Response,
    read: String,
}

impl Events {
    /// Opens the stream of a server; it has begun when this returns.
    async fn of(mock: &FlowMock, query: &str) -> Self {
        Self::answering(Control::of(mock).request(Method::GET, &format!("/events{query}"))).await
    }

    async fn answering(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{response:?}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let mut events = Self { response, read: String::new() };
        assert_eq!(events.block().await.as_deref(), Some(": flowmock"));
        events
    }

    /// The next block of lines; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                return Some(block);
            }
            let chunk =
                timeout(PATIENCE, self.response.chunk()).await.expect("news in time").expect("a chunk");
            self.read += str::from_utf8(&chunk?).expect("UTF-8");
        }
    }

    /// The next event, after any comments.
    async fn next(&mut self) -> Event {
        loop {
            let block = self.block().await.expect("an event");
            let value = |key: &str| block.lines().find_map(|line| line.strip_prefix(key));
            let Some(name) = value("event: ") else { continue };
            return Event {
                id: value("id: ").map(|id| id.parse().expect("a number")),
                name: name.to_owned(),
                data: serde_json::from_str(value("data: ").expect("data")).expect("JSON"),
            };
        }
    }

    /// The data of the next event, which is a request.
    async fn request(&mut self) -> Value {
        let event = self.next().await;
        assert_eq!((event.name.as_str(), event.id), ("request", event.data["id"].as_u64()), "{event:?}");
        event.data
    }

    /// The ids of the next requests.
    async fn ids(&mut self, count: usize) -> Vec<u64> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(self.request().await["id"].as_u64().unwrap());
        }
        ids
    }
}

/// Makes a number of requests, one after the other.
async fn ask(tenant: &Tenant, count: usize) {
    for _ in 0..count {
        tenant.get("/connections").await.expect_status(200);
    }
}

fn http2() -> Client {
    Client::builder().http2_prior_knowledge().build().expect("a client")
}

fn server_and_tenant() -> (FlowMock, Tenant) {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    (mock, tenant)
}
