//! [`FlowMock`] as a test of somebody else's project holds it: start, addresses, clients, drop, and why a
//! start fails.

use flowmock::contract::{PassCriteria, Severity};
use flowmock::{BASE_PATH, Config, FlowMock, HEALTH_PATH, StartError};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// More than any answer or stop takes that does not wait for something which never comes.
const PROMPT: Duration = Duration::from_secs(5);

fn headers() -> HeaderMap {
    let sent = [
        ("authorization", "Bearer token"),
        ("x-api-key", "key"),
        ("x-gw-ims-org-id", "TEST@AdobeOrg"),
        ("x-sandbox-name", "prod"),
    ];
    sent.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn body(name: &str, spec: &str, params: Value) -> Value {
    json!({
        "name": name,
        "auth": { "specName": "Connection String Based Authentication", "params": params },
        "connectionSpec": { "id": spec, "version": "1.0" }
    })
}

fn orders() -> Value {
    body("orders", ATS, json!({ "connectionString": "AccountName=acme;AccountKey=c2VjcmV0" }))
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

fn post(mock: &FlowMock, body: &Value) -> (u16, Value) {
    let request = reqwest::blocking::Client::new().post(format!("{}/connections", mock.base_url()));
    let answer = request.headers(headers()).json(body).send().unwrap();
    (answer.status().as_u16(), answer.json().unwrap())
}

/// The names of all connections.
fn names(mock: &FlowMock) -> Vec<String> {
    let request = reqwest::blocking::Client::new().get(format!("{}/connections", mock.base_url()));
    let answer: Value =
        request.headers(headers()).send().unwrap().error_for_status().unwrap().json().unwrap();
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

/// A connection on which the server has begun to read a body of 100 bytes, and waits for it.
fn half_sent(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PROMPT)).unwrap();
    let head = format!(
        "POST {BASE_PATH}/connections HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nx-api-key: k\r\n\
         x-gw-ims-org-id: o\r\nx-sandbox-name: s\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut leave = [0; 25];
    stream.read_exact(&mut leave).unwrap();
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(br#"{"name":"#).unwrap();
    stream
}

/// A connection that has had an answer and is kept open.
fn kept_alive(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PROMPT)).unwrap();
    write!(stream, "GET {HEALTH_PATH} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"}") {
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    stream
}

/// Asserts that the other side closes the connection, or has done so.
fn expect_closed(mut stream: TcpStream) {
    match stream.read(&mut [0; 64]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("the connection is not closed: {other:?}"),
    }
}

/// How long dropping takes.
fn drop_time(mock: FlowMock) -> Duration {
    let started = Instant::now();
    drop(mock);
    started.elapsed()
}

#[test]
fn a_server_answers_as_soon_as_start_returns_and_its_urls_name_its_address() {
    let mock = FlowMock::start();
    assert!(mock.address().ip().is_loopback() && mock.address().port() != 0);
    assert_eq!(mock.url(), format!("http://{}", mock.address()));
    assert_eq!(mock.base_url(), format!("http://{}/data/foundation/flowservice", mock.address()));
    let answer = reqwest::blocking::get(mock.url() + HEALTH_PATH).unwrap();
    assert_eq!(answer.status(), 200);
    assert!(names(&mock).is_empty());
}

#[test]
fn a_server_on_all_interfaces_is_named_by_its_loopback_address() {
    let mock =
        FlowMock::with_config(config(|config| config.listen = ([0, 0, 0, 0], 0).into())).expect("it starts");
    assert!(mock.address().ip().is_unspecified());
    assert_eq!(mock.url(), format!("http://127.0.0.1:{}", mock.address().port()));
    assert_eq!(reqwest::blocking::get(mock.url() + HEALTH_PATH).unwrap().status(), 200);
}

#[test]
fn time_outs_may_be_as_long_as_there_are() {
    let mock = FlowMock::with_config(config(|config| {
        config.header_read_timeout = Duration::MAX;
        config.request_timeout = Duration::MAX;
        config.drain_timeout = Duration::MAX;
    }))
    .expect("it starts");
    assert_eq!(post(&mock, &orders()).0, 201);
    let over_http2 = reqwest::blocking::Client::builder().http2_prior_knowledge().build().unwrap();
    assert_eq!(over_http2.get(mock.url() + HEALTH_PATH).send().unwrap().status(), 200);
    assert!(drop_time(mock) < PROMPT);
}

#[test]
fn two_servers_at_once_share_no_data() {
    let (first, second) = (FlowMock::start(), FlowMock::start());
    assert_ne!(first.address(), second.address());
    let (status, made) = post(&first, &orders());
    assert_eq!(status, 201, "{made}");
    assert_eq!(names(&first), ["orders"]);
    assert!(names(&second).is_empty());
}

#[test]
fn a_server_can_be_used_from_many_threads_at_once() {
    let mock = FlowMock::start();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(post(&mock, &orders()).0, 201));
        }
    });
    assert_eq!(names(&mock).len(), 8);
}

