//! [`KnownSandboxes`]: the contents of each sandbox at each request, as far as the journal and the current state tell.
//!
//! It begins with the entities of the seed files and those that exist now and were not made by a request in the
//! journal. Then it follows the requests in order: their writes, and the entities that their responses show. So nothing
//! has to be remembered for it while requests are answered.

use crate::app::App;
use crate::base::error::Code;
use crate::base::headers::{ANY_SANDBOX, IMS_ORG, SANDBOX_NAME};
use crate::base::operation::{Kind, Operation, Verb};
use crate::base::tenant::Tenant;
use crate::base::time;
use crate::services::connection_specs::{ConnectionSpec, OwnSpecs};
use crate::services::entities::LAST_OPERATION;
use crate::services::entities::last_operation::UPDATE;
use crate::services::entities::patch::patched;
use crate::services::flow_specs::FlowSpec;
use crate::services::kinds;
use crate::services::runs::last_run;
use crate::services::specs::Spec as _;
use crate::services::world::SavedSandbox;
use crate::store::{Entity, Frozen};
use crate::testkit::contract::{Exchange, RequestBody};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// The keys of an item that a provider state omits: they name the sandbox, as the state does, repeat the etag, or change with
/// the time.
const OF_THE_SANDBOX: [&str; 5] = ["sandboxId", "sandboxName", "imsOrgId", "version", last_run::KEY];

/// The ids of entities and specs that requests in the journal made, each with its collection.
#[derive(Default)]
pub(super) struct Made(HashMap<Tenant, HashSet<(&'static str, String)>>);

impl Made {
    /// Adds the entity or spec that a request made. A PUT makes one too: the sandbox sees its own spec instead of the
    /// built-in one from then on.
    pub(super) fn note(&mut self, exchange: &Exchange<'_>) {
        let collection = exchange.operation.and_then(|operation| match operation.entity() {
            Some((kind, Verb::Create)) => Some(kind.collection()),
            _ => written_specs(operation),
        });
        let Some(collection) = collection.filter(|_| exchange.succeeded()) else { return };
        let answer: Value = serde_json::from_str(exchange.answer()).unwrap_or_default();
        let id = answer["id"].as_str().or_else(|| answer.pointer("/items/0/id")?.as_str());
        if let Some((tenant, id)) = tenant_of(exchange).zip(id) {
            self.0.entry(tenant).or_default().insert((collection, id.to_owned()));
        }
    }
}

/// The contents of each sandbox.
pub(super) struct KnownSandboxes<'a> {
    app: &'a App,
    made: Made,
    sandboxes: HashMap<Tenant, KnownContents>,
}

/// The identity of an entity.
type EntityKey = (Kind, Uuid);

/// The contents of one sandbox.
pub(super) struct KnownContents {
    /// The entities that the seed files made.
    seed: HashMap<EntityKey, Arc<Entity>>,
    /// The entities that existed before the first request; those of the seed in their first version.
    before: HashMap<EntityKey, Arc<Entity>>,
    /// The entities that requests have written or shown since, in their last version; `None` if they were deleted.
    since: BTreeMap<EntityKey, Option<Value>>,
    /// Its own connection specs and flow specs: by the name of their collection, then by id.
    pub(super) specs: BTreeMap<&'static str, BTreeMap<String, Value>>,
    /// The data that its sources show.
    pub(super) sources: Option<Value>,
    /// The connection specs that it has now, to validate params.
    pub(super) own: OwnSpecs,
}

/// The collection of the spec that an operation writes.
fn written_specs(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::CreateConnectionSpec | Operation::ReplaceConnectionSpec => {
            Some(ConnectionSpec::COLLECTION)
        }
        Operation::CreateFlowSpec | Operation::ReplaceFlowSpec => Some(FlowSpec::COLLECTION),
        _ => None,
    }
}

/// The sandbox that a request names.
pub(super) fn tenant_of(exchange: &Exchange<'_>) -> Option<Tenant> {
    let (ims_org, sandbox) = (exchange.header(IMS_ORG).text(), exchange.header(SANDBOX_NAME).text());
    let names_one = !ims_org.is_empty() && !sandbox.is_empty() && sandbox != ANY_SANDBOX;
    names_one.then(|| Tenant::new(ims_org, sandbox))
}

impl<'a> KnownSandboxes<'a> {
    pub(super) fn new(app: &'a App, made: Made) -> Self {
        Self { app, made, sandboxes: HashMap::new() }
    }

    /// The contents of that sandbox before the next request.
    pub(super) fn of(&mut self, tenant: &Tenant) -> &mut KnownContents {
        let Self { app, made, sandboxes } = self;
        sandboxes
            .entry(tenant.clone())
            .or_insert_with(|| KnownContents::before(app, tenant, made.0.get(tenant)))
    }

