//! What a test does to the state and the clock of its server. The calls below `/_flowmock` do the same.

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
    /// Adds what a seed document describes, as `POST /_flowmock/state` does: connections, connection specs, sources, each
    /// in the place of what has its id or name.
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

    /// Adds what a seed document in YAML describes; see [`FlowMock::seed`].
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it; then nothing was changed.
    pub fn seed_yaml(&self, document: &str) -> Result<(), Refused> {
        let document = format::parse(document.as_bytes(), Format::Yaml)
            .map_err(|reason| Refused::because("", reason))?;
        self.app().merge(document)
    }

    /// Puts what a seed document describes in the place of everything, as `PUT /_flowmock/state` does.
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
        // What is stored can be written, and what was just written can be read.
        let document = self.app().export(part).ok();
        document.and_then(|document| serde_json::from_slice(&document).ok()).unwrap_or_default()
    }

    /// Makes everything what the seed files made it: without any, an empty server. Also the journal, the fault rules and
    /// the clock. Takes the same time however much there was.
    pub fn reset(&self) {
        self.app().reset(&Part::All);
    }

    /// Makes the sandboxes of one organisation what the seed files made them. Also its part of the journal, and its fault
    /// rules: those that match its requests alone.
    pub fn reset_organisation(&self, ims_org: &str) {
        self.app().reset(&Part::Organisation(ims_org.to_owned()));
    }

    /// Makes one sandbox what the seed files made it. Also its part of the journal, and its fault rules.
    pub fn reset_sandbox(&self, ims_org: &str, sandbox: &str) {
        self.app().reset(&Part::Sandbox(Tenant::new(ims_org, sandbox)));
    }

    /// Saves the state as it is now under that name.
    ///
    /// # Errors
    /// [`Refused`] for a name that has other characters than letters, digits, and `.`, `_`, `-`, and for more than 100
    /// snapshots.
    pub fn save_snapshot(&self, name: &str) -> Result<(), Refused> {
        self.app().save_snapshot(name, Part::All)
    }

    /// Saves one organisation's sandboxes as they are now under that name; restoring it leaves the others alone.
    ///
    /// # Errors
    /// As [`FlowMock::save_snapshot`].
    pub fn save_organisation_snapshot(&self, name: &str, ims_org: &str) -> Result<(), Refused> {
        self.app().save_snapshot(name, Part::Organisation(ims_org.to_owned()))
    }

    /// Saves one sandbox as it is now under that name; restoring it leaves the others alone.
    ///
    /// # Errors
    /// As [`FlowMock::save_snapshot`].
    pub fn save_sandbox_snapshot(&self, name: &str, ims_org: &str, sandbox: &str) -> Result<(), Refused> {
        self.app().save_snapshot(name, Part::Sandbox(Tenant::new(ims_org, sandbox)))
    }

    /// Makes what that snapshot was saved of what it was then.
    ///
    /// # Errors
    /// [`Refused`] for a name that no snapshot has.
    pub fn restore_snapshot(&self, name: &str) -> Result<(), Refused> {
        self.app().restore_snapshot(name)
    }

    /// The names of the snapshots, in order.
    #[must_use]
    pub fn snapshots(&self) -> Vec<String> {
        self.app().snapshots().into_iter().map(|snapshot| snapshot.name).collect()
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// [`Refused`] for a name that no snapshot has.
    pub fn delete_snapshot(&self, name: &str) -> Result<(), Refused> {
        self.app().delete_snapshot(name)
    }

    /// What time it is for the server.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.app().env.now().unsigned_abs())
    }

    /// Sets the server's clock, which then stands still.
    pub fn set_time(&self, time: SystemTime) {
        let change = Change { now: Some(time::millis(time)), ..Change::default() };
        // A time that can be written is always taken.
        _ = self.app().change_clock(change);
    }

    /// Sets the server's clock forwards, be it standing still or running.
    ///
    /// # Errors
    /// [`Refused`] for a time after the year 9999.
    pub fn advance(&self, by: Duration) -> Result<(), Refused> {
        let advance = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.app().change_clock(Change { advance: Some(advance), ..Change::default() }).map(drop)
    }

    /// Has the server's clock go on by itself from what it shows.
    pub fn run_clock(&self) {
        // It shows nothing that it could not go on from.
        _ = self.app().change_clock(Change { runs: Some(true), ..Change::default() });
    }

    /// Makes the server's clock what it was at the start.
    pub fn reset_clock(&self) {
        self.app().env.clock.reset();
    }
}

/// A document of the caller's as the others are that come as text.
fn prepared(document: &Value) -> Result<Value, Refused> {
    if json::depth(document) > format::MAX_DEPTH {
        return Err(Refused::because("", format!("it is nested more than {} deep", format::MAX_DEPTH)));
    }
    let mut document = document.clone();
    json::drop_nulls(&mut document);
    Ok(document)
}
