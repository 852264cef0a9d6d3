//! Looks what has happened to the runs of sandboxes that have targets, and notifies these.
//!
//! Each look costs the number of flows in these sandboxes, however many runs they have had since the last one.

use super::watched::{SeenFlow, SeenSandbox, Watched};
use crate::app::App;
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::flow_specs::FlowSpec;
use crate::services::notifications::newest::{Happened, newest};
use crate::services::notifications::payload::{Form, Told};
use crate::services::notifications::progress::Progress;
use crate::services::notifications::{EventKind, RunEvent, Target};
use crate::services::runs::flow_runs::FlowRuns;
use crate::services::runs::ledger::{DeletedFlow, Ledger};
use crate::services::runs::outcome::{Durations, NEVER};
use crate::services::runs::plan::Plan;
use crate::services::runs::{Item, ItemPlace};
use crate::services::world::{Part, Sandbox};
use crate::store::{Direction, Entity, Scope};
use crate::testkit::notifications::DeliveryFacts;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The most events of a sandbox that are sent after one look: the newest. More fall due at once only if the clock jumps.
pub(crate) const MOST_EVENTS: usize = 1000;

/// How far before a look an event may lie that a request has stored only after it.
const LATE: Millis = 1000;

impl App {
    /// Looks at every sandbox that has targets. Whoever reads the log sees what was due before.
    pub(crate) fn look(&self) {
        if self.notifications.is_watching() {
            self.look_at_all(&mut self.notifications.watched());
        }
    }

    /// Looks, and returns when the next event falls due; `None` if there is no target, and then the task is over.
    pub(super) fn look_and_stay(&self) -> Option<Millis> {
        let mut watched = self.notifications.watched();
        let due = self.look_at_all(&mut watched);
        if watched.sandboxes.is_empty() && self.notifications.configured.is_empty() {
            watched.is_running = false;
            return None;
        }
        Some(due)
    }

    fn look_at_all(&self, watched: &mut Watched) -> Millis {
        let mut due = NEVER;
        for sandbox in self.watched_sandboxes(watched) {
            let since = watched.since;
            let new = || SeenSandbox { looked: since, flows: HashMap::new() };
            let seen = watched.sandboxes.entry(sandbox.tenant.clone()).or_insert_with(new);
            due = due.min(self.look_at(&sandbox, seen));
        }
        due
    }

    /// The sandboxes to look at: those with targets, or all.
    fn watched_sandboxes(&self, watched: &Watched) -> Vec<Sandbox> {
        if !self.notifications.configured.is_empty() {
            return self.world.all().iter().map(|sandbox| self.open(&sandbox.tenant)).collect();
        }
        let mut tenants: Vec<&Tenant> = watched.sandboxes.keys().collect();
        tenants.sort();
        tenants.into_iter().map(|tenant| self.open(tenant)).collect()
    }

    /// The targets of a sandbox.
    pub(super) fn targets_of(&self, sandbox: &Sandbox) -> Vec<Arc<Target>> {
        self.notifications.configured.iter().chain(&**sandbox.targets.current()).cloned().collect()
    }

