//! [`RedisSnapshot`]: a list of records that replaces the beginning of the stream.

use super::super::log::{LogError, Snapshot};
use super::connection::{Address, Link};
use super::entry::{Id, entries};
use super::keys::Keys;
use super::pointer::Pointer;
use redis::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use uuid::Uuid;

/// How long the list that a snapshot replaces can still be read, in seconds, by servers that have begun to.
const KEPT_SECS: u64 = 600;

/// The longest piece of a record in an element of a list, in bytes.
const PIECE: usize = 1024 * 1024;
/// The first byte of an element that ends a record, and of any other one.
const LAST_PIECE: u8 = b'.';
const PIECE_OF_MORE: u8 = b'+';

/// A snapshot that is being written.
pub(super) struct RedisSnapshot {
    pub(super) address: Address,
    pub(super) keys: Arc<Keys>,
    /// The pointer that it replaces.
    pub(super) before: Pointer,
    /// The last entry that is part of it.
    pub(super) after: Id,
    /// Where the length of the last snapshot is kept.
    pub(super) length: Arc<AtomicU64>,
    /// Whether one is being written.
    pub(super) is_writing: Arc<AtomicBool>,
}

impl Drop for RedisSnapshot {
    fn drop(&mut self) {
        self.is_writing.store(false, Ordering::Release);
    }
}

impl Snapshot for RedisSnapshot {
    fn store(
        self: Box<Self>, records: &mut dyn Iterator<Item = Result<Vec<u8>, String>>,
    ) -> Result<(), String> {
        // A connection of its own: the other one goes on meanwhile.
        let mut link = self.address.connect().map_err(|error| sentence(&error))?;
        let list = format!("{}{}", self.keys.lists, Uuid::new_v4());
        let stored = self.store_in(&mut link, &list, records);
        let mut end = redis::pipe();
        if stored.is_err() {
            end.cmd("UNLINK").arg(&list);
        }
        end.cmd("DEL").arg(&self.keys.snapshot_lease);
        let _: Result<Value, LogError> = link.query(&end); // both are gone after a while anyway
        stored
    }
}

impl RedisSnapshot {
    fn store_in(
        &self, link: &mut Link, list: &str, records: &mut dyn Iterator<Item = Result<Vec<u8>, String>>,
    ) -> Result<(), String> {
        let (mut elements, mut length) = (0, 0);
        for record in records {
            let record = record?;
            length += record.len() as u64;
            elements += push(link, list, &record).map_err(|error| sentence(&error))?;
        }
        let next = Pointer {
            log: self.before.log.clone(),
            list: list.to_owned(),
            elements,
            replaced: Some(self.before.list.clone()),
            after: self.after,
            // Those that are between the two snapshots stay for servers that are slow.
            trimmed: self.before.after,
        };
        let replaced = self.replace_pointer(link, &next).map_err(|error| sentence(&error))?;
        if !replaced {
            return Err("another server has written one meanwhile".to_owned());
        }
        self.length.store(length, Ordering::Relaxed);
        Ok(())
    }

    /// Points to a new list, if the pointer is as it was, and trims the stream; returns whether it was.
    fn replace_pointer(&self, link: &mut Link, next: &Pointer) -> Result<bool, LogError> {
        let mut watch = redis::pipe();
        watch.cmd("WATCH").arg(&self.keys.pointer).ignore();
        watch.cmd("GET").arg(&self.keys.pointer);
        let (now,): (Value,) = link.query(&watch)?;
        if Pointer::of(&now).ok().flatten().as_ref() != Some(&self.before) {
            return Ok(false);
        }
        let mut replace = redis::pipe();
        replace.atomic();
        replace.cmd("SET").arg(&self.keys.pointer).arg(next.write());
        replace.cmd("PERSIST").arg(&next.list);
        replace.cmd("XTRIM").arg(&self.keys.log).arg("MINID").arg(next.trimmed.to_string());
        replace.cmd("EXPIRE").arg(&self.before.list).arg(KEPT_SECS);
        if let Some(older) = &self.before.replaced {
            replace.cmd("UNLINK").arg(older);
        }
        let done: Option<Vec<Value>> = link.query(&replace)?;
        Ok(done.is_some())
    }
}

