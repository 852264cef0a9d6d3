//! From sockets to requests: accepts connections, speaks HTTP/1.1 and HTTP/2 on them, with or without TLS, closes idle
//! ones, and lets requests in flight end when the server stops.

pub(crate) mod activity;
pub(crate) mod connection_limit;
pub(crate) mod connections;
#[cfg(feature = "tls")]
pub(crate) mod encrypted;
pub(crate) mod raw_target;
pub(crate) mod response_body;
pub(crate) mod stopping;
pub(crate) mod stream;
#[cfg(feature = "tls")]
pub(crate) mod tls;
pub(crate) mod watched_stream;
pub(crate) mod when_woken;

pub(crate) use stream::Transport;

use crate::base::config::Config;
use crate::http::router::HttpService;
use connection_limit::ConnectionLimit;
use connections::Connections;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use stopping::Stopping;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::timeout;

/// How many connections the system queues until they are accepted.
const BACKLOG: u32 = 1024;

/// How many requests a client may have in flight on one HTTP/2 connection.
const MAX_STREAMS: u32 = 100;

/// Binds `address` and listens; returns the address with the real port. Has to be called inside a runtime's context.
pub(crate) fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Without this a restart would fail while connections of the last run are in TIME_WAIT. On Windows the option has
    // another meaning: two servers may share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until `stop` is ready, then completes the requests in flight, including those that have arrived but were not read
/// yet. Returns when the last connection is closed, or after `drain_timeout`.
pub(crate) async fn serve<S>(
    listener: TcpListener, transport: Transport, service: HttpService, config: &Config,
    stop: impl Future<Output = S>,
) {
    let connections = Connections {
        builder: Arc::new(builder(config)),
        transport,
        service,
        limit: Arc::new(ConnectionLimit::new(config.max_open_connections)),
        stopping: Stopping::new(),
        request_timeout: config.request_timeout,
        idle_timeout: config.header_read_timeout,
    };
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            _ = &mut stop => break,
            () = connections.accept(&listener) => {}
        }
    }
    let drained = async {
        connections.service.app().journal.end_readers(); // their requests would never end
        connections.stopping.announce();
        connections.accept_waiting(listener).await;
        connections.stopping.all_closed().await;
    };
    if timeout(config.drain_timeout, drained).await.is_err() {
        tracing::warn!("some requests did not end in time; their connections are closed");
    }
}

fn builder(config: &Config) -> Builder<TokioExecutor> {
    let max_header_bytes = config.max_header_bytes.max(Config::MIN_HEADER_BYTES);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .header_read_timeout(None) // see `Activity::idle`
        // A client that closes its side has nearly always stopped waiting, which the journal records. One that only
        // stops sending, as `nc -N` does, may get no response.
        .half_close(false)
        .max_buf_size(max_header_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(max_header_bytes).unwrap_or(u32::MAX))
        // Detects a peer that is gone without closing the connection.
        .keep_alive_interval(config.header_read_timeout)
        .keep_alive_timeout(config.header_read_timeout);
    builder
}

#[cfg(test)]
mod tests {
    use crate::app::App;
    use crate::base::body::outgoing::InjectedReset;
    use crate::base::body::outgoing::tests::TestBody;
    use crate::base::config::Config;
    use crate::http::router::layered;
    use crate::mock::FlowMock;
    use crate::testkit::journal::Outcome;
    use crate::testkit::matching::received::Received;
    use axum::Router;
    use axum::body::Body;
    use axum::routing::{any, get};
    use std::io::{ErrorKind, Read, Write};
    use std::net::TcpStream;
    use std::sync::{Arc, mpsc};
    use std::time::{Duration, Instant};
    use tokio::sync::Notify;

    /// A server with three routes: `/reset` resets before the response, `/half` in the middle of it, and `/slow` waits for
    /// `leave`.
    fn server(leave: &Arc<Notify>) -> FlowMock {
        server_that_tells(leave, || {})
    }

    /// That server; it calls `begun` when `/slow` begins to wait.
    fn server_that_tells(leave: &Arc<Notify>, begun: impl Fn() + Clone + Send + Sync + 'static) -> FlowMock {
        let config = Config::default();
        let app = Arc::new(App::new(config.clone(), &crate::http::openapi::DESCRIPTION).unwrap());
        let leave = Arc::clone(leave);
        let routes = Router::new()
            .route("/reset", any(|| async { InjectedReset }))
            .route(
                "/half",
                get(|| async {
                    let frames = TestBody::new([Ok("half"), Err(InjectedReset)]);
                    Body::new(TestBody { length: Some(8), pauses: true, ..frames })
                }),
            )
            .route(
                "/slow",
                get(move || async move {
                    begun();
                    leave.notified().await;
                    "whole"
                }),
            );
        FlowMock::serve(config, move |_, _| Ok(layered(routes, app))).unwrap()
    }

    /// Sends `request` and returns what arrives before the connection is reset.
    fn read_until_reset(mock: &FlowMock, request: &str) -> String {
        let mut stream = TcpStream::connect(mock.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut read = Vec::new();
        let error = stream.read_to_end(&mut read).expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        String::from_utf8(read).unwrap()
    }

    #[test]
    fn a_reset_reaches_the_client_before_the_response_and_in_the_middle_of_it() {
        let mock = server(&Arc::default());
        let read = read_until_reset(&mock, "POST /reset HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        assert_eq!(read, "");
        let read = read_until_reset(&mock, "GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(read.starts_with("HTTP/1.1 200 OK\r\n"), "{read}");
        assert!(read.contains("content-length: 8\r\n") && read.ends_with("\r\n\r\nhalf"), "{read}");
        let recorded = mock.app().journal.entries_since(0);
        let outcomes: Vec<Outcome> = recorded.iter().map(|entry| entry.record.outcome).collect();
        assert_eq!(outcomes, [Outcome::Reset, Outcome::Answered(hyper::StatusCode::OK)]);
    }

    #[test]
    fn a_request_of_a_client_that_disconnects_is_recorded_as_client_gone() {
        let (begun, has_begun) = mpsc::channel();
        let mock = server_that_tells(&Arc::default(), move || begun.send(()).unwrap());
        let mut stream = TcpStream::connect(mock.address()).unwrap();
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        has_begun.recv().unwrap();
        drop(stream);
        let patience = Instant::now() + Duration::from_secs(20);
        let recorded = loop {
            if let Some(entry) = mock.app().journal.entries_since(0).pop() {
                break entry.record;
            }
            assert!(Instant::now() < patience);
            std::thread::yield_now();
        };
        assert_eq!((recorded.path(), recorded.outcome), ("/slow", Outcome::ClientGone));
    }

    #[tokio::test]
    async fn over_http2_a_reset_affects_only_its_stream() {
        let leave = Arc::default();
        let mock = server(&leave);
        let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
        let ask = |path| client.get(mock.url() + path).send();
        let slow = tokio::spawn(ask("/slow"));
        ask("/no-such-path").await.unwrap(); // now there is a connection, which the others share
        for _ in 0..3 {
            assert!(ask("/reset").await.is_err());
            assert!(ask("/half").await.unwrap().bytes().await.is_err());
        }
        leave.notify_one();
        assert_eq!(slow.await.unwrap().unwrap().text().await.unwrap(), "whole");
    }
}
