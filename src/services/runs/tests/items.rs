//! The JSON of runs that no call makes easily: destinations, streams and plain failures.

use crate::base::tenant::Tenant;
use crate::services::runs::extra::Events;
use crate::services::runs::flow_runs::FlowRuns;
use crate::services::runs::item::{Item, ItemPlace};
use crate::services::runs::ledger::{Ledger, Runs};
use crate::services::runs::outcome::{Durations, Outcome};
use crate::services::runs::plan::Plan;
use crate::services::runs::plan::tests::{every, facts};
use crate::services::runs::run_id::Class;
use crate::services::runs::shape::Shape;
use crate::services::runs::shared::Shared;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

const SEGMENTS: [&str; 2] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

/// The JSON of a flow's first run at `now`, with that outcome.
fn first(shape: Shape, outcome: Value, now: i64) -> Value {
    let mut flow = every(15, 0);
    flow["scheduleParams"] = json!({"startTime": 0, "interval": 3, "timeUnit": "hour"});
    let selector = |id: &str| {
        let schedule = json!({"frequency": "DAILY", "startDate": "1970-01-01"});
        json!({"value": {"id": id, "schedule": schedule}})
    };
    let selectors: Vec<Value> = SEGMENTS.iter().map(|id| selector(id)).collect();
    flow["transformations"] = json!([{"params": {"segmentSelectors": {"selectors": selectors}}}]);
    let plan = Arc::new(Plan::begin(facts(7, shape), &flow, 0, true));
    let mut ledger = Ledger::default();
    let outcome: Outcome = serde_json::from_value(outcome).unwrap();
    ledger.book_mut(plan.facts.flow).plan_outcome(0, Shared::new(outcome)).unwrap();
    written(&ledger.runs_of(&plan, Durations::DEFAULT, now), Class::Scheduled, 0)
}

fn written(runs: &FlowRuns, class: Class, number: u64) -> Value {
    let run = runs.get(class, number).unwrap();
    let tenant = Tenant::new("A@AdobeOrg", "prod");
    let place = ItemPlace { tenant: &tenant, sandbox_id: Uuid::nil(), base_url: "http://mock" };
    serde_json::to_value(Item { run: &run, runs, place: &place }).unwrap()
}

#[test]
fn a_segment_export_has_the_documented_activities_and_the_records_of_each_segment() {
    let run = first(Shape::SegmentExport, json!({"rows": 101, "skipped": 3}), 5000);
    assert_eq!(
        (&run["createdBy"], &run["updatedBy"]),
        (&json!("aep_activation_batch@AdobeID"), &json!("acp_foundation_connectors"),)
    );
    assert_eq!(run["providerRefId"].as_str().unwrap().len(), 32);
    let names: Vec<&Value> =
        run["activities"].as_array().unwrap().iter().map(|activity| &activity["name"]).collect();
    assert_eq!(names, ["Activation Batch XdmProcessor Activity", "Activation Batch Publisher Activity"]);
    assert_eq!(run["activities"][0]["id"], "c4f238e3-7334-4933-8b56-64d7ea43ea54");
    let metrics = &run["metrics"];
    assert_eq!(metrics["statusSummary"], json!({"status": "success"}));
    assert_eq!(metrics["recordSummary"]["outputRecordCount"], 98);
    assert_eq!(metrics["recordSummary"]["skippedInfo"][0]["code"], "ACTIVATION_BATCH-0000-SKIP");
    assert_eq!(metrics["fileSummary"]["outputFileCount"], 1);
    assert!(metrics["sizeSummary"]["outputBytes"].is_number());
    let target = &metrics["recordSummary"]["targetSummaries"][0];
    assert_eq!(target["id"], "target");
    let entities = target["entitySummaries"].as_array().unwrap();
    let shares: Vec<_> = entities.iter().map(|entity| (&entity["id"], &entity["inputRecordCount"])).collect();
    let ids = SEGMENTS.map(|id| json!(format!("segment:{id}")));
    assert_eq!(shares, [(&ids[0], &json!(51)), (&ids[1], &json!(50))]);
}

#[test]
fn a_failed_export_has_neither_sizes_nor_files() {
    for outcome in [json!({"outcome": "promotionFailed"}), json!({"outcome": "copyFailed"})] {
        let run = first(Shape::DatasetExport, outcome.clone(), 5000);
        let metrics = &run["metrics"];
        assert_eq!(
            metrics["statusSummary"]["errors"][0]["code"], "ACTIVATION_BATCH-0000-FAILED",
            "{outcome}"
        );
        assert_eq!(metrics["recordSummary"]["failedInfo"][0]["code"], "ACTIVATION_BATCH-0000-FAILED");
        assert!(metrics.get("sizeSummary").is_none() && metrics.get("fileSummary").is_none());
        let last = run["activities"].as_array().unwrap().last().unwrap();
        assert_eq!(metrics["statusSummary"]["activityRefs"], json!([last["id"]]));
    }
}

