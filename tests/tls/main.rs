//! TLS, as a test of somebody else's project meets it through the library.

#![allow(unreachable_pub)] // a test binary exports nothing

mod client;
mod files;
mod handshakes;
mod made;

use client::Client;
use flowmock::{Config, FlowMock, HEALTH_PATH, StartError, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::Path;

/// A server with a configuration that speaks TLS, and with more that the test wants.
fn start(tls: Tls, change: impl FnOnce(&mut Config)) -> Result<FlowMock, StartError> {
    let mut config = Config::default();
    config.tls = Some(tls);
    change(&mut config);
    FlowMock::with_config(config)
}

fn server(tls: Tls) -> FlowMock {
    start(tls, |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// Why a server does not start.
#[track_caller]
fn refused(tls: Tls) -> String {
    let error = start(tls, |_| {}).expect_err("a start that must fail");
    assert!(matches!(error, StartError::Tls(_)), "{error:?}");
    let message = error.to_string();
    assert!(!message.contains('\n') && message.len() < 400, "{message}");
    message
}

/// Asserts that the server answers a client that trusts the CA in `ca`.
async fn expect_answer(mock: &FlowMock, ca: &Path) {
    let answer = Client::trusting(ca, &[]).get(mock, "localhost", HEALTH_PATH).await.expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// A CA, a certificate for `localhost` that it signed and that is good until then, and its key, in PEM.
fn signed(not_after: (i32, u8, u8)) -> [String; 3] {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let mut server = CertificateParams::new(["localhost".to_owned()]).unwrap();
    server.not_after = rcgen::date_time_ymd(not_after.0, not_after.1, not_after.2);
    let key = KeyPair::generate().unwrap();
    let certificate = server.signed_by(&key, &ca).unwrap();
    [ca.pem(), certificate.pem(), key.serialize_pem()]
}
