//! Clients of the API: [`Tenant`] for the API of the service, [`Control`] for flowmock's own calls. Both check every answer
//! against the OpenAPI document.

mod answer;
mod batches;
mod bodies;
mod chain;
mod control;
mod docs_table;
mod openapi_document;
mod webhook;

pub use batches::{batch, batch_of, batched_flow, read_run, run_now};
pub use bodies::{
    ATS, CREDENTIAL, DATA_LANDING_ZONE, HTTP_API, ats, draft, form_encoded, landing_zone, private_endpoint,
    rename, service_jwt, streaming, with, without,
};
pub use chain::{
    DATA_LAKE, FILES_FLOW, PROFILES, SEGMENTS_FLOW, TABLES_FLOW, file_source, files_flow, lake_target,
    table_flow, table_source,
};
pub use control::{Control, state_of};
pub use docs_table::assert_documented;
pub use openapi_document::{Operation, document};
pub use webhook::{Reply, Webhook};

pub use crate::common::answer::Answer;
pub use crate::common::raw_connection::{Ending, RawConnection};

#[cfg(unix)]
use crate::common::redis::Redis;
use crate::common::requests::request_head;
use flowmock::{Config, FlowMock, StateSync};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::cell::RefCell;
use std::env;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::{self, Handle};

/// The server of all tests that need neither a configuration nor a state of their own.
static SHARED: LazyLock<FlowMock> = LazyLock::new(|| server(|_| {}));

thread_local! {
    /// The last client that [`client`] made on this thread, and the runtime that it belongs to.
    static CLIENT: RefCell<Option<(runtime::Id, Client)>> = const { RefCell::new(None) };
}

/// The whole path of private endpoints.
pub const PRIVATE_ENDPOINTS: &str = "/data/foundation/connectors/privateEndpoints";

/// The number of organisations that tests have used so far.
static ORGANISATIONS: AtomicU32 = AtomicU32::new(0);

/// An organisation that no other test uses and a sandbox in it, with an API key and a bearer token.
#[derive(Clone)]
pub struct Tenant {
    client: Client,
    base_url: String,
    pub ims_org: String,
    pub sandbox: String,
    pub api_key: String,
    pub token: String,
}

/// The id and the version of a connection after a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: String,
    pub etag: String,
}

/// The HTTP client of the test. Its connections end with the runtime in which they were opened, so each runtime has its
/// own client.
pub fn client() -> Client {
    // A redirect must not be followed: tests assert it like any other response.
    let new = || Client::builder().redirect(Policy::none()).build().expect("a client");
    let Ok(runtime) = Handle::try_current() else { return new() };
    CLIENT.with_borrow_mut(|cached| match cached {
        Some((id, client)) if *id == runtime.id() => client.clone(),
        _ => cached.insert((runtime.id(), new())).1.clone(),
    })
}

/// A request to a server, without headers; `path` is the whole path.
pub fn request(mock: &FlowMock, method: Method, path: &str) -> RequestBuilder {
    client().request(method, mock.url() + path)
}

