//! `flowmock healthcheck`: asks a server whether it is up.

use crate::cli::remote::Remote;
use crate::cli::remote::tls::Trust;
use crate::cli::remote::url::{ServerUrl, reachable};
use crate::cli::running;
use axum::http::StatusCode;
use flowmock::{HEALTH_PATH, Tls};
use std::net::SocketAddr;
use std::time::Duration;

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The longest response that is read; a health response is shorter.
const MAX_ANSWER_BYTES: usize = 4096;

/// Asks the server that listens on `listen` for its health. With port 0, this is the server that runs on this machine.
/// `tls` has the server's own settings.
///
/// # Errors
/// A sentence that says what happened instead.
pub(crate) fn ask(listen: SocketAddr, tls: Option<&Tls>) -> Result<(), String> {
    let mut address = reachable(listen);
    if address.port() == 0 {
        address.set_port(running::port()?);
    }
    let url = ServerUrl::of(address, tls);
    let certificate = tls.map(Tls::certificate);
    let asked = format!("{url}{HEALTH_PATH}");
    let remote = Remote::new(url, certificate.as_deref().map(Trust::Pinned), None, TIMEOUT)
        .map_err(|error| format!("no answer from {asked}: {error}"))?;
    let answer = remote.get(HEALTH_PATH, MAX_ANSWER_BYTES)?;
    if answer.status == StatusCode::OK {
        Ok(())
    } else {
        Err(format!("{asked} answered: HTTP/1.1 {}", answer.status))
    }
}
