//! [`Writer`]: the thread that exchanges commands with the log.
//!
//! It takes all commands that wait, stores them at once, and applies what the log has in its order: these commands, and those
//! of other servers in between. So a slow disk or network makes each command slow, but not each of many one after the other.
//! Readers of a shared log wait for the same exchanges.

use super::command::{Command, FaultCommand, Outcome};
use super::decode::decode;
use super::encode::encode;
use super::follow::Follower;
use super::health::Health;
use super::log::{Log, LogError, New};
use super::queue::{Answer, MOST_WAITING, Message, Waiting};
use super::recording::Recording;
use crate::app::App;
use crate::services::world::recorder::NotRecorded;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The most commands and readers, and about the most bytes, that are dealt with at once.
const MOST_AT_ONCE: usize = 1024;
const MOST_BYTES_AT_ONCE: usize = 4 * 1024 * 1024;
/// How often the counts of fault rules are stored, if they have changed.
const COUNTS_EVERY: Duration = Duration::from_secs(1);

/// The thread.
struct Writer {
    app: Arc<App>,
    log: Box<dyn Log>,
    messages: Receiver<Message>,
    follower: Follower,
    health: Arc<Health>,
    /// The number of matches of fault rules that is stored.
    counted: u64,
    /// Why this server cannot go on, if it has met a record that it cannot apply.
    broken: Option<Arc<str>>,
    /// The thread that writes the last snapshot.
    snapshot: Option<JoinHandle<()>>,
    /// Whether the server stops, so that no snapshot is worth its time.
    is_stopping: Arc<AtomicBool>,
}

/// A command and who waits for it, until it is answered.
type Given = Option<(Command, Answer<Outcome>)>;

/// The commands that one exchange deals with.
#[derive(Default)]
struct Batch {
    records: Vec<Vec<u8>>,
    commands: Vec<Given>,
    readers: Vec<Answer<()>>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, message: Message) {
        match message {
            Message::Command(Waiting { command, record, answer }) => {
                self.bytes += record.len();
                self.records.push(record);
                self.commands.push(Some((command, answer)));
            }
            Message::Reader(answer) => self.readers.push(answer),
            Message::Stop => {}
        }
    }

    fn is_full(&self) -> bool {
        self.commands.len() + self.readers.len() >= MOST_AT_ONCE || self.bytes >= MOST_BYTES_AT_ONCE
    }
}

impl Recording {
    /// Lets a thread record the commands of `app` in `log`.
    ///
    /// # Errors
    /// If there is no thread.
    pub(super) fn begin(app: &Arc<App>, log: Box<dyn Log>) -> io::Result<Arc<Self>> {
        let (queue, messages) = sync_channel(MOST_WAITING);
        let is_shared = log.is_shared().is_some();
        let health = Arc::new(Health::default());
        let follower = Follower::begin(app, is_shared)?;
        let writer = Writer::new(app, log, messages, follower, Arc::clone(&health));
        let thread = thread::Builder::new().name("flowmock-record".into()).spawn(move || writer.run())?;
        Ok(Self::new(queue, app.config.request_timeout, is_shared, health, thread))
    }
}

impl Writer {
    fn new(
        app: &Arc<App>, log: Box<dyn Log>, messages: Receiver<Message>, follower: Follower,
        health: Arc<Health>,
    ) -> Self {
        Self {
            app: Arc::clone(app),
            log,
            messages,
            follower,
            health,
            counted: app.faults.current().matches(),
            broken: None,
            snapshot: None,
            is_stopping: Arc::default(),
        }
    }

