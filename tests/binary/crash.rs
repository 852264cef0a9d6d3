//! `--state` and `kill -9`: every change that was answered is there, and no half of any.

use crate::common::process::{Server, flowmock, send_signal};
use crate::common::requests::{HEADERS, connection};
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The number of clients that write at once.
const WRITERS: usize = 32;

/// A connection of one writer.
#[derive(Clone, Debug, Default)]
struct Known {
    id: String,
    etag: String,
    /// The number in its name as the last answer had it.
    answered: u32,
    /// The number that was sent last.
    sent: u32,
    /// Whether its deletion was sent, and answered.
    deleted: (bool, bool),
}

fn with_headers(request: RequestBuilder) -> RequestBuilder {
    HEADERS.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}

fn start(folder: &Path) -> Server {
    Server::spawn(flowmock(["--listen", "127.0.0.1:0", "--state", folder.to_str().unwrap()]))
}

fn text(body: &Value, key: &str) -> String {
    body[key].as_str().unwrap_or_default().to_owned()
}

/// Creates connections, renames each some times and deletes every fourth, until the server is gone.
fn write(url: &str, writer: usize, stop: &AtomicBool) -> Vec<Known> {
    let http = Client::new();
    let send = |request: RequestBuilder| with_headers(request).send().ok();
    let mut all: Vec<Known> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let mut body = connection("c2VjcmV0");
        body["name"] = json!(format!("{writer}-{}-0", all.len()));
        // Without an answer, nobody knows its id: it may be there or not.
        let Some(answer) = send(http.post(format!("{url}/connections")).json(&body)) else { break };
        assert_eq!(answer.status(), 201);
        let Ok(made) = answer.json::<Value>() else { break };
        all.push(Known { id: text(&made, "id"), etag: text(&made, "etag"), ..Known::default() });
        let number = all.len();
        let Some(known) = all.last_mut() else { break };
        let path = format!("{url}/connections/{}", known.id);
        for rename in 1..=3 {
            let name = format!("{writer}-{}-{rename}", number - 1);
            let patch = json!([{ "op": "replace", "path": "/name", "value": name }]);
            known.sent = rename;
            let patch = http.patch(&path).header("If-Match", &known.etag).json(&patch);
            let Some(answer) = send(patch) else { return all };
            assert_eq!(answer.status(), 200);
            let Ok(changed) = answer.json::<Value>() else { return all };
            (known.etag, known.answered) = (text(&changed, "etag"), rename);
        }
        if number.is_multiple_of(4) {
            known.deleted.0 = true;
            let Some(answer) = send(http.delete(&path)) else { break };
            assert_eq!(answer.status(), 204);
            known.deleted.1 = true;
        }
    }
    all
}

/// Checks what a restarted server has of a connection.
fn check(http: &Client, url: &str, known: &Known) {
    let answer = with_headers(http.get(format!("{url}/connections/{}", known.id))).send().unwrap();
    if answer.status() == 404 {
        assert!(known.deleted.0, "{known:?} is gone");
        return;
    }
    assert!(!known.deleted.1, "{known:?} is there again");
    let item = answer.json::<Value>().unwrap()["items"][0].clone();
    let name = text(&item, "name");
    let number: u32 = name.rsplit('-').next().and_then(|number| number.parse().ok()).expect("a number");
    assert!((known.answered..=known.sent).contains(&number), "{known:?} is {name}");
    if number == known.answered {
        assert_eq!(text(&item, "etag"), known.etag, "{known:?}");
    }
}

#[test]
fn a_killed_server_has_every_answered_change_when_it_starts_again() {
    let rounds: u32 = std::env::var("FLOWMOCK_CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let folder = tempfile::tempdir().unwrap();
    let mut all: Vec<Known> = Vec::new();
    for round in 0..rounds {
        let server = start(folder.path());
        let url = server.url("/data/foundation/flowservice");
        let stop = AtomicBool::new(false);
        let written = thread::scope(|scope| {
            let (url, stop) = (&url, &stop);
            let writers: Vec<_> =
                (0..WRITERS).map(|writer| scope.spawn(move || write(url, writer, stop))).collect();
            thread::sleep(Duration::from_millis(600 + u64::from(round * 37 % 200)));
            send_signal("KILL", server.pid());
            stop.store(true, Ordering::Relaxed);
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
        });
        drop(server);
        assert!(!written.is_empty(), "nothing was written in round {round}");
        all.extend(written);
        let server = start(folder.path());
        let (http, url) = (Client::new(), server.url("/data/foundation/flowservice"));
        all.iter().for_each(|known| check(&http, &url, known));
        send_signal("KILL", server.pid());
        drop(server);
        // What is known now is what the server has told last.
        for known in &mut all {
            known.deleted.1 = known.deleted.0;
        }
        all.retain(|known| !known.deleted.0);
    }
}
