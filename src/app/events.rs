//! The stream of events of a server: its requests as the journal records them, as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use super::App;
use crate::testkit::contract::name_of;
use crate::testkit::journal::breach::Breach;
use crate::testkit::journal::filter::RequestFilter;
use crate::testkit::journal::news::{News, Reader};
use crate::testkit::journal::summary::RequestSummary;
use crate::testkit::journal::{Entry, Record};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// The largest number of requests in a piece of the stream.
const PIECE: usize = 16;

/// The longest wait for the examiner, which examines requests shortly after they were answered.
const PATIENCE: Duration = Duration::from_millis(500);

/// The time between two looks at the examiner.
const LOOK: Duration = Duration::from_millis(10);

/// The longest silence. Proxies and clients take a connection without traffic for dead.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The events for one reader.
pub(crate) struct Events {
    app: Arc<App>,
    reader: Reader,
    filter: RequestFilter,
    heartbeat: Duration,
    /// The last id that the client was sent.
    told: u64,
    has_begun: bool,
}

impl Events {
    /// The events of the requests that `filter` selects, after the one with the id `after`, or from now on. `None` if there
    /// are too many readers.
    pub(crate) fn of(app: &Arc<App>, filter: RequestFilter, after: Option<u64>) -> Option<Self> {
        let reader = Reader::of(&app.journal, after)?;
        // A quiet connection is closed after the time limit, or a quarter of it while all connections are taken.
        let heartbeat = HEARTBEAT.min(app.config.header_read_timeout / 8).max(LOOK);
        let told = reader.after();
        Some(Self { app: Arc::clone(app), reader, filter, heartbeat, told, has_begun: false })
    }

    /// The next piece of the stream, as soon as there is one; `None` once the server stops.
    pub(crate) async fn next(&mut self) -> Option<String> {
        if !std::mem::replace(&mut self.has_begun, true) {
            return Some(": flowmock\n\n".to_owned()); // the client learns at once that it is connected
        }
        let silent_until = Instant::now() + self.heartbeat;
        loop {
            let silence = silent_until.saturating_duration_since(Instant::now());
            let arrived = timeout(silence, self.reader.arrived()).await;
            if self.reader.has_ended() {
                return None;
            }
            if arrived.is_err() {
                return Some(self.heartbeat());
            }
            let news = self.reader.next(PIECE);
            self.examined(&news).await;
            let piece = self.piece(&news);
            if !piece.is_empty() {
                return Some(piece);
            }
        }
    }

    /// A comment. The id of the last request that was looked at goes with it, which a client that comes back names, even if
    /// the filter left the request out.
    fn heartbeat(&mut self) -> String {
        let after = self.reader.after();
        if std::mem::replace(&mut self.told, after) == after {
            return ": still here\n\n".to_owned();
        }
        format!(": still here\nid: {after}\n\n")
    }

    /// Waits until the examiner has passed the requests in `news`, for a limited time.
    async fn examined(&self, news: &[News]) {
        let last = news.iter().rev().find_map(|news| match news {
            News::Request(entry) if self.filter.fits(&entry.record) => Some(entry.id),
            _ => None,
        });
        let Some(last) = last.filter(|_| self.app.examines_requests()) else { return };
        let examined = async {
            while !self.app.has_examined(last) && !self.reader.has_ended() {
                sleep(LOOK).await;
            }
        };
        _ = timeout(PATIENCE.min(self.heartbeat), examined).await; // a longer silence would end the connection
    }

    fn piece(&mut self, news: &[News]) -> String {
        let mut piece = String::new();
        for news in news {
            match news {
                News::Request(entry) if self.filter.fits(&entry.record) => {
                    self.told = entry.id;
                    piece += &format!("id: {}\n", entry.id);
                    add_event(&mut piece, "request", &self.app.summary(entry));
                }
                News::Request(_) => {}
                News::Lost { count, until } => {
                    self.told = *until;
                    piece += &format!("id: {until}\n");
                    add_event(&mut piece, "lost", &json!({"count": count}));
                }
                News::Cleared(part) => {
                    let redaction = self.app.redaction();
                    let shown = |text: &Option<String>| text.as_deref().map(|text| redaction.text(text));
                    let (ims_org_id, sandbox) = (shown(&part.ims_org), shown(&part.sandbox));
                    add_event(&mut piece, "cleared", &Cleared { ims_org_id, sandbox });
                }
            }
        }
        piece
    }
}

/// The data of the event `cleared`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cleared {
    #[serde(skip_serializing_if = "Option::is_none")]
    ims_org_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<String>,
}

/// Appends an event. JSON has no line breaks, so it is one line of data.
fn add_event(stream: &mut String, name: &str, data: &impl Serialize) {
    let data = serde_json::to_string(data).unwrap_or_default();
    for part in ["event: ", name, "\ndata: ", &data, "\n\n"] {
        stream.push_str(part);
    }
}

impl App {
    /// A request of the journal without headers and bodies.
    fn summary(&self, entry: &Entry) -> impl Serialize {
        // The examiner has added the broken rules since the entry was read.
        let current = self.journal.entry(entry.id);
        let breaches = current.as_ref().and_then(|entry| self.breaches(entry));
        let summary = RequestSummary::of(entry, self.consumer(&entry.record), breaches, &self.redaction());
        serde_json::value::to_raw_value(&summary).ok()
    }

    /// The contract rules that a request broke; `None` if it was not examined yet, or never will be.
    pub(crate) fn breaches<'a>(&self, entry: &'a Entry) -> Option<&'a [Breach]> {
        let is_examined = self.examines_requests() && self.has_examined(entry.id);
        is_examined.then(|| entry.breaches.as_deref().unwrap_or_default())
    }

    /// The name that contract reports give to the consumer of a request, without credentials.
    pub(crate) fn consumer(&self, record: &Record) -> String {
        self.redaction().text(&name_of(record).0)
    }
}
