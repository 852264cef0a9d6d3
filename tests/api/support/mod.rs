//! What the tests speak with: a tenant of the shared server, calls, and answers that print themselves when they are
//! not what a test expects.

mod answer;
mod bodies;

pub use answer::Answer;
pub use bodies::{ats, rename};

use flowmock::{Config, FlowMock};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The server that tests share unless they need a configuration of their own.
static SHARED: LazyLock<FlowMock> = LazyLock::new(FlowMock::start);

static ORGANISATIONS: AtomicU32 = AtomicU32::new(0);

/// An organisation and a sandbox that no other test uses, and a client with their headers.
#[derive(Clone)]
pub struct Tenant {
    client: Client,
    base_url: String,
    pub ims_org: String,
    pub sandbox: String,
}

/// What the answer to a write says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: String,
    pub etag: String,
}

/// A new tenant of the shared server.
pub async fn tenant() -> Tenant {
    Tenant::on(&SHARED)
}

/// A server of the test's own.
pub fn server(change: impl FnOnce(&mut Config)) -> FlowMock {
    let mut config = Config::default();
    change(&mut config);
    FlowMock::with_config(config).expect("the server starts")
}

impl Tenant {
    /// A new tenant of that server.
    pub fn on(mock: &FlowMock) -> Self {
        let number = ORGANISATIONS.fetch_add(1, Ordering::Relaxed);
        Self {
            client: Client::new(),
            base_url: mock.base_url(),
            ims_org: format!("TEST{number}@AdobeOrg"),
            sandbox: "prod".into(),
        }
    }

    /// The same organisation in another sandbox.
    pub fn in_sandbox(&self, sandbox: &str) -> Self {
        Self { sandbox: sandbox.into(), ..self.clone() }
    }

    /// A request with the four headers and `Content-Type`; `path` begins behind the base path.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path)
            .header("Authorization", "Bearer token")
            .header("x-api-key", "key")
            .header("x-gw-ims-org-id", &self.ims_org)
            .header("x-sandbox-name", &self.sandbox)
            .header("Content-Type", "application/json")
    }

    /// A request without any header.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base_url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::POST, path).body(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    /// Creates a connection.
    pub async fn create(&self, body: Value) -> Written {
        self.post("/connections", &body).await.expect_status(201).written()
    }

    /// The connection as a read answers with it.
    pub async fn read(&self, id: &str) -> Value {
        let answer = self.get(&format!("/connections/{id}")).await.expect_status(200);
        let mut items = answer.json()["items"].as_array().expect("items").clone();
        assert_eq!(items.len(), 1, "{answer}");
        items.remove(0)
    }

    /// Patches a connection at the version that `seen` names.
    pub async fn patch(&self, seen: &Written, operations: Value) -> Answer {
        self.patch_if(&seen.etag, &seen.id, operations).await
    }

    /// Patches a connection with that `If-Match`.
    pub async fn patch_if(&self, if_match: &str, id: &str, operations: Value) -> Answer {
        let request = self.request(Method::PATCH, &format!("/connections/{id}")).header("If-Match", if_match);
        Answer::to(request.body(operations.to_string())).await
    }
}