    /// Looks at a sandbox, notifies its targets of what has happened since the last look, and returns when the next event
    /// falls due.
    pub(super) fn look_at(&self, sandbox: &Sandbox, seen: &mut SeenSandbox) -> Millis {
        let reading = self.env.clock.read();
        let now = reading.now;
        let is_set_back = now < seen.looked;
        // Flows that are new have had no notification of what happened since.
        let since = seen.looked.min(now) - if reading.runs { LATE } else { 0 };
        let targets = self.targets_of(sandbox);
        let (mut due, mut happened) = (NEVER, Vec::new());
        let mut flows = HashMap::with_capacity(seen.flows.len());
        let (ledger, base) = (sandbox.runs.current(), Durations::of(&self.config));
        for found in FlowNow::all(sandbox, &ledger, since) {
            let (id, runs) = (found.plan.facts.flow, found.runs_at(now, &ledger, base));
            let mut flow = seen.flows.remove(&id).unwrap_or_else(|| SeenFlow {
                progress: Progress::at(&found.runs_at(since - 1, &ledger, base)),
                notifies: self.notifies(sandbox, &found.plan),
                entity: None,
            });
            if is_set_back {
                flow.progress.rewind(&runs);
            }
            flow.entity = found.entity.or(flow.entity);
            let happens = flow.progress.advance(&runs);
            due = due.min(flow.progress.next(&runs));
            let wants = |kinds: &[EventKind]| {
                flow.notifies && targets.iter().any(|target| kinds.iter().any(|kind| target.wants(id, *kind)))
            };
            if !happens.is_empty() {
                happened.push(Happened {
                    wants_starts: wants(&[EventKind::Start]),
                    wants_ends: wants(&[EventKind::Success, EventKind::Failure]),
                    due: happens,
                    runs,
                });
            }
            flows.insert(id, flow);
        }
        *seen = SeenSandbox { looked: now, flows };
        self.notify(sandbox, seen, &targets, &happened);
        due
    }

    /// Whether the flow spec of a flow has notifications. Reference: "Notifications".
    fn notifies(&self, sandbox: &Sandbox, plan: &Plan) -> bool {
        let specs = self.flow_specs.of(&sandbox.flow_specs);
        let spec = specs.newest(&plan.facts.flow_spec.id).ok();
        spec.is_some_and(FlowSpec::notifies)
    }

    /// Sends what has happened to the targets that want it.
    fn notify(&self, sandbox: &Sandbox, seen: &SeenSandbox, targets: &[Arc<Target>], happened: &[Happened]) {
        if !self.notifications.delivers() {
            return;
        }
        let (events, skipped) = newest(happened, MOST_EVENTS);
        if skipped > 0 {
            let (ims_org, name) = (&*sandbox.tenant.ims_org, &*sandbox.tenant.sandbox);
            tracing::warn!(
                ims_org,
                sandbox = name,
                skipped,
                "so many runs fell due at once that the oldest events are not sent to webhooks"
            );
            self.notifications.log.skip(&sandbox.tenant, skipped);
        }
        let address = self.config.url_at(self.inlets.address);
        let place = ItemPlace { tenant: &sandbox.tenant, sandbox_id: sandbox.id(), base_url: &address };
        for (index, event) in events {
            let runs = &happened[index].runs;
            let flow = runs.plan.facts.flow;
            let Some(run) = runs.get(event.run.class, event.run.number) else { continue };
            let (kind, run) = event.of(run);
            let item = serde_json::to_value(Item { run: &run, runs, place: &place });
            let Ok(Value::Object(item)) = item else { continue };
            let flow_name = seen.flows.get(&flow).and_then(|flow| name_of(flow.entity.as_ref()?));
            let told = Told { tenant: &sandbox.tenant, event, kind, run: &run, item: &item, flow_name };
            let mut payloads: Vec<(Form, Bytes)> = Vec::new();
            for target in targets.iter().filter(|target| target.wants(flow, kind)) {
                let known = payloads.iter().find(|(form, _)| *form == target.form);
                let payload =
                    known.map_or_else(|| told.payload(target.form).into(), |(_, payload)| payload.clone());
                payloads.push((target.form, payload.clone()));
                self.dispatch(target, facts(&sandbox.tenant, target, flow, event, kind, payload));
            }
        }
    }

    /// Puts a notification into the log and on its way.
    pub(super) fn dispatch(&self, target: &Arc<Target>, facts: DeliveryFacts) -> u64 {
        let delivery = self.notifications.log.begin(facts);
        let id = delivery.id;
        self.notifications.send(delivery, target);
        id
    }

