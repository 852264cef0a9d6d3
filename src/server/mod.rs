//! Sockets to requests: accepts connections, speaks HTTP/1.1 and HTTP/2 on them, inside TLS or without, cuts off
//! those that are too slow, and drains them when it has to stop.

mod activity;
#[cfg(feature = "tls")]
mod encrypted;
mod stream;

pub(crate) use stream::Transport;

use crate::config::Config;
use crate::web::finish::Finish;
use crate::web::linger::Lingering;
use activity::{Activity, Watched};
use axum::body::Body;
use axum::http::{Request, Response};
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{Instant, sleep};

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
    listener: TcpListener, transport: Transport, service: Finish, config: &Config,
    stop: impl Future<Output = S>,
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
        let stream = transport.around(stream);
        let activity = Arc::new(Activity::default());
        let handler = Handler {
            service: service.clone(),
            request_timeout: config.request_timeout,
            activity: Arc::clone(&activity),
        };
        let (builder, watcher) = (Arc::clone(&builder), connections.watcher());
        let patience = config.header_read_timeout;
        tokio::spawn(async move {
            let connection = builder.serve_connection(Watched::new(stream, Arc::clone(&activity)), handler);
            let connection = watcher.watch(connection.into_owned());
            tokio::select! {
                outcome = connection => if let Err(error) = outcome {
                    log(error.as_ref());
                },
                () = activity.ceased(patience) => tracing::debug!("a connection was idle for too long"),
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = sleep(config.drain_timeout) => {
            tracing::warn!("some requests did not end in time; their connections are closed");
        }
    }
}

fn builder(config: &Config) -> Builder<TokioExecutor> {
    let max_header_bytes = config.max_header_bytes.max(Config::MIN_HEADER_BYTES);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .header_read_timeout(None) // see `Activity::ceased`
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

/// A connection ended early. What a client sent and hyper refused, with an answer that has no body, is worth a warning.
fn log(error: &(dyn Error + 'static)) {
    match error.downcast_ref::<hyper::Error>() {
        Some(refused) if refused.is_parse() => {
            tracing::warn!(reason = %refused, "a request could not be read as HTTP, and was refused without a body");
        }
        _ => tracing::debug!(%error, "a connection ended early"),
    }
}

/// One connection's view of the service.
struct Handler {
    service: Finish,
    request_timeout: Duration,
    activity: Arc<Activity>,
}

impl Service<Request<Incoming>> for Handler {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let started = Instant::now();
        let request = Lingering::around(request, started + self.request_timeout);
        let (service, in_flight) = (self.service.clone(), self.activity.begin());
        Box::pin(async move {
            let response = service.answer(request, started).await;
            drop(in_flight);
            Ok(response)
        })
    }
}
