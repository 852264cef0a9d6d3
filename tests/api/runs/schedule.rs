//! Which runs a flow has, by its schedule, its state and the clock. Reference: "When runs happen", "Runs" (the object).

use super::{MINUTE, START, Stage, minutes, status};
use serde_json::json;

#[tokio::test]
async fn a_recurring_flow_has_a_run_for_each_interval_that_has_passed() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    assert_eq!(minutes(&stage.runs(&flow).await), [0]);
    stage.advance(31 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    assert_eq!(minutes(&runs), [30, 15, 0]);
    assert_eq!(stage.statuses(&flow).await, ["success"; 3]);
    assert_eq!(stage.runs(&flow).await, runs); // asked again, nothing changes
}

#[tokio::test]
async fn a_run_in_progress_shows_its_status_alone_and_ends_with_metrics_that_follow_its_activities() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let run = stage.runs(&flow).await.remove(0);
    assert_eq!(run["metrics"], json!({"statusSummary": {"status": "inProgress"}}));
    assert_eq!(run["activities"], json!([]));
    assert_eq!(
        (&run["createdBy"], &run["createdClient"]),
        (&json!("acp_foundation_connectors@AdobeID"), &json!("acp_foundation_connectors"),)
    );
    stage.advance(2000).await;
    let id = run["id"].as_str().unwrap();
    let done = stage.run(id).await;
    assert_ne!(done["etag"], run["etag"]);
    assert_eq!(done["flowId"], flow.id.as_str());
    let metrics = &done["metrics"];
    assert_eq!(metrics["durationSummary"], json!({"startedAtUTC": START, "completedAtUTC": START + 2000}));
    assert_eq!(metrics["statusSummary"], json!({"status": "success"}));
    assert_eq!(metrics["recordSummary"]["inputRecordCount"], 100);
    assert_eq!(metrics["recordSummary"]["outputRecordCount"], 100);
    assert!(metrics["sizeSummary"]["outputBytes"].as_i64().unwrap() > 0);
    assert_eq!(metrics["fileSummary"]["outputFileCount"], 1);
    let [copy, promotion] = done["activities"].as_array().unwrap().as_slice() else { panic!("{done}") };
    assert_eq!(copy["name"], "Azure Table Storage Copy Activity");
    assert_eq!(promotion["name"], "Promotion Activity");
    assert_eq!(copy["durationSummary"]["extensions"], json!({"windowStart": 0, "windowEnd": START}));
    assert_eq!(copy["statusSummary"]["extensions"]["type"], "incremental");
    assert_eq!(copy["sizeSummary"]["inputBytes"], metrics["sizeSummary"]["inputBytes"]);
    assert_eq!(promotion["durationSummary"]["completedAtUTC"], START + 2000);
    assert_eq!(metrics["fileSummary"]["activityRefs"], json!([promotion["id"]]));
    let batch = promotion["targetInfo"][0]["reference"]["ids"][0].as_str().unwrap();
    assert_eq!(batch.len(), 26);
    let manifest = promotion["fileSummary"]["extensions"]["manifest"]["fileInfo"].as_str().unwrap();
    let expected =
        format!("{}/data/foundation/export/batches/{batch}/meta?path=input_files", stage.mock.url());
    assert_eq!(manifest, expected);
}

#[tokio::test]
async fn windows_join_and_those_of_a_pause_become_one() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.advance(16 * MINUTE).await;
    stage.flow_action(&flow, "disable").await;
    stage.advance(60 * MINUTE).await;
    assert_eq!(minutes(&stage.runs(&flow).await), [15, 0]);
    stage.flow_action(&flow, "enable").await;
    stage.advance(30 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    assert_eq!(minutes(&runs), [105, 90, 15, 0]);
    let windows: Vec<_> = runs
        .iter()
        .map(|run| {
            let window = &run["activities"][0]["durationSummary"]["extensions"];
            let minute = |key: &str| (window[key].as_i64().unwrap() - START) / MINUTE;
            (minute("windowStart"), minute("windowEnd"))
        })
        .collect();
    assert_eq!(windows[..3], [(90, 105), (15, 90), (0, 15)]);
}

