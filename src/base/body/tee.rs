//! Copies the body of a request while it is read: [`Tee`] receives the data, [`BodyCopy`] has the copy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Receives the data of a body. Dropping it ends the body.
pub(crate) struct Tee(Arc<Shared>);

/// The copy of a body, behind the text that [`tee`] was given.
pub(crate) struct BodyCopy(Arc<Shared>);

/// Called once at the end of a body, with the whole copy and the number of bytes that were read.
pub(crate) type OnEnd = Box<dyn FnOnce(&[u8], u64) + Send>;

struct Shared(Mutex<State>);

struct State {
    /// The text that the body is appended to.
    text: Vec<u8>,
    /// The number of bytes of the body that may still be kept.
    capacity: usize,
    /// The number of bytes that have been read.
    read: u64,
    ended: bool,
    on_end: Option<OnEnd>,
}

/// Creates both ends. At most `max_bytes` of the body are kept, behind `head`.
pub(crate) fn tee(head: Vec<u8>, max_bytes: usize) -> (Tee, BodyCopy) {
    let state = State { text: head, capacity: max_bytes, read: 0, ended: false, on_end: None };
    let shared = Arc::new(Shared(Mutex::new(state)));
    (Tee(Arc::clone(&shared)), BodyCopy(shared))
}

impl Tee {
    /// Appends the next bytes of the body.
    pub(crate) fn push(&self, data: &[u8]) {
        let mut state = self.0.lock();
        let kept = data.len().min(state.capacity);
        state.capacity -= kept;
        state.read += data.len() as u64;
        state.text.extend_from_slice(data.get(..kept).unwrap_or_default());
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        if let Some(on_end) = state.on_end.take() {
            let (text, read) = (std::mem::take(&mut state.text), state.read);
            drop(state);
            on_end(&text, read);
        }
    }
}

impl BodyCopy {
    /// Passes the copy, and the number of bytes that were read, to `take`. If the body has not ended, `take` gets a
    /// copy of its beginning; `later` turns its result into the function that is called at the end.
    pub(crate) fn take<T: Copy>(
        &self, take: impl FnOnce(Vec<u8>, u64, Extent) -> T, later: impl FnOnce(T) -> OnEnd,
    ) -> T {
        let mut state = self.0.lock();
        if state.ended {
            let (text, read) = (std::mem::take(&mut state.text), state.read);
            drop(state);
            take(text, read, Extent::Whole)
        } else {
            // The lock is held until `on_end` is set, so that the end of the body is not missed.
            let taken = take(state.text.clone(), state.read, Extent::SoFar);
            state.on_end = Some(later(taken));
            taken
        }
    }
}

/// How much of a body a copy has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The body has ended.
    Whole,
    /// The body is still being read.
    SoFar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_body_that_has_ended_is_passed_on_at_once() {
        let (tee, copy) = tee(b"head".to_vec(), 3);
        tee.push(b"ab");
        tee.push(b"cd");
        drop(tee);
        let taken = |text: Vec<u8>, read, extent| {
            assert!(extent == Extent::Whole);
            assert_eq!((&text[..], read), (&b"headabc"[..], 4), "as much as is kept");
            1
        };
        assert_eq!(copy.take(taken, |_| unreachable!("it has ended")), 1);
    }

    #[test]
    fn a_body_that_continues_is_passed_on_at_its_end() {
        let (tee, copy) = tee(b"head".to_vec(), 10);
        tee.push(b"ab");
        let (sender, ended) = mpsc::channel();
        let taken = |text: Vec<u8>, read, extent| {
            assert!(extent == Extent::SoFar);
            assert_eq!((&text[..], read), (&b"headab"[..], 2));
            7
        };
        copy.take(taken, |number| {
            Box::new(move |text, read| sender.send((number, text.to_vec(), read)).unwrap())
        });
        tee.push(b"c");
        assert!(ended.try_recv().is_err());
        drop(tee);
        assert_eq!(ended.try_recv(), Ok((7, b"headabc".to_vec(), 3)));
    }
}