    fn run(mut self) {
        let look_every = self.log.is_shared();
        let (mut settle_at, mut count_at) = (None, Instant::now() + COUNTS_EVERY);
        let mut look_at = look_every.map(|_| Instant::now());
        let mut is_last = false;
        while !is_last {
            let now = Instant::now();
            if settle_at.is_some_and(|at| at <= now) {
                self.log.settle();
                settle_at = None;
            }
            if count_at <= now {
                self.store_counts();
                count_at = now + COUNTS_EVERY;
            }
            let until = [settle_at, look_at].into_iter().flatten().fold(count_at, Instant::min);
            let mut batch = Batch::default();
            match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(message) => batch.add(message),
                Err(RecvTimeoutError::Timeout) if look_at.is_some_and(|at| at <= Instant::now()) => {}
                Err(RecvTimeoutError::Timeout) => continue,
            }
            while !is_last && !batch.is_full() {
                match self.messages.try_recv() {
                    Ok(Message::Stop) => is_last = true,
                    Ok(message) => batch.add(message),
                    Err(_) => break,
                }
            }
            self.deal_with(batch);
            look_at = look_every.map(|every| Instant::now() + every);
            if settle_at.is_none() {
                settle_at = self.log.settles_after().map(|after| Instant::now() + after);
            }
            if self.log.wants_snapshot() && self.broken.is_none() {
                self.snapshot();
            }
        }
        self.store_counts();
        self.log.settle();
        self.log.leave();
        self.is_stopping.store(true, Ordering::Relaxed);
        if let Some(snapshot) = self.snapshot.take() {
            _ = snapshot.join(); // it ends at its next record, and only then is the folder free
        }
    }

    fn deal_with(&mut self, batch: Batch) {
        let Batch { records, mut commands, readers, .. } = batch;
        let mut result = self.exchange(&records, &mut commands);
        // Commands that a log did not take, or may not have taken, are no reason for readers to fail.
        if let Err(error) = &result
            && !records.is_empty()
        {
            let error = error.not_recorded();
            commands.iter_mut().filter_map(Option::take).for_each(|(_, answer)| answer(Err(error.clone())));
            result = self.exchange(&[], &mut []);
        }
        for (_, answer) in commands.into_iter().flatten() {
            answer(Err(LogError::Empty.not_recorded()));
        }
        let answered = result.as_ref().map_err(LogError::not_recorded).copied();
        self.health.set(result);
        for answer in readers {
            answer(answered.clone());
        }
    }

    /// Exchanges records with the log, applies what is new, and answers the commands that were applied.
    fn exchange(&mut self, records: &[Vec<u8>], commands: &mut [Given]) -> Result<(), LogError> {
        let mut result = self.exchange_once(records, commands);
        if result == Err(LogError::Empty) {
            // Its records may be in what is about to begin, or not: nobody can say so.
            result = self.begin_log().and_then(|()| self.exchange_once(&[], &mut []));
        }
        match &self.broken {
            Some(reason) => Err(LogError::Unusable(Arc::clone(reason))),
            None => result,
        }
    }

    fn exchange_once(&mut self, records: &[Vec<u8>], commands: &mut [Given]) -> Result<(), LogError> {
        if let Some(reason) = &self.broken {
            return Err(LogError::Unusable(Arc::clone(reason)));
        }
        let Self { app, log, follower, broken, .. } = self;
        log.exchange(records, &mut |new| match new {
            _ if broken.is_some() => {}
            New::Own(at) => {
                if let Some((command, answer)) = commands.get_mut(at).and_then(Option::take) {
                    answer(Ok(app.apply(command)));
                }
            }
            New::Other(record) => match decode(app, record) {
                Ok(command) => follower.apply(app, command),
                Err(reason) => {
                    tracing::error!("a record of another server {reason}; this server cannot go on");
                    *broken = Some(format!("a record of another server {reason}").into());
                }
            },
            New::Anew => tracing::info!("the shared state is read from its last snapshot"),
        })
    }

    /// Begins an empty log with the present state.
    fn begin_log(&mut self) -> Result<(), LogError> {
        let commands = self.app.snapshot_commands();
        let records = commands.iter().map(encode);
        let records = records.collect::<Result<Vec<_>, _>>();
        self.log.begin(&records.map_err(|error| LogError::Unusable(error.to_string().into()))?)
    }

    /// Stores the counts of fault rules, if they have changed. Servers that share a log store each match.
    fn store_counts(&mut self) {
        let matches = self.app.faults.current().matches();
        if matches == self.counted || self.log.is_shared().is_some() {
            return;
        }
        let command = Command::Faults(FaultCommand::Set(self.app.faults.saved()));
        if let Ok(record) = encode(&command)
            && self.log.exchange(&[record], &mut |_| {}).is_ok()
        {
            self.counted = matches;
        }
    }

    /// Lets another thread write a snapshot.
    fn snapshot(&mut self) {
        let snapshot = match self.log.begin_snapshot() {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => return,
            Err(NotRecorded { reason, .. }) => return tracing::warn!("no snapshot was begun: {reason}"),
        };
        let commands = self.app.snapshot_commands();
        let is_stopping = Arc::clone(&self.is_stopping);
        let write = move || {
            let mut records = commands.into_iter().map(|command| {
                if is_stopping.load(Ordering::Relaxed) {
                    return Err("the server stops".to_owned());
                }
                encode(&command).map_err(|error| error.to_string())
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
