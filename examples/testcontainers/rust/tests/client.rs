//! Starts flowmock's image with Testcontainers: `docker build -t flowmock .` in the project, then `cargo test` here.

use flowmock_testcontainers_example::Client;
use serde_json::{Value, json};
use std::time::Duration;
use testcontainers::core::{ContainerPort, WaitFor, wait::HealthWaitStrategy};
use testcontainers::runners::SyncRunner;
use testcontainers::{Container, GenericImage, ImageExt};

const PORT: ContainerPort = ContainerPort::Tcp(8080);

/// A container of flowmock: it is healthy when this returns, and removed when it is dropped.
fn start() -> (Container<GenericImage>, String) {
    // The image has a health check, so nothing has to look at its log.
    let healthy =
        WaitFor::Healthcheck(HealthWaitStrategy::new().with_poll_interval(Duration::from_millis(100)));
    let image = GenericImage::new("flowmock", "latest").with_exposed_port(PORT).with_wait_for(healthy);
    let container = image.with_startup_timeout(Duration::from_secs(60)).start().expect("flowmock starts");
    let port = container.get_host_port_ipv4(PORT).expect("its port");
    (container, format!("http://127.0.0.1:{port}"))
}

fn client(url: &str, organisation: &str) -> Client {
    Client { base_url: format!("{url}/data/foundation/flowservice"), organisation: organisation.into() }
}

fn verify(url: &str, organisation: &str, times: u32) -> Value {
    let expected =
        json!({"operation": "createConnection", "imsOrgId": organisation, "times": {"exactly": times}});
    let answer = ureq::post(format!("{url}/_flowmock/verify")).send_json(&expected).expect("an answer");
    answer.into_body().read_json().expect("JSON")
}

#[test]
fn creates_connections_and_tries_again_after_a_503() {
    let (_container, url) = start();

    // Each case has an organisation of its own: one container is enough for all of them.
    let id = client(&url, "CREATES@AdobeOrg").create("orders").expect("a connection");
    assert_eq!(id.len(), 36);
    assert_eq!(verify(&url, "CREATES@AdobeOrg", 1)["passed"], true);

    let rule =
        json!({"match": {"operation": "createConnection"}, "times": 1, "action": {"error": "FLOW-1103-503"}});
    ureq::post(format!("{url}/_flowmock/faults?imsOrgId=RETRIES@AdobeOrg")).send_json(&rule).expect("a rule");
    client(&url, "RETRIES@AdobeOrg").create("orders").expect("a connection at the second try");
    assert_eq!(verify(&url, "RETRIES@AdobeOrg", 2)["passed"], true);
}
