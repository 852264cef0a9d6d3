//! The answer of one replica to a question of another one.

use super::question::Question;
use crate::app::App;
use crate::base::clock::machine_micros;
use crate::testkit::journal::Record;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use std::io::{self, Write};
use tokio::time::Instant;

/// The largest answer, in bytes: twice what the journal takes by default.
pub(super) const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The form of every answer: what was asked for, or why there is none, as a part of a sentence.
pub(super) type Outcome<T> = Result<T, String>;

impl App {
    /// The answer of this replica to a question, both as bytes. An unknown question has an answer too, which says so.
    ///
    /// This blocks: it waits up to a second for bodies that arrive late, examines the journal for contract reports, and may
    /// write megabytes.
    pub(crate) fn answer(&self, question: &[u8]) -> Vec<u8> {
        let Ok(question) = serde_json::from_slice::<Question>(question) else {
            return no_answer("it does not know such a question; all replicas have to be of one version");
        };
        self.journal.settle();
        match question {
            Question::Requests { query, limit } => match self.own_requests(&query) {
                Ok(filter) => self.write_own_requests(&filter, limit),
                Err(reason) => no_answer(&reason),
            },
            Question::Clear { query } => written(&self.clear_own(&query)),
            Question::Matching { expectations } => written(&self.own_matches(&expectations)),
            Question::Nearest { expectation, among } => written(&self.own_nearest(&expectation, &among)),
            Question::Contract => written(&Ok::<_, String>(self.contract_snapshot())),
            Question::EmptyContract { consumer } => {
                written(&Ok::<_, String>(self.empty_own_contract(consumer.as_deref())))
            }
        }
    }
}

/// An answer as bytes.
pub(super) fn written<T: Serialize>(outcome: &Outcome<T>) -> Vec<u8> {
    let mut bytes = Bounded(Vec::new());
    match serde_json::to_writer(&mut bytes, outcome) {
        Ok(()) => bytes.0,
        Err(error) if error.classify() == Category::Io => no_answer(&format!(
            "its answer has more than {} MiB; ask for less of its journal, or empty it",
            MAX_BYTES >> 20
        )),
        Err(error) => no_answer(&format!("its answer cannot be written: {error}")),
    }
}

fn no_answer(reason: &str) -> Vec<u8> {
    serde_json::to_vec(&Err::<(), _>(reason)).unwrap_or_default()
}

/// Bytes up to [`MAX_BYTES`].
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// When a request was answered, by the machine's clock: the order of requests that different replicas received. The clock
/// of the server may be stopped or set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct AnsweredAt(pub(super) i64);

/// Finds when requests were answered.
pub(super) struct MachineClock {
    now: Instant,
    micros: i64,
}

impl MachineClock {
    pub(super) fn read() -> Self {
        Self { now: Instant::now(), micros: machine_micros() }
    }

    /// When the request was answered.
    pub(super) fn answered(&self, record: &Record) -> AnsweredAt {
        let ago = self.now.saturating_duration_since(record.started + record.duration);
        AnsweredAt(self.micros.saturating_sub(i64::try_from(ago.as_micros()).unwrap_or(i64::MAX)))
    }
}
