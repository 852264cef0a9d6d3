//! The time to read a page as a sandbox grows, and the memory of a connection. `cargo bench --bench pages`.
//!
//! For each size, a server runs in its own process, so that its memory can be measured, and is filled over HTTP. Each row
//! of the table is the median over many answers on one keep-alive TCP connection, including the time in which the client
//! reads them. Numbers on the command line replace the sizes.

#[path = "support/library_server.rs"]
#[allow(unreachable_pub)] // a benchmark exports nothing
mod library_server;
#[path = "../tests/common/process_memory.rs"]
#[allow(unreachable_pub)] // a benchmark exports nothing
mod process_memory;
#[path = "support/socket.rs"]
#[allow(dead_code, unreachable_pub)] // this benchmark does not use all of it
mod socket;

use library_server::{Server, serves};
use serde_json::{Value, json};
use std::env;
use std::time::{Duration, Instant};

const SIZES: [usize; 3] = [100, 10_000, 1_000_000];

/// One in this many connections is a draft.
const DRAFT_EVERY: usize = 100;

/// The time in which one row is measured.
const BUDGET: Duration = Duration::from_secs(2);

fn main() {
    if serves() {
        return;
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let columns: Vec<Vec<(&str, Duration)>> = sizes.iter().map(|size| measure(*size)).collect();
    print!("{:44}", "median, in microseconds, at");
    sizes.iter().for_each(|size| print!("{size:>12}"));
    println!("{:>10}", "ratio");
    for (line, (name, first)) in columns[0].iter().enumerate() {
        print!("{name:44}");
        columns.iter().for_each(|column| print!("{:>12}", column[line].1.as_micros()));
        println!("{:>10.2}", columns[columns.len() - 1][line].1.as_secs_f64() / first.as_secs_f64());
    }
}

fn measure(size: usize) -> Vec<(&'static str, Duration)> {
    let server = Server::start();
    let before = server.resident_bytes();
    let started = Instant::now();
    socket::fill(&server.address, size, creation).expect("201 each time");
    let bytes = server.resident_bytes().saturating_sub(before) / size as u64;
    println!("{size} connections: {:.1} s to create, {bytes} bytes each", started.elapsed().as_secs_f64());

    let mut client = Client(socket::Client::connect(&server.address).expect("a connection"));
    let (middle, id) = client.walk_to_the_middle(size);
    let name = size / 2;
    let lines: [(&str, String); 14] = [
        ("first page of 100", "limit=100".into()),
        ("middle page of 100", middle),
        ("oldest 100", "limit=100&orderby=createdAt".into()),
        ("first 100 by name", "limit=100&orderby=name".into()),
        ("id==", format!("limit=100&property=id=={id}")),
        ("name==", format!("limit=100&property=name==connection%20{name}")),
        ("connectionSpec.id== (matches all)", format!("limit=100&property=connectionSpec.id=={SPEC}")),
        ("state==enabled (99 of 100)", "limit=100&property=state==enabled".into()),
        ("state==draft (1 of 100)", "limit=100&property=state==draft".into()),
        ("state==enabled by name", "limit=100&property=state==enabled&orderby=-name".into()),
        ("count", "count=true".into()),
        ("count of state==enabled", "count=true&property=state==enabled".into()),
        ("no index: description== (matches none)", "limit=100&property=description==x".into()),
        ("no index: first 100 by updatedAt", "limit=100&orderby=-updatedAt".into()),
    ];
    lines.into_iter().map(|(line, query)| (line, client.median(&query))).collect()
}

const SPEC: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

const PATH: &str = "/data/foundation/flowservice/connections";

fn creation(number: usize) -> String {
    let mode = if number % DRAFT_EVERY == DRAFT_EVERY - 1 { "?mode=draft" } else { "" };
    let key = "c2VjcmV0IGtleSBvZiB0aGUgYmVuY2htYXJrLCBhcyBsb25nIGFzIGEgcmVhbCBvbmUgaXMuLi4uLi4uLg==";
    let string = format!("DefaultEndpointsProtocol=https;AccountName=account{number};AccountKey={key}");
    let body = json!({
        "name": format!("connection {number}"),
        "description": "created by the page benchmark",
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": { "connectionString": string }
        },
        "connectionSpec": { "id": SPEC, "version": "1.0" }
    })
    .to_string();
    socket::request("POST", &format!("{PATH}{mode}"), &[], Some(&body))
}

/// A keep-alive TCP connection that requests pages.
struct Client(socket::Client);

impl Client {
    fn get(&mut self, query: &str) -> Vec<u8> {
        let request = socket::request("GET", &format!("{PATH}?{query}"), &[], None);
        self.0.send(&request).expect("sent");
        self.0.answer(200).expect("a page")
    }

    /// The query of the middle page of 100 connections, and the id of a connection on it. If there is one page, it is
    /// that page.
    fn walk_to_the_middle(&mut self, size: usize) -> (String, String) {
        let mut query = "limit=100".to_owned();
        for _ in 0..(size / 200) {
            let page = serde_json::from_slice::<Value>(&self.get(&query)).expect("a page");
            let next = page["_links"]["next"]["href"].as_str().expect("a next page");
            query = next.split_once('?').expect("a query").1.to_owned();
        }
        let page = serde_json::from_slice::<Value>(&self.get(&query)).expect("a page");
        assert_eq!(page["items"].as_array().map(Vec::len), Some(100.min(size)));
        (query, page["items"][0]["id"].as_str().expect("an id").to_owned())
    }

    fn median(&mut self, query: &str) -> Duration {
        let started = Instant::now();
        let mut times = Vec::new();
        while times.len() < 20 || started.elapsed() < BUDGET {
            let sent = Instant::now();
            self.get(query);
            times.push(sent.elapsed());
            if times.len() >= 2000 || (times.len() >= 3 && started.elapsed() > 5 * BUDGET) {
                break;
            }
        }
        times.sort_unstable();
        times[times.len() / 2]
    }
}
