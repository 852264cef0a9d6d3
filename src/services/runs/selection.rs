//! [`Selection`]: finds the runs of a list, by a filter and an order.
//!
//! Filters on the flow and on ids narrow the search before any run is looked at, bounds of the creation time cut the list;
//! of a stretch of runs that end alike, a filter on the status looks at one. The other filters are checked run by run, and
//! only those on metrics and activities make the run's JSON. Other tasks regularly get the thread. A page ends after
//! [`Selection::MOST_CHECKED`] runs, with a link to the next one, so that no request looks at millions.
//!
//! Reference: "Runs" (filters). Decided: `state` is the status; statuses compare without letter case.

use super::flow_runs::{FlowRuns, Place, Run, SortTime};
use super::item::{Item, ItemPlace};
use super::merged::Merged;
use super::run_id::{Class, RunId, Tag};
use super::sandbox_runs::SandboxRuns;
use crate::base::error::{Code, Error};
use crate::base::time::Millis;
use crate::store::Direction;
use crate::store::query::{self, Condition, FieldType, Fields, Filter, Operator, Order, SortKey};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::Range;
use tokio::task::yield_now;
use uuid::Uuid;

/// The documented fields of a run.
pub(crate) const FIELDS: Fields = Fields(&[
    ("id", FieldType::Id),
    ("flowId", FieldType::Id),
    ("flowSpec", FieldType::Structure),
    ("flowSpec.id", FieldType::Id),
    ("flowSpec.version", FieldType::Id),
    ("state", FieldType::Id),
    ("etag", FieldType::Id),
    ("providerRefId", FieldType::Id),
    ("params", FieldType::Structure),
    ("metrics", FieldType::Structure),
    ("activities", FieldType::Structure),
    ("predecessors", FieldType::Structure),
    ("parentFlowRunId", FieldType::Id),
    ("childFlowRunIds", FieldType::Structure),
    ("recordTypes", FieldType::Structure),
    ("labels", FieldType::Structure),
]);

/// The path of the status.
const STATUS: &str = "metrics.statusSummary.status";

/// The paths whose values are known without a run's JSON.
const CHEAP: [&str; 7] =
    ["id", "flowId", "flowSpec.id", "flowSpec.version", "createdAt", "updatedAt", STATUS];

/// Every status, for comparisons without letter case.
const STATUSES: [&str; 8] =
    ["scheduled", "inProgress", "success", "failed", "partialSuccess", "pending", "queued", "cancelled"];

/// The number of runs that are checked before other tasks get the thread.
const BATCH: usize = 500;

/// The runs that a list selects.
pub(crate) struct Selection<'a> {
    flows: Vec<FlowRuns>,
    place: &'a ItemPlace<'a>,
    /// The filter in its canonical form.
    filter: Filter,
    /// The runs themselves, if the filter names them.
    ids: Option<BTreeSet<RunId>>,
    by: SortTime,
    direction: Direction,
    /// The times of creation to which the filter limits the list.
    created: (Millis, Millis),
    cost: Cost,
}

/// How expensive it is to check a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cost {
    /// Every run matches.
    None,
    /// The status alone decides.
    Status,
    Cheap,
    Json,
}

/// A page of a list.
#[derive(Default)]
pub(crate) struct Page {
    /// The runs, each with its flow as an index.
    pub(crate) runs: Vec<(usize, Run)>,
    /// The place behind which the list goes on.
    pub(crate) next: Option<query::Place>,
}

impl<'a> Selection<'a> {
    /// The most runs that are checked for a page. A run whose JSON is made counts ten times.
    const MOST_CHECKED: usize = 200_000;

