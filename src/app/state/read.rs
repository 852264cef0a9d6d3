//! Reads a [`SavedState`] from a document: reports every mistake at once with its place, and leaves nothing that could
//! fail when the state is applied.

use super::{SavedState, key};
use crate::app::App;
use crate::base::config::Leniency;
use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::document::refusal::Problem;
use crate::base::headers::{ANY_SANDBOX, is_org_id};
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::entities::{Context, SeededEntity, Seeding, max_item_bytes};
use crate::services::identity::Client;
use crate::services::inlets::url::InletUrls;
use crate::services::kinds;
use crate::services::neighbours::Neighbours;
use crate::services::notifications::Targets;
use crate::services::runs::state_document::{self, SavedRuns};
use crate::services::sandboxes::About;
use crate::services::sources::Seeded;
use crate::services::sources::data::SourceData;
use crate::services::specs::{MAX_OWN, OwnSpecs, Registry, Spec};
use crate::services::world::{Parts, Sandbox, SavedSandbox, Waiting};
use crate::store::sequence::{Counters, Reserved, Sequence};
use crate::store::{Entity, EntityRef, Frozen, Lookup};
use flowmock_json_schema::time_limit::{TimeLimit, within};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The largest counter: the largest whole number that every JSON reader keeps.
const MAX_COUNT: u64 = 1 << 53;

/// How a document changes the current state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is added. An entity replaces the one with its id, a source the one with its name.
    Merge,
    /// The document replaces it.
    Replace,
    /// It is added, and was valid when it was recorded.
    Recorded,
    /// It replaces the state, or is kept beside it, and was valid when it was recorded.
    RecordedWhole,
}

impl Mode {
    /// Whether the document is added to the state.
    fn adds(self) -> bool {
        matches!(self, Self::Merge | Self::Recorded)
    }

    /// Whether the document was valid when it was recorded. What it refers to may have changed since.
    fn is_recorded(self) -> bool {
        matches!(self, Self::Recorded | Self::RecordedWhole)
    }
}

/// Reads a document, which has no `null`s in its objects. In [`Mode::Merge`], the result is what the document adds.
///
/// # Errors
/// Everything that is wrong with the document, at most 100 problems. Then nothing has changed, not even the sequence of
/// ids.
///
/// Work on the document's own connection specs ends with the time-out of requests.
pub(crate) fn read(app: &App, document: Value, mode: Mode) -> Result<SavedState, Vec<Problem>> {
    within(TimeLimit::of(app.config.request_timeout), || read_within(app, document, mode))
}

fn read_within(app: &App, document: Value, mode: Mode) -> Result<SavedState, Vec<Problem>> {
    let mut reader = Reader {
        app,
        mode,
        now: app.env.now(),
        problems: Problems::default(),
        state: SavedState::default(),
        reserved: Vec::new(),
    };
    reader.document(Member::owned_root(document));
    let Reader { problems, state, reserved, .. } = reader;
    if problems.is_empty() {
        return Ok(state);
    }
    // In reverse, since an invalid document may name a sandbox twice.
    reserved.into_iter().rev().for_each(|(sandbox, reserved)| sandbox.sequence.release(reserved));
    Err(problems.into_list())
}

struct Reader<'a> {
    app: &'a App,
    mode: Mode,
    now: Millis,
    problems: Problems,
    state: SavedState,
    /// The ids that were reserved for entities without an id in the document.
    reserved: Vec<(Sandbox, Reserved)>,
}