/// Begins a log with the records that make up a state; returns the pointer, unless another server has begun it.
///
/// # Errors
/// [`LogError`].
pub(super) fn begin(link: &mut Link, keys: &Keys, records: &[Vec<u8>]) -> Result<Option<Pointer>, LogError> {
    let mut last = redis::cmd("XREVRANGE");
    last.arg(&keys.log).arg("+").arg("-").arg("COUNT").arg(1);
    let last: Value = link.ask(&last)?;
    // What is in the stream is of a log that is gone.
    let last = entries(last).ok().and_then(|found| found.last().map(|(id, _)| *id)).unwrap_or(Id::FIRST);
    let list = format!("{}{}", keys.lists, Uuid::new_v4());
    let mut elements = 0;
    for record in records {
        elements += push(link, &list, record)?;
    }
    let pointer = Pointer {
        log: Uuid::new_v4().to_string(),
        list: list.clone(),
        elements,
        replaced: None,
        after: last,
        trimmed: last,
    };
    let mut begin = redis::pipe();
    begin.atomic();
    begin.cmd("SET").arg(&keys.pointer).arg(pointer.write()).arg("NX");
    begin.cmd("PERSIST").arg(&list);
    let (begun, _): (Option<String>, i64) = link.query(&begin)?;
    if begun.is_some() {
        return Ok(Some(pointer));
    }
    let _: i64 = link.ask(redis::cmd("UNLINK").arg(&list))?;
    Ok(None)
}

/// Adds a record to a list, which expires unless somebody points to it; returns the number of elements that the record takes.
/// Redis bounds the length of an element, and would be busy with a long one.
pub(super) fn push(link: &mut Link, list: &str, record: &[u8]) -> Result<usize, LogError> {
    let pieces: Vec<&[u8]> = record.chunks(PIECE).collect();
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.iter().enumerate() {
        let mark = if at == last { LAST_PIECE } else { PIECE_OF_MORE };
        let mut push = redis::pipe();
        push.cmd("RPUSH").arg(list).arg([&[mark], *piece].concat()).ignore();
        push.cmd("EXPIRE").arg(list).arg(KEPT_SECS).ignore();
        link.query::<()>(&push)?;
    }
    Ok(pieces.len())
}

/// Puts the records together that [`push`] has taken apart.
#[derive(Default)]
pub(super) struct Pieces(Vec<u8>);

impl Pieces {
    /// Takes an element of a list; returns the record that it ends.
    ///
    /// # Errors
    /// For an element that [`push`] has not made.
    pub(super) fn take(&mut self, element: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
        match element.split_first() {
            Some((&PIECE_OF_MORE, piece)) => {
                self.0.extend_from_slice(piece);
                Ok(None)
            }
            Some((&LAST_PIECE, piece)) => {
                self.0.extend_from_slice(piece);
                Ok(Some(std::mem::take(&mut self.0)))
            }
            _ => Err("a snapshot has an element of another program"),
        }
    }
}

fn sentence(error: &LogError) -> String {
    match error {
        LogError::Refused(reason) | LogError::Gone(reason) => reason.reason.clone(),
        LogError::Unusable(reason) => reason.to_string(),
        LogError::Empty => "the log is empty".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_put_together_from_their_pieces() {
        let mut pieces = Pieces::default();
        let taken: Vec<_> = [b"+ab", b"+cd", b".ef", b".gh"].map(|element| pieces.take(element)).into();
        let record = |text: &str| Ok(Some(text.as_bytes().to_vec()));
        assert_eq!(taken, [Ok(None), Ok(None), record("abcdef"), record("gh")]);
        assert!(pieces.take(b"").is_err() && pieces.take(b"x").is_err());
    }
}