    /// Selects the runs that match `filter`, in that order.
    ///
    /// # Errors
    /// FLOW-1433-400 for an order other than by `createdAt` and `updatedAt`.
    pub(crate) fn new(
        runs: &SandboxRuns<'_>, filter: &Filter, order: &Order, place: &'a ItemPlace<'a>,
    ) -> Result<Self, Error> {
        let by = match order.path.to_string().as_str() {
            "createdAt" => SortTime::Created,
            "updatedAt" => SortTime::Updated,
            other => {
                let other = crate::base::error::excerpt(other);
                let detail = format!("runs cannot be ordered by {other}, only by createdAt and updatedAt");
                return Err(Error::new(Code::OrderField, detail));
            }
        };
        let filter = canonical(filter);
        let named = |path: &'static str| filter.0.iter().filter(move |condition| is_equal(condition, path));
        let uuids = |condition: &Condition| -> BTreeSet<Uuid> {
            let texts = condition.values.iter().map(|value| value.text.as_str());
            texts.filter_map(|text| Uuid::try_parse(text).ok().filter(|id| id.to_string() == text)).collect()
        };
        let ids = named("id").map(uuids).reduce(|one, other| &one & &other);
        let ids: Option<BTreeSet<RunId>> = ids.map(|ids| ids.into_iter().filter_map(RunId::of).collect());
        let of_flows = named("flowId").map(uuids).reduce(|one, other| &one & &other);
        let mut flows = match (&ids, &of_flows) {
            (_, Some(flows)) => flows.iter().filter_map(|flow| runs.of_flow(*flow)).collect(),
            (Some(ids), None) => {
                let tags: BTreeSet<Tag> = ids.iter().map(|id| id.flow).collect();
                tags.into_iter().filter_map(|tag| runs.of_tag(tag)).collect()
            }
            (None, None) => runs.all(),
        };
        // Conditions that a whole flow fulfils or not.
        let of_flow = |path: &str| path == "flowId" || path.starts_with("flowSpec.");
        let (whole, rest): (Vec<_>, Vec<_>) = filter.0.into_iter().partition(|condition| {
            let path = condition.path.to_string();
            of_flow(&path) && CHEAP.contains(&path.as_str())
        });
        flows.retain(|flow| {
            let item = json!({"flowId": flow.plan.facts.flow, "flowSpec": flow.plan.facts.flow_spec});
            whole.iter().all(|condition| condition.matches(&item))
        });
        let created = rest.iter().filter(|condition| condition.path.to_string() == "createdAt");
        let created = created
            .filter_map(bounds)
            .fold((Millis::MIN, Millis::MAX), |(from, to), (least, most)| (from.max(least), to.min(most)));
        let paths: Vec<String> = rest.iter().map(|condition| condition.path.to_string()).collect();
        let cost = if paths.is_empty() {
            Cost::None
        } else if paths.iter().all(|path| path == STATUS) {
            Cost::Status
        } else if paths.iter().all(|path| CHEAP.contains(&path.as_str())) {
            Cost::Cheap
        } else {
            Cost::Json
        };
        Ok(Self { flows, place, filter: Filter(rest), ids, by, direction: order.direction, created, cost })
    }

    /// The runs of the flow with that index.
    pub(crate) fn flow(&self, index: usize) -> &FlowRuns {
        &self.flows[index]
    }

    /// The number of runs.
    pub(crate) async fn count(&self) -> usize {
        if self.cost == Cost::None && self.ids.is_none() {
            return self.flows.iter().map(|runs| runs.count() as usize).sum();
        }
        self.page(None, usize::MAX, usize::MAX).await.runs.len()
    }

    /// The first `limit` runs behind `after`, or fewer if that takes too long.
    pub(crate) async fn page_behind(&self, after: Option<&query::Place>, limit: usize) -> Page {
        let after = after.and_then(|place| {
            let SortKey::Number(at) = place.key else { return None };
            Some(Place { at: at as Millis, id: RunId::of(place.id)? })
        });
        self.page(after, limit, Self::MOST_CHECKED).await
    }

    async fn page(&self, after: Option<Place>, limit: usize, most: usize) -> Page {
        let mut page = Page::default();
        if let Some(ids) = &self.ids {
            return self.page_of(ids, after, limit);
        }
        let mut merged = Merged::new(&self.flows, self.by, self.direction, self.beginning(after));
        let (mut checked, mut last) = (0, None);
        while let Some((flow, at)) = merged.peek() {
            if self.is_over(at.at) {
                return page;
            }
            if page.runs.len() == limit || checked >= most {
                page.next = last.map(place_of);
                return page;
            }
            if checked % BATCH == BATCH - 1 {
                yield_now().await;
            }
            checked += if self.cost == Cost::Json { 10 } else { 1 };
            last = Some(at);
            let runs = &self.flows[flow];
            let Some(run) = runs.get(at.id.class, at.id.number) else {
                merged.advance(0..0);
                continue;
            };
            if self.matches(runs, &run) {
                merged.advance(0..0);
                page.runs.push((flow, run));
            } else {
                merged.advance(self.alike(runs, &run));
            }
        }
        page
    }

