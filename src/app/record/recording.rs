//! [`Recording`]: records commands with a thread that writes them to the log and then applies them.
//!
//! The thread takes all commands that wait, stores them at once, and applies them in their order. So a slow disk makes each
//! command slow, but not each of many one after the other.

use super::command::{Command, Outcome};
use super::encode::encode;
use super::log::Log;
use crate::app::App;
use crate::base::error::Code;
use crate::services::world::change::{Applied, Change};
use crate::services::world::recorder::{NotRecorded, Recorder};
use crate::services::world::{Part, Sandbox};
use crate::testkit::faults::SavedFaults;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, RuntimeFlavor};

/// The most commands that wait for the thread.
const MOST_WAITING: usize = 4096;
/// The most commands, and about the most bytes, that are stored at once.
const MOST_AT_ONCE: usize = 1024;
const MOST_BYTES_AT_ONCE: usize = 4 * 1024 * 1024;
/// How often the counts of fault rules are stored, if they have changed.
const COUNTS_EVERY: Duration = Duration::from_secs(1);

/// Records commands.
pub(crate) struct Recording {
    app: Weak<App>,
    queue: SyncSender<Message>,
    /// How long a command may take.
    patience: Duration,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Command(Waiting),
    Stop,
}

/// A command that waits to be recorded.
struct Waiting {
    command: Command,
    record: Vec<u8>,
    answer: SyncSender<Result<Outcome, NotRecorded>>,
}

impl Recording {
    /// Lets a thread record the commands of `app` in `log`.
    ///
    /// # Errors
    /// If there is no thread.
    pub(super) fn begin(app: &Arc<App>, log: Box<dyn Log>) -> std::io::Result<Arc<Self>> {
        let (queue, commands) = sync_channel(MOST_WAITING);
        let writer = Writer {
            app: Arc::clone(app),
            log,
            commands,
            counted: app.faults.current().matches(),
            snapshot: None,
            is_stopping: Arc::default(),
        };
        let thread = thread::Builder::new().name("flowmock-record".into()).spawn(move || writer.run())?;
        let patience = app.config.request_timeout;
        Ok(Arc::new(Self { app: Arc::downgrade(app), queue, patience, thread: Mutex::new(Some(thread)) }))
    }

    /// Records a command and applies it; blocks until both are done.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub(super) fn give(&self, app: &App, command: Command) -> Result<Outcome, NotRecorded> {
        let record = encode(&command, &app.env).map_err(|error| NotRecorded {
            code: Code::Internal,
            reason: format!("the change cannot be written: {error}"),
        })?;
        let (answer, outcome) = sync_channel(1);
        let message = Message::Command(Waiting { command, record, answer });
        waiting(|| {
            self.queue.send(message).map_err(|_| stopped())?;
            outcome.recv_timeout(self.patience).unwrap_or_else(|error| Err(match error {
                RecvTimeoutError::Disconnected => stopped(),
                RecvTimeoutError::Timeout => NotRecorded {
                    code: Code::ProviderUnavailable,
                    reason: format!(
                        "the change was not stored within {} ms, as the disk is slow; it may still be made",
                        self.patience.as_millis()
                    ),
                },
            }))
        })
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
}

