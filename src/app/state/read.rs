//! From a document to a [`State`]: all that is wrong with it at once, each with its place, and nothing that could still
//! fail when it is applied.

use super::place::Place;
use super::{State, key};
use crate::app::App;
use crate::base::config::Leniency;
use crate::base::document::refusal::Problem;
use crate::base::files::Faults;
use crate::base::json::kind_of;
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::http::layers::gateway;
use crate::services::connection_specs::{ConnectionSpec, OwnSpecs};
use crate::services::entities::{Context, Seeding, max_item_bytes};
use crate::services::identity::Client;
use crate::services::kinds;
use crate::services::sandboxes::About;
use crate::services::sources::Seeded;
use crate::services::world::{Sandbox, SavedSandbox};
use crate::store::sequence::{Counters, Reserved, Sequence};
use crate::store::{Entity, Frozen};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// The largest counter: the largest whole number that every JSON reader keeps.
const MAX_COUNT: u64 = 1 << 53;

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
/// Everything that is wrong with it, the first 100. Nothing has changed then, not even which id comes next.
pub(crate) fn read(app: &App, document: Value, mode: Mode) -> Result<State, Vec<Problem>> {
    let (faults, state) = (Faults::default(), State::default());
    let mut reader = Reader { app, mode, now: app.env.now(), faults, state, reserved: Vec::new() };
    reader.document(document);
    reader.finish()
}

struct Reader<'a> {
    app: &'a App,
    mode: Mode,
    now: Millis,
    faults: Faults,
    state: State,
    /// The ids that were set aside for what the document leaves to us.
    reserved: Vec<(Sandbox, Reserved)>,
}

