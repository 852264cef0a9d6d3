//! [`Gathered`]: the answers of all replicas to a question.

use super::answer::Outcome;
use super::peers::{ALONE, PATIENCE, Reply};
use super::question::Question;
use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::base::printable::printable;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// The time after [`PATIENCE`] in which it is found out who has not answered.
const GRACE: Duration = Duration::from_secs(1);

/// The largest size of all answers together, in bytes.
const MAX_BYTES: usize = 128 * 1024 * 1024;

/// The answers of all replicas to a question, in the order of their names, and the turn of the question.
pub(super) struct Gathered(Vec<(String, Vec<u8>)>, Option<OwnedSemaphorePermit>);

impl Gathered {
    /// The answers in `replies`.
    ///
    /// # Errors
    /// 503 if one is missing, or if they are too large together.
    pub(super) fn of(replies: Vec<Reply>, turn: Option<OwnedSemaphorePermit>) -> Result<Self, Refused> {
        let (mut answers, mut missing) = (Vec::new(), Vec::new());
        for Reply { replica, answer } in replies {
            match answer {
                Ok(answer) => answers.push((replica, answer)),
                Err(reason) => missing.push((replica, reason)),
            }
        }
        if !missing.is_empty() {
            return Err(no_answer_of(missing));
        }
        if answers.iter().map(|(_, answer)| answer.len()).sum::<usize>() > MAX_BYTES {
            return Err(Refused::unavailable(format!(
                "the answers of the {} replicas have more than {} MiB together; ask for less, or empty their journals",
                answers.len(),
                MAX_BYTES >> 20
            )));
        }
        answers.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Self(answers, turn))
    }

    /// Reads the answers. The turn goes with them, until they are no longer needed.
    ///
    /// # Errors
    /// 503 if a replica has no answer, or one that cannot be read.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<(Vec<(String, T)>, impl Sized), Refused> {
        let Self(answers, turn) = self;
        let (mut read, mut missing) = (Vec::new(), Vec::new());
        for (replica, answer) in answers {
            match serde_json::from_slice::<Outcome<T>>(&answer) {
                Ok(Ok(answer)) => read.push((replica, answer)),
                Ok(Err(reason)) => missing.push((replica, reason)),
                Err(_) => {
                    let reason = "its answer cannot be read; all replicas have to be of one version";
                    missing.push((replica, reason.to_owned()));
                }
            }
        }
        if missing.is_empty() { Ok((read, turn)) } else { Err(no_answer_of(missing)) }
    }
}

impl App {
    /// The answers of all replicas to a question.
    ///
    /// # Errors
    /// 503 if one of them has not answered; the reason names it.
    pub(super) async fn gather(self: &Arc<Self>, question: &Question) -> Result<Gathered, Refused> {
        let turn = Arc::clone(&self.replicas.turn).acquire_owned().await.ok();
        let question = serde_json::to_vec(question)
            .map_err(|error| Refused::unavailable(format!("the question cannot be written: {error}")))?;
        let replies = match self.replicas.peers.get() {
            None => {
                let app = Arc::clone(self);
                let answer = off_path(move || app.answer(&question)).await?;
                vec![Reply { replica: ALONE.to_owned(), answer: Ok(answer) }]
            }
            Some(peers) => timeout(PATIENCE + GRACE, peers.gather(question))
                .await
                .unwrap_or_else(|_| Err(Refused::unavailable("the replicas have not answered in time")))?,
        };
        Gathered::of(replies, turn)
    }
}

/// Does slow work on a thread that may block.
pub(super) async fn off_path<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refused> {
    let failed = |_| Refused::unavailable("the answers of the replicas could not be put together");
    spawn_blocking(work).await.map_err(failed)
}

/// 503: a result without these replicas could be wrong.
fn no_answer_of(mut missing: Vec<(String, String)>) -> Refused {
    missing.sort();
    let sentences: Vec<String> = missing
        .iter()
        .map(|(replica, reason)| {
            printable(&format!("the replica {replica} has not answered: {reason}")).into_owned()
        })
        .collect();
    Refused::unavailable(sentences.join("; "))
}
