//! What the tests speak with: a tenant of the shared server, calls, and answers that print themselves when
//! they are not what a test expects.

mod answer;
mod bodies;
mod control;
mod document;
mod raw;

pub use answer::Answer;
pub use bodies::{ATS, CREDENTIAL, ats, draft, landing_zone, rename, with, without};
pub use control::{Control, state_of};
pub use document::{Described, document};
pub use raw::{Ending, Raw};

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
    pub api_key: String,
    pub token: String,
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

/// The server behind [`tenant`].
pub fn shared() -> &'static FlowMock {
    &SHARED
}

/// A server of the test's own.
pub fn server(change: impl FnOnce(&mut Config)) -> FlowMock {
    let mut config = Config::default();
    change(&mut config);
    FlowMock::with_config(config).expect("the server starts")
}

/// The ids of the items of a list.
pub fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().expect("an id")).collect()
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
            api_key: "key".into(),
            token: "token".into(),
        }
    }

    /// A new tenant of that server, over HTTP/2 without an upgrade.
    pub fn over_http2(mock: &FlowMock) -> Self {
        let client = Client::builder().http2_prior_knowledge().build().expect("a client");
        Self { client, ..Self::on(mock) }
    }

    /// The same organisation in another sandbox.
    pub fn in_sandbox(&self, sandbox: &str) -> Self {
        Self { sandbox: sandbox.into(), ..self.clone() }
    }

    /// The same client for another organisation.
    pub fn of_org(&self, ims_org: &str) -> Self {
        Self { ims_org: ims_org.into(), ..self.clone() }
    }

    /// The same tenant for another client.
    pub fn with_api_key(&self, api_key: &str) -> Self {
        Self { api_key: api_key.into(), ..self.clone() }
    }

    /// The same tenant with another bearer token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    /// The four headers that every call needs.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        [
            ("Authorization", format!("Bearer {}", self.token)),
            ("x-api-key", self.api_key.clone()),
            ("x-gw-ims-org-id", self.ims_org.clone()),
            ("x-sandbox-name", self.sandbox.clone()),
        ]
    }

    /// A request with the four headers; `path` begins behind the base path.
    pub fn untyped(&self, method: Method, path: &str) -> RequestBuilder {
        self.headers()
            .into_iter()
            .fold(self.bare(method, path), |request, (name, value)| request.header(name, value))
    }

    /// A request with the four headers and `Content-Type`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.untyped(method, path).header("Content-Type", "application/json")
    }

    /// The head of an HTTP/1.1 request with the four headers, `Content-Type` and `more` lines, for a [`Raw`].
    pub fn head(&self, method: &str, path: &str, more: &[&str]) -> String {
        let mut head = format!("{method} {}{path} HTTP/1.1\r\nHost: localhost\r\n", flowmock::BASE_PATH);
        for (name, value) in self.headers() {
            head += &format!("{name}: {value}\r\n");
        }
        head += "Content-Type: application/json\r\n";
        for line in more {
            head += &format!("{line}\r\n");
        }
        head + "\r\n"
    }

    /// A call to flowmock itself, on that server.
    pub fn control(mock: &FlowMock, method: Method, path: &str) -> RequestBuilder {
        Client::new().request(method, format!("{}/_flowmock/{path}", mock.url()))
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
        self.create_at("/connections", &body).await
    }

    /// Creates a draft.
    pub async fn create_draft(&self, body: Value) -> Written {
        self.create_at("/connections?mode=draft", &body).await
    }

    /// Creates a connection with a POST there.
    pub async fn create_at(&self, path: &str, body: &Value) -> Written {
        self.post(path, body).await.expect_status(201).written()
    }

    /// The connection as a read answers with it.
    pub async fn read(&self, id: &str) -> Value {
        let answer = self.get(&format!("/connections/{id}")).await.expect_status(200);
        let mut items = answer.json()["items"].as_array().expect("items").clone();
        assert_eq!(items.len(), 1, "{answer}");
        items.remove(0)
    }

    /// A page of the list there: its items, and the link to the next one, relative to the base path.
    pub async fn page(&self, path: &str) -> (Vec<Value>, Option<String>) {
        let answer = self.get(path).await.expect_status(200);
        let body = answer.json();
        assert_eq!(body.as_object().expect("an object").len(), 2, "{answer}"); // items and _links
        let links = body["_links"].as_object().unwrap_or_else(|| panic!("_links in\n{answer}"));
        assert!(links.keys().all(|key| key == "next"), "{answer}");
        let next = links.get("next").map(|next| next["href"].as_str().expect("a link").to_owned());
        let items = body["items"].as_array().unwrap_or_else(|| panic!("items in\n{answer}"));
        (items.clone(), next)
    }

    /// All items from that page on, by the links alone.
    pub async fn walk(&self, path: &str) -> Vec<Value> {
        let (mut all, mut next) = self.page(path).await;
        while let Some(path) = next {
            let items;
            (items, next) = self.page(&path).await;
            all.extend(items);
            assert!(all.len() < 10_000, "a walk without an end");
        }
        all
    }

    /// How many connections there are.
    pub async fn count(&self) -> u64 {
        let answer = self.get("/connections?count=true").await.expect_status(200);
        answer.json()["count"].as_u64().unwrap_or_else(|| panic!("a count in\n{answer}"))
    }

    /// Asks for an action, without a body.
    pub async fn action(&self, id: &str, query: &str) -> Answer {
        Answer::to(self.request(Method::POST, &format!("/connections/{id}/action?{query}"))).await
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
