//! Registers and removes the targets of sandboxes.

use super::client;
use crate::app::App;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::document::refusal::Refused;
use crate::base::tenant::Tenant;
use crate::services::notifications::Target;
use crate::services::world::Part;
use serde_json::{Value, json};

/// A target that a control call registers.
pub(crate) struct Registration {
    tenant: Tenant,
    target: Target,
    /// Whether the target must echo a challenge first.
    is_challenged: bool,
}

impl App {
    /// Reads a target for the sandbox that `part` is.
    ///
    /// # Errors
    /// Everything that is wrong with the document, and for a part that is not a sandbox.
    pub(crate) fn read_registration(&self, document: &Value, part: &Part) -> Result<Registration, Refused> {
        let Part::Sandbox(tenant) = part else {
            return Err(Refused::because(
                "",
                "a target belongs to a sandbox; give imsOrgId and sandbox in the query",
            ));
        };
        let mut problems = Problems::default();
        let free_id = || self.open(tenant).targets.free_id();
        let allowed = &self.config.allow_notification_hosts;
        let read = Member::root(document).object(&mut problems).and_then(|mut members| {
            let target = Target::read_members(&mut members, free_id, allowed, &mut problems);
            let challenge = members.take("challenge").and_then(|member| member.boolean(&mut problems));
            members.end(&mut problems);
            target.map(|target| (target, challenge.unwrap_or(true)))
        });
        let (target, is_challenged) = problems.or(read)?;
        Ok(Registration { tenant: tenant.clone(), target, is_challenged })
    }

    /// Asks the target of a registration to echo its challenge, if it must.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) async fn challenge(&self, registration: &Registration) -> Result<(), Refused> {
        if !registration.is_challenged {
            return Ok(());
        }
        let answer = client::challenge(&registration.target, &self.config.allow_notification_hosts).await;
        answer.map_err(|reason| {
            Refused::because("/url", format!("{reason}; \"challenge\": false registers it unasked"))
        })
    }

    /// Registers a target. It is notified of what happens from now on. Returns it as it may be shown.
    ///
    /// # Errors
    /// If its id is taken, or the sandbox has too many targets.
    pub(crate) fn register(
        &self, Registration { tenant, target, .. }: Registration,
    ) -> Result<Value, Refused> {
        let sandbox = self.open(&tenant);
        {
            let mut watched = self.notifications.watched();
            // What has happened before is for the targets that are there.
            match watched.sandboxes.get_mut(&tenant) {
                Some(seen) => _ = self.look_at(&sandbox, seen),
                None => _ = watched.sandboxes.insert(tenant.clone(), self.past(&sandbox)),
            }
        }
        // Without the lock: a change that is recorded may take its time.
        let added = sandbox.alter(|parts| parts.targets.add(target.clone()));
        let mut watched = self.notifications.watched();
        if sandbox.targets.is_empty() {
            watched.sandboxes.remove(&tenant);
        }
        self.notifications.keep_watch(&mut watched);
        let added = added?.map_err(|reason| Refused::because("/id", reason))?;
        Ok(shown(&tenant, &added))
    }

    /// The targets of `part`, and those that the configuration names for every sandbox.
    pub(crate) fn notification_targets(&self, part: &Part) -> Value {
        let configured = self.notifications.configured.iter().map(|target| target.shown());
        let mut targets: Vec<Value> = configured.collect();
        for sandbox in self.world.of(part) {
            targets.extend(sandbox.targets.current().iter().map(|target| shown(&sandbox.tenant, target)));
        }
        json!({"targets": targets})
    }

    /// The number of targets.
    pub(crate) fn count_notification_targets(&self) -> usize {
        let sandboxes: Vec<Tenant> = self.notifications.watched().sandboxes.keys().cloned().collect();
        let own = sandboxes.iter().map(|tenant| self.open(tenant).targets.current().len());
        self.notifications.configured() + own.sum::<usize>()
    }

    /// Removes the targets with that id in `part`; what is on its way to them is not sent.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn remove_notification_target(&self, id: &str, part: &Part) -> Result<(), Refused> {
        let mut removed_from = Vec::new();
        for sandbox in self.world.of(part) {
            if sandbox.alter(|parts| parts.targets.remove(id))? {
                removed_from.push(sandbox);
            }
        }
        let mut watched = self.notifications.watched();
        for sandbox in &removed_from {
            self.notifications.couriers.stop(|tenant, target| *tenant == sandbox.tenant && target == id);
            if self.targets_of(sandbox).is_empty() {
                watched.sandboxes.remove(&sandbox.tenant);
            }
        }
        self.notifications.keep_watch(&mut watched);
        if removed_from.is_empty() { Err(Refused::not_found("no target has that id")) } else { Ok(()) }
    }
}

/// A target with its sandbox.
fn shown(tenant: &Tenant, target: &Target) -> Value {
    let mut shown = target.shown();
    shown["imsOrgId"] = (*tenant.ims_org).into();
    shown["sandbox"] = (*tenant.sandbox).into();
    shown
}
