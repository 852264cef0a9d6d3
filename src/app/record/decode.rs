//! Reads the commands that [`encode`](super::encode) wrote.

use super::command::{Command, FaultCommand, Whole};
use super::key;
use crate::app::App;
use crate::app::state::{Mode, SavedState, read};
use crate::base::clock::Setting;
use crate::base::operation::Kind;
use crate::base::secret::Secret;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::identity::SavedTokens;
use crate::services::runs::extra::Events;
use crate::services::runs::outcome::Durations;
use crate::services::runs::plan::Plan;
use crate::services::world::alteration::Alteration;
use crate::services::world::change::Change;
use crate::services::world::parts::Version;
use crate::services::world::{KeptRuns, Part, Restores, Sandbox, SavedSandbox, Wait};
use crate::store::sequence::Counters;
use crate::store::{Entity, Etag};
use crate::testkit::faults::saved::SavedRule;
use crate::testkit::faults::{self, Matching, NewRule, SavedFaults, Throws};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// Reads a command.
///
/// # Errors
/// The reason for which a record cannot be read, as a sentence without any of its values.
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
            let (part, at) = (members.part()?, members.take(key::AT)?);
            Ok(Command::PutBack { state: members.state(Mode::RecordedWhole)?, part, at })
        }
        key::WHOLE => members.whole().map(|whole| Command::Whole(Box::new(whole))),
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
        key::STRIKE => {
            let rules: Vec<(String, Option<u64>)> = members.take(key::RULES)?;
            let rule = |(id, limit): (String, Option<u64>)| Matching {
                id,
                limit: limit.map(|seconds| if seconds == 0 { Ok(()) } else { Err(seconds) }),
            };
            let matching = rules.into_iter().map(rule).collect();
            Ok(Command::Faults(FaultCommand::Strike(matching)))
        }
        key::SET_CLOCK => Ok(Command::SetClock(Setting(members.take(key::SETTING)?))),
        key::CONTINUE => {
            let tenant = match members.part()? {
                Part::Sandbox(tenant) => Some(tenant),
                _ => None,
            };
            let issued_codes = members.take(key::ISSUED_CODES)?;
            Ok(Command::Continue { tenant, counters: members.counters()?, issued_codes })
        }
        key::ASK => {
            let question: String = members.take(key::QUESTION)?;
            let question = BASE64.decode(question).map_err(|_| "has a question that cannot be read")?;
            Ok(Command::Ask { id: members.take(key::ID)?, question })
        }
        key::USE_CODE => members.take(key::ID).map(Command::UseCode),
        key::REVOKE_TOKEN => members.take(key::ID).map(Command::RevokeToken),
        key::TOKENS => Ok(Command::Tokens(SavedTokens {
            key: Secret::new(members.take(key::TOKEN_KEY)?),
            used_codes: members.take(key::USED_CODES)?,
            issued_codes: members.take(key::ISSUED_CODES)?,
            revoked: members.take(key::REVOKED)?,
        })),
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

    fn counters(&mut self) -> Result<Counters, String> {
        let mut counters = Counters::default();
        let each: [u64; 3] = self.take(key::COUNTERS)?;
        counters.each_mut().into_iter().zip(each).for_each(|(counter, count)| *counter = count);
        Ok(counters)
    }

    fn whole(&mut self) -> Result<Whole, String> {
        let versions: Vec<(String, String, u64)> = self.take(key::VERSIONS)?;
        let version = |(ims_org, sandbox, version): (String, String, u64)| {
            (Tenant::new(&ims_org, &sandbox), Version(version))
        };
        let parts: Vec<Vec<String>> = self.take(key::LAST_RESTORES)?;
        let part = |names: Vec<String>| match names.as_slice() {
            [ims_org, sandbox] => Part::Sandbox(Tenant::new(ims_org, sandbox)),
            [ims_org] => Part::Organisation(ims_org.clone()),
            _ => Part::All,
        };
        let last = parts.into_iter().map(part).collect();
        Ok(Whole {
            state: self.state(Mode::RecordedWhole)?,
            at: self.take(key::AT)?,
            versions: versions.into_iter().map(version).collect(),
            restores: Restores { count: self.take(key::RESTORES)?, last },
            outside: self.counters()?,
        })
    }

    /// The sandbox of a change, as the request that caused it found it.
    fn open(&mut self, tenant: &Tenant) -> Result<Sandbox, String> {
        let mut sandbox = self.app.world.open(tenant, &self.app.env);
        sandbox.opened_after = self.take(key::OPENED_AFTER)?;
        Ok(sandbox)
    }

    fn sandbox(&mut self) -> Result<Sandbox, String> {
        match self.part()? {
            Part::Sandbox(tenant) => self.open(&tenant),
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
        let sandbox = self.open(tenant)?;
        if self.app.world.place_of(&sandbox, &self.app.env).is_some() {
            sandbox.sequence.skip(saved.counters);
        }
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