async fn create_read_and_drop() {
    let mock = FlowMock::start();
    let client = reqwest::Client::new();
    let url = format!("{}/connections", mock.base_url());
    let answer = client.post(&url).headers(headers()).json(&orders()).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let made: Value = answer.json().await.unwrap();
    let id = made["id"].as_str().unwrap();
    let answer = client.get(format!("{url}/{id}")).headers(headers()).send().await.unwrap();
    let read: Value = answer.error_for_status().unwrap().json().await.unwrap();
    assert_eq!(read["items"][0]["name"], "orders");
    // The client still holds its connection.
    assert!(drop_time(mock) < PROMPT);
    assert!(client.get(url).headers(headers()).send().await.is_err());
}

#[tokio::test(flavor = "current_thread")]
async fn it_works_and_is_dropped_in_an_async_test_of_one_thread() {
    create_read_and_drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_and_is_dropped_in_an_async_test_of_many_threads() {
    create_read_and_drop().await;
}

#[test]
fn a_half_sent_request_holds_a_drop_up_for_the_drain_timeout_and_no_longer() {
    let drain = Duration::from_millis(200);
    let mock = FlowMock::with_config(config(|config| config.drain_timeout = drain)).unwrap();
    let stream = half_sent(mock.address());
    let took = drop_time(mock);
    assert!((drain..PROMPT).contains(&took), "{took:?}");
    expect_closed(stream);
}

#[test]
fn a_request_that_becomes_whole_while_the_server_is_dropped_is_still_answered() {
    let mock = FlowMock::start();
    let mut stream = half_sent(mock.address());
    let stopping = thread::spawn(move || drop_time(mock));
    stream.write_all(&[b' '; 92]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("FLOW-1000-400"), "{answer}");
    assert!(stopping.join().unwrap() < PROMPT);
}

#[test]
fn connections_without_a_request_do_not_hold_a_drop_up() {
    let mock = FlowMock::with_config(config(|config| config.drain_timeout = PROMPT * 12)).unwrap();
    let address = mock.address();
    let unused: Vec<_> = (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
    let idle: Vec<_> = (0..3).map(|_| kept_alive(address)).collect(); // later, so those above are accepted too
    let took = drop_time(mock);
    assert!(took < PROMPT, "{took:?}");
    unused.into_iter().chain(idle).for_each(expect_closed);
}

#[test]
fn a_half_sent_head_does_not_hold_a_drop_up_for_longer_than_the_drain_timeout() {
    let drain = Duration::from_millis(200);
    let mock = FlowMock::with_config(config(|config| config.drain_timeout = drain)).unwrap();
    let mut stream = kept_alive(mock.address());
    stream.write_all(b"GET /data/foundation/flowserv").unwrap();
    let took = drop_time(mock);
    assert!(took < PROMPT, "{took:?}");
    expect_closed(stream);
}

#[test]
fn after_a_stop_the_port_is_free_for_the_next_server() {
    // More than once, since another process may take the port in between.
    let freed = || {
        let mock = FlowMock::start();
        let address = mock.address();
        assert_eq!(post(&mock, &orders()).0, 201);
        mock.stop();
        let next = FlowMock::with_config(config(|config| config.listen = address));
        next.is_ok_and(|next| next.address() == address && names(&next).is_empty())
    };
    assert!((0..3).any(|_| freed()));
}

/// The one sentence of a start that must fail.
#[track_caller]
fn refused(config: Config) -> (StartError, String) {
    let error = FlowMock::with_config(config).expect_err("a start that must fail");
    let message = error.to_string();
    assert!(!message.contains('\n') && message.len() < 300, "{message}");
    (error, message)
}

#[test]
fn a_taken_port_is_refused_by_its_address() {
    let mock = FlowMock::start();
    let address = mock.address();
    let (error, message) = refused(config(|config| config.listen = address));
    assert_eq!(
        message,
        format!("cannot listen on {address}: the port is in use; stop what listens there or choose another")
    );
    assert!(matches!(&error, StartError::Listen { address: named, .. } if *named == address), "{error:?}");
    assert!(error.source().is_some());
    assert!(names(&mock).is_empty()); // the first one is not disturbed
}

#[test]
fn an_address_of_another_machine_is_refused_by_its_name() {
    let (_, message) = refused(config(|config| config.listen = ([192, 0, 2, 1], 0).into()));
    assert!(message.starts_with("cannot listen on 192.0.2.1:0: "), "{message}");
}

#[test]
fn a_fixtures_folder_that_is_not_there_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap().path().join("gone");
    let (error, message) = refused(config(|config| config.fixtures = Some(folder.clone())));
    assert!(message.starts_with(&format!("cannot read {}: ", folder.display())), "{message}");
    assert!(matches!(error, StartError::Fixture(_)), "{error:?}");
}

/// A folder with one connection spec.
fn fixtures(spec: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("connection-specs")).unwrap();
    fs::write(folder.path().join("connection-specs/mine.json"), spec).unwrap();
    folder
}

