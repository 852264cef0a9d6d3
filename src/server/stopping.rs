//! [`Stopping`]: tells every connection that the server stops, and waits until all are closed.

use super::activity::Activity;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::{Receiver, Sender, channel};
use tokio::time::sleep;

/// How long a connection without a request has to be silent before it is closed, once the server stops. Within this time
/// a client can read that the server closes the connection, or send the rest of a request head.
const MOMENT: Duration = Duration::from_millis(100);

/// After a sleep this long, tokio has polled its sockets: it does so before it looks at its timers, whose resolution is a
/// millisecond.
const TURN: Duration = Duration::from_millis(1);

/// The most sockets that tokio finds ready in one poll.
const SOCKETS_PER_TURN: usize = 1024;

/// The stop of a server.
pub(super) struct Stopping(Arc<Sender<bool>>);

/// Tells a connection that the server stops. Dropping it tells the server that the connection is closed.
pub(super) struct Announcement {
    stops: Receiver<bool>,
    /// Knows how many connections are open.
    all: Arc<Sender<bool>>,
}

impl Stopping {
    /// A server that does not stop yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(channel(false).0))
    }

    /// What a new connection is told of the stop.
    pub(super) fn watched(&self) -> Announcement {
        Announcement { stops: self.0.subscribe(), all: Arc::clone(&self.0) }
    }

    /// Tells every connection that the server stops, those that open later too.
    pub(super) fn announce(&self) {
        self.0.send_replace(true);
    }

    /// Waits until every connection is closed.
    pub(super) async fn all_closed(&self) {
        self.0.closed().await;
    }
}

impl Announcement {
    /// Waits until the server stops and everything that had arrived before can be read.
    ///
    /// A request in the socket's buffer, or on a connection that was not accepted yet, is one that the client believes to
    /// be on its way: closing the connection would leave it without a response.
    pub(super) async fn made(&mut self) {
        _ = self.stops.wait_for(|stops| *stops).await;
        for _ in 0..=self.all.receiver_count() / SOCKETS_PER_TURN {
            sleep(TURN).await;
        }
    }
}

/// Waits until nothing has happened on the connection of `activity` for a [`MOMENT`] and no request is in flight there.
///
/// A client may keep its side open: over HTTP/2 many do not look at a connection while they have nothing to send, and miss
/// the server's GOAWAY.
pub(super) async fn unused(activity: &Activity) {
    loop {
        let before = activity.traffic();
        sleep(MOMENT).await;
        if !activity.is_in_use() && activity.traffic() == before {
            return;
        }
    }
}
