//! The log has a line for each request and contains no secret.

use crate::common::process::{Server, flowmock};
use crate::common::requests::{CONNECTIONS, connection};
use reqwest::StatusCode;
use serde_json::Value;

/// The reason for a refusal of a request without an API key.
const NO_KEY: &str = "x-api-key is absent or empty; every call needs one";

/// Sends a request that succeeds and one that is refused; returns their request ids.
fn send_two_requests(server: &Server) -> [String; 2] {
    let created = server.post(&connection("c2VjcmV0")).header("x-request-id", "mine-1").send().unwrap();
    assert_eq!(created.status(), 201);
    let refused = server.api().http.get(server.url(CONNECTIONS)).send().unwrap();
    assert_eq!(refused.status(), 403);
    [created, refused].map(|answer| answer.headers()["x-request-id"].to_str().unwrap().to_owned())
}

#[test]
fn the_json_log_has_one_object_per_request_that_identifies_it() {
    let server = Server::start(["--log-format", "json"]);
    let [first, second] = send_two_requests(&server);
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
    let fields = |line: &Value| {
        ["method", "status", "request_id", "sandbox", "error", "reason"].map(|key| line[key].clone())
    };
    assert_eq!(
        fields(&lines[0]),
        ["POST".into(), 201.into(), first.into(), "prod".into(), Value::Null, Value::Null]
    );
    assert_eq!(
        fields(&lines[1]),
        ["GET".into(), 403.into(), second.into(), Value::Null, "403000".into(), NO_KEY.into()]
    );
}

#[test]
fn the_pretty_log_has_one_line_per_request_and_no_colours_in_a_pipe() {
    let server = Server::start([]);
    let [first, second] = send_two_requests(&server);
    let log = server.into_log();
    let expected = [
        (
            format!("method=\"POST\" path=\"{CONNECTIONS}\" status=201 ms="),
            format!("request_id=\"{first}\" sandbox=\"prod\"\n"),
        ),
        (
            format!("method=\"GET\" path=\"{CONNECTIONS}\" status=403 ms="),
            format!("request_id=\"{second}\" error=\"403000\" reason=\"{NO_KEY}\"\n"),
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
fn the_log_never_contains_a_credential_a_bearer_token_or_a_query() {
    let key = "dGhlIGFjY291bnQga2V5"; // the service requires base64
    for format in ["pretty", "json"] {
        let server = Server::start(["--log-format", format, "--log-level", "trace", "--contract-headers"]);
        let send_with = |request: reqwest::blocking::RequestBuilder, authorization: &str| {
            let (client, request) = request.build_split();
            let mut request = request.unwrap();
            request.headers_mut().insert("Authorization", authorization.parse().unwrap());
            client.execute(request).unwrap().status().as_u16()
        };
        let valid = || server.post(&connection(key));
        assert_eq!(send_with(valid(), "Bearer hunter2"), 201);
        assert_eq!(
            send_with(server.api().post_with("?mode=swordfish", &connection(key)), "Bearer hunter2"),
            400
        );
        assert_eq!(send_with(valid(), "Basic hunter2"), 401);
        // Refused because of the credential itself, or of text next to it.
        assert_eq!(
            send_with(server.post(&connection(&format!("{key};AccountKey={key}"))), "Bearer hunter2"),
            400
        );
        let in_endpoint = format!("{key};TableEndpoint=https://acme.table.core.windows.net/?sig=swordfish");
        assert_eq!(send_with(server.post(&connection(&in_endpoint)), "Bearer hunter2"), 400);
        assert_eq!(
            send_with(valid().body(format!("{{\"auth\": \"AccountKey={key}\"")), "Bearer hunter2"),
            400
        );
        let list = server.get(&format!("{CONNECTIONS}?property=name%3D%3Dswordfish&limit=swordfish"));
        assert_eq!(send_with(list, "Bearer hunter2"), 400);
        // Credentials in places where they do not belong.
        let in_path = server.get(&format!("{CONNECTIONS}/AccountKey={key}"));
        assert_eq!(send_with(in_path, "Bearer hunter2"), 404);
        let in_request_id = valid().header("x-request-id", format!("?sig=swordfish;AccountKey={key}"));
        assert_eq!(send_with(in_request_id, "Bearer hunter2"), 201);
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
fn the_log_never_contains_a_client_secret_a_code_an_issued_token_or_the_control_token() {
    for format in ["pretty", "json"] {
        let mut command = flowmock(["--listen", "127.0.0.1:0", "--auth", "issued", "--log-level", "trace"]);
        command.args(["--log-format", format]).env("FLOWMOCK_CONTROL_TOKEN", "swordfish");
        let server = Server::spawn(command);
        let client = &server.api().http;
        let form = "grant_type=client_credentials&client_id=key&client_secret=hunter2&scope=openid";
        let answer = client.post(server.url("/ims/token/v3")).body(form);
        let answer = answer.header("Content-Type", "application/x-www-form-urlencoded").send().unwrap();
        let answer: Value = answer.error_for_status().unwrap().json().unwrap();
        let token = answer["access_token"].as_str().unwrap();
        let by_query =
            |query: &str| client.post(server.url("/ims/token/v1?") + query).send().unwrap().status();
        let code = "grant_type=authorization_code&client_id=key&client_secret=hunter2&code=sesame";
        assert_eq!(by_query(code), 200);
        assert_eq!(by_query(code), 400); // the code has been used
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
        assert!(log.iter().any(|line| line.contains("this server did not issue the token")), "{log:?}");
        for line in &log {
            for secret in ["hunter2", "sesame", "swordfish", token] {
                assert!(!line.contains(secret), "{secret} in {line}");
            }
        }
    }
}

#[test]
fn at_log_levels_off_and_warn_requests_are_not_logged() {
    for level in ["off", "warn"] {
        let server = Server::start(["--log-level", level]);
        send_two_requests(&server);
        assert_eq!(server.into_log(), [""; 0], "{level}");
    }
}
