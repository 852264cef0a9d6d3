//! [`RedisLog`]: a log in Redis or Valkey, which any number of servers share.
//!
//! `KEY:log` is a stream with a record in each entry. `KEY:state` is a [`Pointer`]: it names the list with the records that make
//! up the state after some entry of the stream, and so where a server begins to read. From time to time one server writes
//! another list, points to it, and trims the stream.
//!
//! An exchange is one round trip: it appends what is to be stored, and reads what is new. What a server appended comes back in
//! its place among the entries of others, so all servers apply all entries in one order.

mod connection;
mod entry;
mod keys;
mod lease;
mod peers;
mod pointer;
mod snapshot;

pub(crate) use connection::Address;
pub(crate) use keys::Keys;
pub(crate) use peers::RedisPeers;

use super::log::{Log, LogError, New, Snapshot};
use crate::services::world::recorder::NotRecorded;
use connection::{Link, Server};
use entry::{Id, entries};
use lease::Leases;
use pointer::Pointer;
use redis::Value;
use snapshot::{Pieces, RedisSnapshot};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The number of entries that are read at once.
const AT_ONCE: usize = 256;
/// The number of elements of a snapshot that are read at once.
const ELEMENTS_AT_ONCE: usize = 8;
/// How long the stream is, in bytes, before a snapshot replaces its beginning. It is also at least as long as the last snapshot.
const SNAPSHOT_AFTER: u64 = 16 * 1024 * 1024;
/// How long a server waits before it asks again whether it may write a snapshot.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// A log in Redis.
pub(crate) struct RedisLog {
    server: Server,
    keys: Arc<Keys>,
    leases: Leases,
    look_every: Duration,
    /// What was read of the log so far; `None` if nothing was.
    reading: Option<Reading>,
    /// The length of the entries since the last snapshot, in bytes.
    since_snapshot: u64,
    /// The length of the last snapshot that this server wrote or read.
    snapshot_length: Arc<AtomicU64>,
    /// Whether this server writes a snapshot.
    is_writing: Arc<AtomicBool>,
    ask_again: Instant,
}

/// What was read of a log so far.
#[derive(Clone, Debug)]
struct Reading {
    pointer: Pointer,
    /// The last entry that was shown.
    last: Id,
}

impl RedisLog {
    /// The log under those keys. Other servers' records are looked for as often as `look_every` says, at least.
    pub(crate) fn new(address: Address, keys: Keys, replica: &str, look_every: Duration) -> Self {
        Self {
            server: Server::new(address),
            leases: Leases::new(replica, &keys),
            keys: Arc::new(keys),
            look_every,
            reading: None,
            since_snapshot: 0,
            snapshot_length: Arc::default(),
            is_writing: Arc::default(),
            ask_again: Instant::now(),
        }
    }

    /// Whether this server is the one that delivers notifications.
    pub(crate) fn is_notifier(&self) -> Arc<AtomicBool> {
        self.leases.is_notifier()
    }

