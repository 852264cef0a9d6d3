//! `flowmock healthcheck`: asks a server whether it answers.

use crate::cli::remote::{Remote, ServerUrl, Trust};
use axum::http::StatusCode;
use flowmock::{HEALTH_PATH, Tls};
use std::net::SocketAddr;
use std::time::Duration;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// More than a server says of its health.
const MAX_ANSWER_BYTES: usize = 4096;

/// Asks the server at `address`, which was started with that `tls`, whether it answers.
///
/// # Errors
/// A sentence that says what happened instead.
pub(crate) fn ask(address: SocketAddr, tls: Option<&Tls>) -> Result<(), String> {
    let url = ServerUrl::of(address, tls);
    let certificate = tls.map(Tls::certificate);
    let asked = format!("{url}{HEALTH_PATH}");
    let remote = Remote::new(url, certificate.as_deref().map(Trust::Pinned), None, PATIENCE)
        .map_err(|error| format!("no answer from {asked}: {error}"))?;
    let answer = remote.get(HEALTH_PATH, MAX_ANSWER_BYTES)?;
    if answer.status == StatusCode::OK {
        Ok(())
    } else {
        Err(format!("{asked} answered: HTTP/1.1 {}", answer.status))
    }
}
