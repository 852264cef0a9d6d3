//! Faults that damage an answer: resets, truncated bodies, malformed JSON and slow bodies, checked byte by byte.

use crate::support::{self, Ending, RawConnection, Tenant, ats};
use flowmock::{Delay, Effect, FaultRule, FlowMock};
use serde_json::Value;

/// A server with a connection, and the path of the connection.
async fn server() -> (FlowMock, Tenant, String) {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    (mock, tenant, format!("/connections/{}", made.id))
}

/// The answer to a GET up to the end of the connection: head, body, number of reads, and how the connection ended.
fn answer(mock: &FlowMock, tenant: &Tenant, path: &str) -> (String, Vec<u8>, usize, Ending) {
    let mut raw = RawConnection::to(mock.address());
    let (pieces, ending) = raw.send(tenant.head("GET", path, &["Connection: close"])).pieces();
    let all = pieces.concat();
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").map_or(all.len(), |at| at + 4);
    let (head, body) = all.split_at(end);
    (String::from_utf8(head.to_vec()).unwrap().to_ascii_lowercase(), body.to_vec(), pieces.len(), ending)
}

fn announced(head: &str) -> usize {
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    length.and_then(|length| length.parse().ok()).unwrap_or_else(|| panic!("a length in {head}"))
}

#[tokio::test]
async fn a_reset_before_the_answer_sends_nothing_and_by_default_stores_nothing() {
    for (effect, count) in [(None, 1), (Some(Effect::Before), 2)] {
        let (mock, tenant, path) = server().await;
        let rule = FaultRule::new().operation("createConnection").reset();
        mock.fault(effect.into_iter().fold(rule, FaultRule::effect));
        mock.fault(FaultRule::new().operation("getConnection").reset().delay(Delay::ms(1)));
        assert_eq!(answer(&mock, &tenant, &path), (String::new(), Vec::new(), 0, Ending::Reset));
        let body = ats("lost").to_string();
        let length = format!("Content-Length: {}", body.len());
        let mut raw = RawConnection::to(mock.address());
        let (pieces, ending) = raw.send(tenant.head("POST", "/connections", &[&length]) + &body).pieces();
        assert_eq!((pieces, ending), (Vec::new(), Ending::Reset));
        assert_eq!(tenant.count().await, count, "{effect:?}");
    }
}

