//! [`Workload`]: a row of requests to measure.

use crate::Failure;
use crate::process::Server;
use flowmock::BASE_PATH;
use reqwest::Method;
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

/// The headers of every request.
pub const HEADERS: [(&str, &str); 5] = [
    ("Authorization", "Bearer token"),
    ("x-api-key", "key"),
    ("x-gw-ims-org-id", "LOAD@AdobeOrg"),
    ("x-sandbox-name", "prod"),
    ("Content-Type", "application/json"),
];

/// One kind of request, sent over and over on a number of kept-alive connections.
pub struct Workload {
    pub name: &'static str,
    pub method: Method,
    /// Below the base path, as a route: `{id}` is the id of the last connection made before.
    path: &'static str,
    pub body: Option<String>,
    /// The status of its answer.
    pub status: u16,
    /// How many connections there are before the load begins.
    stored: usize,
    /// How many requests are in flight at any time, each on a connection of its own.
    pub clients: u32,
}

impl Workload {
    /// What is measured.
    pub fn all() -> Vec<Self> {
        vec![
            Self {
                name: "create a connection",
                method: Method::POST,
                path: "/connections",
                body: Some(connection().to_string()),
                status: 201,
                stored: 0,
                clients: 32,
            },
            Self {
                name: "read a connection",
                method: Method::GET,
                path: "/connections/{id}",
                body: None,
                status: 200,
                stored: 1,
                clients: 32,
            },
        ]
    }

    /// The path as an axum route, base path and all.
    pub fn route(&self) -> String {
        format!("{BASE_PATH}{}", self.path)
    }

    /// Brings a new flowmock to where this begins; answers with the path to send the requests to.
    pub fn prepare(&self, client: &Client, flowmock: &Server) -> Result<String, Failure> {
        let mut id = Value::Null;
        for _ in 0..self.stored {
            let made = send(client, flowmock, Method::POST, "/connections", Some(connection().to_string()))?;
            id = expect(201, made)?.json::<Value>()?["id"].take();
        }
        Ok(self.route().replace("{id}", id.as_str().unwrap_or_default()))
    }

    /// The body of flowmock's answer.
    pub fn answer(&self, client: &Client) -> Result<String, Failure> {
        let flowmock = Server::flowmock(1, &["--log-level", "warn"])?;
        let path = self.prepare(client, &flowmock)?;
        let path = path.strip_prefix(BASE_PATH).unwrap_or(&path);
        let answer = send(client, &flowmock, self.method.clone(), path, self.body.clone())?;
        Ok(expect(self.status, answer)?.text()?)
    }
}

fn send(
    client: &Client, flowmock: &Server, method: Method, path: &str, body: Option<String>,
) -> Result<Response, Failure> {
    let mut request = client.request(method, format!("{}{BASE_PATH}{path}", flowmock.url()));
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    Ok(request.body(body.unwrap_or_default()).send()?)
}

/// The answer, if it has that status.
fn expect(status: u16, answer: Response) -> Result<Response, Failure> {
    if answer.status() == status {
        return Ok(answer);
    }
    Err(format!(
        "{} answered {} where {status} was due: {}",
        answer.url().clone(),
        answer.status(),
        answer.text()?
    )
    .into())
}

/// A connection such as clients create.
fn connection() -> Value {
    json!({
        "name": "orders",
        "description": "Orders of the web shop",
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": {
                "connectionString":
                    "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0IGtleQ==;EndpointSuffix=core.windows.net"
            }
        },
        "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" }
    })
}