impl Reader<'_> {
    fn document(&mut self, document: Member<'_>) {
        let Some(mut members) = document.object(&mut self.problems) else { return };
        if let Some(clients) = members.take(key::CLIENTS) {
            self.state.clients = Client::read_all(clients, &mut self.problems);
        }
        let organisations = self.elements(&mut members, key::ORGANISATIONS);
        members.end(&mut self.problems);
        let mut seen = HashSet::new();
        for organisation in organisations {
            self.organisation(organisation, &mut seen);
        }
    }

    fn organisation(&mut self, organisation: Member<'_>, seen: &mut HashSet<Tenant>) {
        let Some(mut members) = organisation.object(&mut self.problems) else { return };
        let ims_org = self.name(&mut members, key::IMS_ORG_ID);
        let sandboxes = self.elements(&mut members, key::SANDBOXES);
        let at = members.path().to_owned();
        members.end(&mut self.problems);
        let is_odd = |ims_org: &String| !is_org_id(ims_org);
        if self.app.config.leniency() == Leniency::Strict
            && !self.mode.is_recorded()
            && ims_org.as_ref().is_some_and(is_odd)
        {
            let at = format_args!("{at}/{}", key::IMS_ORG_ID);
            self.problems.add(at, "must be of the form <id>@AdobeOrg (--strict)");
        }
        // Sandboxes are read even without a usable organisation, so that every problem is reported at once.
        let ims_org = ims_org.unwrap_or_default();
        for sandbox in sandboxes {
            let Some(mut members) = sandbox.object(&mut self.problems) else { continue };
            let name = self.name(&mut members, key::NAME);
            let tenant = Tenant::new(&ims_org, name.as_deref().unwrap_or_default());
            let problem = match name.as_deref() {
                Some(ANY_SANDBOX) => Some("is no sandbox: a request for it is refused"),
                Some(_) if !ims_org.is_empty() && !seen.insert(tenant.clone()) => {
                    Some("is that of another sandbox of this organisation, further up")
                }
                _ => None,
            };
            if let Some(problem) = problem {
                self.problems.add(format_args!("{}/{}", members.path(), key::NAME), problem);
            }
            self.sandbox(tenant, members);
        }
    }

    /// Reads a sandbox, whose name has been taken.
    fn sandbox(&mut self, tenant: Tenant, mut members: Members<'_>) {
        let app = self.app;
        let live = self.mode.adds().then(|| app.world.open(&tenant, &app.env));
        let specs = live.as_ref().map_or_else(OwnSpecs::default, |sandbox| sandbox.specs.clone());
        let added = self.specs(&app.specs, &specs, &tenant, &mut members);
        let own_flow_specs =
            live.as_ref().map_or_else(OwnSpecs::default, |sandbox| sandbox.flow_specs.clone());
        let flow_specs = self.specs(&app.flow_specs, &own_flow_specs, &tenant, &mut members);
        let mut documents = Vec::with_capacity(Kind::COUNT);
        for &kind in Kind::ALL {
            let member = members.take(kind.collection());
            let of_kind = member.and_then(|member| member.array(&mut self.problems));
            documents.push((kind, of_kind.unwrap_or_default().into_owned()));
        }
        let sources = members.take(key::SOURCES);
        let sources = sources.map(|member| Seeded::read(member, &mut self.problems)).unwrap_or_default();
        let neighbours = live.as_ref().map(|sandbox| &sandbox.neighbours);
        let neighbours = Neighbours::read(&mut members, &tenant, neighbours, self.now, &mut self.problems);
        let runs = members.take(state_document::KEY);
        let runs = runs.map(|member| SavedRuns::read(member, &mut self.problems)).unwrap_or_default();
        let targets = live.as_ref().map(|sandbox| &sandbox.targets);
        let allowed = &app.config.allow_notification_hosts;
        let targets = Targets::read(&mut members, targets, allowed, &mut self.problems);
        let used = self.counters(&mut members);
        let about = About::read(&mut members, &mut self.problems);
        let at = members.path().to_owned();
        members.end(&mut self.problems);

        let mut seeded = live.as_ref().map(|sandbox| sandbox.seeded()).unwrap_or_default();
        if !sources.is_empty() {
            Arc::make_mut(&mut seeded).merge(&sources);
        }
        let known = Known { live: live.clone(), read: Mutex::default() };
        let ids = self.ids(&tenant, live, used, &documents);
        let context = Context {
            specs: app.specs.of(&specs),
            flow_specs: app.flow_specs.of(&own_flow_specs),
            entities: &known,
            now: self.now,
            leniency: app.config.leniency(),
            neighbours: None, // the entities of a document were valid when they were written
            inlet_urls: InletUrls::of_document(&app.config, app.inlets.address),
            runs_generation: 0, // the flows' plans are completed below
            source_data: SourceData { sources: &app.sources, seeded },
        };
        let mut waiting = Vec::new();
        // In the order of the kinds, each of which refers only to earlier ones.
        for (kind, documents) in documents {
            let at = format!("{at}/{}", kind.collection());
            let mut of_kind = self.entities(&tenant, kind, &context, &ids, documents, &mut waiting, &at);
            if kind == Kind::Flow {
                of_kind.iter_mut().for_each(|flow| runs.complete(flow));
            }
            known.add(kind, of_kind);
        }
        drop(context);
        let entities: Frozen = known.into_entities().collect();
        let counters = ids.sequence.counters();
        if let Some(about) = about {
            self.state.declared.insert(tenant.clone(), Arc::new(about));
        }
        *self.state.sandboxes.entry(tenant) = SavedSandbox {
            entities,
            waiting,
            parts: Parts {
                specs: added,
                flow_specs,
                sources: Arc::new(sources).into(),
                neighbours,
                runs: Arc::new(runs.ledger).into(),
                targets,
            },
            counters,
        };
    }

    /// Reads the sandbox's specs of one kind and adds them to `own`. Returns them alone.
    fn specs<S: Spec>(
        &mut self, registry: &Registry<S>, own: &OwnSpecs<S>, tenant: &Tenant, members: &mut Members<'_>,
    ) -> OwnSpecs<S> {
        let added = OwnSpecs::default();
        let at = format!("{}/{}", members.path(), S::COLLECTION);
        let mut places = HashMap::new();
        for (place, member) in self.elements(members, S::COLLECTION).into_iter().enumerate() {
            let at = member.path().to_owned();
            let spec = S::read_seeded(member, tenant, &mut self.problems);
            let Some(spec) = spec else { continue };
            if places.insert(spec.id().to_owned(), place).is_some() {
                let reason = format!("is that of another {} of this sandbox, further up", S::NOUN);
                self.problems.add(format_args!("{at}/id"), reason);
            } else if added.insert(spec).is_err() {
                self.problems.add(at, "is one too many");
            }
        }
        own.merge(&added);
        if own.count() > MAX_OWN {
            let reason = format!("are too many: a sandbox has at most {MAX_OWN} of its own");
            self.problems.add(&at, reason);
        }
        // Of two in the document that have one name, the later one is reported.
        let place_of = |id: &str| places.get(id).copied();
        let namesakes = added.ids().into_iter().filter_map(|id| {
            let (place, other) = (place_of(&id)?, own.with(&id, |spec| registry.namesake(own, spec))?);
            place_of(&other).is_none_or(|earlier| earlier < place).then_some((place, other))
        });
        let namesakes: BTreeMap<usize, String> = namesakes.collect();
        for (place, other) in namesakes {
            let reason = format!("is that of the {} {other} too; names are unique", S::NOUN);
            self.problems.add(format_args!("{at}/{place}/name"), reason);
        }
        added
    }

    /// The source of the ids and etags that the documents omit, for a sandbox that has used up `used`.
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
        // Reserved in the live sandbox, so that it does not generate them again.
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

    /// The entities of one kind that the documents describe. Those that wait to be enabled are added to `waiting`.
    #[expect(clippy::too_many_arguments, reason = "each is a part of the sandbox")]
    fn entities(
        &mut self, tenant: &Tenant, kind: Kind, context: &Context<'_>, ids: &Ids, documents: Vec<Value>,
        waiting: &mut Vec<Waiting>, at: &str,
    ) -> Vec<Arc<Entity>> {
        let app = self.app;
        let count = documents.len();
        let (id, etag) = (|| ids.entity_id(app, kind), |now| app.env.etag(&ids.sequence, now));
        // The last entity is the newest, created now, unless the first would then be older than 1970.
        let oldest = self.now.saturating_sub(count.saturating_sub(1) as Millis).max(0);
        let mut entities: Vec<Arc<Entity>> = Vec::with_capacity(count);
        let mut seen: HashSet<Uuid> = HashSet::with_capacity(count);
        for (index, document) in documents.into_iter().enumerate() {
            let seeding = Seeding {
                tenant,
                context,
                max_bytes: if self.mode.is_recorded() { usize::MAX } else { max_item_bytes(&app.config) },
                was_valid: self.mode.is_recorded(),
                now: oldest.saturating_add(index as Millis),
                id: &id,
                etag: &etag,
            };
            match kinds::spec(kind).read_seed(document, &seeding) {
                Ok(SeededEntity { entity, .. }) if !seen.insert(entity.id()) => {
                    let noun = kind.noun();
                    let reason = format!("is that of another {noun} of this sandbox, further up");
                    self.problems.add(format_args!("{at}/{index}/id"), reason);
                }
                Ok(SeededEntity { entity, enabled_after }) => {
                    let (id, etag) = (entity.id(), entity.etag);
                    waiting.extend(enabled_after.map(|ms| Waiting { kind, id, etag, ms }));
                    entities.push(Arc::new(entity));
                }
                Err(errors) => {
                    for error in errors {
                        let reason = format!("{} ({})", error.unquoted(), error.code().code());
                        let pointer = error.pointer().unwrap_or_default();
                        self.problems.add(format_args!("{at}/{index}{pointer}"), reason);
                    }
                }
            }
        }
        entities
    }

    fn counters(&mut self, members: &mut Members<'_>) -> Counters {
        let mut counters = Counters::default();
        let members = members.take(key::COUNTERS).and_then(|member| member.object(&mut self.problems));
        let Some(mut members) = members else { return counters };
        for (name, counter) in Counters::NAMES.into_iter().zip(counters.each_mut()) {
            if let Some(member) = members.take(name) {
                *counter = member.whole(0..=MAX_COUNT, &mut self.problems).unwrap_or_default();
            }
        }
        members.end(&mut self.problems);
        counters
    }

    /// Takes the elements of the array `key`; none if it is absent.
    fn elements<'d>(&mut self, members: &mut Members<'d>, key: &'static str) -> Vec<Member<'d>> {
        let member = members.take(key);
        member.and_then(|member| member.elements(0..=usize::MAX, &mut self.problems)).unwrap_or_default()
    }

    /// Takes the name `key` of an organisation or a sandbox, which a header must be able to carry.
    fn name(&mut self, members: &mut Members<'_>, key: &'static str) -> Option<String> {
        let member = members.required(key, &mut self.problems)?;
        let name = member.text(&mut self.problems)?;
        let is_printable = |byte: u8| matches!(byte, b' '..=b'~' | b'\t');
        if !name.is_empty() && name.trim() == name && name.bytes().all(is_printable) {
            return Some(name.to_owned());
        }
        let reason = "must be printable ASCII characters, at least one, without spaces around them";
        member.refuse(reason, &mut self.problems)
    }
}

