//! [`RedisPeers`]: questions to all servers that share a state, and their answers.
//!
//! A question is a record in the stream, so it comes to a server after everything that was answered before it was asked. Each
//! server puts the pieces of its answer into a list of its own, and then its name into the list of those that have answered.

use super::super::command::Command;
use super::super::encode::encode;
use super::super::log::LogError;
use super::connection::{Address, Link};
use super::keys::Keys;
use super::snapshot::{Pieces, push};
use crate::app::App;
use crate::app::replicas::peers::{PATIENCE, Peers, Reply};
use crate::base::document::refusal::Refused;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use redis::cmd;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Instant;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// How long a question is open, in milliseconds: a server that reads it later does not answer.
const OPEN_MS: u64 = 10_000;

/// The way to all servers that share a state.
#[derive(Clone)]
pub(crate) struct RedisPeers {
    address: Address,
    keys: Arc<Keys>,
    name: String,
    app: Weak<App>,
}

impl RedisPeers {
    /// The way from the server `app` with that name.
    pub(crate) fn new(address: Address, keys: Keys, name: &str, app: &Arc<App>) -> Self {
        Self { address, keys: Arc::new(keys), name: name.to_owned(), app: Arc::downgrade(app) }
    }

    fn names(&self, id: &str) -> Names {
        let answers = format!("{}{id}", self.keys.answers);
        Names { open: format!("{answers}:open"), answered: answers.clone(), answers }
    }

    /// Asks all servers that are there, and waits for their answers.
    fn ask_all(&self, question: Vec<u8>) -> Result<Vec<Reply>, LogError> {
        let until = Instant::now() + PATIENCE;
        let mut link = self.address.connect()?;
        let mut missing = self.present(&mut link)?;
        let id = Uuid::new_v4().to_string();
        let names = self.names(&id);
        let record = encode(&Command::Ask { id, question }).ok();
        let Some(record) = record else { return Err(LogError::Empty) };
        let mut ask = redis::pipe();
        ask.cmd("SET").arg(&names.open).arg(1).arg("PX").arg(OPEN_MS).ignore();
        ask.cmd("XADD").arg(&self.keys.log).arg("*").arg("r").arg(record).ignore();
        link.query::<()>(&ask)?;
        let mut replies = Vec::new();
        while !missing.is_empty() {
            let left = until.saturating_duration_since(Instant::now()).as_secs_f64();
            if left < 0.01 {
                break;
            }
            // Less than the time after which a connection counts as broken.
            let mut wait = cmd("BLPOP");
            wait.arg(&names.answered).arg(left.min(2.0));
            let answered: Option<(String, String)> = link.ask(&wait)?;
            if let Some((_, replica)) = answered {
                missing.retain(|name| *name != replica);
                let answer = self.answer_of(&mut link, &names, &replica)?;
                replies.push(Reply { replica, answer });
            }
        }
        let still_present = self.present(&mut link)?;
        let reason = format!("it has not answered within {} s", PATIENCE.as_secs());
        let late = missing.into_iter().filter(|name| still_present.contains(name));
        replies.extend(late.map(|replica| Reply { replica, answer: Err(reason.clone()) }));
        Ok(replies)
    }

    /// The names of the servers that are there, or were some seconds ago.
    fn present(&self, link: &mut Link) -> Result<Vec<String>, LogError> {
        let all: Vec<String> = link.ask(cmd("SMEMBERS").arg(&self.keys.replicas))?;
        let mut present = Vec::new();
        for name in all {
            if link.ask::<bool>(cmd("EXISTS").arg(format!("{}{name}", self.keys.presence)))? {
                present.push(name);
            } else {
                link.ask::<i64>(cmd("SREM").arg(&self.keys.replicas).arg(name))?;
            }
        }
        Ok(present)
    }

    fn answer_of(
        &self, link: &mut Link, names: &Names, replica: &str,
    ) -> Result<Result<Vec<u8>, String>, LogError> {
        let list = names.answer(replica);
        let elements: Vec<Vec<u8>> = link.ask(cmd("LRANGE").arg(&list).arg(0).arg(-1))?;
        link.ask::<i64>(cmd("UNLINK").arg(&list))?;
        let mut pieces = Pieces::default();
        for element in &elements {
            match pieces.take(element) {
                Ok(Some(answer)) => return Ok(Ok(answer)),
                Ok(None) => {}
                Err(reason) => return Ok(Err(reason.to_owned())),
            }
        }
        Ok(Err("its answer is not whole".to_owned()))
    }

    /// Answers a question that is still open.
    fn answer(&self, id: &str, question: &[u8]) -> Result<(), LogError> {
        let names = self.names(id);
        let mut link = self.address.connect()?;
        if !link.ask::<bool>(cmd("EXISTS").arg(&names.open))? {
            return Ok(());
        }
        let Some(app) = self.app.upgrade() else { return Ok(()) };
        let answer = app.answer(question);
        push(&mut link, &names.answer(&self.name), &answer)?;
        let mut done = redis::pipe();
        done.cmd("RPUSH").arg(&names.answered).arg(&self.name).ignore();
        done.cmd("PEXPIRE").arg(&names.answered).arg(OPEN_MS).ignore();
        done.cmd("PEXPIRE").arg(names.answer(&self.name)).arg(OPEN_MS).ignore();
        link.query(&done)
    }
}

/// The keys of a question.
struct Names {
    /// Exists while it is open.
    open: String,
    /// The list of those who have answered.
    answered: String,
    /// The beginning of the names of their answers.
    answers: String,
}

impl Names {
    /// The list of the pieces of an answer.
    fn answer(&self, replica: &str) -> String {
        format!("{}:of:{replica}", self.answers)
    }
}

impl Peers for RedisPeers {
    fn name(&self) -> &str {
        &self.name
    }

    fn gather(&self, question: Vec<u8>) -> BoxFuture<'_, Result<Vec<Reply>, Refused>> {
        let this = self.clone();
        async move {
            let asked = spawn_blocking(move || this.ask_all(question)).await;
            match asked {
                Ok(Ok(replies)) => Ok(replies),
                Ok(Err(error)) => Err(error.not_recorded().into()),
                Err(_) => Err(Refused::unavailable("the server stops")),
            }
        }
        .boxed()
    }

    fn asked(&self, id: String, question: Vec<u8>) {
        let this = self.clone();
        let answer = move || {
            if let Err(error) = this.answer(&id, &question) {
                tracing::warn!(
                    "a question of another replica is not answered: {}",
                    error.not_recorded().reason
                );
            }
        };
        if let Err(error) = thread::Builder::new().name("flowmock-answer".into()).spawn(answer) {
            tracing::warn!("a question of another replica is not answered: there is no thread: {error}");
        }
    }
}