#[test]
fn an_export_rejects_the_records_that_are_ordered() {
    let counts = |run: &Value| {
        let records = &run["metrics"]["recordSummary"];
        ["inputRecordCount", "outputRecordCount", "failedRecordCount", "skippedRecordCount"]
            .map(|key| records[key].as_u64().unwrap())
    };
    let partial = first(Shape::SegmentExport, json!({"outcome": "partialSuccess", "skipped": 1000}), 5000);
    let metrics = &partial["metrics"];
    assert_eq!(counts(&partial), [100, 0, 1, 99]);
    assert_eq!(metrics["statusSummary"]["status"], "partialSuccess");
    assert_eq!(metrics["statusSummary"]["errors"][0]["code"], "ACTIVATION_BATCH-0000-FAILED");
    assert_eq!(metrics["statusSummary"]["activityRefs"], json!([partial["activities"][1]["id"]]));
    assert_eq!(metrics["recordSummary"]["failedInfo"][0]["count"], 1);
    assert!(metrics["sizeSummary"]["outputBytes"].is_number());
    assert_eq!(partial["activities"][0]["statusSummary"], json!({"status": "success"}));
    assert_eq!(partial["activities"][1]["statusSummary"]["status"], "partialSuccess");
    let rejected = json!([{"code": "DEST-7", "message": "too long", "count": 7}]);
    let partial = json!({"outcome": "partialSuccess", "rejected": rejected});
    let partial = first(Shape::SegmentExport, partial, 5000);
    assert_eq!(counts(&partial), [100, 93, 7, 0]);
    let info = json!([{"code": "DEST-7", "message": "too long", "count": 7}]);
    assert_eq!(partial["metrics"]["recordSummary"]["failedInfo"], info);
    // As with sources, a success with rejected records fails above the flow's percentage.
    let tolerated = first(Shape::DatasetExport, json!({"rejected": rejected, "rows": 700}), 5000);
    assert_eq!(tolerated["metrics"]["statusSummary"]["status"], "success", "1 % is below the flow's 5 %");
    assert_eq!(counts(&tolerated), [700, 693, 7, 0]);
    let failed = first(Shape::DatasetExport, json!({"rejected": rejected}), 5000);
    assert_eq!(failed["metrics"]["statusSummary"]["status"], "failed");
    assert_eq!(counts(&failed), [100, 0, 7, 0]);
    assert_eq!(failed["metrics"]["recordSummary"]["failedInfo"], info);
    let aborted = first(Shape::DatasetExport, json!({"outcome": "promotionFailed", "code": "9"}), 5000);
    assert_eq!(counts(&aborted), [100, 0, 100, 0]);
    assert_eq!(aborted["metrics"]["recordSummary"]["failedInfo"][0]["code"], "9");
}

#[test]
fn files_are_counted_and_their_copy_has_no_records() {
    let run = first(Shape::Files, json!({"files": 3}), 5000);
    // The schedule of this flow has no frequency, but a unit.
    assert_eq!(run["activities"][0]["recordSummary"], json!({}));
    assert_eq!(run["activities"][0]["fileSummary"], json!({"inputFileCount": 3, "outputFileCount": 3}));
    assert_eq!(run["metrics"]["fileSummary"]["inputFileCount"], 3);
}

#[test]
fn an_hour_of_events_is_in_progress_until_it_is_over_and_counts_them() {
    let plan = Arc::new(Plan::begin(facts(7, Shape::Streaming), &json!({}), 0, true));
    let runs = Runs::default();
    let events = Events { ok: 3, failed: 1, warnings: 2, bytes: 100 };
    runs.record_events(plan.facts.flow, 3_700_000, events);
    runs.record_events(plan.facts.flow, 3_800_000, Events { failed: 0, ..events });
    let at = |now| written(&runs.current().runs_of(&plan, Durations::DEFAULT, now), Class::Hour, 1);
    let (running, done) = (at(4_000_000), at(7_200_000));
    assert_eq!((&running["createdAt"], &running["updatedAt"]), (&json!(3_700_000), &json!(3_800_000)));
    assert_eq!(running["metrics"]["statusSummary"], json!({"status": "inProgress"}));
    assert_eq!(running["metrics"]["durationSummary"], json!({"startedAtUTC": 3_600_000}));
    assert_eq!(done["metrics"]["durationSummary"]["completedAtUTC"], 7_200_000);
    assert_eq!(done["metrics"]["sizeSummary"], json!({"inputBytes": 200, "outputBytes": 200}));
    let records = &done["metrics"]["recordSummary"];
    assert_eq!(records["inputRecordCount"], 7);
    assert_eq!(records["warningRecordCount"], 4);
    assert_eq!(records["failedRecordCount"], 1);
    assert_eq!(records["failedInfo"][0]["count"], 1);
    assert_ne!(running["etag"], done["etag"]);
}

#[test]
fn rejected_rows_without_error_diagnostics_have_no_manifest() {
    let mut flow = every(15, 0);
    flow["options"] = json!({"partialIngestionPercent": "10"});
    let plan = Arc::new(Plan::begin(facts(7, Shape::Table), &flow, 0, true));
    let mut ledger = Ledger::default();
    let outcome: Outcome = serde_json::from_value(json!({"rejected": [{"code": "X", "count": 4}]})).unwrap();
    ledger.book_mut(plan.facts.flow).plan_outcome(0, Shared::new(outcome)).unwrap();
    let run = written(&ledger.runs_of(&plan, Durations::DEFAULT, 5000), Class::Scheduled, 0);
    let extensions = &run["activities"][1]["statusSummary"]["extensions"];
    assert!(extensions.get("manifest").is_none());
    assert_eq!(extensions["errors"].as_array().unwrap().len(), 1);
    assert_eq!(run["metrics"]["recordSummary"]["failedRecordCount"], 4);
    assert_eq!(run["metrics"]["statusSummary"]["status"], "success");
}
