//! The cost of flows and runs beside that of connections, and the memory of a flow. `cargo bench --bench chain`.
//!
//! The server runs in its own process, so that its memory can be measured. Each row is the median over many answers on one
//! keep-alive TCP connection, including the time in which the client reads them. The runs are those of a flow that has run
//! every minute for two years.

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
use std::time::{Duration, Instant};

/// The flows and connections over which memory is measured.
const MANY: usize = 20_000;

/// The time in which one row is measured.
const BUDGET: Duration = Duration::from_secs(2);

/// Where the Flow Service's paths begin.
const BASE: &str = "/data/foundation/flowservice";

/// The frozen clock at the beginning, in milliseconds since the epoch, and two years later.
const BEGIN: i64 = 1_600_000_000_000;
const LATER: i64 = BEGIN + 2 * 365 * 24 * 60 * 60 * 1000;

fn main() {
    if serves() {
        return;
    }
    let server = Server::start();
    let mut client = Client(socket::Client::connect(&server.address).expect("a connection"));
    client.freeze(BEGIN);
    let base = client.create("/connections", &connection(0));
    let source = json!({
        "name": "customers",
        "baseConnectionId": base,
        "connectionSpec": { "id": ATS, "version": "1.0" },
        "data": { "format": "tabular" },
        "params": { "tableName": "Customers" }
    });
    let source = client.create("/sourceConnections", &source);
    let target = json!({
        "name": "customers",
        "connectionSpec": { "id": DATA_LAKE, "version": "1.0" },
        "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" }
    });
    let target = client.create("/targetConnections", &target);
    let flow = |number| flow(number, &source, &target);

    let connections = memory_of(&server, |number| ("/connections", connection(number)));
    let flows = memory_of(&server, |number| ("/flows", flow(number)));
    println!("{connections} bytes a connection, {flows} bytes a flow");

    let one = client.create("/connections", &connection(0));
    let old = client.create("/flows", &flow(0));
    client.freeze(LATER);
    let created = client.median(|client, number| _ = client.create("/connections", &connection(number)));
    row("create a connection", created, None);
    let time = client.median(|client, number| _ = client.create("/flows", &flow(number)));
    row("create a flow", time, Some(created));
    let read = client.median(|client, _| _ = client.get(&format!("/connections/{one}")));
    row("read a connection", read, None);
    let time = client.median(|client, _| _ = client.get(&format!("/flows/{old}")));
    row("read a flow", time, Some(read));
    let page = client.median(|client, _| _ = client.get("/connections?limit=100"));
    row("100 connections", page, None);
    let time = client.median(|client, _| _ = client.get("/flows?limit=100"));
    row("100 flows", time, Some(page));
    let time = client.median(|client, _| _ = client.get("/runs?limit=100"));
    row(&format!("100 runs of {MANY} flows"), time, Some(page));
    let runs = format!("/runs?limit=100&property=flowId=={old}");
    let first: Value = serde_json::from_slice(&client.get(&runs)).expect("a page");
    assert_eq!(first["items"].as_array().map(Vec::len), Some(100), "{first}");
    let time = client.median(|client, _| _ = client.get(&runs));
    row("100 runs of a flow of two years", time, Some(page));
    let failed = format!("{runs}&property=metrics.statusSummary.status==failed");
    let time = client.median(|client, _| _ = client.get(&failed));
    row("its failed runs: none", time, Some(page));
    let count = format!("/runs?count=true&property=flowId=={old}");
    let counted: Value = serde_json::from_slice(&client.get(&count)).expect("a count");
    let time = client.median(|client, _| _ = client.get(&count));
    row(&format!("the count of its {} runs", counted["count"]), time, Some(page));
}

/// Prints a time, and how it compares with another.
fn row(name: &str, time: Duration, other: Option<Duration>) {
    print!("{name:40}{:>10.1} us", time.as_secs_f64() * 1e6);
    match other {
        Some(other) => println!("{:>8.2}", time.as_secs_f64() / other.as_secs_f64()),
        None => println!(),
    }
}

/// The bytes of resident memory for each of [`MANY`] entities; 0 where the system does not report it.
fn memory_of(server: &Server, entity: impl Fn(usize) -> (&'static str, Value) + Sync) -> u64 {
    let before = server.resident_bytes();
    let creation = |number: usize| {
        let (path, body) = entity(number);
        socket::request("POST", &format!("{BASE}{path}"), &[], Some(&body.to_string()))
    };
    socket::fill(&server.address, MANY, creation).expect("201 each time");
    server.resident_bytes().saturating_sub(before) / MANY as u64
}

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

const DATA_LAKE: &str = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";

const CRM_TO_AEP: &str = "14518937-270c-4525-bdec-c2ba7cce3860";

fn connection(number: usize) -> Value {
    let key = "c2VjcmV0IGtleSBvZiB0aGUgYmVuY2htYXJrLCBhcyBsb25nIGFzIGEgcmVhbCBvbmUgaXMuLi4uLi4uLg==";
    let string = format!("DefaultEndpointsProtocol=https;AccountName=account{number};AccountKey={key}");
    json!({
        "name": format!("connection {number}"),
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": { "connectionString": string }
        },
        "connectionSpec": { "id": ATS, "version": "1.0" }
    })
}

fn flow(number: usize, source: &str, target: &str) -> Value {
    json!({
        "name": format!("flow {number}"),
        "flowSpec": { "id": CRM_TO_AEP, "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [
            { "name": "Copy", "params": { "deltaColumn": { "name": "Timestamp" } } },
            { "name": "Mapping", "params": { "mappingId": "0b090130b58b4e819afc78b6dc98a945", "mappingVersion": 0 } }
        ],
        "scheduleParams": { "startTime": BEGIN / 1000, "frequency": "minute", "interval": 1 }
    })
}

/// A keep-alive TCP connection.
struct Client(socket::Client);

impl Client {
    fn freeze(&mut self, at: i64) {
        let body = json!({ "now": at }).to_string();
        self.0.send(&socket::request("PUT", "/_flowmock/clock", &[], Some(&body))).expect("sent");
        self.0.answer(200).expect("the clock");
    }

    /// Creates an entity and returns its id.
    fn create(&mut self, path: &str, body: &Value) -> String {
        let request = socket::request("POST", &format!("{BASE}{path}"), &[], Some(&body.to_string()));
        self.0.send(&request).expect("sent");
        let answer: Value = serde_json::from_slice(&self.0.answer(201).expect("201")).expect("JSON");
        answer["id"].as_str().expect("an id").to_owned()
    }

    fn get(&mut self, path: &str) -> Vec<u8> {
        self.0.send(&socket::request("GET", &format!("{BASE}{path}"), &[], None)).expect("sent");
        self.0.answer(200).expect("an answer")
    }

    fn median(&mut self, mut call: impl FnMut(&mut Self, usize)) -> Duration {
        let started = Instant::now();
        let mut times = Vec::new();
        while times.len() < 20 || (started.elapsed() < BUDGET && times.len() < 5000) {
            let sent = Instant::now();
            call(self, times.len());
            times.push(sent.elapsed());
        }
        times.sort_unstable();
        times[times.len() / 2]
    }
}
