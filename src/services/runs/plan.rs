//! [`Plan`]: the facts of a flow that its runs follow from.

use super::flow_parts::FlowParts;
use super::schedule::{Schedule, truth};
use super::shape::Shape;
use super::timeline::Timeline;
use crate::base::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The facts of a flow that its runs follow from. It never changes: each write of the flow makes the next one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Plan {
    #[serde(flatten)]
    pub(crate) facts: Facts,
    /// The flow's state, schedule and changes of both.
    pub(crate) timeline: Timeline,
    pub(crate) source_ids: Vec<String>,
    pub(crate) target_ids: Vec<String>,
    /// Whether the flow asks for the rows that were rejected.
    pub(crate) error_diagnostics: bool,
    /// The percentage of rejected rows up to which a run succeeds.
    pub(crate) partial_ingestion_percent: Option<f64>,
    /// The column by which runs of a table find new rows.
    pub(crate) delta_column: Option<String>,
    /// The segments that a segment export sends, as ids.
    pub(crate) segments: Vec<String>,
}

/// The facts of a flow that its own JSON does not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts {
    pub(crate) flow: Uuid,
    pub(crate) flow_spec: FlowSpecRef,
    pub(crate) shape: Shape,
    /// The display name of the source, as in `Azure Table Storage Copy Activity`.
    pub(crate) source_name: String,
    /// The amount of data that a run moves, if the source's fixtures tell.
    pub(crate) volume: Option<Volume>,
    /// The path of the files that it reads, as its source connection has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// [`Runs::generation`](super::ledger::Runs::generation) when the flow was created.
    pub(crate) generation: u64,
}

/// The flow spec of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FlowSpecRef {
    pub(crate) id: String,
    pub(crate) version: String,
}

/// An amount of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Volume {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) files: u64,
}

impl Plan {
    /// The plan of a flow that was created, or a draft that was published, at `at`. `active` says whether the flow is
    /// enabled.
    pub(crate) fn begin<'f>(facts: Facts, flow: impl Into<FlowParts<'f>>, at: Millis, active: bool) -> Self {
        let flow = flow.into();
        let schedule = Schedule::of_flow(&flow, facts.shape, at);
        Self::of(facts, &flow, Timeline::begin(at, active, schedule))
    }

    /// The plan after a write at `at`: the flow was patched, enabled or disabled. The flow keeps the
    /// [generation](Facts::generation) and the shape that it began with.
    pub(crate) fn then<'f>(
        &self, facts: Facts, flow: impl Into<FlowParts<'f>>, at: Millis, active: bool,
    ) -> Self {
        let flow = flow.into();
        let Facts { shape, generation, .. } = self.facts;
        let schedule = match shape {
            Shape::StreamingExport => *self.timeline.schedule(),
            // Without a start time of its own, the flow keeps the one that it got first.
            _ => Schedule::of_flow(&flow, shape, self.timeline.schedule().start),
        };
        Self::of(Facts { shape, generation, ..facts }, &flow, self.timeline.then(at, active, schedule))
    }

    /// The plan with another timeline, of a flow that was created in that generation, with that amount of data.
    pub(crate) fn with_timeline(&self, timeline: Timeline, generation: u64, volume: Option<Volume>) -> Self {
        let facts = Facts { generation, volume, ..self.facts.clone() };
        Self { facts, timeline, ..self.clone() }
    }

    fn of(facts: Facts, flow: &FlowParts<'_>, timeline: Timeline) -> Self {
        let FlowParts { transformations, options, .. } = *flow;
        let copy = transformations.iter().find(|transformation| transformation["name"] == "Copy");
        let segments = flow.selectors().filter_map(|selector| text(&selector["value"]["id"]));
        Self {
            source_ids: flow.source_ids.iter().map(|id| (*id).to_owned()).collect(),
            target_ids: flow.target_ids.iter().map(|id| (*id).to_owned()).collect(),
            error_diagnostics: truth(&options["errorDiagnosticsEnabled"]) == Some(true),
            partial_ingestion_percent: percent(&options["partialIngestionPercent"]),
            delta_column: copy.and_then(|copy| text(&copy["params"]["deltaColumn"]["name"])),
            segments: segments.take(Self::MOST_SEGMENTS).collect(),
            facts,
            timeline,
        }
    }

    /// The most segments of a flow that its runs list.
    const MOST_SEGMENTS: usize = 100;
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn percent(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => value.as_f64(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) fn facts(flow: u128, shape: Shape) -> Facts {
        Facts {
            flow: Uuid::from_u128(flow),
            flow_spec: FlowSpecRef {
                id: "14518937-270c-4525-bdec-c2ba7cce3860".into(),
                version: "1.0".into(),
            },
            shape,
            source_name: "Azure Table Storage".into(),
            volume: None,
            path: None,
            generation: 0,
        }
    }

    /// A flow that runs every `minutes` minutes from `start`, in seconds.
    pub(crate) fn every(minutes: i64, start: i64) -> Value {
        json!({
            "sourceConnectionIds": ["source"], "targetConnectionIds": ["target"],
            "scheduleParams": {"startTime": start, "frequency": "minute", "interval": minutes},
            "transformations": [{"name": "Copy", "params": {"deltaColumn": {"name": "Timestamp"}}}],
            "options": {"errorDiagnosticsEnabled": "true", "partialIngestionPercent": 5},
        })
    }

    #[test]
    fn it_reads_the_flow_and_survives_json() {
        let plan = Plan::begin(facts(1, Shape::Table), &every(15, 0), 1000, true);
        assert_eq!(
            (&*plan.source_ids, &*plan.target_ids),
            (&["source".to_owned()][..], &["target".to_owned()][..])
        );
        assert_eq!(plan.delta_column.as_deref(), Some("Timestamp"));
        assert_eq!((plan.error_diagnostics, plan.partial_ingestion_percent), (true, Some(5.0)));
        let json = serde_json::to_value(&plan).unwrap();
        assert_eq!(serde_json::from_value::<Plan>(json).unwrap(), plan);
    }

    #[test]
    fn a_streaming_destination_keeps_its_first_full_hour() {
        let plan = Plan::begin(facts(1, Shape::StreamingExport), &json!({}), 1, true);
        let patched = plan.then(plan.facts.clone(), &json!({}), 10_000_000, true);
        assert_eq!(patched.timeline.slot(0), Some(3_600_000));
    }
}
