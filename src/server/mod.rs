//! Sockets to requests: accepts connections, speaks HTTP/1.1 and HTTP/2 on them, inside TLS or without, cuts off
//! those that are too slow, and drains them when it has to stop.

pub(crate) mod activity;
#[cfg(feature = "tls")]
pub(crate) mod encrypted;
pub(crate) mod leaving;
pub(crate) mod room;
pub(crate) mod stream;
#[cfg(feature = "tls")]
pub(crate) mod tls;

pub(crate) use stream::Transport;

use crate::base::body::incoming::Lingering;
use crate::base::body::outgoing::Aborted;
use crate::base::config::Config;
use crate::http::layers::finish::Finish;
use activity::{Activity, Watched};
use axum::http::{Request, Response, Version};
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use leaving::{Leaving, Unread};
use room::{Place, Room};
use std::error::Error;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};

/// How many connections the system queues up until they are accepted.
const BACKLOG: u32 = 1024;

/// How many requests a client may have in flight on one HTTP/2 connection.
const MAX_STREAMS: u32 = 100;

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
    let room = Arc::new(Room::new(config.max_open_connections));
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            _ = &mut stop => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, place)) = accepted else { continue };
        _ = stream.set_nodelay(true); // without it small answers wait for the client's acknowledgement
        let stream = transport.around(stream);
        let activity = Arc::new(Activity::default());
        let handler = Handler {
            service: service.clone(),
            request_timeout: config.request_timeout,
            activity: Arc::clone(&activity),
        };
        let (builder, watcher) = (Arc::clone(&builder), connections.watcher());
        let (patience, room) = (config.header_read_timeout, Arc::clone(&room));
        tokio::spawn(async move {
            let _place = place; // given back last, when the socket is closed
            let connection = builder.serve_connection(Watched::new(stream, Arc::clone(&activity)), handler);
            // Dropped, and with it the socket closed, when it is known how it ended.
            let mut connection = pin!(watcher.watch(connection.into_owned()));
            tokio::select! {
                outcome = &mut connection => match outcome {
                    Ok(()) => {}
                    Err(error) if Aborted::is_cause_of(error.as_ref()) => activity.reset_at_the_end(),
                    Err(error) => log(error.as_ref()),
                },
                () = activity.ceased(patience, &room) => tracing::debug!("a connection was idle for too long"),
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

/// The next connection and its place; `None` where the system refuses, after a pause.
async fn accept(listener: &TcpListener, room: &Room) -> Option<(TcpStream, Place)> {
    let place = room.place().await?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            sleep(Duration::from_millis(20)).await; // out of file descriptors, most likely: let some close
            None
        }
    }
}

fn builder(config: &Config) -> Builder<TokioExecutor> {
    let max_header_bytes = config.max_header_bytes.max(Config::MIN_HEADER_BYTES);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .header_read_timeout(None) // see `Activity::ceased`
        // A client that closes its side has given up waiting, nearly always; whoever asks the journal wants to know. One
        // that only says that it will send no more, as `nc -N` does, may go without an answer.
        .half_close(false)
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
    type Response = Response<Leaving>;
    type Error = Aborted;
    type Future = BoxFuture<'static, Result<Response<Leaving>, Aborted>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (service, request_timeout) = (self.service.clone(), self.request_timeout);
        if request.version() == Version::HTTP_2 {
            let activity = Arc::clone(&self.activity);
            return Box::pin(async move {
                // Decided: the time that a client does not read is no part of the time that a request may take.
                activity.room_for_an_answer().await;
                let (started, in_flight) = (Instant::now(), activity.begin());
                let request = Lingering::around(request, started + request_timeout);
                let response = service.answer(request, started).await?;
                drop(in_flight);
                Ok(response.map(|body| Leaving::Http2(Unread::new(body, activity))))
            });
        }
        self.activity.speaks_http1();
        let started = Instant::now();
        let request = Lingering::around(request, started + request_timeout);
        let in_flight = self.activity.begin();
        Box::pin(async move {
            let outcome = service.answer(request, started).await;
            drop(in_flight);
            outcome.map(|response| response.map(Leaving::Http1))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::app::App;
    use crate::base::body::outgoing::Aborted;
    use crate::base::body::outgoing::tests::Frames;
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

    /// A server that resets: before the answer, in the middle of one; and one answer that waits for `leave`.
    fn server(leave: &Arc<Notify>) -> FlowMock {
        server_that_tells(leave, || {})
    }

    /// The same; it calls `begun` when it begins to wait.
    fn server_that_tells(leave: &Arc<Notify>, begun: impl Fn() + Clone + Send + Sync + 'static) -> FlowMock {
        let config = Config::default();
        let app = Arc::new(App::new(config.clone(), &crate::http::openapi::DESCRIPTION).unwrap());
        let leave = Arc::clone(leave);
        let routes = Router::new()
            .route("/reset", any(|| async { Aborted }))
            .route(
                "/half",
                get(|| async {
                    let frames = [Ok("half"), Err(Aborted)].into();
                    Body::new(Frames { length: 8, frames, paused: false })
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
        FlowMock::serve(config, move |_| Ok(layered(routes, app))).unwrap()
    }

    /// What a client reads until the connection is reset.
    fn read_until_reset(mock: &FlowMock, request: &str) -> String {
        let mut stream = TcpStream::connect(mock.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut read = Vec::new();
        let error = stream.read_to_end(&mut read).expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        String::from_utf8(read).unwrap()
    }

    #[test]
    fn a_reset_reaches_the_client_as_one_before_the_answer_and_in_the_middle_of_it() {
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
    fn a_request_whose_client_goes_away_is_recorded_as_such() {
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
    async fn over_http2_a_reset_is_the_stream_s_and_others_go_on() {
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
