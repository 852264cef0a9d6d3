//! [`Remote`]: an HTTP client for one running server, with or without TLS.

pub(crate) mod tls;
pub(crate) mod url;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode, header};
use flowmock::{HEALTH_PATH, printable};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::error::Error;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::ServerUrl;

/// A running server.
pub(crate) struct Remote {
    url: ServerUrl,
    tls: Option<tls::Client>,
    token: Option<HeaderValue>,
    timeout: Duration,
}

/// The body of a request.
struct SentDocument {
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// A response of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl Remote {
    /// The server at `url`. `trust` is required for https. `token` is sent as `Authorization`. A request fails after
    /// `timeout`.
    ///
    /// # Errors
    /// A sentence that names the unusable certificate file or host.
    pub(crate) fn new(
        url: ServerUrl, trust: Option<tls::Trust<'_>>, token: Option<HeaderValue>, timeout: Duration,
    ) -> Result<Self, String> {
        let tls = trust.map(|trust| tls::Client::new(url.host(), trust)).transpose()?;
        Ok(Self { url, tls, token, timeout })
    }

    /// The URL of `path`, for messages.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Sends `GET path`; `path` may have a query.
    ///
    /// # Errors
    /// A sentence that says why there is no response. A body of more than `max_bytes` counts as none.
    pub(crate) fn get(&self, path: &str, max_bytes: usize) -> Result<Answer, String> {
        self.ask(path, None, max_bytes)
    }

    /// Sends a request, and waits for the response.
    fn ask(&self, path: &str, body: Option<SentDocument>, max_bytes: usize) -> Result<Answer, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("cannot ask {}: {error}", self.url))?;
        let answer = runtime.block_on(async {
            let answer = tokio::time::timeout(self.timeout, self.exchange(path, body, max_bytes)).await;
            answer.unwrap_or_else(|_| Err(format!("nothing within {} ms", self.timeout.as_millis()).into()))
        });
        runtime.shutdown_background(); // a name lookup does not heed the time-out
        answer.map_err(|error| format!("no answer from {}: {}", self.url(path), sentence(error.as_ref())))
    }

    /// Makes a control call and returns the body of a 200.
    ///
    /// # Errors
    /// A sentence with the server's reason for refusing, or one that says that the server is not flowmock.
    pub(crate) fn control(&self, path: &str, max_bytes: usize) -> Result<Vec<u8>, String> {
        self.body_of_200(path, self.get(path, max_bytes)?, max_bytes)
    }

    /// Sends a control call with a document as its body, and returns the body of a 200.
    ///
    /// # Errors
    /// The errors of [`Remote::control`].
    pub(crate) fn post(
        &self, path: &str, content_type: &'static str, document: Vec<u8>, max_bytes: usize,
    ) -> Result<Vec<u8>, String> {
        let document = SentDocument { content_type, bytes: document };
        self.body_of_200(path, self.ask(path, Some(document), max_bytes)?, max_bytes)
    }

    fn body_of_200(&self, path: &str, answer: Answer, max_bytes: usize) -> Result<Vec<u8>, String> {
        if answer.status == StatusCode::OK {
            return Ok(answer.body);
        }
        if let Some(reasons) = reasons(&answer.body) {
            let remedy = match answer.status {
                StatusCode::UNAUTHORIZED => " (--control-token, or better FLOWMOCK_CONTROL_TOKEN)",
                _ => "",
            };
            return Err(format!("{} says: {reasons}{remedy}", self.url));
        }
        // Every flowmock answers the health call, whatever its flags.
        let health = self.get(HEALTH_PATH, max_bytes)?;
        Err(if health.status == StatusCode::OK && is_health(&health.body) {
            format!(
                "{} does not serve {path}: it was started with --control off, or is an older flowmock",
                self.url
            )
        } else {
            format!("{} is no flowmock: it answers {path} with {}", self.url, answer.status)
        })
    }

    async fn exchange(
        &self, path: &str, body: Option<SentDocument>, max_bytes: usize,
    ) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        let uri = format!("{}{path}", self.url.prefix());
        let (mut request, body) = match body {
            None => (Request::get(uri), Body::empty()),
            Some(document) => {
                let request = Request::post(uri).header(header::CONTENT_TYPE, document.content_type);
                (request, Body::from(document.bytes))
            }
        };
        request = request
            .header(header::HOST, self.url.authority())
            .header(header::USER_AGENT, concat!("flowmock/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, "application/json")
            .header(header::CONNECTION, "close");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, token);
        }
        let request = request.body(body)?;
        let socket = TcpStream::connect((self.url.host(), self.url.port())).await?;
        match &self.tls {
            None => send(socket, request, max_bytes).await,
            Some(tls) => send(tls.connect(socket).await?, request, max_bytes).await,
        }
    }
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, request: Request<Body>, max_bytes: usize,
) -> Result<Answer, Box<dyn Error + Send + Sync>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = to_bytes(Body::new(body), max_bytes).await?;
    Ok(Answer { status: head.status, body: body.into() })
}

/// The reasons in a refused control call, `{"errors": [{"path", "reason"}]}`, each behind its place in the document;
/// `None` if the body has another form.
pub(crate) fn reasons(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Reason>,
    }
    #[derive(Deserialize)]
    struct Reason {
        #[serde(default)]
        path: String,
        reason: String,
    }
    let body: Errors = serde_json::from_slice(body).ok()?;
    let reasons = body.errors.into_iter().map(|Reason { path, reason }| match path.as_str() {
        "" => reason,
        path => format!("{path}: {reason}"),
    });
    Some(printable(&reasons.collect::<Vec<_>>().join("; ")).into_owned())
}

fn is_health(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .is_ok_and(|health| health["status"] == "ok" && health["version"].is_string())
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
