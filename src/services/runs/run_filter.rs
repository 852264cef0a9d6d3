//! [`RunFilter`]: the conditions on runs, sorted by what they cost.
//!
//! Reference: "Runs" (filters). Decided: `state` is the status; statuses compare without letter case.

use super::flow_runs::{FlowRuns, Run};
use super::item::ItemWriter;
use super::plan::Plan;
use super::run_id::RunId;
use crate::base::time::Millis;
use crate::store::query::{self, Condition, FieldType, Fields, Filter, Operator, pick};
use serde_json::{Value, json};
use std::collections::BTreeSet;
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

/// How expensive it is to check a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Every run matches.
    None,
    /// The status alone decides.
    Status,
    Cheap,
    Json,
}

/// The conditions on runs.
pub(super) struct RunFilter {
    /// The conditions that a whole flow fulfils or not.
    of_flow: Vec<Condition>,
    /// The conditions on single runs.
    of_run: Filter,
    /// The flows themselves, if the filter names them.
    pub(super) flows: Option<BTreeSet<Uuid>>,
    /// The runs themselves, if the filter names them.
    pub(super) ids: Option<BTreeSet<RunId>>,
    /// The times of creation to which the filter limits the list.
    pub(super) created: (Millis, Millis),
    pub(super) cost: Cost,
    /// The top-level keys of a run that the conditions look at.
    roots: Vec<String>,
}

impl RunFilter {
    /// Sorts the conditions of `filter`.
    pub(super) fn read(filter: &Filter) -> Self {
        let filter = canonical(filter);
        let named = |path: &'static str| filter.0.iter().filter(move |condition| is_equal(condition, path));
        let uuids = |condition: &Condition| -> BTreeSet<Uuid> {
            let texts = condition.values.iter().map(|value| value.text.as_str());
            texts.filter_map(|text| Uuid::try_parse(text).ok().filter(|id| id.to_string() == text)).collect()
        };
        let ids = named("id").map(uuids).reduce(|one, other| &one & &other);
        let ids = ids.map(|ids| ids.into_iter().filter_map(RunId::of).collect());
        let flows = named("flowId").map(uuids).reduce(|one, other| &one & &other);
        let is_of_flow = |path: &str| path == "flowId" || path.starts_with("flowSpec.");
        let (of_flow, of_run): (Vec<_>, Vec<_>) = filter.0.into_iter().partition(|condition| {
            let path = condition.path.to_string();
            is_of_flow(&path) && CHEAP.contains(&path.as_str())
        });
        let created = of_run.iter().filter(|condition| condition.path.to_string() == "createdAt");
        let created = created
            .filter_map(bounds)
            .fold((Millis::MIN, Millis::MAX), |(from, to), (least, most)| (from.max(least), to.min(most)));
        let paths: Vec<String> = of_run.iter().map(|condition| condition.path.to_string()).collect();
        let cost = if paths.is_empty() {
            Cost::None
        } else if paths.iter().all(|path| path == STATUS) {
            Cost::Status
        } else if paths.iter().all(|path| CHEAP.contains(&path.as_str())) {
            Cost::Cheap
        } else {
            Cost::Json
        };
        let roots = of_run.iter().map(|condition| condition.path.root().to_owned()).collect();
        Self { of_flow, of_run: Filter(of_run), flows, ids, created, cost, roots }
    }

    /// Whether the runs of that flow may match.
    pub(super) fn takes_flow(&self, plan: &Plan) -> bool {
        if self.of_flow.is_empty() {
            return true;
        }
        let item = json!({"flowId": plan.facts.flow, "flowSpec": plan.facts.flow_spec});
        self.of_flow.iter().all(|condition| condition.matches(&item))
    }

    /// Whether a run of a flow that the filter takes matches.
    pub(super) fn takes(&self, runs: &FlowRuns, run: &Run, items: &mut ItemWriter<'_>) -> bool {
        match self.cost {
            Cost::None => true,
            Cost::Status => {
                let status = Value::from(run.shown_status());
                self.of_run.0.iter().all(|condition| condition.accepts(&status))
            }
            Cost::Cheap => self.of_run.matches(&json!({
                "id": run.uuid,
                "createdAt": run.created,
                "updatedAt": run.shown_updated(),
                "metrics": {"statusSummary": {"status": run.shown_status()}},
            })),
            Cost::Json => {
                let mut json = Vec::with_capacity(ItemWriter::ABOUT_BYTES);
                let wanted = |key: &str| self.roots.iter().any(|root| root == key);
                let read = items.write(run, runs, &mut json).and_then(|()| pick(&json, wanted));
                read.is_ok_and(|members| self.of_run.matches(&Value::Object(members)))
            }
        }
    }
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
