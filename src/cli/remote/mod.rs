//! [`Remote`]: a running server as the commands that ask one see it, over plain HTTP or TLS.

pub(crate) mod tls;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode, Uri, header, uri};
use flowmock::{BASE_PATH, HEALTH_PATH, Tls, printable};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Where a server is: `http://127.0.0.1:8080`, or behind a proxy `https://tests.example/flowmock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerUrl {
    is_https: bool,
    /// A name or an address; one of IPv6 without its brackets.
    host: String,
    port: u16,
    /// What stands before every path, without a final slash.
    prefix: String,
}

impl ServerUrl {
    /// Where a server listens that was started so.
    pub(crate) fn of(address: SocketAddr, tls: Option<&Tls>) -> Self {
        let (host, port) = (address.ip().to_string(), address.port());
        Self { is_https: tls.is_some(), host, port, prefix: String::new() }
    }

    /// Whether it is asked over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    /// `HOST:PORT`, as URLs and the header `Host` have it.
    fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl FromStr for ServerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "not of the form http://HOST:PORT or https://HOST:PORT".to_owned();
        let url = Uri::from_str(text.trim()).map_err(|_| form())?;
        let (Some(scheme), Some(authority)) = (url.scheme(), url.authority()) else { return Err(form()) };
        let is_https = *scheme == uri::Scheme::HTTPS;
        if !is_https && *scheme != uri::Scheme::HTTP
            || authority.as_str().contains('@')
            || url.query().is_some()
        {
            return Err(form());
        }
        let host = authority.host();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = match authority.port_u16() {
            Some(port) => port,
            // A port that is no number is none to hyper.
            None if authority.as_str().ends_with(authority.host()) => {
                if is_https {
                    443
                } else {
                    80
                }
            }
            None => return Err(form()),
        };
        let path = url.path().trim_end_matches('/');
        // What the client under test has in its configuration is good here, too.
        let prefix = path.strip_suffix(BASE_PATH).unwrap_or(path).to_owned();
        Ok(Self { is_https, host: host.to_owned(), port, prefix })
    }
}

impl std::fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.is_https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.prefix)
    }
}

/// Whose certificates are taken.
pub(crate) enum Trust<'a> {
    /// Those that a CA in this PEM file has signed, for the host that is asked.
    Ca(&'a Path),
    /// The first one in this PEM file and no other, whatever its names, its CA and its dates are.
    Pinned(&'a Path),
}

/// A server, and how to ask it.
pub(crate) struct Remote {
    url: ServerUrl,
    tls: Option<tls::Client>,
    token: Option<HeaderValue>,
    timeout: Duration,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl Remote {
    /// The server at `url`, asked over TLS if `trust` says whose certificates are good, with `token` as
    /// `Authorization`; an answer that takes longer than `timeout` is none.
    ///
    /// # Errors
    /// A sentence with the file that cannot be used.
    pub(crate) fn new(
        url: ServerUrl, trust: Option<Trust<'_>>, token: Option<HeaderValue>, timeout: Duration,
    ) -> Result<Self, String> {
        let tls = trust.map(|trust| tls::Client::new(&url.host, trust)).transpose()?;
        Ok(Self { url, tls, token, timeout })
    }

    /// The URL of a path, as messages name it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Asks for a path, which may have a query. An answer with more than `max_bytes` is none.
    ///
    /// # Errors
    /// A sentence that says why there is no answer.
    pub(crate) fn get(&self, path: &str, max_bytes: usize) -> Result<Answer, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("cannot ask {}: {error}", self.url))?;
        let answer = runtime.block_on(async {
            let answer = tokio::time::timeout(self.timeout, self.converse(path, max_bytes)).await;
            answer.unwrap_or_else(|_| Err(format!("nothing within {} ms", self.timeout.as_millis()).into()))
        });
        runtime.shutdown_background(); // whoever looks up names does not heed the time-out
        answer.map_err(|error| format!("no answer from {}: {}", self.url(path), sentence(error.as_ref())))
    }

    /// What one of flowmock's own calls answers with status 200.
    ///
    /// # Errors
    /// A sentence that says what the server has against it, or that it is no flowmock.
    pub(crate) fn control(&self, path: &str, max_bytes: usize) -> Result<Vec<u8>, String> {
        let answer = self.get(path, max_bytes)?;
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
        // Health is the one call that no server refuses.
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

    async fn converse(&self, path: &str, max_bytes: usize) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        let mut request = Request::get(format!("{}{path}", self.url.prefix))
            .header(header::HOST, self.url.authority())
            .header(header::USER_AGENT, concat!("flowmock/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, "application/json")
            .header(header::CONNECTION, "close");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, token);
        }
        let request = request.body(Body::empty())?;
        let socket = TcpStream::connect((self.url.host.as_str(), self.url.port)).await?;
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

/// The reasons why flowmock refused a call, fit for a terminal: `{"errors": [{"path", "reason"}]}`.
pub(crate) fn reasons(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Reason>,
    }
    #[derive(Deserialize)]
    struct Reason {
        reason: String,
    }
    let body: Errors = serde_json::from_slice(body).ok()?;
    let reasons: Vec<&str> = body.errors.iter().map(|error| error.reason.as_str()).collect();
    Some(printable(&reasons.join("; ")).into_owned())
}

fn is_health(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .is_ok_and(|health| health["status"] == "ok" && health["version"].is_string())
}

/// An error with its causes, which hyper's own text leaves out.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_into_where_to_connect_and_shown_as_it_is_asked() {
        for (text, shown) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            (" http://localhost/ ", "http://localhost:80"),
            ("https://flowmock", "https://flowmock:443"),
            ("http://[::1]:9000", "http://[::1]:9000"),
            ("HTTPS://tests.example/flowmock/", "https://tests.example:443/flowmock"),
            ("http://127.0.0.1:8080/data/foundation/flowservice", "http://127.0.0.1:8080"),
        ] {
            assert_eq!(text.parse::<ServerUrl>().map(|url| url.to_string()).as_deref(), Ok(shown), "{text}");
        }
        assert_eq!("http://[::1]:9000".parse::<ServerUrl>().map(|url| url.host).as_deref(), Ok("::1"));
    }

    #[test]
    fn what_is_no_such_url_is_refused() {
        for text in [
            "",
            "127.0.0.1:8080",
            "localhost",
            "/contract",
            "ftp://localhost",
            "http://",
            "http://localhost:port",
            "http://localhost:99999",
            "http://user:secret@localhost",
            "http://localhost/?a=b",
        ] {
            let refused = text.parse::<ServerUrl>();
            assert!(refused.as_ref().is_err_and(|reason| !reason.contains("secret")), "{text}: {refused:?}");
        }
    }
}