#[test]
fn a_broken_fixture_is_refused_by_its_file_and_place_and_the_port_is_given_back() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = fixtures(r#"{"id":"a","name":"b","version":"1.0","authSpec":[{"name":"c","spec":7}]}"#);
    let (_, message) = refused(config(|config| {
        config.listen = port;
        config.fixtures = Some(folder.path().into());
    }));
    let file = folder.path().join("connection-specs/mine.json");
    assert_eq!(
        message,
        format!("{}: line 1: at /authSpec/0/spec: must be a JSON Schema, an object", file.display())
    );
    assert!(TcpListener::bind(port).is_ok());
}

#[test]
fn fixtures_add_to_the_built_in_connection_specs_and_replace_them_by_id() {
    let spec = |id: &str, param: &str| {
        json!({
            "id": id, "name": "mine", "version": "1.0",
            "authSpec": [{ "name": "Connection String Based Authentication", "spec": {
                "type": "object",
                "properties": { param: { "type": "string", "format": "password" } },
                "required": [param]
            } }]
        })
    };
    let new = "5b1f1a5e-0000-4000-8000-000000000001";
    let folder = fixtures(&spec(ATS, "key").to_string());
    fs::write(folder.path().join("connection-specs/new.json"), spec(new, "password").to_string()).unwrap();
    fs::write(folder.path().join("connection-specs/README.md"), "not a connection spec").unwrap();
    let mock = FlowMock::with_config(config(|config| config.fixtures = Some(folder.path().into()))).unwrap();

    let (status, refusal) = post(&mock, &orders());
    assert!(status == 400 && refusal["errorMessage"].as_str().unwrap().contains("key"), "{refusal}");
    assert_eq!(post(&mock, &body("replaced", ATS, json!({ "key": "k" }))).0, 201);
    assert_eq!(post(&mock, &body("added", new, json!({ "password": "p" }))).0, 201);
    let landing_zone = "10440537-2a7b-4583-ac39-ed38d4b848e8";
    let built_in = json!({ "name": "built in", "connectionSpec": { "id": landing_zone, "version": "1.0" } });
    assert_eq!(post(&mock, &built_in).0, 201);
    assert_eq!(names(&mock).len(), 3);
}

/// What a panic says.
fn panic_of(action: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(action)).expect_err("a panic");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn a_contract_that_was_broken_panics_with_the_text_and_one_that_was_kept_does_not() {
    let mock = FlowMock::start();
    let nothing = panic_of(|| mock.assert_contract());
    assert!(nothing.contains("\nCould not tell: no request was examined"), "{nothing}");

    let list = |query: &str| {
        let url = format!("{}/connections{query}", mock.base_url());
        reqwest::blocking::Client::new().get(url).headers(headers()).send().unwrap();
    };
    list("?property=name=orders");
    mock.assert_contract();
    let mut criteria = PassCriteria::default();
    criteria.fail_on = Some(Severity::Warning);
    let warned = panic_of(|| mock.assert_contract_by(&criteria));
    assert!(warned.contains("\n  warning  filter-single-equals, once\n"), "{warned}");
    assert!(warned.ends_with("\nBroken:\n  key broke 1 rule: filter-single-equals\n"), "{warned}");

    list("?limt=5");
    let broken = panic_of(|| mock.assert_contract());
    assert!(broken.contains("\n  error    parameter-unknown, once\n"), "{broken}");
    assert!(broken.lines().all(|line| line.chars().count() <= 80) && !broken.contains('\u{1b}'), "{broken}");

    mock.reset_contract();
    list("");
    mock.assert_contract_by(&criteria);
    criteria.min_coverage = Some(99.0);
    let below = panic_of(|| mock.assert_contract_by(&criteria));
    assert!(below.contains("Never met, and how to meet it\n"), "{below}");
}
