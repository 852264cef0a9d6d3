//! A small client of the Flow Service: creates, lists and renames base connections to Azure Table Storage.

use reqwest::StatusCode;
use reqwest::blocking::{Client, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;
use std::thread;
use std::time::Duration;

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
const ATTEMPTS: u32 = 4;
const PAGE: u32 = 50;

/// Who calls, and on whose behalf.
#[derive(Clone)]
pub struct Access {
    pub token: String,
    pub api_key: String,
    pub ims_org: String,
    pub sandbox: String,
}

/// A base connection.
#[derive(Debug, Deserialize)]
pub struct Connection {
    pub id: String,
    #[serde(default)]
    pub name: String,
    pub etag: String,
}

/// The reason for which a call failed.
#[derive(Debug)]
pub enum Failure {
    /// The connection has changed since it was read.
    Stale,
    /// The service refused: its status, and what it said.
    Refused(StatusCode, String),
    /// The service was not reached, or its answer not understood.
    Transport(reqwest::Error),
}

/// A client of one organisation and sandbox.
pub struct FlowService {
    http: Client,
    base_url: String,
    access: Access,
}

impl FlowService {
    /// `base_url` ends in `/data/foundation/flowservice`.
    pub fn new(base_url: &str, access: Access) -> Self {
        Self { http: Client::new(), base_url: base_url.to_owned(), access }
    }

    /// Creates a connection with a connection string.
    pub fn create(&self, name: &str, connection_string: &str) -> Result<Connection, Failure> {
        let body = json!({
            "name": name,
            "auth": {
                "specName": "Connection String Based Authentication",
                "params": {"connectionString": connection_string},
            },
            "connectionSpec": {"id": ATS, "version": "1.0"},
        });
        first_item(self.send(|| self.call("POST", "/connections").json(&body))?)
    }

    /// Every connection, newest first. Follows the links from page to page.
    pub fn all(&self) -> Result<Vec<Connection>, Failure> {
        #[derive(Deserialize)]
        struct Page {
            items: Vec<Connection>,
            #[serde(rename = "_links")]
            links: Option<Links>,
        }
        #[derive(Deserialize)]
        struct Links {
            next: Option<Link>,
        }
        #[derive(Deserialize)]
        struct Link {
            href: String,
        }
        let (mut all, mut next) = (Vec::new(), Some(format!("/connections?limit={PAGE}")));
        while let Some(path) = next {
            let page: Page = self.send(|| self.call("GET", &path))?.json().map_err(Failure::Transport)?;
            all.extend(page.items);
            next = page.links.and_then(|links| links.next).map(|link| link.href);
        }
        Ok(all)
    }

    /// The connection with that id.
    pub fn get(&self, id: &str) -> Result<Connection, Failure> {
        first_item(self.send(|| self.call("GET", &format!("/connections/{id}")))?)
    }

    /// Renames a connection that was read before; returns its new etag.
    pub fn rename(&self, connection: &Connection, name: &str) -> Result<String, Failure> {
        let change = json!([{"op": "replace", "path": "/name", "value": name}]);
        let path = format!("/connections/{}", connection.id);
        let changed: Value = self
            .send(|| self.call("PATCH", &path).header("If-Match", &connection.etag).json(&change))?
            .json()
            .map_err(Failure::Transport)?;
        Ok(changed["etag"].as_str().unwrap_or_default().to_owned())
    }

    fn call(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().expect("a method");
        let Access { token, api_key, ims_org, sandbox } = &self.access;
        let call = self.http.request(method, format!("{}{path}", self.base_url)).bearer_auth(token);
        call.header("x-api-key", api_key).header("x-gw-ims-org-id", ims_org).header("x-sandbox-name", sandbox)
    }

    /// Sends a request, and again while the service is unavailable: after the time that it asks for, or after pauses that
    /// double.
    fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<Response, Failure> {
        let mut pause = Duration::from_millis(200);
        for attempt in 1.. {
            let answer = request().send().map_err(Failure::Transport)?;
            let status = answer.status();
            if status.is_success() {
                return Ok(answer);
            }
            let is_temporary =
                status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE;
            if !is_temporary || attempt == ATTEMPTS {
                return Err(match status {
                    StatusCode::PRECONDITION_FAILED => Failure::Stale,
                    _ => Failure::Refused(status, answer.text().unwrap_or_default()),
                });
            }
            let asked =
                answer.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.parse().ok());
            thread::sleep(asked.map_or(pause, Duration::from_secs));
            pause *= 2;
        }
        unreachable!("the last attempt returns")
    }
}

/// The entity in an answer: `{"items":[{...}]}`, or the object itself after a creation.
fn first_item(answer: Response) -> Result<Connection, Failure> {
    let mut body: Value = answer.json().map_err(Failure::Transport)?;
    let item = body.pointer_mut("/items/0").map(Value::take).unwrap_or(body);
    serde_json::from_value(item).map_err(|error| Failure::Refused(StatusCode::OK, error.to_string()))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stale => f.write_str("the connection has changed since it was read"),
            Self::Refused(status, text) => write!(f, "{status}: {text}"),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}
