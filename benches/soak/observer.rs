//! Who looks on while the clients are at work: at the journal, the contract report, the metrics and the state, as a test's
//! author or a dashboard would.

use crate::Failure;
use crate::client::ORGANISATION;
use crate::support::socket::Client;
use serde_json::Value;
use std::thread;
use std::time::Duration;

/// From one look to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// What it looks at, and what the JSON there has to have; nothing, if it is text.
const VIEWS: [(&str, &str); 6] = [
    ("requests?limit=200", "/requests/0/id"),
    ("requests.har?limit=200", "/log/entries/0/request/method"),
    ("contract", "/examined"),
    ("metrics", ""),
    ("state?sandbox=prod", "/organisations/0/sandboxes/0/name"),
    ("info", "/version"),
];

/// Looks at one after the other until it is `over`; answers with how often it did.
pub fn look_on(address: &str, over: impl Fn() -> bool) -> Result<usize, Failure> {
    let mut client = Client::connect(address)?;
    let mut looks = 0;
    for (view, expected) in VIEWS.iter().cycle() {
        thread::sleep(PAUSE);
        if over() {
            break;
        }
        let tenant =
            if view.starts_with("state") { format!("&imsOrgId={ORGANISATION}") } else { String::new() };
        client.send(&format!("GET /_flowmock/{view}{tenant} HTTP/1.1\r\nHost: localhost\r\n\r\n"))?;
        let body = client.answer(200)?;
        if !expected.is_empty() {
            let document: Value = serde_json::from_slice(&body)?;
            document.pointer(expected).ok_or_else(|| format!("{view} has no {expected}"))?;
        }
        looks += 1;
    }
    Ok(looks)
}
