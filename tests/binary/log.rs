//! The log: a line for each request, and nothing secret in it.

use crate::process::{CONNECTIONS, Server, connection, flowmock};
use reqwest::StatusCode;
use reqwest::blocking::Client;
use serde_json::Value;

/// Sends a request that succeeds and one that is refused; answers with their ids.
fn two_requests(server: &Server) -> [String; 2] {
    let made = server.post(&connection("c2VjcmV0")).header("x-request-id", "mine-1").send().unwrap();
    assert_eq!(made.status(), 201);
    let refused = Client::new().get(server.url(CONNECTIONS)).send().unwrap();
    assert_eq!(refused.status(), 403);
    [made, refused].map(|answer| answer.headers()["x-request-id"].to_str().unwrap().to_owned())
}

#[test]
fn the_json_log_has_one_object_a_request_with_all_that_identifies_it() {
    let server = Server::start(["--log-format", "json"]);
    let [first, second] = two_requests(&server);
    assert_eq!(first, "mine-1");
    let log = server.into_log();
    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(lines.len(), 2, "{log:?}");
    for line in &lines {
        assert_eq!(line["level"], "INFO", "{line}");
        assert_eq!(line["path"], CONNECTIONS, "{line}");
        assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
        assert!(line["ms"].as_f64().is_some_and(|ms| (0.0..20_000.0).contains(&ms)), "{line}");
    }
    let facts =
        |line: &Value| ["method", "status", "request_id", "sandbox", "error"].map(|key| line[key].clone());
    assert_eq!(facts(&lines[0]), ["POST".into(), 201.into(), first.into(), "prod".into(), Value::Null]);
    assert_eq!(facts(&lines[1]), ["GET".into(), 403.into(), second.into(), Value::Null, "403000".into()]);
}

#[test]
fn the_pretty_log_has_one_line_a_request_without_colours_in_a_pipe() {
    let server = Server::start([]);
    let [first, second] = two_requests(&server);
    let log = server.into_log();
    let expected = [
        (
            format!("method=\"POST\" path=\"{CONNECTIONS}\" status=201 ms="),
            format!("request_id=\"{first}\" sandbox=\"prod\"\n"),
        ),
        (
            format!("method=\"GET\" path=\"{CONNECTIONS}\" status=403 ms="),
            format!("request_id=\"{second}\" error=\"403000\"\n"),
        ),
    ];
    assert_eq!(log.len(), expected.len(), "{log:?}");
    for (line, (start, end)) in log.iter().zip(expected) {
        let (before, rest) = line.split_once(&start).unwrap_or_else(|| panic!("no {start} in {line}"));
        assert!(before.ends_with(" INFO ") && !before.contains('\x1b'), "{line}");
        let ms = rest.strip_suffix(&end).unwrap_or_else(|| panic!("no {end} in {line}"));
        assert!(ms.trim_end().parse::<f64>().is_ok(), "{line}");
    }
}

#[test]
fn no_line_holds_a_credential_a_token_or_the_query_at_any_level() {
    let key = "dGhlIGFjY291bnQga2V5"; // base64, as the service wants it
    for format in ["pretty", "json"] {
        let server = Server::start(["--log-format", format, "--log-level", "trace", "--contract-headers"]);
        let token = |request: reqwest::blocking::RequestBuilder, value: &str| {
            let (client, request) = request.build_split();
            let mut request = request.unwrap();
            request.headers_mut().insert("Authorization", value.parse().unwrap());
            client.execute(request).unwrap().status().as_u16()
        };
        let good = || server.post(&connection(key));
        assert_eq!(token(good(), "Bearer hunter2"), 201);
        assert_eq!(token(server.post_with("?mode=swordfish", &connection(key)), "Bearer hunter2"), 400);
        assert_eq!(token(good(), "Basic hunter2"), 401);
        // Refused for what is in the credential's place, and for what is around it.
        assert_eq!(
            token(server.post(&connection(&format!("{key};AccountKey={key}"))), "Bearer hunter2"),
            400
        );
        let in_endpoint = format!("{key};TableEndpoint=https://acme.table.core.windows.net/?sig=swordfish");
        assert_eq!(token(server.post(&connection(&in_endpoint)), "Bearer hunter2"), 400);
        assert_eq!(token(good().body(format!("{{\"auth\": \"AccountKey={key}\"")), "Bearer hunter2"), 400);
        let listed = server.get(&format!("{CONNECTIONS}?property=name%3D%3Dswordfish&limit=swordfish"));
        assert_eq!(token(listed, "Bearer hunter2"), 400);
        // Where no credential belongs.
        let in_path = server.get(&format!("{CONNECTIONS}/AccountKey={key}"));
        assert_eq!(token(in_path, "Bearer hunter2"), 404);
        let named = good().header("x-request-id", format!("?sig=swordfish;AccountKey={key}"));
        assert_eq!(token(named, "Bearer hunter2"), 201);
        let log = server.into_log();
        assert!(log.len() >= 8, "{log:?}");
        for line in &log {
            for secret in [key, "hunter2", "swordfish"] {
                assert!(!line.contains(secret), "{secret} in {line}");
            }
        }
    }
}

#[test]
fn no_line_holds_a_clients_secret_a_code_an_issued_token_or_the_control_token_at_any_level() {
    for format in ["pretty", "json"] {
        let mut command = flowmock(["--listen", "127.0.0.1:0", "--auth", "issued", "--log-level", "trace"]);
        command.args(["--log-format", format]).env("FLOWMOCK_CONTROL_TOKEN", "swordfish");
        let server = Server::spawn(command);
        let client = Client::new();
        let form = "grant_type=client_credentials&client_id=key&client_secret=hunter2&scope=openid";
        let answer = client.post(server.url("/ims/token/v3")).body(form);
        let answer = answer.header("Content-Type", "application/x-www-form-urlencoded").send().unwrap();
        let answer: Value = answer.error_for_status().unwrap().json().unwrap();
        let token = answer["access_token"].as_str().unwrap();
        let by_query =
            |query: &str| client.post(server.url("/ims/token/v1?") + query).send().unwrap().status();
        let code = "grant_type=authorization_code&client_id=key&client_secret=hunter2&code=sesame";
        assert_eq!(by_query(code), 200);
        assert_eq!(by_query(code), 400); // used before
        assert_eq!(by_query(&format!("{code}&hunter2=%")), 400);
        let list = |token: &str| {
            let list = client.get(server.url(CONNECTIONS)).header("x-api-key", "key");
            let list = list.header("x-gw-ims-org-id", "A@AdobeOrg").header("x-sandbox-name", "prod");
            list.bearer_auth(token).send().unwrap().status()
        };
        assert_eq!((list(token), list(&format!("{token}x"))), (StatusCode::OK, StatusCode::UNAUTHORIZED));
        let control = |token: &str| {
            client.get(server.url("/_flowmock/errors")).bearer_auth(token).send().unwrap().status()
        };
        assert_eq!((control("swordfish"), control("swordfish2")), (StatusCode::OK, StatusCode::UNAUTHORIZED));
        let log = server.into_log();
        assert!(log.iter().any(|line| line.contains("a bearer token was refused")), "{log:?}");
        for line in &log {
            for secret in ["hunter2", "sesame", "swordfish", token] {
                assert!(!line.contains(secret), "{secret} in {line}");
            }
        }
    }
}

#[test]
fn level_off_is_silent_and_level_warn_leaves_requests_out() {
    for level in ["off", "warn"] {
        let server = Server::start(["--log-level", level]);
        two_requests(&server);
        assert_eq!(server.into_log(), [""; 0], "{level}");
    }
}
