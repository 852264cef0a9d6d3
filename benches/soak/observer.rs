//! Reads the journal, the contract report, the metrics and the state while the clients work, as a dashboard would.

use crate::support::Failure;
use crate::support::socket::{Client, IMS_ORG};
use serde_json::Value;
use std::thread;
use std::time::Duration;

/// The time between two reads.
const PAUSE: Duration = Duration::from_millis(100);

/// The documents to read, each with a JSON pointer to a value that it must contain; empty for plain text.
const VIEWS: [(&str, &str); 6] = [
    ("requests?limit=200", "/requests/0/id"),
    ("requests.har?limit=200", "/log/entries/0/request/method"),
    ("contract", "/examined"),
    ("metrics", ""),
    ("state?sandbox=prod", "/organisations/0/sandboxes/0/name"),
    ("info", "/version"),
];

/// Reads the views in turn until `is_over`, and returns the number of reads.
pub fn observe(address: &str, is_over: impl Fn() -> bool) -> Result<usize, Failure> {
    let mut client = Client::connect(address)?;
    let mut reads = 0;
    for (view, required) in VIEWS.iter().cycle() {
        thread::sleep(PAUSE);
        if is_over() {
            break;
        }
        let tenant = if view.starts_with("state") { format!("&imsOrgId={IMS_ORG}") } else { String::new() };
        client.send(&format!("GET /_flowmock/{view}{tenant} HTTP/1.1\r\nHost: localhost\r\n\r\n"))?;
        let body = client.answer(200)?;
        if !required.is_empty() {
            let document: Value = serde_json::from_slice(&body)?;
            document.pointer(required).ok_or_else(|| format!("{view} has no {required}"))?;
        }
        reads += 1;
    }
    Ok(reads)
}