#[tokio::test]
async fn a_patch_of_the_schedule_changes_the_runs_to_come_alone() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.advance(16 * MINUTE).await;
    let before = stage.runs(&flow).await;
    let hourly =
        json!([{"op": "replace", "path": "/scheduleParams", "value": {"frequency": "hour", "interval": 1}}]);
    stage.patch_flow(&flow, hourly).await;
    stage.advance(120 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    assert_eq!(minutes(&runs), [120, 60, 15, 0]);
    assert_eq!(runs[2..], before);
}

#[tokio::test]
async fn a_flow_that_runs_once_runs_once_and_a_draft_does_not() {
    let stage = Stage::new();
    let flow = stage.once().await;
    let draft = json!({"name": "draft", "flowSpec": {"id": super::CRM_TO_AEP}});
    let draft = stage.tenant.create_at("/flows?mode=draft", &draft).await;
    stage.advance(1000 * MINUTE).await;
    assert_eq!(stage.statuses(&flow).await, ["success"]);
    assert_eq!(
        stage.runs(&flow).await[0]["activities"][0]["statusSummary"]["extensions"]["type"],
        "one-time"
    );
    assert!(stage.runs(&draft).await.is_empty());
}

#[tokio::test]
async fn a_flow_tells_its_last_run_without_a_new_etag() {
    let stage = Stage::new();
    let later = json!({"startTime": START / 1000 + 60, "frequency": "minute", "interval": 15});
    let flow = stage.flow(later, json!({})).await;
    assert!(stage.read_flow(&flow).await.get("lastRunDetails").is_none());
    stage.advance(MINUTE).await;
    let running = stage.read_flow(&flow).await;
    let run = stage.runs(&flow).await.remove(0);
    let expected = json!({"id": run["id"], "state": "inProgress", "startedAtUTC": START + MINUTE});
    assert_eq!(running["lastRunDetails"], expected);
    stage.advance(2000).await;
    let done = stage.read_flow(&flow).await;
    assert_eq!(done["lastRunDetails"]["state"], "success");
    assert_eq!(done["lastRunDetails"]["completedAtUTC"], START + MINUTE + 2000);
    assert_eq!((&done["etag"], &done["updatedAt"]), (&running["etag"], &running["updatedAt"]));
    let (items, _) = stage.tenant.page("/flows?property=lastRunDetails.state==success").await;
    assert_eq!(items, [done]);
    let (items, _) = stage.tenant.page("/flows?property=lastRunDetails.state==failed").await;
    assert!(items.is_empty());
    let search = json!({"queryString": "property=lastRunDetails.startedAtUTC>0"});
    let found = stage.tenant.post("/flows/search", &search).await.expect_status(200).json();
    assert_eq!(found["items"][0]["lastRunDetails"]["state"], "success");
}

#[tokio::test]
async fn finished_runs_of_a_deleted_flow_stay_and_the_one_in_progress_vanishes() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.advance(15 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    assert_eq!(status(&runs[0]), "inProgress");
    stage.tenant.delete(&format!("/flows/{}", flow.id)).await.expect_status(204);
    stage.advance(60 * MINUTE).await;
    assert_eq!(stage.runs(&flow).await, runs[1..]);
    assert_eq!(stage.run(runs[1]["id"].as_str().unwrap()).await, runs[1]);
    let gone = stage.tenant.get(&format!("/runs/{}", runs[0]["id"].as_str().unwrap())).await;
    gone.expect_error("FLOW-1439-404");
    stage.retrigger(&runs[1]).await.expect_error("FLOW-1100-400").naming("1388-400");
}

#[tokio::test]
async fn with_a_run_duration_of_zero_runs_are_over_when_they_begin() {
    let stage = Stage::with(|config| config.run_duration = std::time::Duration::ZERO);
    let flow = stage.every_quarter().await;
    assert_eq!(stage.statuses(&flow).await, ["success"]);
}
