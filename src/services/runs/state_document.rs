//! The key `runs` of a sandbox in a state document: what an export writes and a seed may write by hand.
//!
//! ```yaml
//! runs:
//!   default: {outcome: success, copyMs: 0, promotionMs: 0}       # of every run of the sandbox
//!   flows:
//!     5e7c9bd8-2c19-4a46-a8b9-f2b2ba1fca2c:
//!       outcome: {outcome: nothingNew}                           # of every run of the flow
//!       outcomes: [{run: 3, outcome: copyFailed, code: "1337"}]  # of single runs, counted from 1
//! ```
//! An export writes `defaults` instead of `default`, and for each flow `timeline`, `generation`, `volume` and `book`; `deleted` has the
//! flows whose finished runs can still be read. Those are the types of this module's neighbours as JSON.

use super::book::{Defaults, FlowBook};
use super::ledger::{DeletedFlow, Ledger};
use super::outcome::{LARGEST, Outcome};
use super::outcome_document;
use super::plan::{Plan, Volume};
use super::run_id::{RunId, Tag};
use super::shared::Shared;
use super::timeline::Timeline;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::time::{self, Millis};
use crate::store::Entity;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// The key in a sandbox.
pub(crate) const KEY: &str = "runs";

/// The most flows and deleted flows in a document.
const MOST_FLOWS: usize = 10_000_000;

/// The contents of the key.
#[derive(Default)]
pub(crate) struct SavedRuns {
    pub(crate) ledger: Ledger,
    /// The timelines of flows, with their generations and volumes.
    timelines: HashMap<Uuid, (Timeline, u64, Option<Volume>)>,
}

impl SavedRuns {
    /// Reads the contents. A mistake is added to `problems` and counts as absent.
    pub(crate) fn read(member: Member<'_>, problems: &mut Problems) -> Self {
        let mut saved = Self::default();
        let Some(mut members) = member.object(problems) else { return saved };
        if let Some(default) = members.take("default") {
            if let Some(outcome) = outcome(default, problems) {
                // Before every slot, so that it applies to all runs.
                _ = saved.ledger.defaults.set(-1, Shared::new(outcome));
            }
        } else if let Some(defaults) = members.take("defaults").and_then(|member| parsed(&member, problems)) {
            saved.ledger.defaults = defaults;
        }
        if let Some(flows) = members.take("flows") {
            for (id, member) in flows.entries(MOST_FLOWS, problems) {
                match Uuid::try_parse(&id) {
                    Ok(id) => saved.read_flow(id, member, problems),
                    Err(_) => _ = member.refuse::<()>("must be named by the id of a flow", problems),
                }
            }
        }
        let deleted = members.take("deleted").and_then(|member| member.elements(0..=MOST_FLOWS, problems));
        for member in deleted.unwrap_or_default() {
            saved.read_deleted(member, problems);
        }
        members.end(problems);
        saved
    }

    fn read_flow(&mut self, id: Uuid, member: Member<'_>, problems: &mut Problems) {
        let Some(mut members) = member.object(problems) else { return };
        let timeline = members.take("timeline").and_then(|member| parsed::<Timeline>(&member, problems));
        let generation = members.take("generation").and_then(|member| member.whole(0..=1 << 53, problems));
        let volume = members.take("volume").and_then(|member| parsed::<Volume>(&member, problems));
        if let Some(timeline) = timeline {
            self.timelines.insert(id, (timeline, generation.unwrap_or_default(), volume));
        }
        let book = members.take("book").and_then(|member| parsed::<FlowBook>(&member, problems));
        let mut book = book.unwrap_or_default();
        if let Some(outcome) = members.take("outcome").and_then(|member| outcome(member, problems)) {
            _ = book.set_outcome(0, Some(Shared::new(outcome)));
        }
        let outcomes = members.take("outcomes").and_then(|member| member.elements(0..=1000, problems));
        for member in outcomes.unwrap_or_default() {
            let Some(mut members) = member.object(problems) else { continue };
            let run = members.required("run", problems).and_then(|run| run.whole(1..=RunId::LAST, problems));
            let outcome = outcome_document::take(&mut members, problems);
            members.end(problems);
            if let Some(run) = run {
                _ = book.plan_outcome(run - 1, Shared::new(outcome));
            }
        }
        members.end(problems);
        if book != FlowBook::default() {
            self.ledger.books.insert(id, Arc::new(book));
        }
    }

    fn read_deleted(&mut self, member: Member<'_>, problems: &mut Problems) {
        let Some(mut members) = member.object(problems) else { return };
        let plan = members.required("plan", problems).and_then(|member| parsed::<Plan>(&member, problems));
        let at = members.required("at", problems);
        let at = at.and_then(|member| member.whole(0..=time::LAST as u64, problems));
        members.end(problems);
        if let (Some(plan), Some(at)) = (plan, at) {
            let deleted = DeletedFlow { plan: Arc::new(plan), at: at as Millis };
            self.ledger.deleted.insert(Tag::of(deleted.plan.facts.flow), Arc::new(deleted));
        }
    }

