//! From a document to a [`State`]: all that is wrong with it at once, each with its place, and nothing that could still
//! fail when it is applied.

use super::{State, key};
use crate::app::App;
use crate::connections::{self, Defaults};
use crate::control::Problem;
use crate::fixtures::Fault;
use crate::json::{kind_of, pointer_token};
use crate::sequence::{Counters, Sequence};
use crate::sources::Seeded;
use crate::specs::{ConnectionSpec, OwnSpecs};
use crate::store::{Entity, Frozen, Millis, Store};
use crate::tenant::Tenant;
use crate::world::SavedSandbox;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// How many problems are named; a document that has more is of another kind altogether.
const MAX_PROBLEMS: usize = 100;

/// The longest name of an organisation or sandbox, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// What a document adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What there is: an entity takes the place of the one with its id, a source the place of the one with its name.
    Merge,
    /// Nothing: what it does not name is gone.
    Replace,
}

/// Reads a document, which has no `null`s in its objects. In [`Mode::Merge`] the answer holds what it adds, not what it
/// is added to.
///
/// # Errors
/// Everything that is wrong with it, the first 100.
pub(crate) fn read(app: &App, document: &Value, mode: Mode) -> Result<State, Vec<Problem>> {
    let mut reader = Reader { app, mode, now: app.env.now(), problems: Vec::new(), state: State::default() };
    reader.document(document);
    reader.problems.truncate(MAX_PROBLEMS);
    if reader.problems.is_empty() { Ok(reader.state) } else { Err(reader.problems) }
}

struct Reader<'a> {
    app: &'a App,
    mode: Mode,
    now: Millis,
    problems: Vec<Problem>,
    state: State,
}