    /// The page of runs that the filter names.
    fn page_of(&self, ids: &BTreeSet<RunId>, after: Option<Place>, limit: usize) -> Page {
        let mut found: Vec<(Place, usize, Run)> = Vec::new();
        for id in ids {
            let flow = self.flows.iter().position(|runs| runs.tag() == id.flow);
            let Some((flow, runs)) = flow.map(|flow| (flow, &self.flows[flow])) else { continue };
            let Some(run) = runs.get(id.class, id.number).filter(|run| self.matches(runs, run)) else {
                continue;
            };
            let at = if self.by == SortTime::Created { run.created } else { run.updated };
            found.push((Place { at, id: *id }, flow, run));
        }
        found.sort_by_key(|(place, ..)| *place);
        if self.direction == Direction::Descending {
            found.reverse();
        }
        let is_behind = |place: &Place| match (after, self.direction) {
            (None, _) => true,
            (Some(after), Direction::Ascending) => *place > after,
            (Some(after), Direction::Descending) => *place < after,
        };
        let mut found: Vec<_> = found.into_iter().filter(|(place, ..)| is_behind(place)).collect();
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|(place, ..)| place_of(*place));
        Page { runs: found.into_iter().map(|(_, flow, run)| (flow, run)).collect(), next }
    }

    /// The place behind which the list begins, in view of the bounds of the creation time.
    fn beginning(&self, after: Option<Place>) -> Option<Place> {
        if self.by != SortTime::Created {
            return after;
        }
        let id = RunId { flow: Tag::LEAST, class: Class::Scheduled, number: 0 };
        match self.direction {
            Direction::Descending if self.created.1 < Millis::MAX => {
                let bound = Place { at: self.created.1 + 1, id };
                Some(after.map_or(bound, |after| after.min(bound)))
            }
            Direction::Ascending if self.created.0 > Millis::MIN => {
                let bound = Place { at: self.created.0 - 1, id: RunId { flow: Tag::GREATEST, ..id } };
                Some(after.map_or(bound, |after| after.max(bound)))
            }
            _ => after,
        }
    }

    /// Whether no later run of the list can match.
    fn is_over(&self, at: Millis) -> bool {
        self.by == SortTime::Created
            && match self.direction {
                Direction::Descending => at < self.created.0,
                Direction::Ascending => at > self.created.1,
            }
    }

    fn matches(&self, runs: &FlowRuns, run: &Run) -> bool {
        match self.cost {
            Cost::None => true,
            Cost::Status => {
                let status = Value::from(run.shown_status());
                self.filter.0.iter().all(|condition| condition.accepts(&status))
            }
            Cost::Cheap => self.filter.matches(&json!({
                "id": run.uuid,
                "createdAt": run.created,
                "updatedAt": run.shown_updated(),
                "metrics": {"statusSummary": {"status": run.shown_status()}},
            })),
            Cost::Json => {
                let item = Item { run, runs, place: self.place };
                serde_json::to_value(&item).is_ok_and(|item| self.filter.matches(&item))
            }
        }
    }

    /// The numbers of scheduled runs that do not match because `run` does not.
    fn alike(&self, runs: &FlowRuns, run: &Run) -> Range<u64> {
        let RunId { class, number, .. } = run.id;
        if self.cost != Cost::Status
            || class != Class::Scheduled
            || !run.status.is_final()
            || run.put.is_some()
        {
            return 0..0;
        }
        // All runs of a piece end alike, and those that have ended stand beside each other.
        let (from, to) = runs.calendar.piece_of(number);
        from.max(runs.calendar.first())..to.min(runs.calendar.ended(runs.now))
    }
}

fn place_of(place: Place) -> query::Place {
    query::Place { key: SortKey::number(place.at as f64), id: place.id.uuid() }
}

/// Whether a condition demands one of some values at that path.
fn is_equal(condition: &Condition, path: &str) -> bool {
    condition.operator == Operator::Equal && condition.path.to_string() == path
}

/// The filter with `state` as the status, and with statuses as they are written.
fn canonical(filter: &Filter) -> Filter {
    let mut filter = filter.clone();
    for condition in &mut filter.0 {
        if condition.path.to_string() == "state" {
            condition.path = query::Path::parse(STATUS).unwrap_or_else(|_| condition.path.clone());
        }
        if condition.path.to_string() == STATUS {
            for value in &mut condition.values {
                let known = STATUSES.iter().find(|status| status.eq_ignore_ascii_case(&value.text));
                if let Some(known) = known {
                    value.text = (*known).to_owned();
                }
            }
        }
    }
    filter
}

/// The times that a condition on the creation time allows; `None` if they are not one range.
fn bounds(condition: &Condition) -> Option<(Millis, Millis)> {
    let [value] = condition.values.as_slice() else { return None };
    let at: f64 = value.text.trim().parse().ok()?;
    if !(0.0..=1e15).contains(&at) {
        return None;
    }
    let (floor, ceiling) = (at.floor() as Millis, at.ceil() as Millis);
    Some(match condition.operator {
        Operator::Equal => (floor, ceiling),
        Operator::NotEqual => return None,
        Operator::Less | Operator::AtMost => (Millis::MIN, ceiling),
        Operator::Greater | Operator::AtLeast => (floor, Millis::MAX),
    })
}
