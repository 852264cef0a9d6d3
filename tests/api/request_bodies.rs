//! Request bodies that cannot be read, or only in part. Reference: `errors.csv`,
//! FLOW-1000-400, FLOW-1004-415, FLOW-1405-400.

use crate::support::{self, Answer, Control, RawConnection, Tenant, ats, shared, with};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write;

async fn post(tenant: &Tenant, body: impl Into<Vec<u8>>) -> Answer {
    Answer::to(tenant.request(Method::POST, "/connections").body(body.into())).await
}

async fn patch(tenant: &Tenant, id: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = tenant.request(Method::PATCH, &format!("/connections/{id}")).header("If-Match", "*");
    Answer::to(request.body(body.into())).await
}

#[tokio::test]
async fn an_absent_empty_or_blank_body_is_refused() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    for body in ["", " ", "\r\n\t "] {
        post(&tenant, body).await.expect_error("FLOW-1405-400").naming("body");
        patch(&tenant, &made.id, body).await.expect_error("FLOW-1405-400").naming("body");
    }
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
    assert_eq!(tenant.count().await, 1);
}

#[tokio::test]
async fn invalid_json_is_refused_with_its_place_and_never_repeated() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let deep = |open: &str, close: &str| open.repeat(10_000) + "1" + &close.repeat(10_000);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"{".into(), "line 1"),
        (b"{\"name\": hunter2}".into(), "line 1"),
        (b"{\n\"name\": \"hunter2\"\n\"x\"}".into(), "line 3"),
        (b"{\"name\": \"x\",}".into(), "line 1"),
        (b"{'name': 'hunter2'}".into(), "line 1"),
        (b"{} hunter2".into(), "trailing"),
        (b"{}{}".into(), "trailing"),
        (b"name=hunter2".into(), "line 1"),
        (b"{\"name\": \"\xff hunter2\"}".into(), "UTF-8"),
        ("{\"name\": \"x\"}".encode_utf16().flat_map(u16::to_le_bytes).collect(), "line 1"),
        (b"{\"name\": \"\\ud800 hunter2\"}".into(), "line 1"),
        (b"{\"name\": \"a\nhunter2\"}".into(), "line"),
        (b"{\"name\": 1e999}".into(), "out of range"),
        (b"{\"name\": NaN}".into(), "line 1"),
        (b"{\"name\": 01}".into(), "line 1"),
        (b"{\"name\": \"x\", \"name\": \"hunter2\"}".into(), "\"name\" is given twice"),
        (b"{\"auth\": {\"params\": {\"a\": 1, \"\\u0061\": 2}}}".into(), "\"a\" is given twice"),
        (deep("[", "]").into(), "line 1"),
        (deep("{\"a\":", "}").into(), "line 1"),
    ];
    for (body, reason) in cases {
        let answer = post(&tenant, body.clone()).await.expect_error("FLOW-1000-400");
        answer.naming(reason).without("hunter2");
        patch(&tenant, &made.id, body).await.expect_error("FLOW-1000-400").naming(reason);
    }
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
}

