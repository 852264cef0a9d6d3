//! Writes commands as JSON, in which contents have the form of state documents.

use super::command::{Command, FaultCommand, Whole};
use super::key;
use crate::app::state::{SavedState, write_briefly};
use crate::base::clock::Setting;
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::services::world::alteration::Alteration;
use crate::services::world::change::Change;
use crate::services::world::parts::Version;
use crate::services::world::{Part, Sandbox, SavedSandbox, Wait, Waiting};
use crate::store::{Entity, Etag};
use crate::testkit::faults::{Matching, NewRule, SavedFaults};
use crate::testkit::matching::difference::Unredacted;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The JSON of a command, without line feeds.
///
/// # Errors
/// None that a stored entity can cause.
pub(super) fn encode(command: &Command) -> serde_json::Result<Vec<u8>> {
    let mut record = Record::default();
    match command {
        Command::Sandbox { sandbox, change } => record.change(sandbox, change)?,
        Command::Merge { state, at } => {
            record.command(key::MERGE).add(key::AT, at)?;
            record.state(state)?;
        }
        Command::PutBack { state, part, at } => {
            record.command(key::PUT_BACK).part(part)?;
            record.add(key::AT, at)?;
            record.state(state)?;
        }
        Command::Whole(whole) => record.whole(whole)?,
        Command::Reset { part, at } => {
            record.command(key::RESET).part(part)?;
            record.add(key::AT, at)?;
        }
        Command::Seed { state } => record.command(key::SEED).state(state)?,
        Command::SaveSnapshot { name, part, at, state } => {
            record.command(key::SAVE_SNAPSHOT).part(part)?;
            record.add(key::NAME, name)?;
            record.add(key::AT, at)?;
            if let Some(state) = state {
                record.state(state)?;
            }
        }
        Command::RestoreSnapshot { name, at } => {
            record.command(key::RESTORE_SNAPSHOT).add(key::NAME, name)?;
            record.add(key::AT, at)?;
        }
        Command::DeleteSnapshot { name } => record.command(key::DELETE_SNAPSHOT).add(key::NAME, name)?,
        Command::Faults(FaultCommand::Add(added, part)) => {
            record.command(key::ADD_FAULTS).part(part)?;
            record.add(key::RULES, &rules(added))?;
        }
        Command::Faults(FaultCommand::Replace(next, part)) => {
            record.command(key::REPLACE_FAULTS).part(part)?;
            record.add(key::RULES, &rules(next))?;
        }
        Command::Faults(FaultCommand::Remove(id)) => record.command(key::REMOVE_FAULT).add(key::ID, id)?,
        Command::Faults(FaultCommand::Set(saved)) => record.faults(saved)?,
        Command::Faults(FaultCommand::Strike(matching)) => {
            record.command(key::STRIKE);
            let rule =
                |rule: &Matching| json!([rule.id, rule.limit.map(|limit| limit.err().unwrap_or_default())]);
            record.add(key::RULES, &matching.iter().map(rule).collect::<Vec<Value>>())?;
        }
        Command::SetClock(Setting(setting)) => record.command(key::SET_CLOCK).add(key::SETTING, setting)?,
        Command::Continue { tenant, counters, issued_codes } => {
            record.command(key::CONTINUE);
            if let Some(tenant) = tenant {
                record.tenant(tenant)?;
            }
            record.add(key::COUNTERS, &counters.each())?;
            record.add(key::ISSUED_CODES, issued_codes)?;
        }
        Command::UseCode(code) => record.command(key::USE_CODE).add(key::ID, code)?,
        Command::RevokeToken(token) => record.command(key::REVOKE_TOKEN).add(key::ID, token)?,
        Command::Ask { id, question } => {
            record.command(key::ASK).add(key::ID, id)?;
            record.add(key::QUESTION, &BASE64.encode(question))?;
        }
        Command::Tokens(saved) => {
            record.command(key::TOKENS).add(key::TOKEN_KEY, saved.key.expose())?;
            record.add(key::USED_CODES, &saved.used_codes)?;
            record.add(key::ISSUED_CODES, &saved.issued_codes)?;
            record.add(key::REVOKED, &saved.revoked)?;
        }
    }
    serde_json::to_vec(&record)
}

fn rules(rules: &[NewRule]) -> Vec<Map<String, Value>> {
    rules.iter().map(|rule| rule.document(&Unredacted)).collect()
}

