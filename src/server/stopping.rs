//! [`Stopping`]: tells every connection that the server stops, and waits until all are closed.

use super::activity::Activity;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::{Receiver, Sender, channel};
use tokio::time::sleep;

/// The time without traffic after which an idle connection is closed once the server stops. Within this time a client can
/// learn that the server closes the connection, or send the rest of a request head.
const MOMENT: Duration = Duration::from_millis(100);

/// The length of a sleep during which tokio polls its sockets at least once. It polls them before its timers, which have a
/// resolution of a millisecond.
const TURN: Duration = Duration::from_millis(1);

/// The largest number of sockets that tokio finds ready in one poll.
const SOCKETS_PER_TURN: usize = 1024;

/// Announces the stop of a server to its connections.
pub(super) struct Stopping(Arc<Sender<bool>>);

/// Tells a connection that the server stops. Dropping it tells the server that the connection is closed.
pub(super) struct Announcement {
    stops: Receiver<bool>,
    /// Counts the open connections.
    all: Arc<Sender<bool>>,
}

impl Stopping {
    /// A server that does not stop yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(channel(false).0))
    }

    /// An announcement for a new connection.
    pub(super) fn watched(&self) -> Announcement {
        Announcement { stops: self.0.subscribe(), all: Arc::clone(&self.0) }
    }

    /// Tells every connection, including those that open later, that the server stops.
    pub(super) fn announce(&self) {
        self.0.send_replace(true);
    }

    /// Waits until every connection is closed.
    pub(super) async fn all_closed(&self) {
        self.0.closed().await;
    }
}

impl Announcement {
    /// Waits until the server stops and all bytes that arrived before the stop are readable.
    ///
    /// A client counts on a response to a request that is in the socket's buffer, or on a connection that is not accepted
    /// yet. Closing the connection would leave the request without a response.
    pub(super) async fn made(&mut self) {
        _ = self.stops.wait_for(|stops| *stops).await;
        for _ in 0..=self.all.receiver_count() / SOCKETS_PER_TURN {
            sleep(TURN).await;
        }
    }
}

/// Waits until the connection of `activity` has had no traffic for [`MOMENT`] and no request is in flight on it.
///
/// A client may keep its side open: many HTTP/2 clients do not read from an idle connection, and miss the server's GOAWAY.
pub(super) async fn unused(activity: &Activity) {
    loop {
        let before = activity.traffic();
        sleep(MOMENT).await;
        if !activity.is_in_use() && activity.traffic() == before {
            return;
        }
    }
}
