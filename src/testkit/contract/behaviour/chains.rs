//! Connections that outlive their flow, or are made anew for each. Reference: "Flows" (delete), "Chain: Azure Table Storage".
//!
//! Decided: a connection is orphaned if a flow that used it was deleted and no other flow that is known uses it. Base
//! connections are alike if they have one connection spec and one `auth`.

use super::fingerprint::hash;
use super::leftovers::Leftover;
use super::reads::created_id;
use crate::base::operation::{Kind, Operation, Verb};
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use crate::testkit::contract::exchange::{Exchange, RequestBody};
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::model::RecordedViolation;
use crate::testkit::contract::rule::RuleId;
use crate::testkit::contract::rules::body::operations;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Number of flows, and of orphans, in the history of all consumers.
const MAX_FLOWS: usize = 5000;
/// Number of base connections in a test's history.
const MAX_BASES: usize = 256;
/// Number of used base connections with one `auth` that count as a habit.
const MIN_ALIKE: usize = 3;

/// The keys of a flow that name its connections.
const ENDS: [(&str, Kind); 2] =
    [("sourceConnectionIds", Kind::SourceConnection), ("targetConnectionIds", Kind::TargetConnection)];

/// The connections whose flow was deleted, and the flows that still exist.
pub(crate) struct Orphans {
    flows: FifoMap<(Tenant, Uuid), Vec<(Kind, Uuid)>>,
    orphans: FifoMap<(Tenant, Kind, Uuid), Leftover>,
}

impl Default for Orphans {
    fn default() -> Self {
        Self { flows: FifoMap::new(MAX_FLOWS), orphans: FifoMap::new(MAX_FLOWS) }
    }
}

impl Orphans {
    /// Notes created and deleted flows, and deleted connections.
    pub(crate) fn observe(
        &mut self, exchange: &Exchange<'_>, consumer: &str, test: Option<&str>,
        violation: &dyn Fn(&str) -> RecordedViolation,
    ) {
        let Some(operation) = exchange.operation.and_then(Operation::entity) else { return };
        if !exchange.succeeded() {
            return;
        }
        let id = exchange.entity().and_then(|(_, id)| Uuid::try_parse(id).ok());
        match (operation, exchange.tenant(), id) {
            ((Kind::Flow, Verb::Create), Some(tenant), _) => self.add_flow(exchange, tenant),
            // Its connections are unknown from now on, or it is gone.
            ((Kind::Flow, Verb::Update), Some(tenant), Some(id)) if names_connections(exchange) => {
                self.flows.remove(&(tenant, id));
            }
            ((Kind::Flow, Verb::Delete), Some(tenant), Some(id)) => {
                let Some(used) = self.flows.remove(&(tenant.clone(), id)) else { return };
                for (kind, end) in used {
                    if exchange.allows(RuleId::ConnectionOrphaned) || self.is_used(&tenant, kind, end) {
                        continue;
                    }
                    let detail = format!("the {} {end} of the deleted flow {id}", kind.noun());
                    let (consumer, test) = (consumer.to_owned(), test.map(str::to_owned));
                    let left = Leftover { consumer, test, violation: violation(&detail) };
                    self.orphans.insert((tenant.clone(), kind, end), left);
                }
            }
            ((kind, Verb::Delete), Some(tenant), Some(id)) => {
                self.orphans.remove(&(tenant, kind, id));
            }
            _ => {}
        }
    }

    fn add_flow(&mut self, exchange: &Exchange<'_>, tenant: Tenant) {
        let RequestBody::Json(body) = &exchange.body else { return };
        let Some(id) = created_id(exchange.answer()).and_then(|id| Uuid::try_parse(id).ok()) else { return };
        let mut used = Vec::new();
        for (key, kind) in ENDS {
            let ids = match &body[key] {
                Value::Array(ids) => ids.as_slice(),
                id => std::slice::from_ref(id),
            };
            let ids = ids.iter().filter_map(|id| Uuid::try_parse(id.as_str()?).ok());
            used.extend(ids.map(|id| (kind, id)));
        }
        for &(kind, end) in &used {
            self.orphans.remove(&(tenant.clone(), kind, end));
        }
        self.flows.insert((tenant, id), used);
    }

    fn is_used(&self, tenant: &Tenant, kind: Kind, end: Uuid) -> bool {
        self.flows.iter().any(|((of, _), used)| of == tenant && used.contains(&(kind, end)))
    }

    /// The orphans.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Leftover> {
        self.orphans.iter().map(|(_, orphan)| orphan)
    }

    /// Removes what was in a part of the world that was reset.
    pub(crate) fn forget_part(&mut self, part: &Part) {
        self.flows.retain(|(tenant, _), _| !part.has(tenant));
        self.orphans.retain(|(tenant, _, _), _| !part.has(tenant));
    }

    /// Removes the orphans that a consumer made.
    pub(crate) fn forget_consumer(&mut self, consumer: &str) {
        self.orphans.retain(|_, orphan| orphan.consumer != consumer);
    }
}

/// Whether a PATCH of a flow changes the ids of its connections.
fn names_connections(exchange: &Exchange<'_>) -> bool {
    let RequestBody::Json(body) = &exchange.body else { return true };
    let mut paths = operations(body).iter().filter_map(|operation| operation["path"].as_str());
    paths.any(|path| path.ends_with("ConnectionIds") || path.contains("ConnectionIds/"))
}

/// The base connections of a test.
pub(super) struct BaseConnections {
    /// A hash of the tenant, the connection spec and `auth`, by the hash of the tenant and the id.
    made: FifoMap<u64, u64>,
    /// The used ones with such a hash, by the hashes of their ids.
    used: FifoMap<u64, BTreeSet<u64>>,
}

impl Default for BaseConnections {
    fn default() -> Self {
        Self { made: FifoMap::new(MAX_BASES), used: FifoMap::new(MAX_BASES) }
    }
}

impl BaseConnections {
    /// Notes created, used and deleted base connections.
    pub(super) fn observe(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        let Some(operation) = exchange.operation.and_then(Operation::entity) else { return };
        if !exchange.succeeded() {
            return;
        }
        let key = |id: &str| hash(&(exchange.tenant(), id));
        match (operation, &exchange.body) {
            ((Kind::Connection, Verb::Create), RequestBody::Json(body)) => {
                let Some(id) = created_id(exchange.answer()) else { return };
                let definition = (body["connectionSpec"]["id"].as_str(), body["auth"].to_string());
                self.made.insert(key(id), hash(&(exchange.tenant(), definition)));
            }
            ((Kind::Connection, Verb::Delete), _) => {
                let Some((_, id)) = exchange.entity() else { return };
                let base = key(id);
                if let Some(definition) = self.made.remove(&base)
                    && let Some(used) = self.used.get_mut(&definition)
                {
                    used.remove(&base);
                }
            }
            ((Kind::SourceConnection | Kind::TargetConnection, Verb::Create), RequestBody::Json(body)) => {
                let Some(id) = body["baseConnectionId"].as_str() else { return };
                let base = key(id);
                let Some(&definition) = self.made.get(&base) else { return };
                if self.used.get(&definition).is_none() {
                    self.used.insert(definition, BTreeSet::new());
                }
                let Some(used) = self.used.get_mut(&definition) else { return };
                if used.insert(base) && used.len() >= MIN_ALIKE {
                    let detail = format!("{} base connections with one auth are used", used.len());
                    found.add(RuleId::BaseConnectionPerFlow, detail);
                }
            }
            _ => {}
        }
    }
}