impl Reader<'_> {
    fn finish(self) -> Result<State, Vec<Problem>> {
        let Self { faults, state, reserved, .. } = self;
        let faults = match faults.or(state) {
            Ok(state) => return Ok(state),
            Err(faults) => faults,
        };
        // The last first, since a faulty document may name a sandbox twice.
        reserved.into_iter().rev().for_each(|(sandbox, reserved)| sandbox.sequence.release(reserved));
        let (faults, more) = faults.into_parts();
        let mut problems: Vec<Problem> =
            faults.into_iter().map(|fault| Problem::new(fault.pointer, fault.reason)).collect();
        if more > 0 {
            problems.push(Problem::new("", format!("there are {more} more problems; these are the first")));
        }
        Err(problems)
    }

    fn document(&mut self, document: Value) {
        let at = Place::Document;
        let Some(mut members) = self.object(document, &at) else { return };
        let organisations = self.elements(&mut members, &at, key::ORGANISATIONS);
        if let Some(clients) = members.shift_remove(key::CLIENTS) {
            let mut problems = Vec::new();
            let clients = Client::read_all(&clients, &at.member(key::CLIENTS).to_string(), &mut problems);
            self.state.clients = clients;
            self.problems(problems);
        }
        self.no_others(&members, &at, &[key::CLIENTS, key::ORGANISATIONS]);
        let mut seen = HashSet::new();
        for (index, organisation) in organisations.into_iter().enumerate() {
            self.organisation(organisation, &at.member(key::ORGANISATIONS).element(index), &mut seen);
        }
    }

    fn organisation(&mut self, organisation: Value, at: &Place<'_>, seen: &mut HashSet<Tenant>) {
        let Some(mut members) = self.object(organisation, at) else { return };
        let ims_org = self.name(&mut members, at, key::IMS_ORG_ID);
        let sandboxes = self.elements(&mut members, at, key::SANDBOXES);
        self.no_others(&members, at, &[key::IMS_ORG_ID, key::SANDBOXES]);
        // Without a name as well, what is in it is looked at: all that is wrong is to be told at once.
        let is_odd = |ims_org: &String| !gateway::is_org_id(ims_org);
        if self.app.config.leniency() == Leniency::Strict && ims_org.as_ref().is_some_and(is_odd) {
            self.faults.add(at.member(key::IMS_ORG_ID), "must be of the form <id>@AdobeOrg (--strict)");
        }
        let ims_org = ims_org.unwrap_or_default();
        let at = at.member(key::SANDBOXES);
        for (index, sandbox) in sandboxes.into_iter().enumerate() {
            let at = at.element(index);
            let Some(mut members) = self.object(sandbox, &at) else { continue };
            let name = self.name(&mut members, &at, key::NAME);
            let tenant = Tenant::new(&ims_org, name.as_deref().unwrap_or_default());
            match name.as_deref() {
                Some(gateway::ANY_SANDBOX) => {
                    self.faults.add(at.member(key::NAME), "is no sandbox: a request for it is refused");
                }
                Some(_) if !ims_org.is_empty() && !seen.insert(tenant.clone()) => {
                    let reason = "is that of another sandbox of this organisation, further up";
                    self.faults.add(at.member(key::NAME), reason);
                }
                _ => {}
            }
            self.sandbox(tenant, members, &at);
        }
    }

    /// `members` are all but its name.
    fn sandbox(&mut self, tenant: Tenant, mut members: Map<String, Value>, at: &Place<'_>) {
        let app = self.app;
        let live = (self.mode == Mode::Merge).then(|| app.world.open(&tenant, &app.env));
        let specs = live.as_ref().map_or_else(OwnSpecs::default, |sandbox| sandbox.specs.clone());
        let added = self.specs(&specs, &tenant, &mut members, at);
        let sources = self.sources(&mut members, at);
        let used = self.counters(&mut members, at);
        let documents =
            Kind::ALL.iter().map(|&kind| (kind, self.elements(&mut members, at, kind.collection())));
        let documents: Vec<(Kind, Vec<Value>)> = documents.collect();
        let about = self.about(&mut members, at);
        let mut known = vec![key::NAME, key::CONNECTION_SPECS];
        known.extend(Kind::ALL.iter().map(|kind| kind.collection()));
        known.extend([key::SOURCES, key::COUNTERS]);
        known.extend(About::KEYS);
        self.no_others(&members, at, &known);

        let ids = self.ids(&tenant, live, used, &documents);
        let context = Context { specs: app.specs.of(&specs), leniency: app.config.leniency() };
        let mut entities = Vec::new();
        for (kind, documents) in documents {
            let at = at.member(kind.collection());
            let of_kind = self.entities(&tenant, kind, &context, &ids, documents, &at);
            entities.extend(of_kind.into_iter().map(|entity| (kind, entity)));
        }
        let entities: Frozen = entities.into_iter().collect();
        let counters = ids.sequence.counters();
        if let Some(about) = about {
            self.state.declared.insert(tenant.clone(), Arc::new(about));
        }
        *self.state.sandboxes.entry(tenant) =
            SavedSandbox { entities, specs: added, sources: Arc::new(sources), counters };
    }

    /// What the document tells sandbox management, if anything.
    fn about(&mut self, members: &mut Map<String, Value>, at: &Place<'_>) -> Option<About> {
        let said = |key: &str| Some((key.to_owned(), members.shift_remove(key)?));
        let said: Map<String, Value> = About::KEYS.into_iter().filter_map(said).collect();
        if said.is_empty() {
            return None;
        }
        let mut problems = Vec::new();
        let about = About::read(&Value::Object(said), &at.to_string(), &mut problems);
        self.problems(problems);
        Some(about)
    }

    fn problems(&mut self, problems: Vec<Problem>) {
        problems.into_iter().for_each(|problem| self.faults.add(problem.path, problem.reason));
    }

    /// Adds the specs to `own`; answers with them alone.
    fn specs(
        &mut self, own: &OwnSpecs, tenant: &Tenant, members: &mut Map<String, Value>, at: &Place<'_>,
    ) -> OwnSpecs {
        let added = OwnSpecs::default();
        let mut seen = HashSet::new();
        let documents = self.elements(members, at, key::CONNECTION_SPECS);
        let at = at.member(key::CONNECTION_SPECS);
        for (index, document) in documents.into_iter().enumerate() {
            let at = at.element(index);
            let spec = self.faults.keep(at, ConnectionSpec::read_seeded(document, tenant));
            let Some(spec) = spec else { continue };
            if !seen.insert(spec.id.clone()) {
                let reason = "is that of another connection spec of this sandbox, further up";
                self.faults.add(at.member("id"), reason);
            } else if added.replace(spec).is_err() {
                self.faults.add(at, "is one too many");
            }
        }
        own.merge(&added);
        if own.count() > OwnSpecs::MAX {
            self.faults.add(at, format!("are too many: a sandbox has at most {} of its own", OwnSpecs::MAX));
        }
        added
    }

    fn sources(&mut self, members: &mut Map<String, Value>, at: &Place<'_>) -> Seeded {
        let Some(document) = members.shift_remove(key::SOURCES) else { return Seeded::default() };
        self.faults.keep(at.member(key::SOURCES), Seeded::read(document)).unwrap_or_default()
    }

    /// The source of the ids and etags that the documents do not give, for a sandbox that has used up `used`.
    fn ids(
        &mut self, tenant: &Tenant, live: Option<Sandbox>, used: Counters, documents: &[(Kind, Vec<Value>)],
    ) -> Ids {
        let env = &self.app.env;
        if !env.is_seeded() {
            let sequence = env.sequence(tenant, Counters::default());
            return Ids { sequence, taken: HashSet::new(), live: None };
        }
        let documents = documents.iter().flat_map(|(_, documents)| documents);
        let ids = documents.clone().filter_map(|document| document.get("id")?.as_str());
        let taken = ids.filter_map(|id| Uuid::try_parse(id).ok()).collect();
        let without = |key| documents.clone().filter(|document| document.get(key).is_none()).count();
        let Some(live) = live else {
            return Ids { sequence: env.sequence(tenant, used), taken, live };
        };
        // Set aside in the sandbox that they are for, so that it makes none of them again.
        let wanted = Counters {
            entities: without("id") as u64,
            writes: without("etag") as u64,
            ..Counters::default()
        };
        let reserved = live.sequence.reserve(used, wanted);
        let sequence = env.sequence(tenant, reserved.from);
        let again = self.app.world.open(tenant, env);
        self.reserved.push((again, reserved));
        Ids { sequence, taken, live: Some(live) }
    }

    /// The entities of one kind that the documents describe.
    fn entities(
        &mut self, tenant: &Tenant, kind: Kind, context: &Context<'_>, ids: &Ids, documents: Vec<Value>,
        at: &Place<'_>,
    ) -> Vec<Arc<Entity>> {
        let app = self.app;
        let count = documents.len();
        let (id, etag) = (|| ids.entity_id(app, kind), |now| app.env.etag(&ids.sequence, now));
        // In the order of the document, the last is the newest: of now, if that is not before 1970.
        let oldest = self.now.saturating_sub(count.saturating_sub(1) as Millis).max(0);
        let mut entities: Vec<Arc<Entity>> = Vec::with_capacity(count);
        let mut seen: HashSet<Uuid> = HashSet::with_capacity(count);
        for (index, document) in documents.into_iter().enumerate() {
            let at = at.element(index);
            let seeding = Seeding {
                tenant,
                context,
                max_bytes: max_item_bytes(&app.config),
                now: oldest.saturating_add(index as Millis),
                id: &id,
                etag: &etag,
            };
            match kinds::spec(kind).read_seed(document, &seeding) {
                Ok(entity) if !seen.insert(entity.id()) => {
                    let noun = kind.noun();
                    let reason = format!("is that of another {noun} of this sandbox, further up");
                    self.faults.add(at.member("id"), reason);
                }
                Ok(entity) => entities.push(Arc::new(entity)),
                Err(errors) => {
                    for error in errors {
                        let reason = format!("{} ({})", error.unquoted(), error.code().code());
                        let pointer = error.pointer().unwrap_or_default();
                        self.faults.add(format_args!("{at}{pointer}"), reason);
                    }
                }
            }
        }
        entities
    }

    fn counters(&mut self, members: &mut Map<String, Value>, at: &Place<'_>) -> Counters {
        let mut counters = Counters::default();
        let at = at.member(key::COUNTERS);
        let document = members.shift_remove(key::COUNTERS);
        let Some(mut members) = document.and_then(|document| self.object(document, &at)) else {
            return counters;
        };
        for (name, counter) in Counters::NAMES.into_iter().zip(counters.each_mut()) {
            let Some(value) = members.shift_remove(name) else { continue };
            match value.as_u64() {
                Some(number) if number <= MAX_COUNT => *counter = number,
                _ => {
                    self.faults.add(at.member(name), format!("must be a whole number from 0 to {MAX_COUNT}"))
                }
            }
        }
        self.no_others(&members, &at, &Counters::NAMES);
        counters
    }

    /// The members of an object; a fault for anything else.
    fn object(&mut self, value: Value, at: &Place<'_>) -> Option<Map<String, Value>> {
        match value {
            Value::Object(members) => Some(members),
            other => {
                self.faults.add(at, format!("must be an object, not {}", kind_of(&other)));
                None
            }
        }
    }

    /// Takes out the elements of the array under `key`; none if it is absent.
    fn elements(&mut self, members: &mut Map<String, Value>, at: &Place<'_>, key: &str) -> Vec<Value> {
        match members.shift_remove(key) {
            None => Vec::new(),
            Some(Value::Array(elements)) => elements,
            Some(other) => {
                self.faults.add(at.member(key), format!("must be an array, not {}", kind_of(&other)));
                Vec::new()
            }
        }
    }

    /// Takes out a name that a header can carry.
    fn name(&mut self, members: &mut Map<String, Value>, at: &Place<'_>, key: &str) -> Option<String> {
        let at = at.member(key);
        let is_printable = |byte: u8| matches!(byte, b' '..=b'~' | b'\t');
        match members.shift_remove(key) {
            None => self.faults.add(at, "is missing"),
            Some(Value::String(name)) => {
                if !name.is_empty() && name.trim() == name && name.bytes().all(is_printable) {
                    return Some(name);
                }
                let reason = "must be printable ASCII characters, at least one, without spaces around them";
                self.faults.add(at, reason);
            }
            Some(other) => self.faults.add(at, format!("must be a string, not {}", kind_of(&other))),
        }
        None
    }

    /// A fault for each of the members that were not taken out, none of which is `known`.
    fn no_others(&mut self, members: &Map<String, Value>, at: &Place<'_>, known: &[&str]) {
        for unknown in members.keys() {
            let reason = format!("is not known; the keys here are {}", known.join(", "));
            self.faults.add(at.member(unknown), reason);
        }
    }
}

/// Where the ids and etags of one sandbox come from.
struct Ids {
    sequence: Sequence,
    /// Ids that the document itself gives.
    taken: HashSet<Uuid>,
    /// The sandbox, if the document adds to it.
    live: Option<Sandbox>,
}

impl Ids {
    /// An unused id. Only a document written by hand gives ids that the generator comes to as well.
    fn entity_id(&self, app: &App, kind: Kind) -> Uuid {
        loop {
            let id = app.env.entity_id(&self.sequence);
            let is_live = |live: &Sandbox| live.store.get(kind, id).is_some();
            if !self.taken.contains(&id) && !self.live.as_ref().is_some_and(is_live) {
                return id;
            }
        }
    }
}
