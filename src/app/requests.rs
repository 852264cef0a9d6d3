//! Shows, verifies and forgets the requests in a server's journal.

use super::App;
use crate::services::world::Part;
use crate::testkit::expectation::{Arrived, Expectation, Verification, verify};
use crate::testkit::journal::filter::RequestFilter;
use crate::testkit::journal::readers::ClearedPart;
use crate::testkit::journal::redact::{Redaction, credential};
use crate::testkit::journal::show::{Each, RecordedRequest};
use crate::testkit::journal::{Entry, Record, har};
use serde::Serialize;
use std::collections::HashSet;

/// The response to `GET /_flowmock/requests`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<T> {
    requests: T,
    /// The `sinceId` for the next requests.
    last_id: u64,
}

impl App {
    /// How requests are shown: without credentials, unless the configuration says otherwise.
    ///
    /// Decided: marks for credentials in a tenant's own specs apply only to `auth.params`, where everything is hidden.
    pub(crate) fn redaction(&self) -> Redaction<'_> {
        if self.config.journal_secrets { Redaction::NONE } else { self.concealing() }
    }

    /// Hides credentials, whatever the configuration says.
    pub(crate) fn concealing(&self) -> Redaction<'_> {
        let of_specs = || {
            let mut names = HashSet::new();
            self.specs.documents().for_each(|document| credential::collect(document, &mut names));
            names
        };
        Redaction::of_specs(self.journal.credential_names(of_specs))
    }

    /// A request of the journal in the form in which it may be shown.
    pub(crate) fn shown(&self, entry: &Entry) -> RecordedRequest {
        RecordedRequest {
            consumer: Some(self.consumer(&entry.record)),
            broken_rules: self.breaches(entry).map(<[_]>::to_vec),
            ..RecordedRequest::of(entry, &self.redaction())
        }
    }

    /// The requests that a filter selects, newest first; at most `limit` unless the filter has a limit.
    pub(crate) fn requests(&self, filter: &RequestFilter, limit: usize) -> Vec<RecordedRequest> {
        filter.of(&self.journal, limit).iter().map(|entry| self.shown(entry)).collect()
    }

    /// The selected requests as a JSON document. Each is prepared only when it is written: all at once would take many
    /// times the journal's memory.
    pub(crate) fn requests_json(&self, filter: &RequestFilter, limit: usize) -> Vec<u8> {
        let last_id = self.journal.last_id();
        let entries = filter.of(&self.journal, limit);
        let shown = |entry| self.shown(entry);
        let list = List { requests: Each(|| entries.iter().map(shown)), last_id };
        serde_json::to_vec(&list).unwrap_or_default()
    }

    /// The requests that a filter selects, all unless it has a limit, as a HAR document. `host` stands for the host of
    /// requests that named none.
    pub(crate) fn har(&self, filter: &RequestFilter, host: &str) -> Vec<u8> {
        let mut entries = filter.of(&self.journal, usize::MAX);
        entries.reverse();
        let server = har::ServerLocation { scheme: self.config.scheme(), host };
        serde_json::to_vec(&har::har(&entries, &self.redaction(), server)).unwrap_or_default()
    }

    /// Whether the requests in the journal are as expected; several expectations in their order.
    pub(crate) fn verify(&self, expectations: &[Expectation]) -> Verification {
        let entries = self.journal.entries_since(0);
        let ids: Vec<_> = entries.iter().map(|entry| entry.record.request_id().unwrap_or_default()).collect();
        let arrived: Vec<_> = entries
            .iter()
            .zip(&ids)
            .map(|(entry, request_id)| Arrived { request_id, request: &*entry.record })
            .collect();
        verify(expectations, &arrived, &self.redaction())
    }

    /// Removes the requests of a part, for which `unwanted` is true, after contract reports have examined them. Returns
    /// their number.
    pub(crate) fn forget_requests(&self, part: ClearedPart, unwanted: impl Fn(&Record) -> bool) -> usize {
        let examined = self.catch_up();
        let forgotten = self.journal.forget(examined, unwanted);
        self.journal.note_cleared(examined, part);
        forgotten
    }

    /// Removes the requests of a part of the world.
    pub(crate) fn forget_requests_of(&self, part: &Part) {
        let cleared = match part {
            Part::All => ClearedPart::default(),
            Part::Organisation(ims_org) => ClearedPart { ims_org: Some(ims_org.clone()), sandbox: None },
            Part::Sandbox(tenant) => ClearedPart {
                ims_org: Some(tenant.ims_org.to_string()),
                sandbox: Some(tenant.sandbox.to_string()),
            },
        };
        self.forget_requests(cleared, |record| match (part, record.ims_org(), record.sandbox()) {
            (Part::All, _, _) => true,
            (Part::Organisation(ims_org), found, _) => found.as_ref() == Some(ims_org),
            (Part::Sandbox(tenant), Some(ims_org), Some(sandbox)) => {
                *tenant.ims_org == *ims_org && *tenant.sandbox == *sandbox
            }
            (Part::Sandbox(_), _, _) => false,
        });
    }
}
