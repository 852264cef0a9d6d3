//! What a test does to the state and the clock of its server. The calls below `/_flowmock` do the same.

use super::FlowMock;
use crate::control::{Change, Refused};
use crate::document::{self, Format};
use crate::tenant::Tenant;
use crate::time;
use crate::world::Part;
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
        self.app().merge(&without_nulls(document))
    }

    /// Adds what a seed document in YAML describes; see [`FlowMock::seed`].
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it; then nothing was changed.
    pub fn seed_yaml(&self, document: &str) -> Result<(), Refused> {
        let document = document::parse(document.as_bytes(), Format::Yaml)
            .map_err(|reason| Refused::because("", reason))?;
        self.app().merge(&document)
    }

    /// Puts what a seed document describes in the place of everything, as `PUT /_flowmock/state` does.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it; then nothing was changed.
    pub fn set_state(&self, document: &Value) -> Result<(), Refused> {
        self.app().replace(&without_nulls(document))
    }

    /// The state as a document that [`FlowMock::seed`] takes, credentials included.
    #[must_use]
    pub fn state(&self) -> Value {
        // What was just written can be read, and what is stored can be written.
        self.app()
            .export(&Part::All)
            .ok()
            .and_then(|document| serde_json::from_slice(&document).ok())
            .unwrap_or_default()
    }

    /// Makes everything what the seed files made it: without any, an empty server. Also the journal, the fault rules and
    /// the clock. Takes the same time however much there was.
    pub fn reset(&self) {
        self.app().reset(&Part::All);
    }

    /// Makes the sandboxes of one organisation what the seed files made them.
    pub fn reset_organisation(&self, ims_org: &str) {
        self.app().reset(&Part::Organisation(ims_org.to_owned()));
    }

    /// Makes one sandbox what the seed files made it.
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
}

fn without_nulls(document: &Value) -> Value {
    let mut document = document.clone();
    crate::json::drop_nulls(&mut document);
    document
}