    /// Applies a request of any consumer.
    pub(super) fn learn(&mut self, exchange: &Exchange<'_>) {
        let Some(tenant) = tenant_of(exchange) else { return };
        if exchange.operation.is_some() && exchange.api.is_some() {
            self.of(&tenant).learn(exchange);
        }
    }
}

impl KnownContents {
    fn before(app: &App, tenant: &Tenant, made: Option<&HashSet<(&'static str, String)>>) -> Self {
        let was_made = |collection: &'static str, id: &str| {
            made.is_some_and(|made| made.contains(&(collection, id.to_owned())))
        };
        let by_key = |frozen: Frozen| -> HashMap<EntityKey, Arc<Entity>> {
            let of_kind =
                |&kind: &Kind| frozen.oldest_first(kind).into_iter().map(move |entity| (kind, entity));
            Kind::ALL.iter().flat_map(of_kind).map(|(kind, entity)| ((kind, entity.id()), entity)).collect()
        };
        let (now, seeded) = (app.open(tenant), app.seeded(tenant));
        let seed = seeded.as_ref().map(|seeded| by_key(seeded.entities.clone())).unwrap_or_default();
        let mut before = by_key(now.store.frozen());
        before.retain(|(kind, id), _| !was_made(kind.collection(), &id.to_string()));
        before.extend(seed.iter().map(|(key, entity)| (*key, Arc::clone(entity))));
        let own = now.specs.clone();
        let of_seed = |documents: fn(&SavedSandbox) -> Vec<Value>| seeded.as_ref().map(documents);
        let known = |collection, now: Vec<Value>, of_seed: Option<Vec<Value>>| {
            let id = |spec: &Value| spec["id"].as_str().map(str::to_owned);
            let now = now.into_iter().filter(|spec| id(spec).is_some_and(|id| !was_made(collection, &id)));
            let specs = now.chain(of_seed.unwrap_or_default());
            (collection, specs.filter_map(|spec| Some((id(&spec)?, spec))).collect())
        };
        let connection_specs = of_seed(|seeded| seeded.parts.specs.documents());
        let flow_specs = of_seed(|seeded| seeded.parts.flow_specs.documents());
        let specs = BTreeMap::from([
            known(ConnectionSpec::COLLECTION, own.documents(), connection_specs),
            known(FlowSpec::COLLECTION, now.flow_specs.documents(), flow_specs),
        ]);
        let sources = now.seeded();
        let sources = if sources.is_empty() {
            seeded.map(|seeded| seeded.parts.sources.current())
        } else {
            Some(sources)
        };
        let sources = sources.filter(|sources| !sources.is_empty());
        let sources = sources.map(|sources| sources.document());
        Self { seed, before, since: BTreeMap::new(), specs, sources, own }
    }

    /// That entity, in the form of a seed document.
    pub(super) fn entity(&self, kind: Kind, id: Uuid) -> Option<Value> {
        match self.since.get(&(kind, id)) {
            Some(known) => known.clone(),
            None => document(self.before.get(&(kind, id))?),
        }
    }

    /// Whether the seed made that entity and `item` is still its first version.
    pub(super) fn is_seeds(&self, kind: Kind, id: Uuid, item: &Value) -> bool {
        self.seed.get(&(kind, id)).is_some_and(|entity| item["etag"] == entity.etag.text().as_str())
    }

    /// Every entity of that kind; `None` if there are more than `most`.
    pub(super) fn entities(&self, kind: Kind, most: usize) -> Option<Vec<(Uuid, Value)>> {
        let of_kind = |key: &EntityKey| key.0 == kind;
        let unchanged = self.before.iter().filter(|(key, _)| of_kind(key) && !self.since.contains_key(key));
        let changed = self.since.iter().filter(|(key, _)| of_kind(key));
        let changed = changed.filter_map(|((_, id), item)| Some((*id, item.as_ref()?)));
        if unchanged.clone().count() + changed.clone().count() > most {
            return None;
        }
        let unchanged = unchanged.filter_map(|((_, id), entity)| Some((*id, document(entity)?)));
        let mut all: Vec<_> = changed.map(|(id, item)| (id, item.clone())).chain(unchanged).collect();
        all.sort_by_key(|(id, _)| *id);
        Some(all)
    }

    /// Adds an entity that a response shows, if it shows all of it.
    pub(super) fn see(&mut self, kind: Kind, item: &Value) {
        let documented = kinds::spec(kind).indexed.iter().filter_map(|field| field.split('.').next());
        let is_whole =
            ["id", "etag", "createdAt"].into_iter().chain(documented).all(|key| item.get(key).is_some());
        if let Some(id) = id_in(item).filter(|_| is_whole) {
            self.since.insert((kind, id), Some(as_seed(item.clone())));
        }
    }