#[tokio::test]
async fn a_reset_in_the_body_follows_the_configured_number_of_bytes() {
    let (mock, tenant, path) = server().await;
    let (_, whole, ..) = answer(&mock, &tenant, &path);
    for bytes in [0, 1, 20] {
        mock.clear_faults();
        mock.fault(FaultRule::new().reset_after(bytes));
        let (head, body, _, ending) = answer(&mock, &tenant, &path);
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        assert!(
            head.contains("\r\nx-request-id: ") && head.contains("\r\nx-flowmock-fault: fault-1\r\n"),
            "{head}"
        );
        assert_eq!(announced(&head), whole.len());
        assert_eq!((body.as_slice(), ending), (&whole[..bytes as usize], Ending::Reset));
    }
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_announced_and_the_connection_is_closed() {
    let (mock, tenant, path) = server().await;
    let (_, whole, ..) = answer(&mock, &tenant, &path);
    for (rule, length) in [
        (FaultRule::new().truncate(), whole.len() / 2),
        (FaultRule::new().truncate_after(0), 0),
        (FaultRule::new().truncate_after(10), 10),
        (FaultRule::new().truncate_after(1_000_000), whole.len() - 1),
    ] {
        mock.clear_faults();
        mock.fault(rule);
        let (head, body, _, ending) = answer(&mock, &tenant, &path);
        assert_eq!(announced(&head), whole.len());
        assert_eq!((body.as_slice(), ending), (&whole[..length], Ending::Closed));
    }
}

#[tokio::test]
async fn an_injected_error_can_be_truncated_too() {
    let (mock, tenant, path) = server().await;
    mock.fault(FaultRule::new().error("FLOW-1103-503").truncate_after(30));
    let (head, body, _, ending) = answer(&mock, &tenant, &path);
    assert!(head.starts_with("http/1.1 503 ") && announced(&head) > 100, "{head}");
    assert_eq!((body.len(), ending), (30, Ending::Closed));
}

#[tokio::test]
async fn malformed_json_arrives_completely_and_cannot_be_parsed() {
    let (mock, tenant, path) = server().await;
    let (_, whole, ..) = answer(&mock, &tenant, &path);
    mock.fault(FaultRule::new().operation("getConnection").malformed_json());
    mock.fault(FaultRule::new().operation("listConnections").error("FLOW-1103-503").malformed_json());
    for (path, expected) in [(path.as_str(), Some(&whole[..whole.len() - 1])), ("/connections", None)] {
        let (head, body, _, ending) = answer(&mock, &tenant, path);
        assert_eq!((announced(&head), ending), (body.len(), Ending::Closed));
        assert!(serde_json::from_slice::<Value>(&body).is_err());
        assert!(expected.is_none_or(|expected| expected == body));
        let mended: Value = serde_json::from_slice(&[&body[..], b"}"].concat()).unwrap();
        assert!(mended.is_object());
    }
}

#[tokio::test]
async fn a_slow_body_arrives_completely_in_pieces() {
    let (mock, tenant, path) = server().await;
    let (_, whole, ..) = answer(&mock, &tenant, &path);
    let bytes_per_second = whole.len() as u64 * 4; // the body takes a quarter of a second
    mock.fault(FaultRule::new().drip(bytes_per_second));
    let (head, body, reads, ending) = answer(&mock, &tenant, &path);
    assert_eq!(announced(&head), whole.len());
    assert_eq!((body, ending), (whole, Ending::Closed));
    assert!(reads >= 4, "{reads} reads");
}

#[tokio::test]
async fn an_answer_without_a_body_is_reset_or_left_unchanged() {
    let (mock, tenant, path) = server().await;
    let reset =
        mock.fault(FaultRule::new().reset_after(5).operation("deleteConnection").effect(Effect::Before));
    let mut raw = RawConnection::to(mock.address());
    let (pieces, ending) = raw.send(tenant.head("DELETE", &path, &[])).pieces();
    assert_eq!((pieces, ending), (Vec::new(), Ending::Reset));
    tenant.get(&path).await.expect_error("FLOW-1439-404");
    mock.remove_fault(&reset).unwrap();
    for rule in [FaultRule::new().truncate(), FaultRule::new().malformed_json(), FaultRule::new().drip(1)] {
        let id = mock.fault(rule.operation("deleteConnection"));
        let made = tenant.create(ats("short-lived")).await;
        tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
        mock.remove_fault(&id).unwrap();
    }
}

#[tokio::test]
async fn over_http2_a_reset_affects_only_its_own_request() {
    let (mock, ..) = server().await;
    let tenant = Tenant::over_http2(&mock);
    let path = "/connections";
    for rule in [FaultRule::new().reset(), FaultRule::new().reset_after(3), FaultRule::new().truncate()] {
        let id = mock.fault(rule.times(1));
        let outcome = async { tenant.request(reqwest::Method::GET, path).send().await?.bytes().await }.await;
        let error = outcome.expect_err("no whole answer");
        assert!(!error.is_connect(), "{error:?}");
        tenant.get(path).await.expect_status(200);
        mock.remove_fault(&id).unwrap();
    }
    mock.fault(FaultRule::new().drip(1000));
    tenant.get(path).await.expect_status(200);
}

#[tokio::test]
async fn after_a_damaged_answer_the_server_keeps_serving() {
    let (mock, tenant, path) = server().await;
    for rule in [
        FaultRule::new().reset(),
        FaultRule::new().reset_after(1),
        FaultRule::new().truncate(),
        FaultRule::new().malformed_json(),
        FaultRule::new().drip(100_000),
    ] {
        mock.fault(rule.times(1));
        answer(&mock, &tenant, &path);
        tenant.get(&path).await.expect_status(200);
        mock.clear_faults();
    }
}
