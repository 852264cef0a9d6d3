//! HTTP byte by byte: keep-alive, pipelining, malformed requests, and HTTP/2.

use crate::support::{self, RawConnection, Tenant, ats, rename, shared};
use reqwest::Method;

const HEALTH: &str = "GET /_flowmock/health HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn still_answers() {
    RawConnection::to(shared().address()).send(HEALTH).answer().expect_status(200);
}

#[test]
fn a_connection_serves_many_requests_even_after_refusals() {
    let tenant = Tenant::on(shared());
    let mut raw = RawConnection::to(shared().address());
    let body = ats("orders").to_string();
    let length = format!("Content-Length: {}", body.len());
    for _ in 0..3 {
        raw.send(tenant.head("GET", "/connections/nobody", &[])).answer().expect_error("FLOW-1439-404");
        raw.send(tenant.head("POST", "/connections", &[&length]) + &body).answer().expect_status(201);
        // The content of the refused body must not be read as the next request.
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
    let mut raw = RawConnection::to(shared().address());
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
    let mut raw = RawConnection::to(shared().address());
    for byte in tenant.head("GET", "/connections", &[]).bytes() {
        raw.send([byte]);
    }
    raw.answer().expect_status(200);
}

#[test]
fn an_http_1_0_client_is_answered() {
    let mut raw = RawConnection::to(shared().address());
    raw.send("GET /_flowmock/health HTTP/1.0\r\n\r\n").answer().expect_status(200);
    raw.expect_closed();
}

#[tokio::test]
async fn http2_with_prior_knowledge_supports_every_call() {
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
        let mut raw = RawConnection::to(shared().address());
        raw.send(tenant.head("POST", "/connections", &["Transfer-Encoding: chunked"])).send(chunks);
        raw.answer().expect_error("FLOW-1000-400").naming("chunk");
        raw.expect_closed(); // the server cannot know where the next request begins
        still_answers();
    }
}

#[test]
fn a_truncated_body_stores_nothing() {
    let tenant = Tenant::on(shared());
    for more in ["Content-Length: 10000", "Transfer-Encoding: chunked"] {
        let mut raw = RawConnection::to(shared().address());
        raw.send(tenant.head("POST", "/connections", &[more]));
        raw.send(if more.starts_with('T') { "5\r\n{\"nam" } else { "{\"nam" });
        drop(raw);
        still_answers();
    }
    let count = RawConnection::to(shared().address())
        .send(tenant.head("GET", "/connections?count=true", &[]))
        .answer();
    assert_eq!(count.json()["count"], 0);
}

/// Both headers together are used for request smuggling. The chunked coding wins and the connection is closed, by RFC
/// 9112, section 6.3.
#[test]
fn content_length_with_transfer_encoding_smuggles_no_request() {
    let (length, chunked) = ("Content-Length: 4", "Transfer-Encoding: chunked");
    for more in [[length, chunked], [chunked, length]] {
        let tenant = Tenant::on(shared());
        let body = ats("orders").to_string();
        let smuggled = tenant.head("GET", "/connections", &[]);
        let mut raw = RawConnection::to(shared().address());
        raw.send(tenant.head("POST", "/connections", &more));
        raw.send(format!("{:x}\r\n{body}\r\n0\r\n\r\n{smuggled}", body.len()));
        let answer = raw.answer().expect_status(201);
        assert_eq!(answer.header("connection"), "close", "{answer}");
        raw.expect_closed();
        still_answers();
    }
}

#[test]
fn text_that_is_not_http_is_refused_and_the_connection_closed() {
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
        let mut raw = RawConnection::to(shared().address());
        raw.send(bytes);
        let answer = raw.answer();
        assert!(answer.status.is_client_error(), "{answer}");
        raw.expect_closed();
        still_answers();
    }
}

#[test]
fn raw_quotes_and_angle_brackets_in_a_query_are_accepted() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let mut raw = RawConnection::to(mock.address());
    let first = tenant.head("GET", "/connections?property=name==\"orders\"&limit=5", &[]);
    raw.send(first).answer().expect_status(200);
    // The body looks like a request line, and must stay unchanged.
    let like_a_request = "GET /x?a=\"b\" HTTP/1.1\r\n";
    let mut named = ats("orders");
    named["own"] = like_a_request.into();
    let body = format!("{like_a_request}{named}");
    for number in 0..3 {
        let create = tenant.head("POST", "/connections", &[&format!("Content-Length: {}", body.len())]);
        raw.send(create);
        raw.send(&body).answer().expect_error("FLOW-1000-400");
        let body = named.to_string();
        let create = tenant.head("POST", "/connections", &[&format!("Content-Length: {}", body.len())]);
        raw.send(create + &body).answer().expect_status(201);
        let list =
            raw.send(tenant.head("GET", "/connections?property=name==\"orders\"&limit=5", &[])).answer();
        let items = list.expect_status(200).json()["items"].clone();
        assert_eq!(items.as_array().map(Vec::len), Some(number + 1));
        assert_eq!(items[0]["own"], like_a_request);
        for query in ["createdAt>1", "createdAt<1"] {
            let path = format!("/connections?property={query}");
            raw.send(tenant.head("GET", &path, &["If-Match: \"a\""])).answer().expect_status(200);
        }
    }
    let mut other = RawConnection::to(mock.address());
    let shown = other.send("GET /_flowmock/requests?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n").answer();
    assert!(shown.json()["requests"][0].to_string().contains("createdAt%3C1"), "{shown}");
}

#[tokio::test]
async fn more_than_100_headers_are_a_431_over_http2_too() {
    for tenant in [Tenant::on(shared()), Tenant::over_http2(shared())] {
        for (number, status) in [(80, 200), (120, 431)] {
            let request = tenant.bare(Method::GET, "/connections");
            let own = tenant.headers();
            let request = own.iter().fold(request, |request, (name, value)| request.header(*name, value));
            let request =
                (0..number).fold(request, |request, number| request.header(format!("x-own-{number}"), "1"));
            assert_eq!(request.send().await.unwrap().status(), status, "{number}");
        }
    }
}