#[tokio::test]
async fn json_of_the_wrong_type_is_refused_with_a_pointer() {
    let tenant = support::tenant().await;
    let cases: Vec<(Value, &str)> = vec![
        (json!([]), ""),
        (json!([ats("x")]), ""),
        (json!("text"), ""),
        (json!(5), ""),
        (json!(true), ""),
        (Value::Null, ""),
        (with(ats("x"), "/name", json!(5)), "/name"),
        (with(ats("x"), "/name", json!(["x"])), "/name"),
        (with(ats("x"), "/description", json!({})), "/description"),
        (with(ats("x"), "/connectionSpec", json!("ats")), "/connectionSpec"),
        (with(ats("x"), "/connectionSpec/id", json!(5)), "/connectionSpec/id"),
        (with(ats("x"), "/connectionSpec/version", json!(1.0)), "/connectionSpec/version"),
        (with(ats("x"), "/auth", json!([])), "/auth"),
        (with(ats("x"), "/auth/specName", json!({})), "/auth/specName"),
        (with(ats("x"), "/auth/params", json!("x")), "/auth/params"),
        (with(ats("x"), "/auth/params", json!([])), "/auth/params"),
    ];
    for (body, pointer) in cases {
        let answer = tenant.post("/connections", &body).await.expect_error("FLOW-1000-400").at(pointer);
        answer.naming("must be").naming(&pointer.trim_start_matches('/').replace('/', "."));
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn a_byte_order_mark_and_white_space_around_the_json_are_ignored() {
    let tenant = support::tenant().await;
    post(&tenant, format!("\u{feff}{}", ats("x"))).await.expect_status(201);
    post(&tenant, format!(" \r\n{}\n ", ats("x"))).await.expect_status(201);
}

#[tokio::test]
async fn an_unsupported_charset_or_encoding_is_a_415() {
    let tenant = support::tenant().await;
    let send = async |name: &str, value: &str, content_type: &str| {
        let request = tenant.untyped(Method::POST, "/connections").header("Content-Type", content_type);
        Answer::to(request.header(name, value).body(ats("x").to_string())).await
    };
    for charset in ["utf-16", "iso-8859-1", "\"UTF-32\"", "nonsense"] {
        let content_type = format!("application/json; charset={charset}");
        let answer = send("x-any", "1", &content_type).await.expect_error("FLOW-1004-415");
        answer.naming(charset.trim_matches('"'));
    }
    for encoding in ["deflate", "br", "zstd", "identity, gzip", "gzip, gzip", "nonsense"] {
        let answer =
            send("Content-Encoding", encoding, "application/json").await.expect_error("FLOW-1004-415");
        answer.naming(encoding).naming("gzip");
    }
    assert_eq!(tenant.count().await, 0);
    for (encoding, content_type) in [
        ("identity", "application/json"),
        ("Identity", "application/json; charset=UTF-8"),
        ("", "application/json;charset=\"utf-8\""),
        ("", "application/json; v=1; Charset=us-ascii"),
    ] {
        send("Content-Encoding", encoding, content_type).await.expect_status(201);
    }
}

/// Compresses `bytes` with gzip.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn a_gzip_body_is_read_as_its_original_content() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let send = async |encoding: &str, body: Vec<u8>| {
        let request = tenant.request(Method::POST, "/connections").header("Content-Encoding", encoding);
        Answer::to(request.body(body)).await
    };
    for encoding in ["gzip", "GZIP", "x-gzip"] {
        let made =
            send(encoding, gzip(ats("orders").to_string().as_bytes())).await.expect_status(201).written();
        assert_eq!(tenant.read(&made.id).await["name"], "orders", "{encoding}");
    }
    let shown = Control::of(&mock).get("/requests?operation=createConnection&limit=1").await.json();
    let request = &shown["requests"][0];
    assert!(request.to_string().contains("orders"), "{request}");
    assert!(!request.to_string().to_lowercase().contains("content-encoding"), "{request}");
    let whole = gzip(ats("orders").to_string().as_bytes());
    for broken in [&whole[..whole.len() - 9], b"{}", &[whole.clone(), b"{}".to_vec()].concat()] {
        send("gzip", broken.to_vec()).await.expect_error("FLOW-1000-400").naming("gzip");
    }
    assert_eq!(tenant.count().await, 3);
    send("gzip", Vec::new()).await.expect_error("FLOW-1405-400"); // no body has no encoding
}

#[tokio::test]
async fn a_gzip_body_that_grows_beyond_the_limit_is_a_413() {
    let mock = support::server(|config| config.max_body_bytes = 100_000);
    let tenant = Tenant::on(&mock);
    for (bytes, fits) in [(100_000, true), (100_001, false), (3_000_000, false)] {
        let body = gzip(of_size(bytes).as_bytes());
        let request = tenant.request(Method::POST, "/connections").header("Content-Encoding", "gzip");
        let answer = Answer::to(request.body(body)).await;
        if fits {
            answer.expect_status(201);
        } else {
            answer.expect_error("FLOW-1004-413").naming("100000");
        }
    }
}