impl Recorder for Recording {
    fn commit(&self, sandbox: &Sandbox, change: Change) -> Result<Applied, NotRecorded> {
        let app = self.app.upgrade().ok_or_else(stopped)?;
        if self.is_own_thread() {
            return Err(NotRecorded {
                code: Code::Internal,
                reason: "a command gave another one, which would wait for itself".to_owned(),
            });
        }
        match self.give(&app, Command::Sandbox { sandbox: sandbox.clone(), change })? {
            Outcome::Sandbox(applied) => Ok(applied),
            _ => Ok(Applied::Done),
        }
    }
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

/// The thread.
struct Writer {
    app: Arc<App>,
    log: Box<dyn Log>,
    commands: Receiver<Message>,
    /// The number of matches of fault rules that is stored.
    counted: u64,
    /// The thread that writes the last snapshot.
    snapshot: Option<JoinHandle<()>>,
    /// Whether the server stops, so that no snapshot is worth its time.
    is_stopping: Arc<AtomicBool>,
}

impl Writer {
    fn run(mut self) {
        let mut settle_at = None;
        let mut count_at = Instant::now() + COUNTS_EVERY;
        loop {
            let now = Instant::now();
            if settle_at.is_some_and(|at| at <= now) {
                self.log.settle();
                settle_at = None;
            }
            if count_at <= now {
                self.store_counts();
                count_at = now + COUNTS_EVERY;
            }
            let until = settle_at.map_or(count_at, |at: Instant| at.min(count_at));
            let first = match self.commands.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Message::Command(first)) => first,
                Err(RecvTimeoutError::Timeout) => continue,
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            };
            let is_last = self.record(first);
            if settle_at.is_none() {
                settle_at = self.log.settles_after().map(|after| Instant::now() + after);
            }
            if self.log.wants_snapshot() {
                self.snapshot();
            }
            if is_last {
                break;
            }
        }
        self.store_counts();
        self.log.settle();
        self.is_stopping.store(true, Ordering::Relaxed);
        if let Some(snapshot) = self.snapshot.take() {
            _ = snapshot.join(); // it ends at its next record, and only then is the folder free
        }
    }

    /// Records a command and those that wait behind it; returns whether the server stops then.
    fn record(&mut self, first: Waiting) -> bool {
        let mut bytes = first.record.len();
        let mut batch = vec![first];
        let mut is_last = false;
        while batch.len() < MOST_AT_ONCE && bytes < MOST_BYTES_AT_ONCE {
            match self.commands.try_recv() {
                Ok(Message::Command(next)) => {
                    bytes += next.record.len();
                    batch.push(next);
                }
                Ok(Message::Stop) => {
                    is_last = true;
                    break;
                }
                Err(_) => break,
            }
        }
        // A command may restore a sandbox that a later one changes, so each group ends with one that may.
        while !batch.is_empty() {
            let ends = |waiting: &Waiting| !matches!(waiting.command, Command::Sandbox { .. });
            let end = batch.iter().position(ends).map_or(batch.len(), |at| at + 1);
            let rest = batch.split_off(end);
            self.record_group(batch);
            batch = rest;
        }
        is_last
    }

    /// Stores commands and applies them.
    fn record_group(&mut self, group: Vec<Waiting>) {
        let world = &self.app.world;
        // A request ends in the sandbox in which it began. If that was restored meanwhile, nobody sees the change.
        let is_seen = |command: &Command| match command {
            Command::Sandbox { sandbox, .. } => world.has(sandbox),
            _ => true,
        };
        let mut records = Vec::with_capacity(group.len());
        let mut seen = Vec::with_capacity(group.len());
        for Waiting { command, record, answer } in group {
            if is_seen(&command) {
                records.push(record);
            }
            seen.push((command, answer));
        }
        let stored = if records.is_empty() { Ok(()) } else { self.log.append(&records) };
        for (command, answer) in seen {
            let outcome = match &stored {
                Ok(()) => Ok(self.app.apply(command)),
                Err(reason) => Err(reason.clone()),
            };
            _ = answer.send(outcome); // whoever asked may have lost patience
        }
    }

    /// Stores the counts of fault rules, if they have changed.
    fn store_counts(&mut self) {
        let matches = self.app.faults.current().matches();
        if matches == self.counted {
            return;
        }
        let saved: SavedFaults = self.app.faults.saved();
        let command = Command::Faults(super::command::FaultCommand::Set(saved));
        if let Ok(record) = encode(&command, &self.app.env)
            && self.log.append(&[record]).is_ok()
        {
            self.counted = matches;
        }
    }

    /// Lets another thread write a snapshot.
    fn snapshot(&mut self) {
        let snapshot = match self.log.begin_snapshot() {
            Ok(snapshot) => snapshot,
            Err(NotRecorded { reason, .. }) => return tracing::warn!("no snapshot was begun: {reason}"),
        };
        let (app, commands) = (Arc::clone(&self.app), self.app.snapshot_commands());
        let is_stopping = Arc::clone(&self.is_stopping);
        let write = move || {
            let mut records = commands.into_iter().map(|command| {
                if is_stopping.load(Ordering::Relaxed) {
                    return Err("the server stops".to_owned());
                }
                encode(&command, &app.env).map_err(|error| error.to_string())
            });
            if let Err(reason) = snapshot.store(&mut records) {
                tracing::warn!("no snapshot was written: {reason}");
            }
        };
        match thread::Builder::new().name("flowmock-snapshot".into()).spawn(write) {
            Ok(thread) => self.snapshot = Some(thread),
            Err(error) => tracing::warn!("no snapshot was written: there is no thread: {error}"),
        }
    }
}

impl App {
    /// The commands that make the present state of an empty server.
    pub(super) fn snapshot_commands(&self) -> Vec<Command> {
        let at = self.env.now();
        let versions =
            self.world.all().into_iter().map(|sandbox| (sandbox.tenant.clone(), sandbox.version()));
        let versions = versions.collect();
        let mut commands = vec![
            Command::SetClock(self.env.clock.setting()),
            Command::PutBack { state: self.state_at(&Part::All, at), part: Part::All, at, versions },
            Command::Seed { state: self.memory.seed().as_ref().clone() },
            Command::Faults(super::command::FaultCommand::Set(self.faults.saved())),
        ];
        commands.extend(self.memory.snapshots().iter().map(|(name, snapshot)| Command::SaveSnapshot {
            name: name.clone(),
            part: snapshot.part.clone(),
            at: snapshot.taken_at,
            state: Some(snapshot.state.clone()),
        }));
        commands
    }
}
