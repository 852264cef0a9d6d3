//! TLS through the library, as tests of other projects use it.

#![allow(unreachable_pub)] // a test program exports nothing

mod client;
#[path = "../common/mod.rs"]
mod common;
mod files;
mod handshakes;
mod self_signed;

use client::TlsClient;
use flowmock::{Config, FlowMock, HEALTH_PATH, StartError, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::Path;

/// Starts a server with TLS and a change to its configuration.
fn start(tls: Tls, change: impl FnOnce(&mut Config)) -> Result<FlowMock, StartError> {
    let mut config = Config::default();
    config.tls = Some(tls);
    change(&mut config);
    FlowMock::with_config(config)
}

/// A server with TLS.
#[track_caller]
fn server(tls: Tls) -> FlowMock {
    start(tls, |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// The message of a start that must fail because of `tls`.
#[track_caller]
fn start_error(tls: Tls) -> String {
    let error = start(tls, |_| {}).expect_err("the start must fail");
    assert!(matches!(error, StartError::Tls(_)), "{error:?}");
    let message = error.to_string();
    assert!(!message.contains('\n') && message.len() < 400, "{message}");
    message
}

/// Asserts that the server answers a client that trusts the CA in `ca`.
async fn expect_answer(mock: &FlowMock, ca: &Path) {
    let answer = TlsClient::trusting(ca, &[]).get(mock, "localhost", HEALTH_PATH).await.expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// A CA, a certificate for `localhost` that it signed, and the key of the certificate, in PEM. The certificate is valid
/// until the date `not_after`.
fn certificate(not_after: (i32, u8, u8)) -> [String; 3] {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let mut server = CertificateParams::new(["localhost".to_owned()]).unwrap();
    server.not_after = rcgen::date_time_ymd(not_after.0, not_after.1, not_after.2);
    let key = KeyPair::generate().unwrap();
    let signed = server.signed_by(&key, &ca).unwrap();
    [ca.pem(), signed.pem(), key.serialize_pem()]
}
