//! `rediss://`: Redis behind TLS, with a certificate of an authority that only the test knows.

use crate::api::{Api, landing_zone};
use crate::common::process::{Server, flowmock};
use crate::common::redis::Redis;
use crate::replica::eventually;
use reqwest::Method;
use std::path::Path;

/// A Redis that speaks TLS alone, with files that flowmock has made in `folder`.
fn encrypted(folder: &Path) -> Option<Redis> {
    let folder = folder.to_str().expect("a path");
    drop(Server::start(["--tls-self-signed", folder]));
    let [ca, certificate, key] = ["ca", "cert", "key"].map(|name| format!("{folder}/flowmock-{name}.pem"));
    Redis::start_with(
        &[
            ["--port", "0", "--tls-port", "{port}", "--tls-auth-clients", "no"].as_slice(),
            &["--tls-ca-cert-file", &ca, "--tls-cert-file", &certificate, "--tls-key-file", &key],
        ]
        .concat(),
    )
}

/// Starts a server with that URL that trusts the authorities in `file`.
fn start(url: &str, file: &Path) -> (Server, Api) {
    let mut command = flowmock(["--listen", "127.0.0.1:0", "--state", url, "--log-level", "warn"]);
    command.env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR");
    let server = Server::spawn(command);
    let api = Api::to(server.url(""));
    (server, api)
}

#[test]
fn replicas_share_a_state_in_a_redis_whose_authority_they_trust() {
    let folder = tempfile::tempdir().unwrap();
    let Some(redis) = encrypted(folder.path()) else { return };
    let ca = folder.path().join("flowmock-ca.pem");
    for scheme in ["rediss", "valkeys"] {
        let url = format!("{scheme}://127.0.0.1:{}/0", redis.port());
        let [(_one, one), (_other, other)] = [(); 2].map(|()| start(&url, &ca));
        let made = one.create("/connections", &landing_zone("made"));
        assert_eq!(other.item(&format!("/connections/{}", made.id))["name"], "made");
    }
}

#[test]
fn a_redis_of_an_unknown_authority_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let Some(redis) = encrypted(folder.path()) else { return };
    let none = folder.path().join("none.pem");
    std::fs::write(&none, "").unwrap();
    let (_server, api) = start(&format!("rediss://127.0.0.1:{}/0", redis.port()), &none);
    let health = || api.control(Method::GET, "/health");
    eventually("health 503", || health().status == 503);
    let reason = health().json()["reason"].to_string();
    assert!(reason.contains("certificate") || reason.contains("UnknownIssuer"), "{reason}");
    api.post("/connections", &landing_zone("made")).expect_error("FLOW-1103-503");
}