    fn learn(&mut self, exchange: &Exchange<'_>) {
        let Some(operation) = exchange.operation else { return };
        let named = exchange.entity().and_then(|(kind, id)| Some((kind, Uuid::try_parse(id).ok()?)));
        if let (Some(key), Some((_, id))) = (named, exchange.entity())
            && misses_its_entity(exchange, id)
        {
            self.since.insert(key, None);
        }
        if !exchange.succeeded() {
            return;
        }
        let answer: Value = serde_json::from_str(exchange.answer()).unwrap_or_default();
        let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        match (operation.entity(), named) {
            (Some((kind, Verb::Create)), _) => self.create(kind, exchange, &answer),
            (Some((kind, Verb::Get | Verb::List | Verb::Search)), _) => {
                items.iter().for_each(|item| self.see(kind, item));
            }
            (Some((kind, Verb::Update)), Some((_, id))) => {
                let RequestBody::Json(body) = &exchange.body else { return };
                let keys = &kinds::spec(kind).keys;
                let next = self.entity(kind, id).and_then(|before| patched(before, body, kind, keys));
                self.change(kind, id, next, UPDATE, exchange, &answer);
            }
            (Some((kind, Verb::Act)), Some((_, id))) => {
                let op = exchange.parameter("op").unwrap_or_default().to_ascii_lowercase();
                let state = if op == "disable" { "disabled" } else { "enabled" };
                let next = self.entity(kind, id).map(|mut next| {
                    next["state"] = state.into();
                    next
                });
                self.change(kind, id, next, &op, exchange, &answer);
            }
            (Some((_, Verb::Delete)), Some(key)) => _ = self.since.insert(key, None),
            _ => {
                if let (Some(collection), Some(id)) = (written_specs(operation), answer["id"].as_str()) {
                    // The whole document: a seed's spec is given as its document.
                    self.specs.entry(collection).or_default().insert(id.to_owned(), answer.clone());
                }
            }
        }
    }

    fn create(&mut self, kind: Kind, exchange: &Exchange<'_>, answer: &Value) {
        let (RequestBody::Json(Value::Object(body)), Some(id)) = (&exchange.body, id_in(answer)) else {
            return;
        };
        let mut item = body.clone();
        let is_draft = exchange.parameter("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("draft"));
        let created_at = exchange.began().clock();
        let ours: [(&str, Value); 4] = [
            ("id", json!(id)),
            ("etag", answer["etag"].clone()),
            ("createdAt", json!(created_at)),
            ("state", if is_draft { "draft" } else { "enabled" }.into()),
        ];
        item.extend(ours.map(|(key, value)| (key.to_owned(), value)));
        for key in ["updatedAt", LAST_OPERATION] {
            item.shift_remove(key);
        }
        // The base connection may be deleted before the entity.
        if let Some(base) = item.get("baseConnectionId").and_then(Value::as_str)
            && let Some(known) = Uuid::try_parse(base).ok().and_then(|id| self.entity(Kind::Connection, id))
        {
            let spec = json!({"id": known["connectionSpec"]["id"], "version": "1.0"});
            let inherited = json!({"baseConnection": {"id": base, "connectionSpec": spec}});
            item.insert("inheritedAttributes".to_owned(), inherited);
        }
        self.since.insert((kind, id), Some(as_seed(Value::Object(item))));
    }

    /// Applies an operation of that name with the result `next`; with `None`, the entity is unknown from now on.
    fn change(
        &mut self, kind: Kind, id: Uuid, next: Option<Value>, operation: &str, exchange: &Exchange<'_>,
        answer: &Value,
    ) {
        let next = next.map(|mut next| {
            next["etag"] = answer["etag"].clone();
            let created_at = next["createdAt"].as_i64().unwrap_or_default();
            let updated_at = exchange.began().clock().max(created_at);
            if time::is_writable(updated_at) {
                next["updatedAt"] = updated_at.into();
                next[LAST_OPERATION] =
                    json!({"started": updated_at, "updated": updated_at, "operation": operation});
            }
            next
        });
        self.since.insert((kind, id), next);
    }
}

/// Whether the request was refused because there is no entity with the id in its path, and not because one that its body
/// names is missing.
pub(super) fn misses_its_entity(exchange: &Exchange<'_>, id: &str) -> bool {
    exchange.record.error == Some(Code::EntityNotFound) && exchange.answer().contains(id)
}

fn id_in(item: &Value) -> Option<Uuid> {
    Uuid::try_parse(item["id"].as_str()?).ok()
}

fn document(entity: &Entity) -> Option<Value> {
    serde_json::from_slice(entity.item()).ok().map(as_seed)
}

/// An item in the form of a seed.
fn as_seed(item: Value) -> Value {
    without(item, &OF_THE_SANDBOX)
}

fn without(mut document: Value, keys: &[&str]) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.retain(|key, _| !keys.contains(&key.as_str()));
    }
    document
}
