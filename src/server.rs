//! Sockets to requests: accepts connections, speaks HTTP/1.1 and HTTP/2 on them, cuts off those that are too slow,
//! and drains them when it has to stop.

use crate::config::Config;
use crate::web::linger::Lingering;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::sleep;
use tower_http::normalize_path::NormalizePath;

/// How many connections the system queues up until they are accepted.
const BACKLOG: u32 = 1024;

/// How many requests a client may have in flight on one HTTP/2 connection.
const MAX_STREAMS: u32 = 256;

/// Binds, inside a runtime's context; answers with the real port.
pub(crate) fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Else a restart would fail for as long as connections of the last run linger in TIME_WAIT. On Windows the
    // option means something else: that two servers may share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until `stop` is done, then drains. Returns when the last connection is closed or the time for that is up.
pub(crate) async fn serve<S>(
    listener: TcpListener, service: NormalizePath<Router>, config: &Config, stop: impl Future<Output = S>,
) {
    let builder = Arc::new(builder(config));
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            _ = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(20)).await; // out of file descriptors, most likely: let some close
                    continue;
                }
            },
        };
        _ = stream.set_nodelay(true); // without it small answers wait for the client's acknowledgement
        let seen_request = Arc::new(AtomicBool::new(false));
        let handler = Handler {
            service: service.clone(),
            request_timeout: config.request_timeout,
            seen_request: Arc::clone(&seen_request),
        };
        let (builder, watcher) = (Arc::clone(&builder), connections.watcher());
        let patience = config.header_read_timeout;
        tokio::spawn(async move {
            let connection = builder.serve_connection(TokioIo::new(stream), handler);
            let connection = watcher.watch(connection.into_owned());
            tokio::select! {
                outcome = connection => if let Err(error) = outcome {
                    tracing::debug!(%error, "a connection ended early");
                },
                () = no_request(&seen_request, patience) => tracing::debug!("a connection without a request was closed"),
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = sleep(config.drain_timeout) => tracing::warn!("some requests did not end in time; their connections are closed"),
    }
}

fn builder(config: &Config) -> Builder<TokioExecutor> {
    let max_header_bytes = config.max_header_bytes.max(Config::MIN_HEADER_BYTES);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(config.header_read_timeout)
        .max_buf_size(max_header_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(max_header_bytes).unwrap_or(u32::MAX))
        // A peer that is gone without a word is found out.
        .keep_alive_interval(config.header_read_timeout)
        .keep_alive_timeout(config.header_read_timeout);
    builder
}

/// Done when a connection has been open for `patience` without a single request. hyper watches over the headers of
/// HTTP/1, but not before it knows which version a connection speaks, nor over HTTP/2.
async fn no_request(seen_request: &AtomicBool, patience: Duration) {
    sleep(patience).await;
    if seen_request.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

/// One connection's view of the service.
struct Handler {
    service: NormalizePath<Router>,
    request_timeout: Duration,
    seen_request: Arc<AtomicBool>,
}

impl Service<Request<Incoming>> for Handler {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <NormalizePath<Router> as tower_service::Service<Request<Lingering>>>::Future;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.seen_request.store(true, Ordering::Relaxed);
        let request = Lingering::around(request, self.request_timeout);
        tower_service::Service::call(&mut self.service.clone(), request)
    }
}
