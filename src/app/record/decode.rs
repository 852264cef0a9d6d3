//! Reads the commands that [`encode`](super::encode) wrote.

use super::command::{Command, FaultCommand};
use crate::app::App;
use crate::app::state::{Mode, SavedState, read};
use crate::base::clock::Setting;
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::runs::extra::Events;
use crate::services::runs::outcome::Durations;
use crate::services::runs::plan::Plan;
use crate::services::world::alteration::Alteration;
use crate::services::world::change::{Change, Version};
use crate::services::world::{KeptRuns, Part, Sandbox, SavedSandbox, Wait};
use crate::store::{Entity, Etag};
use crate::testkit::faults::saved::SavedRule;
use crate::testkit::faults::{self, NewRule, SavedFaults, Throws};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// The names of commands and of their members.
pub(super) mod key {
    pub(crate) const COMMAND: &str = "do";
    pub(crate) const INSERT: &str = "insert";
    pub(crate) const REPLACE: &str = "replace";
    pub(crate) const REMOVE: &str = "remove";
    pub(crate) const ENABLE: &str = "enable";
    pub(crate) const ALTER: &str = "alter";
    pub(crate) const COUNT: &str = "count";
    pub(crate) const MERGE: &str = "merge";
    pub(crate) const PUT_BACK: &str = "putBack";
    pub(crate) const RESET: &str = "reset";
    pub(crate) const SEED: &str = "seed";
    pub(crate) const SAVE_SNAPSHOT: &str = "saveSnapshot";
    pub(crate) const RESTORE_SNAPSHOT: &str = "restoreSnapshot";
    pub(crate) const DELETE_SNAPSHOT: &str = "deleteSnapshot";
    pub(crate) const ADD_FAULTS: &str = "addFaults";
    pub(crate) const REPLACE_FAULTS: &str = "replaceFaults";
    pub(crate) const REMOVE_FAULT: &str = "removeFault";
    pub(crate) const SET_FAULTS: &str = "setFaults";
    pub(crate) const SET_CLOCK: &str = "setClock";
    pub(crate) const AT: &str = "at";
    pub(crate) const BASE: &str = "base";
    pub(crate) const CHANCES: &str = "chances";
    pub(crate) const DELAYS: &str = "delays";
    pub(crate) const EVENTS: &str = "events";
    pub(crate) const FIRED: &str = "fired";
    pub(crate) const FROM: &str = "from";
    pub(crate) const ID: &str = "id";
    pub(crate) const IMS_ORG_ID: &str = "imsOrgId";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const MATCHED: &str = "matched";
    pub(crate) const NAME: &str = "name";
    pub(crate) const NAMED: &str = "named";
    pub(crate) const PLAN: &str = "plan";
    pub(crate) const READ: &str = "read";
    pub(crate) const REMOVED_TARGETS: &str = "removedTargets";
    pub(crate) const RULE: &str = "rule";
    pub(crate) const RULES: &str = "rules";
    pub(crate) const SANDBOX: &str = "sandbox";
    pub(crate) const SETTING: &str = "setting";
    pub(crate) const STATE: &str = "state";
    pub(crate) const VERSIONS: &str = "versions";
}