#[test]
fn a_body_that_is_not_gzip_is_refused_without_closing_the_connection() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let mut raw = RawConnection::to(mock.address());
    let body = "{".repeat(500_000);
    let length = format!("Content-Length: {}", body.len());
    let head = tenant.head("POST", "/connections", &["Content-Encoding: gzip", &length]);
    raw.send(head + &body).answer().expect_error("FLOW-1000-400").naming("gzip");
    raw.send(tenant.head("GET", "/connections", &[])).answer().expect_status(200);
}

#[tokio::test]
async fn a_control_document_may_be_gzip_and_nothing_else() {
    let mock = support::server(|_| {});
    let control = Control::of(&mock);
    let document =
        json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [{"name": "dev"}]}]}).to_string();
    for (encoding, status) in [("gzip", 204), ("br", 415)] {
        let request = control.request(Method::PUT, "/state").header("Content-Encoding", encoding);
        let request = request.header("Content-Type", "application/json");
        let answer = Answer::to(request.body(gzip(document.as_bytes()))).await;
        assert_eq!(answer.status, status, "{answer}");
    }
}

#[test]
fn a_chunked_body_without_content_is_no_body() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let mut raw = RawConnection::to(mock.address());
    let body = ats("orders").to_string();
    let head = tenant.head("POST", "/connections", &[&format!("Content-Length: {}", body.len())]);
    let id = raw.send(head + &body).answer().expect_status(201).written().id;
    let typed =
        tenant.head("POST", &format!("/connections/{id}/action?op=disable"), &["Transfer-Encoding: chunked"]);
    let untyped = typed.replace("Content-Type", "x-own-type");
    raw.send(untyped.clone() + "0\r\n\r\n").answer().expect_status(200);
    for head in [
        typed.clone(),
        untyped.clone(),
        untyped.replace("x-own-type: application/json", "Content-Type: text/plain"),
    ] {
        raw.send(head + "0\r\n\r\n").answer().expect_error("FLOW-1422-400"); // the connection is disabled
    }
    let mut waiting = RawConnection::to(mock.address());
    waiting.send(&untyped).answer().expect_error("FLOW-1422-400"); // the end of the body never comes
    raw.send(untyped + "2\r\n{}\r\n0\r\n\r\n").answer().expect_content_type_problem();
    raw.send(typed + "2\r\n{}\r\n0\r\n\r\n").answer().expect_error("FLOW-1422-400");
}

/// A connection whose JSON has exactly `bytes` bytes.
fn of_size(bytes: usize) -> String {
    let rest = with(ats("x"), "/description", json!("")).to_string().len();
    with(ats("x"), "/description", json!("d".repeat(bytes - rest))).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)] // over HTTP/2, a stop waits until the client closes the connection
async fn a_body_at_the_limit_is_accepted_and_one_byte_more_is_a_413() {
    let mock = support::server(|config| config.max_body_bytes = 4096);
    for tenant in [Tenant::on(&mock), Tenant::over_http2(&mock)] {
        let made = post(&tenant, of_size(4096)).await.expect_status(201).written();
        post(&tenant, of_size(4097)).await.expect_error("FLOW-1004-413").naming("4096");
        patch(&tenant, &made.id, of_size(4097)).await.expect_error("FLOW-1004-413");
        let action = format!("/connections/{}/action?op=disable", made.id);
        let too_large = tenant.request(Method::POST, &action).body(of_size(4097));
        Answer::to(too_large).await.expect_error("FLOW-1004-413");
        assert_eq!(tenant.count().await, 1);
        assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
    }
}

#[test]
fn a_chunked_body_over_the_limit_is_a_413_too() {
    let mock = support::server(|config| config.max_body_bytes = 4096);
    let tenant = Tenant::on(&mock);
    let mut raw = RawConnection::to(mock.address());
    for (size, status) in [(4096, 201), (4097, 413), (4096, 201)] {
        let body = of_size(size);
        let head = tenant.head("POST", "/connections", &["Transfer-Encoding: chunked"]);
        let chunks: String = body
            .as_bytes()
            .chunks(1000)
            .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)))
            .collect();
        raw.send(head + &chunks + "0\r\n\r\n");
        raw.answer().expect_status(status);
    }
}

