//! One HTTP request to a webhook, over a connection of its own.
//!
//! It goes to an address that was checked, not to one that a later look-up finds. Redirects are not followed: they would lead
//! past that check.

use crate::base::body::outgoing::OutgoingBody;
use crate::base::config::NotificationUrl;
use crate::base::printable::printable;
use crate::services::notifications::Target;
use crate::services::notifications::host::{Way, way_to};
use futures_util::future::{Either, select};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::http::request;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// The longest body of an answer that is read, in bytes.
const MOST_READ: usize = 64 * 1024;

/// The answer of a webhook.
#[derive(Debug, PartialEq)]
pub(crate) struct WebhookAnswer {
    pub(crate) status: u16,
    /// Its body, up to [`MOST_READ`].
    pub(crate) body: Vec<u8>,
}

impl WebhookAnswer {
    /// Whether the webhook took the notification.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether another attempt may succeed: the answer is a 5xx, 429 or 408.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self.status, 408 | 429 | 500..)
    }

    /// The beginning of the body, to be shown.
    pub(crate) fn excerpt(&self) -> String {
        const MOST_SHOWN: usize = 200;
        let text = String::from_utf8_lossy(&self.body);
        let shown: String = text.chars().take(MOST_SHOWN).collect();
        printable(&shown).into_owned()
    }
}

/// Posts a payload to a target, with those headers besides the target's own.
///
/// # Errors
/// A sentence that says why there is no answer.
pub(crate) async fn post(
    target: &Target, payload: Bytes, headers: &[(&'static str, String)], allowed: &[String],
) -> Result<WebhookAnswer, String> {
    let mut request =
        request(target, Method::POST, target.url.target()).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    within_time(target, request, payload, allowed).await
}

/// Asks a target to echo its challenge. Reference: "Notifications".
///
/// Decided: the echo is the text alone or, as JSON, `{"challenge": <text>}`.
///
/// # Errors
/// A sentence that says why the target cannot be registered.
pub(crate) async fn challenge(target: &Target, allowed: &[String]) -> Result<(), String> {
    let challenge = target.challenge();
    let path = target.url.target();
    let path = format!("{path}{}challenge={challenge}", if path.contains('?') { '&' } else { '?' });
    let answer = within_time(target, request(target, Method::GET, &path), Bytes::new(), allowed).await;
    let answer = answer.map_err(|reason| format!("does not answer the challenge: {reason}"))?;
    if !answer.is_success() {
        return Err(format!(
            "answers the challenge with {}; it must echo the value of the parameter challenge",
            answer.status
        ));
    }
    let is_echo = answer.body.trim_ascii() == challenge.as_bytes()
        || serde_json::from_slice::<serde_json::Value>(&answer.body)
            .is_ok_and(|body| body == *challenge || body["challenge"] == *challenge);
    if is_echo {
        return Ok(());
    }
    Err("does not echo the challenge: the answer's body must be the value of the parameter challenge"
        .to_owned())
}

fn request(target: &Target, method: Method, path: &str) -> request::Builder {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, target.url.authority())
        .header(header::USER_AGENT, concat!("flowmock/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    for (name, value) in &target.headers {
        request = request.header(name, value.expose());
    }
    request
}

async fn within_time(
    target: &Target, request: request::Builder, body: Bytes, allowed: &[String],
) -> Result<WebhookAnswer, String> {
    let limit = target.delivery.timeout();
    let exchange = async {
        let stream = connect(&target.url, allowed).await?;
        let request = request.body(OutgoingBody::Whole(body)).map_err(|error| sentence(&error))?;
        send(stream, request).await.map_err(|error| sentence(error.as_ref()))
    };
    timeout(limit, exchange).await.unwrap_or_else(|_| Err(format!("nothing within {} ms", limit.as_millis())))
}

/// Connects to an address that the host may have.
async fn connect(url: &NotificationUrl, allowed: &[String]) -> Result<TcpStream, String> {
    let addresses: Vec<SocketAddr> = match way_to(url.host(), allowed)? {
        Way::Addresses(ips) => ips.into_iter().map(|ip| SocketAddr::new(ip, url.port())).collect(),
        Way::LookUp => {
            let found = lookup_host((url.host(), url.port())).await;
            found.map_err(|error| format!("the host is not found: {error}"))?.collect()
        }
    };
    let mut reason = "the host has no address".to_owned();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => reason = format!("no connection to {address}: {error}"),
        }
    }
    Err(reason)
}

async fn send(
    stream: TcpStream, request: Request<OutgoingBody<Incoming>>,
) -> Result<WebhookAnswer, Box<dyn Error + Send + Sync>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let exchange = pin!(async {
        let (head, mut body) = sender.send_request(request).await?.into_parts();
        let mut read = Vec::new();
        while read.len() < MOST_READ {
            let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await else { break };
            if let Ok(data) = frame?.into_data() {
                read.extend_from_slice(&data[..data.len().min(MOST_READ - read.len())]);
            }
        }
        Ok(WebhookAnswer { status: head.status.as_u16(), body: read })
    });
    // In this task, so that the connection is closed as soon as the task is stopped.
    match select(exchange, pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, exchange)) => exchange.await, // it is closed, and the answer is there or an error
    }
}

/// An error and its causes, which the messages of hyper leave out.
fn sentence(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
