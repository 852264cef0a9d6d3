//! [`Known`]: what was in each sandbox when a request came, as far as the journal and the state tell.
//!
//! It begins with what the seed files made and with what is there now and was made by no request of the journal's, and
//! goes through the requests in their order: what they wrote, and what they were shown. So it needs nothing to be
//! remembered for it while requests are answered.

use crate::app::App;
use crate::base::error::Code;
use crate::base::headers::{ANY_SANDBOX, IMS_ORG, SANDBOX_NAME};
use crate::base::operation::Operation;
use crate::base::tenant::Tenant;
use crate::base::time;
use crate::services::connection_specs::OwnSpecs;
use crate::services::connections::{KIND, patched};
use crate::store::Entity;
use crate::testkit::contract::{Body, Exchange};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// What the service says of a connection that a seed need not: the sandbox is that of the state.
const OF_A_CONNECTION: [&str; 4] = ["sandboxId", "sandboxName", "imsOrgId", "version"];

/// What requests of the journal made.
#[derive(Default)]
pub(super) struct Made(HashMap<Tenant, HashSet<String>>);

impl Made {
    /// Notes what a request made.
    pub(super) fn note(&mut self, exchange: &Exchange<'_>) {
        let makes =
            matches!(exchange.operation, Some(Operation::CreateConnection | Operation::CreateConnectionSpec));
        if !makes || !exchange.succeeded() {
            return;
        }
        let answer: Value = serde_json::from_str(exchange.answer()).unwrap_or_default();
        let id = answer["id"].as_str().or_else(|| answer.pointer("/items/0/id")?.as_str());
        if let Some((tenant, id)) = tenant_of(exchange).zip(id) {
            self.0.entry(tenant).or_default().insert(id.to_owned());
        }
    }
}

/// What was in each sandbox.
pub(super) struct Known<'a> {
    app: &'a App,
    made: Made,
    sandboxes: HashMap<Tenant, Contents>,
}

/// What was in one of them.
pub(super) struct Contents {
    /// The connections that the seed files made.
    seed: HashMap<Uuid, Arc<Entity>>,
    /// Those that were there before the first request; of the seed's as they were made.
    before: HashMap<Uuid, Arc<Entity>>,
    /// What became of them since, and of others; `None`: it is gone.
    since: BTreeMap<Uuid, Option<Value>>,
    /// Its connection specs, by id.
    pub(super) specs: BTreeMap<String, Value>,
    /// What its sources show.
    pub(super) sources: Option<Value>,
    /// The connection specs that it has now, for whoever judges params.
    pub(super) own: OwnSpecs,
}

/// The sandbox that a request named.
pub(super) fn tenant_of(exchange: &Exchange<'_>) -> Option<Tenant> {
    let (ims_org, sandbox) = (exchange.header(IMS_ORG).text(), exchange.header(SANDBOX_NAME).text());
    let names_one = !ims_org.is_empty() && !sandbox.is_empty() && sandbox != ANY_SANDBOX;
    names_one.then(|| Tenant::new(ims_org, sandbox))
}

impl<'a> Known<'a> {
    pub(super) fn new(app: &'a App, made: Made) -> Self {
        Self { app, made, sandboxes: HashMap::new() }
    }

    /// What was in that sandbox when the next request came.
    pub(super) fn of(&mut self, tenant: &Tenant) -> &mut Contents {
        let Self { app, made, sandboxes } = self;
        sandboxes.entry(tenant.clone()).or_insert_with(|| Contents::before(app, tenant, made.0.get(tenant)))
    }

    /// Goes on behind a request, whoever sent it.
    pub(super) fn learn(&mut self, exchange: &Exchange<'_>) {
        let Some(tenant) = tenant_of(exchange) else { return };
        if exchange.operation.is_some() && exchange.api.is_some() {
            self.of(&tenant).learn(exchange);
        }
    }
}

impl Contents {
    fn before(app: &App, tenant: &Tenant, made: Option<&HashSet<String>>) -> Self {
        let was_made = |id: &str| made.is_some_and(|made| made.contains(id));
        let by_id = |entities: Vec<Arc<Entity>>| -> HashMap<Uuid, Arc<Entity>> {
            entities.into_iter().map(|entity| (entity.id(), entity)).collect()
        };
        let (now, seeded) = (app.world.open(tenant, &app.env), app.seeded(tenant));
        let seed =
            seeded.as_ref().map(|seeded| by_id(seeded.entities.oldest_first(KIND))).unwrap_or_default();
        let mut before = by_id(now.store.frozen().oldest_first(KIND));
        before.retain(|id, _| !was_made(&id.to_string()));
        before.extend(seed.iter().map(|(id, entity)| (*id, Arc::clone(entity))));
        let own = now.specs.clone();
        let of_seed = seeded.as_ref().map(|seeded| seeded.specs.documents()).unwrap_or_default();
        let specs = own.documents().into_iter().chain(of_seed);
        let by_id = |spec: Value| Some((spec["id"].as_str()?.to_owned(), spec));
        let mut specs: BTreeMap<_, _> = specs.filter_map(by_id).collect();
        specs.retain(|id, _| !was_made(id));
        let sources = now.seeded();
        let sources = if sources.is_empty() { seeded.map(|seeded| seeded.sources) } else { Some(sources) };
        let sources = sources.filter(|sources| !sources.is_empty());
        let sources = sources.map(|sources| sources.document());
        Self { seed, before, since: BTreeMap::new(), specs, sources, own }
    }

