//! [`Tee`]: a request's body, copied into its record while somebody else reads it.

use crate::testkit::journal::Journal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The end of a tee that a request's body holds: it is told what is read, and dropped when nothing more will be.
pub(crate) struct Tee(Arc<Shared>);

/// The end that the recording holds.
pub(crate) struct Teed(Arc<Shared>);

struct Shared(Mutex<State>);

struct State {
    /// The request's head, and behind it the body.
    text: Vec<u8>,
    /// How many more bytes of the body may be kept.
    room: usize,
    /// How many bytes have been read.
    read: u64,
    ended: bool,
    /// What is to be completed at the end: the request was recorded before.
    late: Option<(Arc<Journal>, u64)>,
}

/// A tee behind `head`, of which at most `room` bytes are kept.
pub(crate) fn tee(head: Vec<u8>, room: usize) -> (Tee, Teed) {
    let state = State { text: head, room, read: 0, ended: false, late: None };
    let shared = Arc::new(Shared(Mutex::new(state)));
    (Tee(Arc::clone(&shared)), Teed(shared))
}

impl Tee {
    /// A part of the body was read.
    pub(crate) fn push(&self, data: &[u8]) {
        let mut state = self.0.lock();
        let kept = data.len().min(state.room);
        state.room -= kept;
        state.read += data.len() as u64;
        state.text.extend_from_slice(data.get(..kept).unwrap_or_default());
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        if let Some((journal, id)) = state.late.take() {
            let (text, read) = (std::mem::take(&mut state.text), state.read);
            drop(state);
            journal.complete(id, &text, read);
        }
    }
}

impl Teed {
    /// Gives head and body, and how long the body was, to `record`, which answers with the record's id. If the body
    /// is still being read, the record gets what it is now, and is completed later. Answers with that id.
    pub(crate) fn record(&self, journal: &Arc<Journal>, record: impl FnOnce(Vec<u8>, u64) -> u64) -> u64 {
        let mut state = self.0.lock();
        if state.ended {
            let (text, read) = (std::mem::take(&mut state.text), state.read);
            drop(state);
            record(text, read)
        } else {
            *journal.late() += 1;
            // The lock is held on: whoever completes the record has to find it.
            let id = record(state.text.clone(), state.read);
            state.late = Some((Arc::clone(journal), id));
            id
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