/// Adds headers to a request.
pub fn with_headers(
    request: RequestBuilder, headers: impl IntoIterator<Item = (&'static str, String)>,
) -> RequestBuilder {
    headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// A new tenant of the shared server.
pub async fn tenant() -> Tenant {
    Tenant::on(&SHARED)
}

/// The shared server.
pub fn shared() -> &'static FlowMock {
    &SHARED
}

/// A server with a change to the default configuration. With `FLOWMOCK_TEST_STATE=disk`, its state is in a folder of its own,
/// and with `FLOWMOCK_TEST_STATE=redis` below a key of its own in Redis, so that all tests show that this makes no difference.
pub fn server(change: impl FnOnce(&mut Config)) -> FlowMock {
    let mut config = Config::default();
    change(&mut config);
    if config.state.is_none() {
        config = match env::var("FLOWMOCK_TEST_STATE").as_deref() {
            Ok("disk") => on_disk(config),
            Ok("redis") => in_redis(config),
            Ok(other) => panic!("FLOWMOCK_TEST_STATE={other} is neither disk nor redis"),
            Err(_) => config,
        };
    }
    FlowMock::with_config(config).expect("the server starts")
}

fn on_disk(mut config: Config) -> Config {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    config.state_sync = StateSync::Never;
    config.with_state(folder.keep())
}

#[cfg(unix)]
fn in_redis(mut config: Config) -> Config {
    static KEYS: AtomicU32 = AtomicU32::new(0);
    let redis = Redis::shared().expect("FLOWMOCK_TEST_STATE=redis needs redis-server or valkey-server");
    let key = format!("api-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    // Otherwise the name is random, and answers of health and those about all replicas have it.
    config.replica.get_or_insert_with(|| "local".to_owned());
    config.with_state(redis.url()).with_state_key(key)
}

#[cfg(not(unix))]
fn in_redis(_: Config) -> Config {
    panic!("FLOWMOCK_TEST_STATE=redis is for Unix")
}

/// The ids of the items of a list.
pub fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

impl Tenant {
    /// A new tenant of a server.
    pub fn on(mock: &FlowMock) -> Self {
        let number = ORGANISATIONS.fetch_add(1, Ordering::Relaxed);
        Self {
            client: client(),
            base_url: mock.base_url(),
            ims_org: format!("TEST{number}@AdobeOrg"),
            sandbox: "prod".into(),
            api_key: "key".into(),
            token: "token".into(),
        }
    }

    /// A new tenant of a server, over HTTP/2 with prior knowledge.
    pub fn over_http2(mock: &FlowMock) -> Self {
        let client = Client::builder().http2_prior_knowledge().build().expect("a client");
        Self { client, ..Self::on(mock) }
    }

    /// This tenant in another sandbox.
    pub fn in_sandbox(&self, sandbox: &str) -> Self {
        Self { sandbox: sandbox.into(), ..self.clone() }
    }

    /// This tenant in another organisation.
    pub fn of_org(&self, ims_org: &str) -> Self {
        Self { ims_org: ims_org.into(), ..self.clone() }
    }

    /// This tenant with another API key.
    pub fn with_api_key(&self, api_key: &str) -> Self {
        Self { api_key: api_key.into(), ..self.clone() }
    }

    /// This tenant with another bearer token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    /// The four headers that every call to the API needs.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        [
            ("Authorization", format!("Bearer {}", self.token)),
            ("x-api-key", self.api_key.clone()),
            ("x-gw-ims-org-id", self.ims_org.clone()),
            ("x-sandbox-name", self.sandbox.clone()),
        ]
    }

    /// The headers of the tenant without the header `name`.
    pub fn headers_except(&self, name: &str) -> impl Iterator<Item = (&'static str, String)> {
        self.headers().into_iter().filter(move |(header, _)| *header != name)
    }

    /// A request with the four headers; `path` is relative to the base path.
    pub fn untyped(&self, method: Method, path: &str) -> RequestBuilder {
        with_headers(self.bare(method, path), self.headers())
    }

    /// A request with the four headers and a JSON content type; `path` is relative to the base path.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.untyped(method, path).header("Content-Type", "application/json")
    }

    /// The head of an HTTP/1.1 request with the four headers, a JSON content type and `more_lines`, for a
    /// [`RawConnection`].
    pub fn head(&self, method: &str, path: &str, more_lines: &[&str]) -> String {
        let lines = [&["Content-Type: application/json"], more_lines].concat();
        request_head(method, &format!("{}{path}", flowmock::BASE_PATH), self.headers(), &lines)
    }

    /// A request without headers; `path` is relative to the base path.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base_url))
    }

    /// A request without headers; `path` is the whole path.
    pub fn absolute(&self, method: Method, path: &str) -> RequestBuilder {
        let server = self.base_url.strip_suffix(flowmock::BASE_PATH).expect("the base path");
        self.client.request(method, format!("{server}{path}"))
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

    /// Creates an entity by a POST to `path`.
    pub async fn create_at(&self, path: &str, body: &Value) -> Written {
        self.post(path, body).await.expect_status(201).written()
    }

    /// Creates a private endpoint.
    pub async fn create_private_endpoint(&self, body: &Value) -> Written {
        let request =
            self.absolute(Method::POST, PRIVATE_ENDPOINTS).header("Content-Type", "application/json");
        let request = with_headers(request, self.headers()).body(body.to_string());
        Answer::to(request).await.expect_status(201).written()
    }

    /// Reads a connection.
    pub async fn read(&self, id: &str) -> Value {
        let answer = self.get(&format!("/connections/{id}")).await.expect_status(200);
        let mut items = answer.json()["items"].as_array().expect("items").clone();
        assert_eq!(items.len(), 1, "{answer}");
        items.remove(0)
    }

    /// The items of a page, and the link to the next page, which is relative to the base path.
    pub async fn page(&self, path: &str) -> (Vec<Value>, Option<String>) {
        let answer = self.get(path).await.expect_status(200);
        let body = answer.json();
        assert_eq!(body.as_object().expect("an object").len(), 2, "{answer}"); // items and _links
        let links = body["_links"].as_object().unwrap_or_else(|| panic!("no _links in\n{answer}"));
        assert!(links.keys().all(|key| key == "next"), "{answer}");
        let next = links.get("next").map(|next| next["href"].as_str().expect("a link").to_owned());
        let items = body["items"].as_array().unwrap_or_else(|| panic!("no items in\n{answer}"));
        (items.clone(), next)
    }

    /// The items of all pages, from the page at `path` along the links.
    pub async fn walk(&self, path: &str) -> Vec<Value> {
        let (mut all, mut next) = self.page(path).await;
        while let Some(path) = next {
            let items;
            (items, next) = self.page(&path).await;
            all.extend(items);
            assert!(all.len() < 10_000, "the links never end");
        }
        all
    }

    /// The number of connections.
    pub async fn count(&self) -> u64 {
        let answer = self.get("/connections?count=true").await.expect_status(200);
        answer.json()["count"].as_u64().unwrap_or_else(|| panic!("no count in\n{answer}"))
    }

    /// Calls an action of a connection without a body.
    pub async fn action(&self, id: &str, query: &str) -> Answer {
        Answer::to(self.request(Method::POST, &format!("/connections/{id}/action?{query}"))).await
    }

    /// Patches a connection with the version in `seen` as `If-Match`.
    pub async fn patch(&self, seen: &Written, operations: Value) -> Answer {
        self.patch_if(&seen.etag, &seen.id, operations).await
    }

    /// Patches a connection with this `If-Match`.
    pub async fn patch_if(&self, if_match: &str, id: &str, operations: Value) -> Answer {
        let request = self.request(Method::PATCH, &format!("/connections/{id}")).header("If-Match", if_match);
        Answer::to(request.body(operations.to_string())).await
    }
}
