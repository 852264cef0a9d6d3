//! [`Plan`]: the facts of a flow that its runs follow from.

use super::schedule::Schedule;
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
    /// The plan of a flow that was created, or a draft that was published, at `at`. `item` is the flow's JSON; of it count
    /// `sourceConnectionIds`, `targetConnectionIds`, `scheduleParams`, `transformations` and `options`. `active` says
    /// whether the flow is enabled.
    pub(crate) fn begin(facts: Facts, item: &Value, at: Millis, active: bool) -> Self {
        let schedule = Schedule::of_flow(item, facts.shape, at);
        Self::of(facts, item, Timeline::begin(at, active, schedule))
    }

    /// The plan after a write at `at`: the flow was patched, enabled or disabled. The flow keeps the
    /// [generation](Facts::generation) and the shape that it began with.
    pub(crate) fn then(&self, facts: Facts, item: &Value, at: Millis, active: bool) -> Self {
        let Facts { shape, generation, .. } = self.facts;
        let schedule = match shape {
            Shape::StreamingExport => *self.timeline.schedule(),
            // Without a start time of its own, the flow keeps the one that it got first.
            _ => Schedule::of_flow(item, shape, self.timeline.schedule().start),
        };
        Self::of(Facts { shape, generation, ..facts }, item, self.timeline.then(at, active, schedule))
    }

    /// The plan with another timeline, of a flow that was created in that generation.
    pub(crate) fn with_timeline(&self, timeline: Timeline, generation: u64) -> Self {
        let facts = Facts { generation, ..self.facts.clone() };
        Self { facts, timeline, ..self.clone() }
    }

    fn of(facts: Facts, item: &Value, timeline: Timeline) -> Self {
        let options = &item["options"];
        let transformations = item["transformations"].as_array().map_or(&[][..], Vec::as_slice);
        let params = |name: &str| {
            let found = transformations.iter().find(move |transformation| transformation["name"] == name);
            found.map_or(&Value::Null, |transformation| &transformation["params"])
        };
        let selectors = transformations.iter().filter_map(|transformation| {
            transformation["params"]["segmentSelectors"]["selectors"].as_array()
        });
        let segments = selectors.flatten().filter_map(|selector| text(&selector["value"]["id"]));
        Self {
            source_ids: texts(&item["sourceConnectionIds"]),
            target_ids: texts(&item["targetConnectionIds"]),
            error_diagnostics: matches!(&options["errorDiagnosticsEnabled"], Value::Bool(true))
                || options["errorDiagnosticsEnabled"] == "true",
            partial_ingestion_percent: percent(&options["partialIngestionPercent"]),
            delta_column: text(&params("Copy")["deltaColumn"]["name"]),
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

/// The texts of an array, or a bare text.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(elements) => elements.iter().filter_map(text).collect(),
        _ => text(value).into_iter().collect(),
    }
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
