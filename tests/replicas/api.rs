//! [`Api`]: a client of one replica, in an organisation of its own.

use crate::common::answer::Answer;
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::{Method, header};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;

/// The base path of the Flow Service.
pub const BASE: &str = "/data/foundation/flowservice";

/// The base path of flowmock's own calls.
pub const CONTROL: &str = "/_flowmock";

/// The connection spec of a target that needs no credentials.
const LANDING_ZONE: &str = "10440537-2a7b-4583-ac39-ed38d4b848e8";

/// The client of all tests. No request takes as long as its time-out, except to a process that is stopped.
static HTTP: LazyLock<Client> = LazyLock::new(|| {
    // The Pact crates turn on TLS in reqwest but select no cryptography, so clients fail without a default provider.
    _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(Duration::from_secs(15)).build().expect("a client")
});

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Api {
    url: String,
    ims_org: String,
    token: String,
}

/// The id and the version of an entity after a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: String,
    pub etag: String,
}

impl Api {
    /// A client of the server at `url`.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), ims_org: "TEST@AdobeOrg".into(), token: "token".into() }
    }

    /// The same client with another bearer token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    /// A request without headers; `path` is the whole path.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        HTTP.request(method, format!("{}{path}", self.url))
    }

    /// A request to the Flow Service; `path` is relative to its base path.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let headers = [
            ("Authorization", format!("Bearer {}", self.token)),
            ("x-api-key", "key".into()),
            ("x-gw-ims-org-id", self.ims_org.clone()),
            ("x-sandbox-name", "prod".into()),
            ("Content-Type", "application/json".into()),
        ];
        let request = self.bare(method, &format!("{BASE}{path}"));
        headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    pub fn get(&self, path: &str) -> Answer {
        sent(self.request(Method::GET, path))
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        sent(self.request(Method::POST, path).body(body.to_string()))
    }

    pub fn delete(&self, path: &str) -> Answer {
        sent(self.request(Method::DELETE, path))
    }

    /// Patches an entity with this `If-Match`.
    pub fn patch(&self, path: &str, if_match: &str, operations: &Value) -> Answer {
        let request = self.request(Method::PATCH, path).header(header::IF_MATCH, if_match);
        sent(request.body(operations.to_string()))
    }

    /// Creates an entity by a POST to `path`.
    #[track_caller]
    pub fn create(&self, path: &str, body: &Value) -> Written {
        self.post(path, body).expect_status(201).written()
    }

    /// The item of an entity.
    #[track_caller]
    pub fn item(&self, path: &str) -> Value {
        self.get(path).expect_status(200).json()["items"][0].clone()
    }

    /// The names of the items of a list.
    #[track_caller]
    pub fn names(&self, path: &str) -> Vec<String> {
        let list = self.get(path).expect_status(200).json();
        let items = list["items"].as_array().expect("items");
        items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// One of flowmock's own calls, without a body; `path` begins behind `/_flowmock`.
    pub fn control(&self, method: Method, path: &str) -> Answer {
        sent(self.bare(method, &format!("{CONTROL}{path}")))
    }

    /// One of flowmock's own calls, with a body.
    pub fn control_with(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request =
            self.bare(method, &format!("{CONTROL}{path}")).header("Content-Type", "application/json");
        sent(request.body(body.to_string()))
    }

    /// The body of `GET /_flowmock/state`.
    #[track_caller]
    pub fn state(&self) -> String {
        let answer = self.control(Method::GET, "/state").expect_status(200);
        String::from_utf8(answer.body).expect("UTF-8")
    }
}

impl Answer {
    /// The `id` and the `etag` in the answer to a write.
    #[track_caller]
    pub fn written(&self) -> Written {
        let body = self.json();
        let text = |key: &str| body[key].as_str().unwrap_or_else(|| panic!("no {key} in\n{self}")).to_owned();
        Written { id: text("id"), etag: text("etag") }
    }
}

/// Sends a request and reads its whole answer.
///
/// # Errors
/// If there is none: the request may have had its effect or not.
pub fn try_sent(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request.expect("the request is valid");
    let body = request.body().and_then(|body| body.as_bytes()).map(String::from_utf8_lossy);
    let described = format!("{} {}\n{}", request.method(), request.url(), body.unwrap_or_default());
    let answer = client.execute(request)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    Ok(Answer { request: described, status, headers, body: answer.bytes()?.to_vec() })
}

/// Sends a request that is answered.
#[track_caller]
pub fn sent(request: RequestBuilder) -> Answer {
    try_sent(request).unwrap_or_else(|error| panic!("{error:?}"))
}

/// A connection that needs no credentials.
pub fn landing_zone(name: &str) -> Value {
    json!({ "name": name, "connectionSpec": { "id": LANDING_ZONE, "version": "1.0" } })
}

/// A PATCH that changes the name.
pub fn rename(name: &str) -> Value {
    json!([{ "op": "replace", "path": "/name", "value": name }])
}
