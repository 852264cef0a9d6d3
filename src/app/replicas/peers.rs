//! [`Peers`]: the way to the replicas of a server.

use crate::base::document::refusal::Refused;
use futures_util::future::BoxFuture;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long a replica may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The name of a server that has no [`Peers`].
pub(super) const ALONE: &str = "local";

/// The way to the replicas of a server.
pub(crate) trait Peers: Send + Sync {
    /// The name of this replica.
    fn name(&self) -> &str;

    /// Brings a question, as bytes, to every replica that lives, this one included, and its answer back: what
    /// [`App::answer`](crate::app::App::answer) returns there. That blocks, so it needs a thread that may. A replica that
    /// has not answered within [`PATIENCE`] is in the result too, with the reason. One that is known to be gone is left out.
    ///
    /// # Errors
    /// 503 if it is not known which replicas live, or if they cannot be reached.
    fn gather(&self, question: Vec<u8>) -> BoxFuture<'_, Result<Vec<Reply>, Refused>>;

    /// Answers the question with that id, which has come to this replica, on another thread.
    fn asked(&self, id: String, question: Vec<u8>);
}

/// What a replica replied to a question.
pub(crate) struct Reply {
    /// The name of the replica, which no other has.
    pub(crate) replica: String,
    /// Its answer, or why there is none, as a part of a sentence: `it took longer than 5 s`.
    pub(crate) answer: Result<Vec<u8>, String>,
}

/// The replicas of a server.
pub(crate) struct Replicas {
    /// The way to them; not set if the server shares its state with nobody.
    pub(crate) peers: OnceLock<Arc<dyn Peers>>,
    /// Answers of all replicas are large, so only one question of this server is open at a time.
    pub(super) turn: Arc<Semaphore>,
}

impl Default for Replicas {
    fn default() -> Self {
        Self { peers: OnceLock::new(), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Replicas {
    /// The name of this replica.
    pub(super) fn own_name(&self) -> &str {
        self.peers.get().map_or(ALONE, |peers| peers.name())
    }
}