/// Reads a command.
///
/// # Errors
/// What is wrong with it, as a sentence without any value of it.
pub(super) fn decode(app: &App, record: &[u8]) -> Result<Command, String> {
    let record: Value = serde_json::from_slice(record).map_err(|error| format!("is no JSON: {error}"))?;
    let mut members = Members { app, record };
    let name: String = members.take(key::COMMAND)?;
    match name.as_str() {
        key::INSERT => {
            let (sandbox, kind, entity, wait) = members.entity()?;
            Ok(Command::Sandbox { sandbox, change: Change::Insert { kind, entity, wait } })
        }
        key::REPLACE => {
            let read = members.etag()?;
            let (sandbox, kind, next, wait) = members.entity()?;
            Ok(Command::Sandbox { sandbox, change: Change::Replace { kind, read, next, wait } })
        }
        key::REMOVE => {
            let (read, kind, id) = (members.etag()?, members.kind()?, members.take(key::ID)?);
            let plan: Option<Plan> = members.find(key::PLAN)?;
            let kept = match plan {
                None => None,
                Some(plan) => {
                    let [copy, gap, promotion] = members.take(key::BASE)?;
                    let base = Durations { copy, gap, promotion };
                    Some(KeptRuns { plan: Arc::new(plan), at: members.take(key::AT)?, base })
                }
            };
            Ok(Command::Sandbox {
                sandbox: members.sandbox()?,
                change: Change::Remove { kind, read, id, kept },
            })
        }
        key::ENABLE => {
            let (waiting, due) = (members.etag()?, members.take(key::AT)?);
            let (sandbox, kind, next, _) = members.entity()?;
            Ok(Command::Sandbox { sandbox, change: Change::Enable { kind, waiting, due, next } })
        }
        key::ALTER => {
            let read = Version(members.take(key::READ)?);
            let removed_targets = members.find(key::REMOVED_TARGETS)?.unwrap_or_default();
            let (sandbox, saved) = members.saved_sandbox()?;
            let alteration = Box::new(Alteration { added: saved.parts, removed_targets });
            Ok(Command::Sandbox { sandbox, change: Change::Alter { read, alteration } })
        }
        key::COUNT => {
            let (flow, at): (Uuid, Millis) = (members.take(key::ID)?, members.take(key::AT)?);
            let events: Events = members.take(key::EVENTS)?;
            Ok(Command::Sandbox { sandbox: members.sandbox()?, change: Change::Count { flow, at, events } })
        }
        key::MERGE => {
            Ok(Command::Merge { at: members.take(key::AT)?, state: members.state(Mode::Recorded)? })
        }
        key::PUT_BACK => {
            let versions: Vec<(String, String, u64)> = members.take(key::VERSIONS)?;
            let version = |(ims_org, sandbox, version): (String, String, u64)| {
                (Tenant::new(&ims_org, &sandbox), Version(version))
            };
            let versions = versions.into_iter().map(version).collect();
            let (part, at) = (members.part()?, members.take(key::AT)?);
            Ok(Command::PutBack { state: members.state(Mode::RecordedWhole)?, part, at, versions })
        }
        key::RESET => Ok(Command::Reset { part: members.part()?, at: members.take(key::AT)? }),
        key::SEED => Ok(Command::Seed { state: members.state(Mode::RecordedWhole)? }),
        key::SAVE_SNAPSHOT => {
            let (name, part, at) = (members.take(key::NAME)?, members.part()?, members.take(key::AT)?);
            let has_state = members.record.get(key::STATE).is_some();
            let state = has_state.then(|| members.state(Mode::RecordedWhole)).transpose()?;
            Ok(Command::SaveSnapshot { name, part, at, state })
        }
        key::RESTORE_SNAPSHOT => {
            Ok(Command::RestoreSnapshot { name: members.take(key::NAME)?, at: members.take(key::AT)? })
        }
        key::DELETE_SNAPSHOT => Ok(Command::DeleteSnapshot { name: members.take(key::NAME)? }),
        key::ADD_FAULTS => Ok(Command::Faults(FaultCommand::Add(members.rules()?, members.part()?))),
        key::REPLACE_FAULTS => Ok(Command::Faults(FaultCommand::Replace(members.rules()?, members.part()?))),
        key::REMOVE_FAULT => Ok(Command::Faults(FaultCommand::Remove(members.take(key::ID)?))),
        key::SET_FAULTS => Ok(Command::Faults(FaultCommand::Set(members.faults()?))),
        key::SET_CLOCK => Ok(Command::SetClock(Setting(members.take(key::SETTING)?))),
        _ => Err("is a command that this version does not know".to_owned()),
    }
}

struct Members<'a> {
    app: &'a App,
    record: Value,
}