    /// One round trip: stores records, and shows those that are new.
    fn round(
        &mut self, link: &mut Link, records: &[Vec<u8>], each: &mut dyn FnMut(New<'_>),
    ) -> Result<(), LogError> {
        let mut unshown = records.len();
        let mut own: Vec<Option<Id>> = Vec::new();
        let mut refused = None;
        let mut records = records;
        loop {
            let after = self.reading.as_ref().map_or(Id::FIRST, |reading| reading.last);
            let mut pipe = redis::pipe();
            pipe.ignore_errors(); // each command has an answer of its own
            for record in records {
                pipe.cmd("XADD").arg(&self.keys.log).arg("*").arg("r").arg(record);
            }
            pipe.cmd("XRANGE")
                .arg(&self.keys.log)
                .arg(format!("({after}"))
                .arg("+")
                .arg("COUNT")
                .arg(AT_ONCE);
            // Behind the entries: if the stream was trimmed before they were read, the pointer says so.
            pipe.cmd("GET").arg(&self.keys.pointer);
            let asked = self.leases.ask(&mut pipe);
            let mut answers: Vec<Value> = link.query(&pipe)?;
            self.leases.hear(answers.split_off(answers.len().saturating_sub(asked)));
            let pointer = answers.pop().unwrap_or_default();
            let found = answers.pop().unwrap_or_default();
            for answer in answers {
                let id = Id::of(&answer);
                refused = refused.or_else(|| id.is_none().then(|| self.server.refused(&answer)));
                own.push(id);
            }
            records = &[];
            self.server.check(&pointer)?;
            let pointer = Pointer::of(&pointer).map_err(|reason| LogError::Unusable(reason.into()))?;
            let Some(pointer) = pointer else { return Err(LogError::Empty) };
            if !self.continues(&pointer) {
                self.read_snapshot(link, pointer, each)?;
                continue;
            }
            let entries = entries(found).map_err(|reason| self.server.failed(&reason))?;
            let is_all = entries.len() < AT_ONCE;
            for (id, record) in entries {
                match own.iter().position(|own| *own == Some(id)) {
                    Some(at) => {
                        unshown -= 1;
                        each(New::Own(at));
                    }
                    None => each(New::Other(&record)),
                }
                self.since_snapshot += record.len() as u64;
                if let Some(reading) = &mut self.reading {
                    reading.last = id;
                }
            }
            if is_all {
                break;
            }
        }
        match refused {
            Some(refused) => Err(LogError::Refused(refused)),
            // They were stored, and are gone already.
            None if unshown > 0 => Err(self.server.failed("what was stored is not there")),
            None => Ok(()),
        }
    }

    /// Whether the entries behind those that were shown are all there.
    fn continues(&mut self, pointer: &Pointer) -> bool {
        let Some(reading) = &mut self.reading else { return false };
        if reading.pointer.log != pointer.log || reading.last < pointer.trimmed {
            return false;
        }
        if reading.pointer.list != pointer.list {
            reading.pointer = pointer.clone();
            self.since_snapshot = 0;
        }
        true
    }

    /// Shows the records of a snapshot.
    fn read_snapshot(
        &mut self, link: &mut Link, pointer: Pointer, each: &mut dyn FnMut(New<'_>),
    ) -> Result<(), LogError> {
        self.reading = None; // until all of it is shown
        each(New::Anew);
        let (mut shown, mut length, mut pieces) = (0, 0, Pieces::default());
        while shown < pointer.elements {
            let mut read = redis::cmd("LRANGE");
            read.arg(&pointer.list).arg(shown).arg(shown + ELEMENTS_AT_ONCE - 1);
            let elements: Vec<Vec<u8>> = link.ask(&read)?;
            if elements.is_empty() {
                // A server that is very slow may come after two snapshots; then it begins with the second.
                return Err(self.server.failed("a snapshot was replaced while it was read"));
            }
            for element in &elements {
                length += element.len() as u64;
                if let Some(record) =
                    pieces.take(element).map_err(|reason| LogError::Unusable(reason.into()))?
                {
                    each(New::Other(&record));
                }
            }
            shown += elements.len();
        }
        self.snapshot_length.store(length, Ordering::Relaxed);
        self.since_snapshot = 0;
        self.reading = Some(Reading { last: pointer.after, pointer });
        Ok(())
    }

    /// Whether a new connection leads to the log that was read: Redis may have lost its end.
    fn check(&mut self, link: &mut Link) -> Result<(), LogError> {
        let Some(Reading { last, .. }) = &self.reading else { return Ok(()) };
        if *last == Id::FIRST {
            return Ok(());
        }
        let mut find = redis::cmd("XRANGE");
        find.arg(&self.keys.log).arg(last.to_string()).arg(last.to_string());
        let found: Value = link.ask(&find)?;
        if entries(found).is_ok_and(|found| found.is_empty()) {
            tracing::warn!(
                "Redis has lost changes, or this server missed some; the shared state is read again"
            );
            self.reading = None;
        }
        Ok(())
    }

    fn with_link<T>(
        &mut self, work: impl FnOnce(&mut Self, &mut Link) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        let (mut link, is_new) = self.server.link()?;
        let result = if is_new { self.check(&mut link) } else { Ok(()) };
        let result = result.and_then(|()| work(self, &mut link));
        // After any other error, an answer may be on its way that belongs to an earlier question.
        if matches!(result, Ok(_) | Err(LogError::Refused(_) | LogError::Empty | LogError::Unusable(_))) {
            self.server.keep(link);
        }
        result
    }
}

impl Log for RedisLog {
    fn exchange(&mut self, records: &[Vec<u8>], each: &mut dyn FnMut(New<'_>)) -> Result<(), LogError> {
        self.with_link(|log, link| log.round(link, records, each))
    }

    fn begin(&mut self, records: &[Vec<u8>]) -> Result<(), LogError> {
        self.with_link(|log, link| {
            let begun = snapshot::begin(link, &log.keys, records)?;
            if let Some(pointer) = begun {
                log.reading = Some(Reading { last: pointer.after, pointer });
                log.since_snapshot = 0;
            }
            Ok(())
        })
    }

    fn wants_snapshot(&self) -> bool {
        let enough = self.snapshot_length.load(Ordering::Relaxed).max(SNAPSHOT_AFTER);
        self.since_snapshot >= enough
            && !self.is_writing.load(Ordering::Acquire)
            && self.ask_again <= Instant::now()
    }

    fn begin_snapshot(&mut self) -> Result<Option<Box<dyn Snapshot>>, NotRecorded> {
        self.ask_again = Instant::now() + ASK_AGAIN;
        let Some(Reading { pointer, last }) = self.reading.clone() else { return Ok(None) };
        let may_write = self.with_link(|log, link| log.leases.take_snapshot(link));
        match may_write {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(LogError::Refused(reason) | LogError::Gone(reason)) => return Err(reason),
            Err(_) => return Ok(None),
        }
        self.is_writing.store(true, Ordering::Release);
        Ok(Some(Box::new(RedisSnapshot {
            address: self.server.address().clone(),
            keys: Arc::clone(&self.keys),
            before: pointer,
            after: last,
            length: Arc::clone(&self.snapshot_length),
            is_writing: Arc::clone(&self.is_writing),
        })))
    }

    fn leave(&mut self) {
        // Whoever is not there any more is gone after a while.
        _ = self.with_link(|log, link| log.leases.leave(link));
    }

    fn is_shared(&self) -> Option<Duration> {
        Some(self.look_every)
    }
}
