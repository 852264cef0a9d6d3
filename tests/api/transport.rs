//! HTTP itself, byte for byte: connections that are kept, pipelined, broken, and HTTP/2.

use crate::support::{self, Raw, Tenant, ats, rename, shared};

const HEALTH: &str = "GET /_flowmock/health HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn still_answers() {
    Raw::to(shared()).send(HEALTH).answer().expect_status(200);
}

#[test]
fn a_connection_serves_one_request_after_another_refusals_included() {
    let tenant = Tenant::on(shared());
    let mut raw = Raw::to(shared());
    let body = ats("orders").to_string();
    let length = format!("Content-Length: {}", body.len());
    for _ in 0..3 {
        raw.send(tenant.head("GET", "/connections/nobody", &[])).answer().expect_error("FLOW-1439-404");
        raw.send(tenant.head("POST", "/connections", &[&length]) + &body).answer().expect_status(201);
        // What the refused body holds must not be taken for the next request.
        let refused = tenant.head("POST", "/no-such-path", &[&length]) + &body;
        raw.send(refused).answer().expect_error("FLOW-1003-404");
        let without_key =
            (tenant.head("POST", "/connections", &[&length]) + &body).replace("x-api-key", "x-no-key");
        raw.send(without_key).answer().expect_error("403000");
        raw.send(HEALTH).answer().expect_status(200);
    }
    raw.send(HEALTH.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).answer().expect_status(200);
    raw.expect_closed();
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let tenant = Tenant::on(shared());
    let body = ats("orders").to_string();
    let length = format!("Content-Length: {}", body.len());
    let mut raw = Raw::to(shared());
    let requests = [
        tenant.head("POST", "/connections", &[&length, "x-request-id: first"]) + &body,
        tenant.head("POST", "/no-such-path", &[&length, "x-request-id: second"]) + &body,
        tenant.head("GET", "/connections?count=true", &["x-request-id: third"]),
        tenant.head("POST", "/connections", &[&length, "x-request-id: fourth"]) + &body,
        tenant.head("GET", "/connections?count=true", &["x-request-id: fifth"]),
    ];
    raw.send(requests.concat());
    let answers = ["first", "second", "third", "fourth", "fifth"].map(|id| {
        let answer = raw.answer();
        assert_eq!(answer.header("x-request-id"), id);
        answer
    });
    assert_eq!(answers.each_ref().map(|answer| answer.status.as_u16()), [201, 404, 200, 201, 200]);
    assert_eq!(answers[2].json()["count"], 1);
    assert_eq!(answers[4].json()["count"], 2);
}

#[test]
fn a_request_may_arrive_byte_by_byte() {
    let tenant = Tenant::on(shared());
    let mut raw = Raw::to(shared());
    for byte in tenant.head("GET", "/connections", &[]).bytes() {
        raw.send([byte]);
    }
    raw.answer().expect_status(200);
}

#[test]
fn an_http_1_0_client_is_answered() {
    let mut raw = Raw::to(shared());
    raw.send("GET /_flowmock/health HTTP/1.0\r\n\r\n").answer().expect_status(200);
    raw.expect_closed();
}

#[tokio::test]
async fn http2_without_an_upgrade_serves_the_whole_life_of_a_connection() {
    let tenant = Tenant::over_http2(shared());
    let made = tenant.create(ats("orders")).await;
    tenant.patch(&made, rename("sales")).await.expect_status(200);
    tenant.patch(&made, rename("stale")).await.expect_error("FLOW-1404-412");
    assert_eq!(tenant.read(&made.id).await["name"], "sales");
    let path = format!("/connections/{}", made.id);
    tenant.delete(&path).await.expect_status(204);
    tenant.delete(&path).await.expect_error("FLOW-1439-404");
    let put = tenant.request(reqwest::Method::PUT, "/connections");
    support::Answer::to(put).await.expect_error("FLOW-1003-405");
}

#[test]
fn malformed_chunks_are_refused() {
    let tenant = Tenant::on(shared());
    for chunks in
        ["ZZ\r\n{}\r\n0\r\n\r\n", "2\r\n{}xx0\r\n\r\n", "-1\r\n{}\r\n", "ffffffffffffffffff\r\n{}\r\n"]
    {
        let mut raw = Raw::to(shared());
        raw.send(tenant.head("POST", "/connections", &["Transfer-Encoding: chunked"])).send(chunks);
        raw.answer().expect_error("FLOW-1000-400").naming("chunk");
        raw.expect_closed(); // nobody knows where the next request would begin
        still_answers();
    }
}

#[test]
fn a_body_that_breaks_off_stores_nothing() {
    let tenant = Tenant::on(shared());
    for more in ["Content-Length: 10000", "Transfer-Encoding: chunked"] {
        let mut raw = Raw::to(shared());
        raw.send(tenant.head("POST", "/connections", &[more]));
        raw.send(if more.starts_with('T') { "5\r\n{\"nam" } else { "{\"nam" });
        drop(raw);
        still_answers();
    }
    let count = Raw::to(shared()).send(tenant.head("GET", "/connections?count=true", &[])).answer();
    assert_eq!(count.json()["count"], 0);
}

/// The two together are how requests are smuggled. RFC 9112, 6.3: the chunks win, and the connection ends.
#[test]
fn behind_content_length_and_transfer_encoding_together_no_request_is_smuggled() {
    let (length, chunked) = ("Content-Length: 4", "Transfer-Encoding: chunked");
    for more in [[length, chunked], [chunked, length]] {
        let tenant = Tenant::on(shared());
        let body = ats("orders").to_string();
        let smuggled = tenant.head("GET", "/connections", &[]);
        let mut raw = Raw::to(shared());
        raw.send(tenant.head("POST", "/connections", &more));
        raw.send(format!("{:x}\r\n{body}\r\n0\r\n\r\n{smuggled}", body.len()));
        let answer = raw.answer().expect_status(201);
        assert_eq!(answer.header("connection"), "close", "{answer}");
        raw.expect_closed();
        still_answers();
    }
}

#[test]
fn what_is_not_http_is_refused_and_the_connection_closed() {
    let long_line = "x".repeat(100_000);
    let cases: [&[u8]; 9] = [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a client that speaks TLS\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        b"GET /connections\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: \x01\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ];
    for bytes in cases.into_iter().chain([long_line.as_bytes()]) {
        let mut raw = Raw::to(shared());
        raw.send(bytes);
        let answer = raw.answer();
        assert!(answer.status.is_client_error(), "{answer}");
        raw.expect_closed();
        still_answers();
    }
}