impl Members<'_> {
    fn take<T: for<'de> Deserialize<'de>>(&mut self, key: &'static str) -> Result<T, String> {
        self.find(key)?.ok_or_else(|| format!("has no {key}"))
    }

    fn find<T: for<'de> Deserialize<'de>>(&mut self, key: &'static str) -> Result<Option<T>, String> {
        let Some(value) = self.record.get_mut(key).map(Value::take) else { return Ok(None) };
        // Serde's messages may repeat values.
        serde_json::from_value(value).map(Some).map_err(|_| format!("has a {key} that cannot be read"))
    }

    fn kind(&mut self) -> Result<Kind, String> {
        let name: String = self.take(key::KIND)?;
        let kind = Kind::ALL.iter().find(|kind| kind.collection() == name);
        kind.copied().ok_or_else(|| "is about a kind that this version does not know".to_owned())
    }

    fn etag(&mut self) -> Result<Etag, String> {
        self.take(key::READ).map(Etag::of_number)
    }

    fn part(&mut self) -> Result<Part, String> {
        let ims_org: Option<String> = self.find(key::IMS_ORG_ID)?;
        let sandbox: Option<String> = self.find(key::SANDBOX)?;
        Ok(match (ims_org, sandbox) {
            (Some(ims_org), Some(sandbox)) => Part::Sandbox(Tenant::new(&ims_org, &sandbox)),
            (Some(ims_org), None) => Part::Organisation(ims_org),
            _ => Part::All,
        })
    }

    fn sandbox(&mut self) -> Result<Sandbox, String> {
        match self.part()? {
            Part::Sandbox(tenant) => Ok(self.app.world.open(&tenant, &self.app.env)),
            _ => Err("names no sandbox".to_owned()),
        }
    }

    fn state(&mut self, mode: Mode) -> Result<SavedState, String> {
        let state: Value = self.take(key::STATE)?;
        read(self.app, state, mode).map_err(|problems| {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            format!("cannot be applied: {first}")
        })
    }

    /// The only sandbox of a state.
    fn saved_sandbox(&mut self) -> Result<(Sandbox, SavedSandbox), String> {
        let state = self.state(Mode::Recorded)?;
        let only = state.sandboxes.of(&Part::All).next();
        let (tenant, saved) = only.ok_or("names no sandbox")?;
        let sandbox = self.app.world.open(tenant, &self.app.env);
        sandbox.sequence.skip(saved.counters);
        Ok((sandbox, saved.clone()))
    }

    fn entity(&mut self) -> Result<(Sandbox, Kind, Arc<Entity>, Option<Wait>), String> {
        let kind = self.kind()?;
        let from: Option<Millis> = self.find(key::FROM)?;
        let (sandbox, saved) = self.saved_sandbox()?;
        let entity = saved.entities.oldest_first(kind).pop().ok_or("has no entity of its kind")?;
        let wait = from.zip(saved.waiting.first()).map(|(from, waiting)| Wait { from, ms: waiting.ms });
        Ok((sandbox, kind, entity, wait))
    }

    fn rules(&mut self) -> Result<Vec<NewRule>, String> {
        let rules: Value = self.take(key::RULES)?;
        faults::read(&rules).map_err(|_| "has a fault rule that this version cannot read".to_owned())
    }

    fn faults(&mut self) -> Result<SavedFaults, String> {
        let (named, rules): (u64, Vec<Value>) = (self.take(key::NAMED)?, self.take(key::RULES)?);
        let rules = rules.into_iter().map(|mut saved| {
            let number = |key: &str| saved[key].as_u64().unwrap_or_default();
            let (matched, fired) = (number(key::MATCHED), number(key::FIRED));
            let (chances, delays) = (Throws(number(key::CHANCES)), Throws(number(key::DELAYS)));
            let rule = faults::read(&saved[key::RULE].take()).ok().and_then(|mut rules| rules.pop());
            let rule = rule.ok_or("has a fault rule that this version cannot read")?;
            Ok(SavedRule { rule, matched, fired, chances, delays })
        });
        Ok(SavedFaults { rules: rules.collect::<Result<_, String>>()?, named })
    }
}