    /// Gives a flow that was read from the document the plan that it had when it was exported.
    pub(crate) fn complete(&self, flow: &mut Arc<Entity>) {
        let Some(plan) = flow.facts::<Plan>() else { return };
        if let Some(flow) = Arc::get_mut(flow)
            && let Some(more) = &mut flow.more
        {
            more.facts = Some(Arc::new(self.plan(&plan, flow.position.created_at())));
        }
    }

    /// The plan of a flow: with the document's timeline, or with one that begins when the flow was created, at `created`.
    fn plan(&self, plan: &Plan, created: Millis) -> Plan {
        match self.timelines.get(&plan.facts.flow) {
            Some((timeline, generation, volume)) => {
                plan.with_timeline(timeline.clone(), *generation, *volume)
            }
            None => {
                let timeline = &plan.timeline;
                let begun = Timeline::begin(created, timeline.is_active(), *timeline.schedule());
                // The defaults of a document apply to all of its flows.
                plan.with_timeline(begun, self.ledger.defaults.generation(), plan.facts.volume)
            }
        }
    }
}

/// A sandbox's runs, to be written in a state document.
pub(crate) struct WrittenRuns<'a> {
    pub(crate) ledger: &'a Ledger,
    /// The plans of the sandbox's flows.
    pub(crate) plans: Vec<Arc<Plan>>,
}

impl WrittenRuns<'_> {
    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.ledger.is_empty() && self.plans.is_empty()
    }
}

impl Serialize for WrittenRuns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Ledger { books, defaults, deleted } = self.ledger;
        let mut flows: BTreeMap<Uuid, (Option<&Plan>, Option<&FlowBook>)> = BTreeMap::new();
        for plan in &self.plans {
            flows.entry(plan.facts.flow).or_default().0 = Some(plan);
        }
        for (flow, book) in books.iter().filter(|(_, book)| ***book != FlowBook::default()) {
            flows.entry(*flow).or_default().1 = Some(book);
        }
        let flows: BTreeMap<Uuid, _> =
            flows.into_iter().map(|(flow, (plan, book))| (flow, WrittenFlow { plan, book })).collect();
        let mut deleted: Vec<&DeletedFlow> = deleted.values().map(|flow| &**flow).collect();
        deleted.sort_by_key(|flow| (flow.at, flow.plan.facts.flow));
        let deleted: Vec<_> = deleted.iter().map(|flow| json!({"plan": *flow.plan, "at": flow.at})).collect();
        let mut runs = serializer.serialize_map(None)?;
        if !defaults.is_empty() {
            runs.serialize_entry("defaults", defaults)?;
        }
        runs.serialize_entry("flows", &flows)?;
        if !deleted.is_empty() {
            runs.serialize_entry("deleted", &deleted)?;
        }
        runs.end()
    }
}

struct WrittenFlow<'a> {
    plan: Option<&'a Plan>,
    book: Option<&'a FlowBook>,
}

impl Serialize for WrittenFlow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flow = serializer.serialize_map(None)?;
        if let Some(plan) = self.plan {
            flow.serialize_entry("timeline", &plan.timeline)?;
            flow.serialize_entry("generation", &plan.facts.generation)?;
            if let Some(volume) = &plan.facts.volume {
                flow.serialize_entry("volume", volume)?;
            }
        }
        if let Some(book) = self.book {
            flow.serialize_entry("book", book)?;
        }
        flow.end()
    }
}

fn outcome(member: Member<'_>, problems: &mut Problems) -> Option<Outcome> {
    let mut members = member.object(problems)?;
    let outcome = outcome_document::take(&mut members, problems);
    members.end(problems);
    Some(outcome)
}

/// A part as an export writes it.
fn parsed<T: DeserializeOwned + Checked>(member: &Member<'_>, problems: &mut Problems) -> Option<T> {
    // Serde's messages may repeat values, which may be misplaced credentials.
    let read = serde_json::from_value::<T>(member.value().clone());
    let read = read.map_err(|_| "is not of the form that an export writes".to_owned());
    member.check(read.and_then(|read| read.checked().map(|()| read)), problems)
}

/// A part whose numbers are checked after it was read.
trait Checked {
    fn checked(&self) -> Result<(), String>;
}

impl Checked for Timeline {
    fn checked(&self) -> Result<(), String> {
        Ok(()) // serde has checked it
    }
}

impl Checked for Volume {
    fn checked(&self) -> Result<(), String> {
        let Self { rows, bytes, files } = *self;
        let fits = [rows, bytes, files].into_iter().all(|number| number <= LARGEST);
        if fits { Ok(()) } else { Err("has a number above 2^53".to_owned()) }
    }
}

impl Checked for Plan {
    fn checked(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Checked for FlowBook {
    fn checked(&self) -> Result<(), String> {
        self.check()
    }
}

impl Checked for Defaults {
    fn checked(&self) -> Result<(), String> {
        self.check()
    }
}
