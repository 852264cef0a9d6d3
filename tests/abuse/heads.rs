//! Request heads that are too large, ambiguous, or not text.

use crate::common::requests::CONNECTIONS;
use crate::target::{SECRET, Target};

#[test]
fn a_request_head_of_100_kb_is_refused() {
    let target = Target::start(&[]);
    let one = format!("x-large: {}", SECRET.repeat(4000));
    let many: Vec<String> = (0..1000).map(|number| format!("x-{number}: {}", SECRET.repeat(4))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let name = format!("{}: value", "n".repeat(100_000));
    let value = format!("x-api-key: {}", SECRET.repeat(4000));
    for more in [&[one.as_str()][..], &many, &[&name], &[&value]] {
        for _ in 0..5 {
            assert_eq!(target.answer_to(Target::head("GET", "", more)).status, 431);
        }
    }
    target.expect_unharmed();
}

#[test]
fn a_query_with_too_many_parameters_or_bytes_is_refused() {
    let target = Target::start(&[]);
    let parameters = |count: usize, one: &str| format!("?{}", one.repeat(count));
    target.answer_to(Target::head("GET", &parameters(10_000, "a=1&"), &[])).expect_error("FLOW-1004-414");
    target.answer_to(Target::head("GET", &parameters(4_000, "a=1&"), &[])).expect_error("FLOW-1451-400");
    let filters = parameters(1_000, "property=name==a&");
    target.answer_to(Target::head("GET", &filters[..16_000], &[])).expect_error("FLOW-1452-400");
    let conditions = format!("?property=name=={}", "swordfish,".repeat(1_600));
    target.answer_to(Target::head("GET", &conditions, &[])).expect_error("FLOW-1452-400");
    let path = format!("?property={}==1", "a.".repeat(8_000));
    let answer = target.answer_to(Target::head("GET", &path, &[]));
    assert_eq!(answer.status, 400, "{answer:?}");
    for length in [60_000, 70_000, 1_000_000] {
        let value = format!("?property=name=={}", "a".repeat(length));
        let answer = target.answer_to(Target::head("GET", &value, &[]));
        assert!(matches!(answer.status.as_u16(), 414 | 431), "{length}: {answer:?}");
    }
    target.expect_unharmed();
}

#[test]
fn invalid_bytes_anywhere_in_a_request_head_get_an_answer() {
    let target = Target::start(&[]);
    let good = Target::head("GET", "?limit=1", &["x-own: value", "Connection: close"]);
    let places =
        ["GET", CONNECTIONS, "limit=1", "HTTP/1.1", "x-api-key", "key", "TEST@", "prod", "x-own", "value"];
    for bytes in
        [&b"\xff\xfe"[..], b"\xc3\x28", b"\0", b"\x7f", b"\r", b"\n", b"\t", b"\xed\xa0\x80", b" \x0b"]
    {
        for place in places {
            let at = good.find(place).expect(place) + place.len();
            let (before, after) = good.as_bytes().split_at(at);
            let mut connection = target.connect();
            connection.try_send([before, bytes, after].concat());
            let answer = connection.rest();
            // Any status will do: header values may contain such bytes, and unknown headers are ignored.
            assert!(answer.starts_with(b"HTTP/1."), "{bytes:?} after {place}: {answer:?}");
        }
    }
    for path in [
        "/%ff%fe",
        "/%",
        "/%00",
        "/%2e%2e/%2e%2e/etc",
        "/../../../etc/passwd",
        "?property=%ff==%fe",
        "?limit=%",
    ] {
        let answer = target.answer_to(Target::head("GET", path, &[]));
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
    }
    target.expect_unharmed();
}

#[test]
fn unusual_methods_and_request_targets_are_refused() {
    let target = Target::start(&[]);
    for line in [
        "OPTIONS * HTTP/1.1",
        "CONNECT example.com:443 HTTP/1.1",
        "TRACE / HTTP/1.1",
        "GET http://example.com/ HTTP/1.1",
        "GET //connections HTTP/1.1",
        "SWORDFISHSWORDFISHSWORDFISHSWORDFISH / HTTP/1.1",
        "GET / HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings",
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade",
    ] {
        let answer = target.answer_to(format!("{line}\r\nHost: localhost\r\n\r\n"));
        assert!(answer.status.is_client_error(), "{line}: {answer:?}");
    }
    target.expect_unharmed();
}

#[test]
fn ambiguous_body_lengths_smuggle_no_request() {
    let target = Target::start(&[]);
    let json = "Content-Type: application/json";
    let both = [
        &["Content-Length: 2", "Content-Length: 3"][..],
        &["Content-Length: 2, 3"],
        &["Content-Length: -1"],
        &["Content-Length: +2"],
        &["Content-Length: 0x2"],
        &["Content-Length: 99999999999999999999"],
        &["Transfer-Encoding: chunked, identity"],
        &["Transfer-Encoding: gzip"],
        &["Transfer-Encoding: chunked", "Transfer-Encoding: xchunked"],
    ];
    for more in both {
        let mut lines = vec![json];
        lines.extend(more);
        let mut connection = target.connect();
        connection.try_send(Target::head("POST", "", &lines) + "{}" + &Target::head("GET", "/smuggled", &[]));
        let answer = String::from_utf8(connection.rest()).expect("text");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{more:?}: {answer}");
        assert!(!answer.contains("smuggled"), "{more:?}: {answer}");
    }
    // The chunked coding wins and the connection is closed, by RFC 9112, section 6.3.
    for more in [
        ["Content-Length: 4", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 4"],
    ] {
        let mut connection = target.connect();
        let smuggled = Target::head("GET", "/smuggled", &[]);
        connection.try_send(
            Target::head("POST", "", &[json, more[0], more[1]]) + "2\r\n{}\r\n0\r\n\r\n" + &smuggled,
        );
        let answer = String::from_utf8(connection.rest()).expect("text");
        assert!(answer.starts_with("HTTP/1.1 400 ") && !answer.contains("smuggled"), "{more:?}: {answer}");
    }
    target.expect_unharmed();
}

#[test]
fn malformed_and_oversized_chunks_are_refused() {
    let target = Target::start(&[]);
    let head = Target::head("POST", "", &["Content-Type: application/json", "Transfer-Encoding: chunked"]);
    let long_extension = format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(100_000));
    let long_trailers = format!("2\r\n{{}}\r\n0\r\n{}\r\n", format!("x: {SECRET}\r\n").repeat(10_000));
    let many_extensions = "1;a=b\r\n \r\n".repeat(20_000) + "0\r\n\r\n";
    for chunks in [
        "ZZ\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}xx0\r\n\r\n",
        "-1\r\n{}\r\n",
        "\r\n\r\n",
        "ffffffffffffffffff\r\n{}\r\n",
        "fffffffffffffff0\r\n{}\r\n",
        "2\n{}\n0\n\n",
        &long_extension,
        &long_trailers,
        &many_extensions,
    ] {
        let mut connection = target.connect();
        connection.try_send(&head);
        connection.try_send(chunks);
        connection.finish();
        let answer = connection.rest();
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    target.expect_unharmed();
}
