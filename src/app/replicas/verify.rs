//! Verification of the requests of all replicas: each says which of its requests match, the sum is compared with the
//! expectations, and if there were too few, each describes those that came nearest. Credentials are compared where the
//! requests are, so they stay there.

use super::answer::{AnsweredAt, MachineClock, Outcome};
use super::gathered::off_path;
use super::order::merged;
use super::question::{Among, Question};
use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::testkit::expectation::verify::{MAX_NEAREST, matches, nearest, verification};
use crate::testkit::expectation::{Arrived, Expectation, Met, Miss, Verification};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The requests of a replica that match expectations.
#[derive(Serialize, Deserialize)]
pub(super) struct Matching {
    /// The number of requests in its journal.
    received: usize,
    /// The id of the last of them; 0 if there is none.
    last_id: u64,
    /// Oldest first. Requests that match nothing decide nothing.
    requests: Vec<Match>,
}

/// A request that matches expectations.
#[derive(Serialize, Deserialize)]
struct Match {
    id: u64,
    answered: AnsweredAt,
    request_id: String,
    /// The indices of the expectations that it matches.
    steps: Vec<usize>,
}

/// A request of a replica that came near.
#[derive(Serialize, Deserialize)]
pub(super) struct Near {
    answered: AnsweredAt,
    miss: Miss,
}

/// A verification to which only the nearest requests may be missing.
struct Counted {
    expectations: Vec<Expectation>,
    met: Met,
    /// The ids of the requests that were counted.
    requests: Vec<String>,
    /// The requests of each replica that may have come near.
    among: BTreeMap<String, Among>,
    /// The number of requests in all journals.
    received: usize,
}

impl App {
    /// Whether the requests of all replicas are as expected; several expectations in their order.
    ///
    /// # Errors
    /// 503 if a replica has not answered.
    pub(crate) async fn verify_all(
        self: &Arc<Self>, expectations: Vec<Expectation>,
    ) -> Result<Verification, Refused> {
        let documents = expectations.iter().map(Expectation::to_json).collect();
        let answers = self.gather(&Question::Matching { expectations: documents }).await?;
        let mut counted = off_path(move || {
            let (answers, _turn) = answers.read()?;
            Ok::<_, Refused>(Counted::of(expectations, answers))
        })
        .await??;
        let replicas: Vec<String> = counted.among.keys().cloned().collect();
        let nearest = match counted.met.lacking() {
            None => Vec::new(),
            Some(step) => {
                let expectation = counted.expectations[step].to_json();
                let among = std::mem::take(&mut counted.among);
                let answers = self.gather(&Question::Nearest { expectation, among }).await?;
                off_path(move || {
                    let (answers, _turn) = answers.read()?;
                    Ok::<_, Refused>(nearest_of_all(answers))
                })
                .await??
            }
        };
        let Counted { expectations, met, requests, received, .. } = counted;
        let journals = match replicas.len() {
            1 => format!("{received} requests in the journal"),
            replicas => format!("{received} requests in the journals of {replicas} replicas"),
        };
        let result = verification(&expectations, &met, requests, nearest, &journals, &self.redaction());
        Ok(Verification { replicas, ..result })
    }

    /// The requests of this replica that match expectations.
    pub(super) fn own_matches(&self, documents: &[Value]) -> Outcome<Matching> {
        let expectations = documents.iter().map(Expectation::from_json).collect::<Result<Vec<_>, _>>();
        let expectations = expectations.map_err(|refused| refused.to_string())?;
        let entries = self.journal.entries_since(0);
        let clock = MachineClock::read();
        let requests = entries.iter().filter_map(|entry| {
            let matches = matches(&expectations, &*entry.record);
            let steps: Vec<usize> = (0..matches.len()).filter(|step| matches[*step]).collect();
            let (id, answered) = (entry.id, clock.answered(&entry.record));
            let request_id = || entry.record.request_id().unwrap_or_default();
            (!steps.is_empty()).then(|| Match { id, answered, request_id: request_id(), steps })
        });
        let last_id = entries.last().map_or(0, |entry| entry.id);
        Ok(Matching { received: entries.len(), last_id, requests: requests.collect() })
    }

    /// The requests of this replica that come nearest to an expectation.
    pub(super) fn own_nearest(
        &self, document: &Value, among: &BTreeMap<String, Among>,
    ) -> Outcome<Vec<Near>> {
        let expectation = Expectation::from_json(document).map_err(|refused| refused.to_string())?;
        // A replica that has begun since has none of the requests.
        let Some(Among { last_id, without }) = among.get(self.replicas.own_name()) else {
            return Ok(Vec::new());
        };
        let without: HashSet<u64> = without.iter().copied().collect();
        let mut entries = self.journal.entries_since(0);
        entries.retain(|entry| entry.id <= *last_id && !without.contains(&entry.id));
        let ids: Vec<_> = entries.iter().map(|entry| entry.record.request_id().unwrap_or_default()).collect();
        let arrived: Vec<_> = entries
            .iter()
            .zip(&ids)
            .map(|(entry, request_id)| Arrived { request_id, request: &*entry.record })
            .collect();
        let clock = MachineClock::read();
        let nearest = nearest(&expectation, &arrived, &self.redaction()).into_iter();
        Ok(nearest
            .map(|(place, miss)| Near { answered: clock.answered(&entries[place].record), miss })
            .collect())
    }
}

impl Counted {
    /// Compares the requests of all replicas with the expectations.
    fn of(expectations: Vec<Expectation>, answers: Vec<(String, Matching)>) -> Self {
        let received = answers.iter().map(|(_, matching)| matching.received).sum();
        let mut among: Vec<(String, Among)> = Vec::new();
        let mut journals = Vec::new();
        for (replica, Matching { last_id, requests, .. }) in answers {
            among.push((replica, Among { last_id, without: Vec::new() }));
            journals.push(requests);
        }
        let all = merged(journals, |request| request.answered);
        let is_in = |request: &Match| -> Vec<bool> {
            (0..expectations.len()).map(|step| request.steps.contains(&step)).collect()
        };
        let matches: Vec<Vec<bool>> = all.iter().map(|(_, request)| is_in(request)).collect();
        let met = Met::of(&expectations, &matches);
        let mut requests = Vec::new();
        for ((replica, request), _) in all.into_iter().zip(&met.taken).filter(|(_, taken)| **taken) {
            among[replica].1.without.push(request.id);
            requests.push(request.request_id);
        }
        Self { expectations, met, requests, among: among.into_iter().collect(), received }
    }
}

/// The requests that came nearest: most parts first, then the latest.
fn nearest_of_all(answers: Vec<(String, Vec<Near>)>) -> Vec<Miss> {
    let mut all: Vec<Near> = Vec::new();
    for (replica, near) in answers {
        all.extend(near.into_iter().map(|Near { answered, miss }| Near {
            answered,
            miss: Miss { replica: Some(replica.clone()), ..miss },
        }));
    }
    all.sort_by_key(|near| (Reverse(near.miss.matched), Reverse(near.answered))); // stable: then by replica
    all.truncate(MAX_NEAREST);
    all.into_iter().map(|near| near.miss).collect()
}
