//! The requests in the journals of all replicas.

use super::answer::{AnsweredAt, MachineClock, Outcome, written};
use super::gathered::Gathered;
use super::order::merged;
use super::question::Question;
use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::testkit::journal::filter::RequestFilter;
use crate::testkit::journal::show::Each;
use crate::testkit::journal::{Entry, RecordedRequest};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use std::sync::Arc;

/// A request on its way to another replica.
#[derive(Serialize, Deserialize)]
struct Sent<T> {
    answered: AnsweredAt,
    request: T,
}

/// The response to `GET /_flowmock/requests?replicas=all`.
#[derive(Serialize)]
struct List<'a, T> {
    requests: T,
    replicas: &'a [String],
}

/// The requests of all replicas that a filter selects, not put together yet.
pub(crate) struct GatheredRequests {
    answers: Gathered,
    most: usize,
}

impl App {
    /// The requests of all replicas that `query` selects; at most `limit` unless it has a limit.
    ///
    /// # Errors
    /// For a query that cannot be used, and 503 if a replica has not answered.
    pub(crate) async fn requests_of_all(
        self: &Arc<Self>, query: &str, limit: usize,
    ) -> Result<GatheredRequests, Refused> {
        let most = RequestFilter::read_of_list(query)?.most(limit);
        let answers = self.gather(&Question::Requests { query: query.to_owned(), limit }).await?;
        Ok(GatheredRequests { answers, most })
    }

    /// Removes the requests of all replicas that `query` selects; returns their number.
    ///
    /// # Errors
    /// 503 if a replica has not answered; the others have removed theirs.
    pub(crate) async fn clear_all(self: &Arc<Self>, query: &str) -> Result<usize, Refused> {
        let answers = self.gather(&Question::Clear { query: query.to_owned() }).await?;
        let (cleared, _turn) = answers.read::<usize>()?;
        Ok(cleared.into_iter().map(|(_, cleared)| cleared).sum())
    }

    pub(super) fn own_requests(&self, query: &str) -> Outcome<RequestFilter> {
        RequestFilter::read_of_list(query).map_err(|refused| refused.to_string())
    }

    /// Writes the requests of this replica that a filter selects, newest first. Each is prepared only when it is written.
    pub(super) fn write_own_requests(&self, filter: &RequestFilter, limit: usize) -> Vec<u8> {
        let entries = filter.of(&self.journal, limit);
        let clock = MachineClock::read();
        let sent =
            |entry: &Entry| Sent { answered: clock.answered(&entry.record), request: self.shown(entry) };
        written(&Ok(Each(|| entries.iter().map(sent))))
    }

    pub(super) fn clear_own(&self, query: &str) -> Outcome<usize> {
        let filter = RequestFilter::read_of_tenant(query).map_err(|refused| refused.to_string())?;
        Ok(self.forget_requests(filter.tenant(), |record| filter.fits(record)))
    }
}

impl GatheredRequests {
    /// The requests as a JSON document, newest first.
    ///
    /// # Errors
    /// 503 if the answer of a replica cannot be used.
    pub(crate) fn into_json(self) -> Result<Vec<u8>, Refused> {
        let (answers, _turn) = self.answers.read::<Vec<Sent<Box<RawValue>>>>()?;
        let (names, journals): (Vec<String>, Vec<Vec<_>>) = answers.into_iter().unzip();
        let oldest_first = |mut journal: Vec<_>| {
            journal.reverse();
            journal
        };
        let all = merged(journals.into_iter().map(oldest_first).collect(), |sent| sent.answered);
        let newest = || all.iter().rev().take(self.most);
        let shown =
            || newest().map(|(replica, sent)| Shown { replica: &names[*replica], request: &sent.request });
        let list = List { requests: Each(shown), replicas: &names };
        serde_json::to_vec(&list)
            .map_err(|error| Refused::unavailable(format!("the requests cannot be written: {error}")))
    }
}

/// A request in the list, which is read only when it is written: all at once would take many times their memory.
struct Shown<'a> {
    replica: &'a str,
    request: &'a RawValue,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unreadable =
            |_| S::Error::custom(format!("a request of the replica {} is of another version", self.replica));
        let mut request: RecordedRequest = serde_json::from_str(self.request.get()).map_err(unreadable)?;
        request.replica = Some(self.replica.to_owned());
        request.serialize(serializer)
    }
}
