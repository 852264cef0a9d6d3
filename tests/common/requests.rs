//! Requests that many tests send.

use serde_json::{Value, json};
use std::fmt::Display;

/// The path of the connections.
pub const CONNECTIONS: &str = "/data/foundation/flowservice/connections";

/// The connection spec of Azure Table Storage.
pub const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// The headers that every request to the API needs.
pub const HEADERS: [(&str, &str); 4] = [
    ("Authorization", "Bearer token"),
    ("x-api-key", "key"),
    ("x-gw-ims-org-id", "TEST@AdobeOrg"),
    ("x-sandbox-name", "prod"),
];

/// A valid connection to create, whose connection string has this account key.
pub fn connection(account_key: &str) -> Value {
    json!({
        "name": "orders",
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": { "connectionString": format!("AccountName=acme;AccountKey={account_key}") }
        },
        "connectionSpec": { "id": ATS, "version": "1.0" }
    })
}

/// The head of an HTTP/1.1 request with `headers`, followed by `more_lines`, each a whole header line.
pub fn request_head<'a>(
    method: &str, path: &str, headers: impl IntoIterator<Item = (&'a str, impl Display)>, more_lines: &[&str],
) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    for line in more_lines {
        head += &format!("{line}\r\n");
    }
    head + "\r\n"
}

/// A call to flowmock itself, without a body; `path` is below `/_flowmock/`.
pub fn control_request(method: &str, path: &str) -> String {
    let headers: [(&str, &str); 0] = [];
    request_head(method, &format!("/_flowmock/{path}"), headers, &[])
}
