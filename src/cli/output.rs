//! [`Output`]: a stream that is written by a thread of its own, so that a slow reader delays nothing.
//!
//! The server's log and its start message may go to a pipe that its parent never empties. A write to a full pipe
//! blocks, and would block a request, a signal or the stop. So lines go into a bounded queue; when it is full, they are
//! dropped and counted.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The largest number of bytes that wait to be written: some four thousand lines of the log.
const MAX_QUEUED_BYTES: usize = 1024 * 1024;

/// The time between two writes, so that each has many lines under load. It is cut short when [`MANY_BYTES`] are queued.
const PAUSE: Duration = Duration::from_millis(10);

/// When this many bytes are queued, they are written without a pause. That is the size of a pipe's buffer on Linux; more
/// would only pass through more of the processor's cache.
const MANY_BYTES: usize = 64 * 1024;

/// A stream that is written to without waiting. Clones share the queue.
#[derive(Clone)]
pub(crate) struct Output(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    /// Notifies the writing thread of new lines, and [`Output::finish`] of written ones.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    /// Whole lines that are not yet being written.
    bytes: Vec<u8>,
    /// Number of dropped lines that are not yet reported.
    dropped: u64,
    /// Whether the thread waits for lines.
    is_idle: bool,
    /// Whether the thread should write the remaining lines and end.
    is_closed: bool,
    /// Whether the thread has written everything and ended.
    is_done: bool,
}

impl Output {
    /// Starts the thread that writes to `stream`. After lines were dropped, it calls `report_dropped` with their number
    /// as soon as there is room.
    ///
    /// # Errors
    /// If the system refuses to start a thread.
    pub(crate) fn start(
        mut stream: impl Write + Send + 'static, report_dropped: impl Fn(u64) + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared { queue: Mutex::default(), changed: Condvar::new() });
        let output = Self(Arc::clone(&shared));
        thread::Builder::new().name("flowmock-output".to_owned()).spawn(move || {
            let mut batch = Vec::new();
            let mut next_write = Instant::now();
            while let Some(dropped) = shared.take(&mut batch, next_write) {
                next_write = Instant::now() + PAUSE;
                // If the stream is closed, its lines are lost.
                _ = stream.write_all(&batch).and_then(|()| stream.flush());
                batch.clear();
                if dropped > 0 {
                    report_dropped(dropped);
                }
            }
        })?;
        Ok(output)
    }

    /// Adds a text of whole lines to the queue, or drops it if the queue is full. Never waits for the stream.
    pub(crate) fn push(&self, text: &[u8]) {
        let mut queue = self.0.lock();
        let were_few = queue.bytes.len() < MANY_BYTES;
        if queue.bytes.len() + text.len() > MAX_QUEUED_BYTES {
            queue.dropped += 1;
        } else {
            queue.bytes.extend_from_slice(text);
        }
        let are_many = queue.bytes.len() >= MANY_BYTES;
        if mem::take(&mut queue.is_idle) || (were_few && are_many) {
            self.0.changed.notify_all();
        }
    }

    /// Writes everything in the queue and ends the thread; waits at most `limit` for the stream.
    pub(crate) fn finish(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let mut queue = self.0.lock();
        queue.is_closed = true;
        self.0.changed.notify_all();
        while !queue.is_done {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let woken = self.0.changed.wait_timeout(queue, left);
            queue = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No method leaves the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for lines, then until `next_write`, and moves the lines into `batch`, which is empty. Returns the number of
    /// lines that were dropped since the last call; `None` if the output is closed and empty.
    fn take(&self, batch: &mut Vec<u8>, next_write: Instant) -> Option<u64> {
        let mut queue = self.lock();
        while queue.bytes.is_empty() && queue.dropped == 0 {
            if queue.is_closed {
                queue.is_done = true;
                self.changed.notify_all();
                return None;
            }
            queue.is_idle = true;
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.is_idle = false;
        let pause = next_write.saturating_duration_since(Instant::now());
        let goes_on = |queue: &mut Queue| !queue.is_closed && queue.bytes.len() < MANY_BYTES;
        let paused = self.changed.wait_timeout_while(queue, pause, goes_on);
        let mut queue = paused.unwrap_or_else(PoisonError::into_inner).0;
        mem::swap(&mut queue.bytes, batch);
        Some(mem::take(&mut queue.dropped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{self, Receiver, SyncSender};

    /// A stream whose writes block until the test allows them.
    struct Gated {
        gate: Receiver<()>,
        written: SyncSender<Vec<u8>>,
    }

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.gate.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
            self.written.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gated() -> (Output, mpsc::Sender<()>, Receiver<Vec<u8>>, Receiver<u64>) {
        let (open, gate) = mpsc::channel();
        let (written, read) = mpsc::sync_channel(64);
        let (report, reported) = mpsc::channel();
        let report_dropped = move |dropped| _ = report.send(dropped);
        (Output::start(Gated { gate, written }, report_dropped).unwrap(), open, read, reported)
    }

    #[test]
    fn lines_beyond_the_queue_are_dropped_and_counted_without_waiting() {
        let (output, open, read, reported) = gated();
        let (line, lines) = ([b'x'; 1024], 3 * MAX_QUEUED_BYTES / 1024);
        (0..lines).for_each(|_| output.push(&line));
        (0..4).for_each(|_| open.send(()).unwrap());
        output.finish(Duration::from_secs(20));
        let written = read.try_iter().map(|bytes| bytes.len()).sum::<usize>() / line.len();
        let dropped = reported.try_iter().sum::<u64>() as usize;
        // The queue is full, and the thread has taken one more batch.
        assert!((MAX_QUEUED_BYTES / 1024..=2 * MAX_QUEUED_BYTES / 1024).contains(&written), "{written}");
        assert_eq!(written + dropped, lines);
    }

    #[test]
    fn a_line_that_never_fits_is_reported_though_no_other_follows() {
        let (output, _open, _read, reported) = gated();
        output.push(&vec![b'x'; MAX_QUEUED_BYTES + 1]);
        assert_eq!(reported.recv_timeout(Duration::from_secs(20)), Ok(1));
    }

    #[test]
    fn finishing_writes_the_queue_and_waits_for_a_stuck_stream_up_to_the_limit() {
        let (output, open, read, _) = gated();
        output.push(b"first\n");
        output.push(b"last\n");
        let begun = Instant::now();
        output.finish(Duration::from_millis(50));
        assert!(begun.elapsed() >= Duration::from_millis(50), "nothing was written, so it waited");
        for _ in 0..2 {
            _ = open.send(());
        }
        output.finish(Duration::from_secs(20));
        assert_eq!(read.try_iter().flatten().collect::<Vec<_>>(), b"first\nlast\n");
    }

    #[test]
    fn a_closed_stream_delays_nothing() {
        let (output, open, read, _) = gated();
        drop((open, read));
        output.push(b"line\n");
        output.finish(Duration::from_secs(20));
    }
}
