//! The state and the clock of a server, as methods of [`FlowMock`] that work like the calls below `/_flowmock`.

use super::FlowMock;
use crate::app::clock::Change;
use crate::base::document::format::{self, Format};
use crate::base::document::refusal::Refused;
use crate::base::json;
use crate::base::tenant::Tenant;
use crate::base::time;
use crate::services::world::Part;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl FlowMock {
    /// Adds the contents of a seed document, like `POST /_flowmock/state`. Connections, connection specs and sources
    /// replace those with the same ids or names.
    ///
    /// ```
    /// let mock = flowmock::FlowMock::start();
    /// mock.seed(&serde_json::json!({
    ///     "organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [{"name": "prod", "connections": [{
    ///         "id": "139f6a5f-a78b-4744-9f6a-5fa78bd74431",
    ///         "name": "landing zone",
    ///         "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8"},
    ///         "state": "disabled"
    ///     }]}]}]
    /// }))?;
    /// # Ok::<(), flowmock::Refused>(())
    /// ```
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it; then nothing was changed.
    pub fn seed(&self, document: &Value) -> Result<(), Refused> {
        self.app().merge(prepared(document)?)
    }

    /// Adds the contents of a seed document in YAML; see [`FlowMock::seed`].
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it; then nothing was changed.
    pub fn seed_yaml(&self, document: &str) -> Result<(), Refused> {
        let document = format::parse(document.as_bytes(), Format::Yaml)
            .map_err(|reason| Refused::because("", reason))?;
        self.app().merge(document)
    }

    /// Replaces everything by the contents of a seed document, like `PUT /_flowmock/state`.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it; then nothing was changed.
    pub fn set_state(&self, document: &Value) -> Result<(), Refused> {
        self.app().replace(prepared(document)?)
    }

    /// The state as a document that [`FlowMock::seed`] takes, credentials included.
    #[must_use]
    pub fn state(&self) -> Value {
        self.export(&Part::All)
    }

    /// The state of one organisation's sandboxes, as a document that [`FlowMock::seed`] takes.
    #[must_use]
    pub fn organisation_state(&self, ims_org: &str) -> Value {
        self.export(&Part::Organisation(ims_org.to_owned()))
    }

    /// The state of one sandbox, as a document that [`FlowMock::seed`] takes.
    #[must_use]
    pub fn sandbox_state(&self, ims_org: &str, sandbox: &str) -> Value {
        self.export(&Part::Sandbox(Tenant::new(ims_org, sandbox)))
    }

    fn export(&self, part: &Part) -> Value {
        // A stored state can be written, and a written state can be read.
        let document = serde_json::to_vec(&self.app().export(part)).ok();
        document.and_then(|document| serde_json::from_slice(&document).ok()).unwrap_or_default()
    }

    /// Restores the state after the seed files; without any, an empty server. Also clears the journal and resets the
    /// fault rules and the clock. The time that this takes does not depend on the amount of data.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn reset(&self) {
        stored(self.app().reset(&Part::All));
    }

    /// Restores the sandboxes of one organisation to their state after the seed files. Clears its part of the journal, and
    /// restores its initial fault rules, those that match only its requests.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn reset_organisation(&self, ims_org: &str) {
        stored(self.app().reset(&Part::Organisation(ims_org.to_owned())));
    }

    /// Restores one sandbox to its state after the seed files. Clears its part of the journal, and restores its initial
    /// fault rules.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn reset_sandbox(&self, ims_org: &str, sandbox: &str) {
        stored(self.app().reset(&Part::Sandbox(Tenant::new(ims_org, sandbox))));
    }

    /// Saves the current state under that name.
    ///
    /// # Errors
    /// [`Refused`] for a name with other characters than letters, digits and `.`, `_`, `-`, and for more than 100
    /// snapshots.
    pub fn save_snapshot(&self, name: &str) -> Result<(), Refused> {
        self.app().save_snapshot(name, Part::All)
    }

    /// Saves the current sandboxes of one organisation under that name; restoring them leaves the others alone.
    ///
    /// # Errors
    /// As [`FlowMock::save_snapshot`].
    pub fn save_organisation_snapshot(&self, name: &str, ims_org: &str) -> Result<(), Refused> {
        self.app().save_snapshot(name, Part::Organisation(ims_org.to_owned()))
    }

    /// Saves the current state of one sandbox under that name; restoring it leaves the others alone.
    ///
    /// # Errors
    /// As [`FlowMock::save_snapshot`].
    pub fn save_sandbox_snapshot(&self, name: &str, ims_org: &str, sandbox: &str) -> Result<(), Refused> {
        self.app().save_snapshot(name, Part::Sandbox(Tenant::new(ims_org, sandbox)))
    }

    /// Restores a snapshot: the part of the state that it was saved of.
    ///
    /// # Errors
    /// [`Refused`] if no snapshot has that name.
    pub fn restore_snapshot(&self, name: &str) -> Result<(), Refused> {
        self.app().restore_snapshot(name)
    }

    /// The names of the snapshots, in order.
    #[must_use]
    pub fn snapshots(&self) -> Vec<String> {
        self.app().snapshots().into_iter().map(|snapshot| snapshot.name).collect()
    }

    /// Deletes a snapshot.
    ///
    /// # Errors
    /// [`Refused`] if no snapshot has that name.
    pub fn delete_snapshot(&self, name: &str) -> Result<(), Refused> {
        self.app().delete_snapshot(name)
    }

    /// The server's time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.app().env.now().unsigned_abs())
    }

    /// Stops the server's clock at a time.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn set_time(&self, time: SystemTime) {
        let change = Change { now: Some(time::millis(time)), ..Change::default() };
        // A representable time is always accepted.
        stored(self.app().change_clock(change).map(drop));
    }

    /// Advances the server's clock, whether it is stopped or running.
    ///
    /// # Errors
    /// [`Refused`] for a time after the year 9999.
    pub fn advance(&self, by: Duration) -> Result<(), Refused> {
        let advance = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.app().change_clock(Change { advance: Some(advance), ..Change::default() }).map(drop)
    }

    /// Lets the server's clock run from its current time.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn run_clock(&self) {
        // A clock can always run on.
        stored(self.app().change_clock(Change { runs: Some(true), ..Change::default() }).map(drop));
    }

    /// Resets the server's clock to its state at the start.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn reset_clock(&self) {
        stored(self.app().reset_clock());
    }
}

/// Expects that a change was made which only a full disk could prevent.
#[track_caller]
pub(super) fn stored(result: Result<(), Refused>) {
    if let Err(refused) = result {
        panic!("the change was not made: {refused}");
    }
}

/// The caller's document, checked like a document in text form.
fn prepared(document: &Value) -> Result<Value, Refused> {
    if json::depth(document) > format::MAX_DEPTH {
        return Err(Refused::because("", format!("it is nested more than {} deep", format::MAX_DEPTH)));
    }
    let mut document = document.clone();
    json::drop_nulls(&mut document);
    Ok(document)
}
