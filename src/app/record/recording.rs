//! [`Recording`]: records commands with a thread that exchanges them with the log and applies what comes of it.

use super::command::{Command, Outcome};
use super::encode::encode;
use super::health::{Condition, Health};
use super::queue::{Answer, Message, Waiting};
use crate::base::error::Code;
use crate::services::world::Sandbox;
use crate::services::world::change::{Applied, Change};
use crate::services::world::recorder::{NotRecorded, Recorder};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;

/// Records commands.
pub(crate) struct Recording {
    queue: SyncSender<Message>,
    /// How long a command may take.
    patience: Duration,
    /// Whether other servers share the log.
    is_shared: bool,
    health: Arc<Health>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recording {
    /// Records commands with that thread, which gets them by the queue.
    pub(super) fn new(
        queue: SyncSender<Message>, patience: Duration, is_shared: bool, health: Arc<Health>,
        thread: JoinHandle<()>,
    ) -> Arc<Self> {
        Arc::new(Self { queue, patience, is_shared, health, thread: Mutex::new(Some(thread)) })
    }

    /// Whether other servers share the log.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Whether the log can be used.
    pub(crate) fn condition(&self) -> Condition {
        self.health.condition()
    }

    /// Records a command and applies it; blocks until both are done.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub(super) fn give(&self, command: Command) -> Result<Outcome, NotRecorded> {
        let record = record(&command)?;
        let (answer, outcome) = sync_channel(1);
        // Whoever asked may have lost patience.
        let answer: Answer<Outcome> = Box::new(move |outcome| _ = answer.send(outcome));
        let message = Message::Command(Waiting { command, record, answer });
        waiting(|| {
            self.queue.send(message).map_err(|_| stopped())?;
            outcome.recv_timeout(self.patience).unwrap_or_else(|error| match error {
                RecvTimeoutError::Disconnected => Err(stopped()),
                RecvTimeoutError::Timeout => Err(self.too_late()),
            })
        })
    }

    /// Records a command and applies it, without blocking.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub(crate) async fn give_async(&self, command: Command) -> Result<Outcome, NotRecorded> {
        let record = record(&command)?;
        self.ask(|answer| Message::Command(Waiting { command, record, answer })).await
    }

    /// Waits until everything is applied that the log has now.
    ///
    /// # Errors
    /// [`NotRecorded`] if the log cannot be read.
    pub(crate) async fn catch_up(&self) -> Result<(), NotRecorded> {
        self.ask(Message::Reader).await
    }

    async fn ask<T: Send + 'static>(
        &self, message: impl FnOnce(Answer<T>) -> Message,
    ) -> Result<T, NotRecorded> {
        let (answer, outcome) = oneshot::channel();
        let message = message(Box::new(move |outcome| _ = answer.send(outcome)));
        match self.queue.try_send(message) {
            Ok(()) => {}
            Err(TrySendError::Disconnected(_)) => return Err(stopped()),
            Err(TrySendError::Full(_)) => return Err(self.too_late()),
        }
        match tokio::time::timeout(self.patience, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(stopped()),
            Err(_) => Err(self.too_late()),
        }
    }

    /// Waits for the first exchange, at most that long; `None` if it takes longer.
    #[cfg(feature = "redis")]
    pub(super) fn wait_for_first(&self, at_most: Duration) -> Option<Result<(), NotRecorded>> {
        let (answer, outcome) = sync_channel(1);
        let message = Message::Reader(Box::new(move |outcome| _ = answer.send(outcome)));
        self.queue.send(message).ok()?;
        outcome.recv_timeout(at_most).ok()
    }

    /// Stops the thread after everything that waits is recorded, and waits for that.
    pub(crate) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            _ = self.queue.send(Message::Stop);
            _ = thread.join();
        }
    }

    fn is_own_thread(&self) -> bool {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.as_ref().is_some_and(|thread| thread.thread().id() == thread::current().id())
    }

    fn too_late(&self) -> NotRecorded {
        let place = if self.is_shared { "Redis" } else { "the disk" };
        NotRecorded {
            code: Code::ProviderUnavailable,
            reason: format!(
                "the state (--state) was not reached within {} ms, as {place} is slow; a change may still be made",
                self.patience.as_millis()
            ),
        }
    }
}

impl Recorder for Recording {
    fn commit(&self, sandbox: &Sandbox, change: Change) -> Result<Applied, NotRecorded> {
        if self.is_own_thread() {
            return Err(NotRecorded {
                code: Code::Internal,
                reason: "a command gave another one, which would wait for itself".to_owned(),
            });
        }
        match self.give(Command::Sandbox { sandbox: sandbox.clone(), change })? {
            Outcome::Sandbox(applied) => Ok(applied),
            _ => Ok(Applied::Done),
        }
    }
}

/// The record of a command.
fn record(command: &Command) -> Result<Vec<u8>, NotRecorded> {
    encode(command).map_err(|error| NotRecorded {
        code: Code::Internal,
        reason: format!("the change cannot be written: {error}"),
    })
}

fn stopped() -> NotRecorded {
    NotRecorded { code: Code::ProviderUnavailable, reason: "the server stops".to_owned() }
}

/// Does work that waits for another thread. Other requests on this thread move to another one meanwhile.
fn waiting<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