    /// The connection of that id, as a seed document has it.
    pub(super) fn connection(&self, id: Uuid) -> Option<Value> {
        match self.since.get(&id) {
            Some(known) => known.clone(),
            None => document(self.before.get(&id)?),
        }
    }

    /// Whether that is a connection of the seed, unchanged.
    pub(super) fn is_seeds(&self, id: Uuid, connection: &Value) -> bool {
        self.seed.get(&id).is_some_and(|entity| connection["etag"] == entity.etag.text().as_str())
    }

    /// Every connection; `None` if there are more than that.
    pub(super) fn connections(&self, most: usize) -> Option<Vec<(Uuid, Value)>> {
        let unchanged = self.before.iter().filter(|(id, _)| !self.since.contains_key(id));
        let changed = self.since.iter().filter_map(|(id, connection)| Some((*id, connection.as_ref()?)));
        if unchanged.clone().count() + changed.clone().count() > most {
            return None;
        }
        let unchanged = unchanged.filter_map(|(id, entity)| Some((*id, document(entity)?)));
        let mut all: Vec<_> = changed.map(|(id, it)| (id, it.clone())).chain(unchanged).collect();
        all.sort_by_key(|(id, _)| *id);
        Some(all)
    }

    /// Notes that a connection was what an answer shows, if that is all of it.
    pub(super) fn see(&mut self, item: &Value) {
        let is_whole = ["id", "name", "connectionSpec", "state", "etag", "createdAt"]
            .into_iter()
            .all(|key| item.get(key).is_some());
        if let Some(id) = id_in(item).filter(|_| is_whole) {
            self.since.insert(id, Some(as_seed(item.clone())));
        }
    }

    fn learn(&mut self, exchange: &Exchange<'_>) {
        let Some(operation) = exchange.operation else { return };
        let id = exchange.connection_id().and_then(|id| Uuid::try_parse(id).ok());
        if exchange.record.error == Some(Code::EntityNotFound)
            && let Some(id) = id
        {
            self.since.insert(id, None);
        }
        if !exchange.succeeded() {
            return;
        }
        let answer: Value = serde_json::from_str(exchange.answer()).unwrap_or_default();
        let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        match (operation, id) {
            (Operation::CreateConnection, _) => self.create(exchange, &answer),
            (Operation::GetConnection, _) => items.iter().for_each(|item| self.see(item)),
            (Operation::ListConnections | Operation::SearchConnections, _) => {
                items.iter().for_each(|item| self.see(item));
            }
            (Operation::UpdateConnection, Some(id)) => {
                let Body::Json(body) = &exchange.body else { return };
                let next = self.connection(id).and_then(|before| patched(before, body));
                self.change(id, next, exchange, &answer);
            }
            (Operation::ActOnConnection, Some(id)) => {
                let op = exchange.parameter("op").unwrap_or_default().to_ascii_lowercase();
                let state = if op == "disable" { "disabled" } else { "enabled" };
                let next = self.connection(id).map(|mut next| {
                    next["state"] = state.into();
                    next
                });
                self.change(id, next, exchange, &answer);
            }
            (Operation::DeleteConnection, Some(id)) => _ = self.since.insert(id, None),
            (Operation::CreateConnectionSpec | Operation::ReplaceConnectionSpec, _) => {
                if let Some(id) = answer["id"].as_str() {
                    // Whole, as it is read later on: a spec of a seed says what its document says.
                    self.specs.insert(id.to_owned(), answer.clone());
                }
            }
            _ => {}
        }
    }

    fn create(&mut self, exchange: &Exchange<'_>, answer: &Value) {
        let (Body::Json(Value::Object(body)), Some(id)) = (&exchange.body, id_in(answer)) else { return };
        let mut connection = body.clone();
        let is_draft = exchange.parameter("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("draft"));
        let created_at = exchange.began().clock();
        let ours: [(&str, Value); 4] = [
            ("id", json!(id)),
            ("etag", answer["etag"].clone()),
            ("createdAt", json!(created_at)),
            ("state", if is_draft { "draft" } else { "enabled" }.into()),
        ];
        connection.extend(ours.map(|(key, value)| (key.to_owned(), value)));
        connection.shift_remove("updatedAt");
        self.since.insert(id, Some(as_seed(Value::Object(connection))));
    }

    /// Notes what a write made of a connection; nothing is known of it if `next` is not.
    fn change(&mut self, id: Uuid, next: Option<Value>, exchange: &Exchange<'_>, answer: &Value) {
        let next = next.map(|mut next| {
            next["etag"] = answer["etag"].clone();
            let created_at = next["createdAt"].as_i64().unwrap_or_default();
            let updated_at = exchange.began().clock().max(created_at);
            if time::is_writable(updated_at) {
                next["updatedAt"] = updated_at.into();
            }
            next
        });
        self.since.insert(id, next);
    }
}

fn id_in(item: &Value) -> Option<Uuid> {
    Uuid::try_parse(item["id"].as_str()?).ok()
}

fn document(entity: &Entity) -> Option<Value> {
    serde_json::from_slice(entity.item()).ok().map(as_seed)
}

/// A connection as a seed has it.
fn as_seed(connection: Value) -> Value {
    without(connection, &OF_A_CONNECTION)
}

fn without(mut document: Value, keys: &[&str]) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.retain(|key, _| !keys.contains(&key.as_str()));
    }
    document
}