/// The members of a command, in the order in which they were added.
#[derive(Default)]
struct Record(Vec<(&'static str, Box<RawValue>)>);

impl serde::Serialize for Record {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl Record {
    /// Begins the command of that name.
    fn command(&mut self, name: &'static str) -> &mut Self {
        if let Ok(name) = to_raw_value(name) {
            self.0.push((key::COMMAND, name));
        }
        self
    }

    fn add(&mut self, key: &'static str, value: &(impl serde::Serialize + ?Sized)) -> serde_json::Result<()> {
        self.0.push((key, to_raw_value(value)?));
        Ok(())
    }

    fn whole(&mut self, whole: &Whole) -> serde_json::Result<()> {
        self.command(key::WHOLE).add(key::AT, &whole.at)?;
        let version =
            |(tenant, version): &(Tenant, Version)| json!([tenant.ims_org, tenant.sandbox, version.0]);
        self.add(key::VERSIONS, &whole.versions.iter().map(version).collect::<Vec<Value>>())?;
        let part = |part: &Part| match part {
            Part::All => json!([]),
            Part::Organisation(ims_org) => json!([ims_org]),
            Part::Sandbox(tenant) => json!([tenant.ims_org, tenant.sandbox]),
        };
        self.add(key::RESTORES, &whole.restores.count)?;
        self.add(key::LAST_RESTORES, &whole.restores.last.iter().map(part).collect::<Vec<Value>>())?;
        self.add(key::COUNTERS, &whole.outside.each())?;
        self.state(&whole.state)
    }

    fn part(&mut self, part: &Part) -> serde_json::Result<()> {
        match part {
            Part::All => Ok(()),
            Part::Organisation(ims_org) => self.add(key::IMS_ORG_ID, ims_org),
            Part::Sandbox(tenant) => self.tenant(tenant),
        }
    }

    fn tenant(&mut self, tenant: &Tenant) -> serde_json::Result<()> {
        self.add(key::IMS_ORG_ID, &*tenant.ims_org)?;
        self.add(key::SANDBOX, &*tenant.sandbox)
    }

    fn state(&mut self, state: &SavedState) -> serde_json::Result<()> {
        let state = String::from_utf8(write_briefly(state)?).map_err(serde::ser::Error::custom)?;
        self.0.push((key::STATE, RawValue::from_string(state)?));
        Ok(())
    }

    fn change(&mut self, sandbox: &Sandbox, change: &Change) -> serde_json::Result<()> {
        self.add(key::OPENED_AFTER, &sandbox.opened_after)?;
        match change {
            Change::Insert { kind, entity, wait } => {
                self.command(key::INSERT).entity(sandbox, *kind, entity, *wait)
            }
            Change::Replace { kind, read, next, wait } => {
                self.command(key::REPLACE).add(key::READ, &read.number())?;
                self.entity(sandbox, *kind, next, *wait)
            }
            Change::Remove { kind, read, id, kept } => {
                self.command(key::REMOVE).tenant(&sandbox.tenant)?;
                self.add(key::KIND, kind.collection())?;
                self.add(key::ID, id)?;
                self.add(key::READ, &read.number())?;
                match kept {
                    None => Ok(()),
                    Some(kept) => {
                        self.add(key::PLAN, &*kept.plan)?;
                        self.add(key::AT, &kept.at)?;
                        let base = kept.base;
                        self.add(key::BASE, &[base.copy, base.gap, base.promotion])
                    }
                }
            }
            Change::Enable { kind, waiting, due, next } => {
                self.command(key::ENABLE).add(key::READ, &waiting.number())?;
                self.add(key::AT, due)?;
                self.entity(sandbox, *kind, next, None)
            }
            Change::Alter { read, alteration } => self.alteration(sandbox, *read, alteration),
            Change::Count { flow, at, events } => {
                self.command(key::COUNT).tenant(&sandbox.tenant)?;
                self.add(key::ID, flow)?;
                self.add(key::AT, at)?;
                self.add(key::EVENTS, events)
            }
        }
    }

    /// A state that consists of one entity.
    fn entity(
        &mut self, sandbox: &Sandbox, kind: Kind, entity: &Arc<Entity>, wait: Option<Wait>,
    ) -> serde_json::Result<()> {
        self.add(key::KIND, kind.collection())?;
        let (id, etag): (_, Etag) = (entity.id(), entity.etag);
        let waiting: Option<Waiting> = wait.map(|wait| Waiting { kind, id, etag, ms: wait.ms });
        if let Some(Wait { from, .. }) = wait {
            self.add(key::FROM, &from)?;
        }
        let entities = [(kind, Arc::clone(entity))].into_iter().collect();
        let saved =
            SavedSandbox { entities, waiting: waiting.into_iter().collect(), ..SavedSandbox::default() };
        self.sandbox(sandbox, saved)
    }

    fn alteration(
        &mut self, sandbox: &Sandbox, Version(read): Version, alteration: &Alteration,
    ) -> serde_json::Result<()> {
        self.command(key::ALTER).add(key::READ, &read)?;
        if !alteration.removed_targets.is_empty() {
            self.add(key::REMOVED_TARGETS, &alteration.removed_targets)?;
        }
        let saved = SavedSandbox { parts: alteration.added.clone(), ..SavedSandbox::default() };
        self.sandbox(sandbox, saved)
    }

    /// A state that consists of one sandbox.
    fn sandbox(&mut self, sandbox: &Sandbox, mut saved: SavedSandbox) -> serde_json::Result<()> {
        saved.counters = sandbox.sequence.counters();
        let mut state = SavedState::default();
        *state.sandboxes.entry(sandbox.tenant.clone()) = saved;
        self.state(&state)
    }

    fn faults(&mut self, saved: &SavedFaults) -> serde_json::Result<()> {
        self.command(key::SET_FAULTS).add(key::NAMED, &saved.named)?;
        let rules: Vec<Value> = saved.rules.iter().map(|saved| {
            json!({
                key::RULE: saved.rule.document(&Unredacted), key::MATCHED: saved.matched, key::FIRED: saved.fired,
                key::CHANCES: saved.chances.0, key::DELAYS: saved.delays.0,
            })
        }).collect();
        self.add(key::RULES, &rules)
    }
}