impl Reader<'_> {
    fn document(&mut self, document: &Value) {
        let Some(members) = self.object(document, "") else { return };
        self.only(members, "", &[key::ORGANISATIONS]);
        let mut seen = HashSet::new();
        for (at, organisation) in self.elements(members, "", key::ORGANISATIONS) {
            let Some(members) = self.object(organisation, &at) else { continue };
            self.only(members, &at, &[key::IMS_ORG_ID, key::SANDBOXES]);
            let Some(ims_org) = self.name(members, &at, key::IMS_ORG_ID) else { continue };
            for (at, sandbox) in self.elements(members, &at, key::SANDBOXES) {
                let Some(members) = self.object(sandbox, &at) else { continue };
                let Some(name) = self.name(members, &at, key::NAME) else { continue };
                let tenant = Tenant::new(ims_org, name);
                if seen.insert(tenant.clone()) {
                    self.sandbox(tenant, members, &at);
                } else {
                    self.problem(at + "/name", "is that of another sandbox of this organisation, further up");
                }
            }
        }
    }

    fn sandbox(&mut self, tenant: Tenant, members: &Map<String, Value>, at: &str) {
        self.only(
            members,
            at,
            &[key::NAME, key::CONNECTION_SPECS, key::CONNECTIONS, key::SOURCES, key::COUNTERS],
        );
        let app = self.app;
        let known = (self.mode == Mode::Merge).then(|| app.world.open(&tenant, &app.env));
        let specs = known.as_ref().map_or_else(OwnSpecs::default, |sandbox| sandbox.specs.clone());
        let added = self.specs(&specs, members, at);
        let sources = self.sources(members, at);
        let used = self.counters(members, at);
        // Ids that the document leaves to us come from the sandbox that they are for, so that it makes none of them again.
        let sequence = app.env.sequence(&tenant, used.unwrap_or_default());
        let sequence = match &known {
            Some(sandbox) if used.is_none() => &sandbox.sequence,
            _ => &sequence,
        };
        let entities = self.connections(&tenant, &specs, sequence, members, at);
        let saved = SavedSandbox {
            entities,
            specs: added,
            sources: Arc::new(sources),
            counters: sequence.counters(),
        };
        *self.state.sandboxes.entry(tenant) = saved;
    }

    /// Adds the specs to `own`; answers with them alone.
    fn specs(&mut self, own: &OwnSpecs, members: &Map<String, Value>, at: &str) -> OwnSpecs {
        let added = OwnSpecs::default();
        for (at, document) in self.elements(members, at, key::CONNECTION_SPECS) {
            match ConnectionSpec::read_seeded(document.clone()) {
                Ok(spec) => {
                    if added.replace(spec).is_err() {
                        self.problem(at, "is one too many");
                    }
                }
                Err(fault) => self.fault(&at, fault),
            }
        }
        own.merge(&added);
        if own.count() > OwnSpecs::MAX {
            let at = format!("{at}/{}", key::CONNECTION_SPECS);
            self.problem(at, format!("are too many: a sandbox has at most {} of its own", OwnSpecs::MAX));
        }
        added
    }

    fn sources(&mut self, members: &Map<String, Value>, at: &str) -> Seeded {
        let Some(document) = members.get(key::SOURCES) else { return Seeded::default() };
        Seeded::read(document, &format!("{at}/{}", key::SOURCES)).unwrap_or_else(|faults| {
            faults.into_iter().for_each(|fault| self.fault("", fault));
            Seeded::default()
        })
    }

    fn connections(
        &mut self, tenant: &Tenant, specs: &OwnSpecs, sequence: &Sequence, members: &Map<String, Value>,
        at: &str,
    ) -> Frozen {
        let app = self.app;
        let documents = self.elements(members, at, key::CONNECTIONS);
        let (specs, count) = (app.specs.of(specs), documents.len());
        let (id, etag) = (|| app.env.entity_id(sequence), |now| app.env.etag(sequence, now));
        let mut entities: Vec<Arc<Entity>> = Vec::with_capacity(count);
        let mut seen: HashSet<Uuid> = HashSet::with_capacity(count);
        for (index, (at, document)) in documents.into_iter().enumerate() {
            let defaults = Defaults {
                tenant,
                specs: &specs,
                leniency: app.config.leniency(),
                // In the order of the document: the last is the newest.
                now: self.now - (count - 1 - index) as Millis,
                id: &id,
                etag: &etag,
            };
            match connections::read_seeded(document, &defaults) {
                Ok(entity) if !seen.insert(entity.id()) => {
                    self.problem(at + "/id", "is that of another connection of this sandbox, further up");
                }
                Ok(entity) => entities.push(Arc::new(entity)),
                Err(errors) => {
                    for error in errors {
                        let path = format!("{at}{}", error.pointer().unwrap_or_default());
                        self.problem(path, format!("{} ({})", error.detail(), error.code().code()));
                    }
                }
            }
        }
        let store = Store::default();
        store.put_all(connections::KIND, entities);
        store.frozen()
    }

    fn counters(&mut self, members: &Map<String, Value>, at: &str) -> Option<Counters> {
        let at = format!("{at}/{}", key::COUNTERS);
        let members = self.object(members.get(key::COUNTERS)?, &at)?;
        self.only(members, &at, &Counters::NAMES);
        let mut counters = Counters::default();
        for (name, counter) in Counters::NAMES.into_iter().zip(counters.each_mut()) {
            match members.get(name) {
                None => {}
                Some(value) => match value.as_u64() {
                    Some(number) => *counter = number,
                    None => self.problem(format!("{at}/{name}"), "must be a whole number, 0 or more"),
                },
            }
        }
        Some(counters)
    }

    fn problem(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem::new(path, reason));
    }

    fn fault(&mut self, at: &str, Fault { pointer, reason }: Fault) {
        self.problem(format!("{at}{pointer}"), reason);
    }

    /// The members of an object; a problem for anything else.
    fn object<'v>(&mut self, value: &'v Value, at: &str) -> Option<&'v Map<String, Value>> {
        let members = value.as_object();
        if members.is_none() {
            self.problem(at, format!("must be an object, not {}", kind_of(value)));
        }
        members
    }

    /// The elements of the array under `key`, each with its place; none if it is absent.
    fn elements<'v>(
        &mut self, members: &'v Map<String, Value>, at: &str, key: &str,
    ) -> Vec<(String, &'v Value)> {
        let at = format!("{at}/{key}");
        match members.get(key) {
            None => Vec::new(),
            Some(Value::Array(elements)) => elements
                .iter()
                .enumerate()
                .map(|(index, element)| (format!("{at}/{index}"), element))
                .collect(),
            Some(other) => {
                self.problem(at, format!("must be an array, not {}", kind_of(other)));
                Vec::new()
            }
        }
    }

    /// A name that a header can carry.
    fn name<'v>(&mut self, members: &'v Map<String, Value>, at: &str, key: &str) -> Option<&'v str> {
        let at = format!("{at}/{key}");
        let name = match members.get(key) {
            None => {
                self.problem(at, "is missing");
                return None;
            }
            Some(Value::String(name)) => name,
            Some(other) => {
                self.problem(at, format!("must be a string, not {}", kind_of(other)));
                return None;
            }
        };
        let printable = name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if name.is_empty() || name.trim() != name || name.len() > MAX_NAME_BYTES || !printable {
            let bound = MAX_NAME_BYTES;
            self.problem(
                at,
                format!("must be 1 to {bound} printable ASCII characters without spaces around them"),
            );
            return None;
        }
        Some(name)
    }

    /// A problem for each key that is not one of `known`.
    fn only(&mut self, members: &Map<String, Value>, at: &str, known: &[&str]) {
        for unknown in members.keys().filter(|key| !known.contains(&key.as_str())) {
            let at = format!("{at}/{}", pointer_token(unknown));
            self.problem(at, format!("is not known; the keys here are {}", known.join(", ")));
        }
    }
}
