//! [`Connections`]: accepts connections and serves each one until it ends.

use super::activity::{Activity, Exchange};
use super::connection_limit::{ConnectionLimit, ConnectionPermit};
use super::response_body::{ResponseBody, UnreadBody};
use super::stopping::{Stopping, unused};
use super::stream::Transport;
use super::watched_stream::WatchedStream;
use super::when_woken::when_woken;
use crate::app::Shared;
use crate::base::body::incoming::IncomingBody;
use crate::base::body::outgoing::{InjectedReset, OutgoingBody};
use crate::http::router::HttpService;
use axum::http::{Request, Response, StatusCode, Version};
use futures_util::future::BoxFuture;
use hyper::body::{Bytes, Incoming};
use hyper::service::Service;
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;
use std::error::Error;
use std::future::ready;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

/// The largest number of headers in a request. This is hyper's limit for HTTP/1; for HTTP/2 hyper has none.
const MAX_HEADERS: usize = 100;

/// Why a connection is to end, although its client has not closed it.
enum End {
    /// The server stops.
    Stop,
    /// It was idle for too long.
    Idle,
}

/// The connections of a server, and the parts that each new connection needs.
pub(super) struct Connections {
    pub(super) builder: Arc<Builder<TokioExecutor>>,
    pub(super) transport: Transport,
    pub(super) service: HttpService,
    pub(super) limit: Arc<ConnectionLimit>,
    pub(super) stopping: Stopping,
    pub(super) request_timeout: Duration,
    pub(super) idle_timeout: Duration,
}

impl Connections {
    /// Accepts the next connection. If the system refuses, returns after a pause.
    pub(super) async fn accept(&self, listener: &TcpListener) {
        let Some(permit) = self.limit.acquire().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => self.serve(stream, permit),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(Duration::from_millis(20)).await; // probably out of file descriptors: wait until some are closed
            }
        }
    }

    /// Accepts the connections that wait in the system's queue, then closes the listener. Closing it first would reset
    /// them.
    pub(super) async fn accept_waiting(&self, listener: TcpListener) {
        // tokio's listener cannot tell whether the queue is empty.
        let Ok(listener) = listener.into_std() else { return };
        while let Some(permit) = self.limit.acquire().await {
            match listener.accept() {
                Ok((stream, _)) => {
                    if let Ok(stream) =
                        stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream))
                    {
                        self.serve(stream, permit);
                    }
                    yield_now().await; // or a flood of new connections would outlast the drain time
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted
                    ) => {}
                Err(_) => return,
            }
        }
    }

    /// Serves the connection on a socket in a new task.
    fn serve(&self, stream: TcpStream, permit: ConnectionPermit) {
        _ = stream.set_nodelay(true); // without it small answers wait for the client's acknowledgement
        let stream = self.transport.around(stream);
        let activity = Arc::new(Activity::default());
        let service = ConnectionService {
            service: Arc::new(self.service.clone()),
            request_timeout: self.request_timeout,
            activity: Arc::clone(&activity),
        };
        let (builder, limit, idle_timeout) =
            (Arc::clone(&self.builder), Arc::clone(&self.limit), self.idle_timeout);
        let (mut stop, app) = (self.stopping.watched(), Shared::clone(self.service.app()));
        tokio::spawn(async move {
            let _permit = permit; // released last, when the socket is closed
            let connection =
                builder.serve_connection(WatchedStream::new(stream, Arc::clone(&activity)), service);
            // This is dropped, which closes the socket, after `activity` knows how the connection ended.
            let mut connection = pin!(connection.into_owned());
            let end = pin!(async {
                tokio::select! {
                    biased;
                    () = stop.made() => End::Stop,
                    () = activity.idle(idle_timeout, &limit, &app.budget) => End::Idle,
                }
            });
            // The connection is polled first, so that it reads the requests that have arrived before it is told to end.
            let outcome = tokio::select! {
                biased;
                outcome = &mut connection => outcome,
                end = when_woken(end) => match end {
                    End::Stop => {
                        connection.as_mut().graceful_shutdown();
                        tokio::select! {
                            biased;
                            outcome = &mut connection => outcome,
                            () = unused(&activity) => Ok(()),
                        }
                    }
                    End::Idle => {
                        tracing::debug!("a connection was idle for too long");
                        Ok(())
                    }
                }
            };
            match outcome {
                Ok(()) => {}
                Err(error) if InjectedReset::is_cause_of(error.as_ref()) => activity.reset_at_the_end(),
                Err(error) => log(error.as_ref()),
            }
        });
    }
}

/// Logs why a connection ended early: a warning if hyper refused a request, with a response without a body.
fn log(error: &(dyn Error + 'static)) {
    match error.downcast_ref::<hyper::Error>() {
        Some(refused) if refused.is_parse() => {
            tracing::warn!(reason = %refused, "a request could not be read as HTTP, and was refused without a body");
        }
        _ => tracing::debug!(%error, "a connection ended early"),
    }
}

/// The response to an HTTP/2 request with more than [`MAX_HEADERS`], like hyper's response over HTTP/1.
fn too_many_headers(exchange: Exchange) -> Response<ResponseBody> {
    let nothing = UnreadBody::new(OutgoingBody::Whole(Bytes::new()), exchange.answered());
    let mut response = Response::new(ResponseBody::Http2(nothing));
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response
}

/// The server as a hyper service for one connection.
struct ConnectionService {
    /// In an `Arc` of the connection's own, for whose count its requests do not compete with those of others.
    service: Arc<HttpService>,
    request_timeout: Duration,
    activity: Arc<Activity>,
}

impl Service<Request<Incoming>> for ConnectionService {
    type Response = Response<ResponseBody>;
    type Error = InjectedReset;
    type Future = BoxFuture<'static, Result<Response<ResponseBody>, InjectedReset>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (service, request_timeout) = (Arc::clone(&self.service), self.request_timeout);
        if request.version() == Version::HTTP_2 {
            if request.headers().len() > MAX_HEADERS {
                return Box::pin(ready(Ok(too_many_headers(self.activity.begin()))));
            }
            let activity = Arc::clone(&self.activity);
            return Box::pin(async move {
                // Decided: the time limit of a request does not run while its client does not read earlier responses.
                activity.wait_until_read().await;
                let (started, exchange) = (Instant::now(), activity.begin());
                let request = IncomingBody::around(request, started + request_timeout, &activity.bodies);
                let response = Arc::clone(&activity.made).count(service.respond(request, started)).await?;
                let exchange = exchange.answered();
                Ok(response.map(|body| ResponseBody::Http2(UnreadBody::new(body, exchange))))
            });
        }
        self.activity.count_head();
        let started = Instant::now();
        let request = IncomingBody::around(request, started + request_timeout, &self.activity.bodies);
        let exchange = self.activity.begin();
        Box::pin(async move {
            let response = service.respond(request, started).await?;
            let exchange = exchange.answered();
            Ok(response.map(|body| ResponseBody::Http1(body, exchange)))
        })
    }
}