    /// Counts everything that has happened in `part` up to now as past: its state was replaced, or the server begins.
    /// What was on its way is not sent.
    pub(crate) fn notifications_replaced(&self, part: &Part) {
        let notifications = &self.notifications;
        let mut watched = notifications.watched();
        notifications.couriers.stop(|tenant, _| part.has(tenant));
        if *part == Part::All {
            watched.since = self.env.now();
        }
        watched.sandboxes.retain(|tenant, _| !part.has(tenant));
        for sandbox in self.world.of(part) {
            if !self.targets_of(&sandbox).is_empty() {
                watched.sandboxes.insert(sandbox.tenant.clone(), self.past(&sandbox));
            }
        }
        notifications.keep_watch(&mut watched);
    }

    /// Counts everything that has happened in these sandboxes up to now as past, after a document was added to them.
    pub(crate) fn notifications_added(&self, tenants: &[Tenant]) {
        let mut watched = self.notifications.watched();
        for tenant in tenants {
            let sandbox = self.open(tenant);
            if !self.targets_of(&sandbox).is_empty() {
                watched.sandboxes.insert(tenant.clone(), self.past(&sandbox));
            }
        }
        self.notifications.keep_watch(&mut watched);
    }

    /// A sandbox in which everything up to now is past.
    pub(super) fn past(&self, sandbox: &Sandbox) -> SeenSandbox {
        let now = self.env.now();
        let (ledger, base) = (sandbox.runs.current(), Durations::of(&self.config));
        let flows = FlowNow::all(sandbox, &ledger, now - LATE).into_iter().map(|found| {
            let progress = Progress::at(&found.runs_at(now, &ledger, base));
            let notifies = self.notifies(sandbox, &found.plan);
            (found.plan.facts.flow, SeenFlow { progress, notifies, entity: found.entity })
        });
        SeenSandbox { looked: now, flows: flows.collect() }
    }
}

/// A flow that has runs.
struct FlowNow {
    plan: Arc<Plan>,
    /// The flow, unless it was deleted.
    entity: Option<Arc<Entity>>,
    deleted: Option<Arc<DeletedFlow>>,
}

impl FlowNow {
    /// The flows of a sandbox: those that are there, and those that were deleted at `since` or later.
    fn all(sandbox: &Sandbox, ledger: &Ledger, since: Millis) -> Vec<Self> {
        let stored = sandbox.store.by_time(Kind::Flow, &Scope::All, Direction::Ascending, None, usize::MAX);
        let stored = stored.into_vec().into_iter().filter_map(|entity| {
            Some(Self { plan: entity.facts::<Plan>()?, entity: Some(entity), deleted: None })
        });
        let is_gone = |deleted: &&Arc<DeletedFlow>| {
            deleted.at >= since && sandbox.store.get(Kind::Flow, deleted.plan.facts.flow).is_none()
        };
        let deleted = ledger.deleted.values().filter(is_gone).map(|deleted| Self {
            plan: Arc::clone(&deleted.plan),
            entity: None,
            deleted: Some(Arc::clone(deleted)),
        });
        stored.chain(deleted).collect()
    }

    /// Its runs at that time.
    fn runs_at(&self, at: Millis, ledger: &Ledger, base: Durations<Millis>) -> FlowRuns {
        match &self.deleted {
            Some(deleted) => ledger.runs_of_deleted(deleted, base, at),
            None => ledger.runs_of(&self.plan, base, at),
        }
    }
}

/// The name of a flow.
fn name_of(flow: &Entity) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        name: Option<String>,
    }
    serde_json::from_slice::<Named>(flow.item()).ok()?.name
}

fn facts(
    tenant: &Tenant, target: &Target, flow: Uuid, event: RunEvent, kind: EventKind, payload: Bytes,
) -> DeliveryFacts {
    DeliveryFacts {
        tenant: tenant.clone(),
        target: target.id.clone(),
        url: target.url.to_string(),
        kind,
        event: event.id(),
        flow,
        run: event.run.uuid(),
        at: event.at,
        payload,
        replay_of: None,
    }
}