#[test]
fn expect_continue_is_answered_with_100_or_with_the_413_at_once() {
    let mock = support::server(|config| config.max_body_bytes = 4096);
    let tenant = Tenant::on(&mock);
    let head = |length: usize| {
        let length = format!("Content-Length: {length}");
        tenant.head("POST", "/connections", &["Expect: 100-continue", &length])
    };
    let mut raw = RawConnection::to(mock.address());
    raw.send(head(4096));
    assert_eq!(raw.answer().status, 100);
    raw.send(of_size(4096));
    raw.answer().expect_status(201);
    raw.send(head(4097));
    raw.answer().expect_error("FLOW-1004-413");
    raw.expect_closed(); // the server cannot know whether the client sends the body nevertheless
    // With a wrong header there is no `100 Continue`.
    let mut raw = RawConnection::to(mock.address());
    raw.send(head(4096).replace("x-api-key", "x-api-kez"));
    raw.answer().expect_error("403000");
    raw.expect_closed();
}

#[test]
fn a_client_that_reads_after_sending_8_mb_gets_its_answer_without_a_reset() {
    const SIZE: usize = 8 * 1024 * 1024;
    let tenant = Tenant::on(shared());
    let body = vec![b' '; SIZE];
    let length = format!("Content-Length: {SIZE}");
    let head = |method, path| tenant.head(method, path, &[&length]);
    for (head, code) in [
        (head("POST", "/connections"), "FLOW-1004-413"),
        (head("POST", "/connections/nobody/action?op=disable"), "FLOW-1004-413"),
        (head("POST", "/connections?limit=%"), "FLOW-1452-400"),
        (head("POST", "/connections").replace("x-api-key", "x-api-kez"), "403000"),
        (
            head("POST", "/connections").replace("application/json", "application/json; charset=utf-16"),
            "FLOW-1004-415",
        ),
        (head("POST", "/no-such-path"), "FLOW-1003-404"),
        (head("PUT", "/connections"), "FLOW-1003-405"),
    ] {
        let mut raw = RawConnection::to(shared().address());
        raw.send(head).send(&body);
        raw.answer().expect_error(code);
        // The whole body was read, so the connection stays open.
        raw.send(tenant.head("GET", "/connections", &[])).answer().expect_status(200);
    }
    let mut raw = RawConnection::to(shared().address());
    raw.send(tenant.head("POST", "/connections", &["Transfer-Encoding: chunked"]));
    raw.send(format!("{SIZE:x}\r\n")).send(&body).send("\r\n0\r\n\r\n");
    raw.answer().expect_error("FLOW-1004-413");
}

#[tokio::test]
async fn over_http2_a_client_that_sends_8_mb_gets_its_refusal() {
    let tenant = Tenant::over_http2(shared());
    let body = vec![b' '; 8 * 1024 * 1024];
    post(&tenant, body.clone()).await.expect_error("FLOW-1004-413");
    let unauthorised = tenant.bare(Method::POST, "/connections").body(body);
    Answer::to(unauthorised).await.expect_error("403000");
    tenant.get("/connections").await.expect_status(200);
}

#[test]
fn a_refusal_does_not_wait_for_the_body() {
    let tenant = Tenant::on(shared());
    let head = |path, length| tenant.head("POST", path, &[&format!("Content-Length: {length}")]);
    for (head, code) in [
        (head("/connections", 2_000_000), "FLOW-1004-413"),
        (head("/connections", 99_999_999_999_u64), "FLOW-1004-413"),
        (head("/connections", 100).replace("x-api-key", "x-api-kez"), "403000"),
        (head("/no-such-path", 100), "FLOW-1003-404"),
    ] {
        RawConnection::to(shared().address()).send(head).answer().expect_error(code);
    }
}

#[test]
fn an_endless_body_is_cut_off() {
    const MIB: usize = 1024 * 1024;
    let tenant = Tenant::on(shared());
    let mut raw = RawConnection::to(shared().address());
    raw.send(tenant.head("POST", "/connections", &["Content-Length: 99999999999"]));
    let taken = raw.send_until_closed(100 * MIB);
    assert!((8 * MIB..100 * MIB).contains(&taken), "{taken} bytes were taken");
}