/// The entities to which a document's entities may refer: those read before them, and those of the sandbox to which the
/// document is added.
struct Known {
    live: Option<Sandbox>,
    read: Mutex<HashMap<EntityRef, Arc<Entity>>>,
}

impl Known {
    fn add(&self, kind: Kind, entities: Vec<Arc<Entity>>) {
        let of_kind = entities.into_iter().map(|entity| (EntityRef { kind, id: entity.id() }, entity));
        self.read.lock().unwrap_or_else(PoisonError::into_inner).extend(of_kind);
    }

    /// Those of the document.
    fn into_entities(self) -> impl Iterator<Item = (Kind, Arc<Entity>)> {
        self.read
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .into_iter()
            .map(|(EntityRef { kind, .. }, entity)| (kind, entity))
    }
}

impl Lookup for Known {
    fn find(&self, kind: Kind, id: Uuid) -> Option<Arc<Entity>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let read = read.get(&EntityRef { kind, id }).cloned();
        read.or_else(|| self.live.as_ref()?.store.get(kind, id))
    }
}

/// The source of the ids and etags of one sandbox.
struct Ids {
    sequence: Sequence,
    /// The ids in the document.
    taken: HashSet<Uuid>,
    /// The sandbox, if the document is added to it.
    live: Option<Sandbox>,
}

impl Ids {
    /// An id that no entity has. Only a document written by hand contains an id that a seed would generate too.
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
