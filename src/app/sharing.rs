//! What a server does because others share its state.

use super::App;
use super::record::command::{Command, FaultCommand, Outcome};
use super::record::health::Condition;
use crate::base::config::{StatePlace, StateReads};
use crate::base::document::refusal::Refused;
use crate::base::error::Error;
use crate::base::tenant::Tenant;
use crate::services::world::recorder::NotRecorded;
use crate::testkit::faults::{ActiveRules, AppliedFaults};
use crate::testkit::matching::received::Received;
use uuid::Uuid;

impl App {
    /// The name of this server among those that share the state.
    pub(crate) fn replica(&self) -> &str {
        &self.replica
    }

    /// Whether other servers may share the state.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.config.state, Some(StatePlace::Redis(_)))
    }

    /// Whether the state can be used, and why not.
    ///
    /// # Errors
    /// Why the server is not ready, as a sentence.
    pub(crate) fn readiness(&self) -> Result<(), String> {
        if !self.is_shared() {
            return Ok(());
        }
        match self.recording().map(|recording| recording.condition()) {
            Some(Condition::Ready) => Ok(()),
            Some(Condition::Gone(reason) | Condition::Unusable(reason)) => Err(reason.to_string()),
            Some(Condition::Starting) | None => Err("the shared state is being read".to_owned()),
        }
    }

    /// Waits until everything is applied that other servers answered so far, if a request needs that. Reads need it unless
    /// the configuration says otherwise.
    ///
    /// # Errors
    /// [`NotRecorded`] if the shared state is out of reach.
    pub(crate) async fn catch_up_with_others(&self, is_read: bool) -> Result<(), NotRecorded> {
        match self.recording() {
            Some(recording) if recording.is_shared() => {
                if is_read && self.config.state_reads == StateReads::Local {
                    return Ok(());
                }
                // In a box, here and below: every request has room for what it awaits, and is moved with it.
                Box::pin(recording.catch_up()).await
            }
            _ => Ok(()),
        }
    }

    /// Lets other servers continue behind the ids that a request of that sandbox, or of none, has used. Only ids from a seed
    /// need that.
    ///
    /// # Errors
    /// [`NotRecorded`] if the shared state is out of reach.
    pub(crate) async fn share_ids(&self, tenant: Option<Tenant>) -> Result<(), NotRecorded> {
        let Some(recording) = self.recording().filter(|recording| recording.is_shared()) else {
            return Ok(());
        };
        if !self.env.is_seeded() {
            return Ok(());
        }
        let counters = match &tenant {
            Some(tenant) => self.world.open(tenant, &self.env).sequence.counters(),
            None => self.env.outside().counters(),
        };
        let command = Command::Continue { tenant, counters, issued_codes: self.ims.codes.issued() };
        Box::pin(recording.give_async(command)).await.map(drop)
    }

    /// What the fault rules do to a request. If other servers share the state, all of them count it.
    ///
    /// # Errors
    /// [`NotRecorded`] if the shared state is out of reach.
    pub(crate) async fn strike(
        &self, rules: &ActiveRules, request: &(dyn Received + Sync),
    ) -> Result<AppliedFaults, NotRecorded> {
        let now = self.env.now();
        let Some(recording) = self.recording().filter(|recording| recording.is_shared()) else {
            return Ok(rules.apply(request, now));
        };
        let matching = rules.matching(request, now);
        if matching.is_empty() {
            return Ok(AppliedFaults::default());
        }
        let command = Command::Faults(FaultCommand::Strike(matching));
        match Box::pin(recording.give_async(command)).await? {
            Outcome::Struck(faults) => Ok(faults),
            _ => Ok(AppliedFaults::default()),
        }
    }

    /// Marks an authorization code as used; `false` if it was used before.
    ///
    /// # Errors
    /// If the change is not recorded.
    pub(crate) fn use_code(&self, code: Uuid) -> Result<bool, Error> {
        let outcome = self.give(Command::UseCode(code))?;
        Ok(matches!(outcome, Outcome::IsNew(true)))
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// If the change is not recorded.
    pub(crate) fn revoke_token(&self, token: Uuid) -> Result<(), Error> {
        self.give(Command::RevokeToken(token))?;
        Ok(())
    }
}

/// So that control calls answer in their own form.
impl From<NotRecorded> for Box<Refused> {
    fn from(reason: NotRecorded) -> Self {
        Self::new(reason.into())
    }
}
