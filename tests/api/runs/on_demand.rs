//! `POST /runs`. Reference: "On-demand runs".

use super::{MINUTE, START, Stage, minutes, status, wanted};
use serde_json::json;

#[tokio::test]
async fn a_run_on_demand_is_answered_in_both_documented_forms_and_keeps_its_params() {
    let stage = Stage::new();
    let flow = stage.once().await;
    stage.advance(MINUTE).await;
    let body = wanted(&flow, json!({"deltaColumn": {"name": "Timestamp"}}));
    let answer = stage.tenant.post("/runs/", &body).await.expect_status(201);
    let made = answer.json();
    assert_eq!(made["items"], json!([{"id": made["id"], "etag": made["etag"]}]));
    let id = made["id"].as_str().unwrap();
    assert!(answer.header("location").ends_with(&format!("/runs/{id}")), "{answer}");
    let run = stage.run(id).await;
    assert_eq!((status(&run), &run["etag"]), ("inProgress", &made["etag"]));
    assert_eq!(run["params"], body["params"]);
    assert_eq!(run["createdClient"], "key");
    stage.advance(2000).await;
    let run = stage.run(id).await;
    assert_eq!(status(&run), "success");
    let window = &run["activities"][0]["durationSummary"]["extensions"];
    assert_eq!(window, &json!({"windowStart": 10_000, "windowEnd": 20_000}));
    assert_eq!(minutes(&stage.runs(&flow).await), [1, 0]);
}

#[tokio::test]
async fn the_first_run_of_a_table_names_the_delta_column_which_the_flow_then_has() {
    let stage = Stage::new();
    let flow = stage.once().await;
    let missing = stage.tenant.post("/runs", &wanted(&flow, json!({}))).await;
    missing.expect_error("FLOW-1100-400").naming("1383-400").at("/params/deltaColumn");
    let with_column = |name: &str| wanted(&flow, json!({"deltaColumn": {"name": name}}));
    stage.tenant.post("/runs", &with_column("Timestamp")).await.expect_status(201);
    let changed = stage.read_flow(&flow).await;
    assert_ne!(changed["etag"], flow.etag.as_str());
    let copy = json!({"name": "Copy", "params": {"deltaColumn": {"name": "Timestamp"}}});
    assert!(changed["transformations"].as_array().unwrap().contains(&copy), "{changed}");
    stage.tenant.post("/runs", &wanted(&flow, json!({}))).await.expect_status(201);
    stage.tenant.post("/runs", &with_column("Timestamp")).await.expect_status(201);
    assert_eq!(stage.read_flow(&flow).await["etag"], changed["etag"]);
    let other = stage.tenant.post("/runs", &with_column("Other")).await;
    other.expect_error("FLOW-1100-400").naming("1382-400");
    assert_eq!(stage.runs(&flow).await.len(), 4);
}

#[tokio::test]
async fn a_run_without_params_reads_everything_until_now() {
    let stage = Stage::new();
    let flow = stage.once().await;
    stage.advance(MINUTE).await;
    let body = json!({"flowId": flow.id, "status": "active"});
    let made = stage.tenant.post("/runs", &body).await.expect_status(201).json();
    stage.advance(MINUTE).await;
    let run = stage.run(made["id"].as_str().unwrap()).await;
    assert!(run.get("params").is_none());
    let window = &run["activities"][0]["durationSummary"]["extensions"];
    assert_eq!(window, &json!({"windowStart": 0, "windowEnd": START + MINUTE}));
}

#[tokio::test]
async fn a_run_for_a_later_time_is_scheduled_until_then() {
    let stage = Stage::new();
    let flow = stage.once().await;
    let later = json!({"startTime": START / 1000 + 600, "deltaColumn": {"name": "Timestamp"}});
    let made = stage.tenant.post("/runs", &wanted(&flow, later)).await.expect_status(201).json();
    let id = made["id"].as_str().unwrap();
    let mut seen = Vec::new();
    for ms in [0, 10 * MINUTE, 2000] {
        stage.advance(ms).await;
        seen.push(status(&stage.run(id).await).to_owned());
    }
    assert_eq!(seen, ["scheduled", "inProgress", "success"]);
}

#[tokio::test]
async fn every_wrong_call_has_its_code_and_makes_nothing() {
    let stage = Stage::new();
    let (once, recurring, stream) =
        (stage.once().await, stage.every_quarter().await, stage.streaming().await);
    let column = json!({"deltaColumn": {"name": "Timestamp"}});
    let params = |key: &str, value: serde_json::Value| {
        let mut body = wanted(&once, column.clone());
        body["params"][key] = value;
        body
    };
    let without = |key: &str| {
        let mut body = wanted(&once, column.clone());
        body["params"].as_object_mut().unwrap().remove(key);
        body
    };
    for (body, code, provider) in [
        (json!({}), "FLOW-1446-400", ""),
        (json!({"flowId": ""}), "FLOW-1446-400", ""),
        (json!({"flowId": 7}), "FLOW-1000-400", ""),
        (json!([]), "FLOW-1000-400", ""),
        (json!({"flowId": "65b7cfcc-6b2e-47c8-8194-13005b792752"}), "FLOW-1430-400", ""),
        (json!({"flowId": "nope"}), "FLOW-1430-400", ""),
        (json!({"flowId": stream.id}), "FLOW-1100-400", "1385-400"),
        (json!({"flowId": recurring.id}), "FLOW-1100-400", "1386-400"),
        (json!({"flowId": once.id, "params": {}}), "FLOW-1100-400", "1384-400"),
        (json!({"flowId": once.id, "params": []}), "FLOW-1000-400", ""),
        (params("windowEndTime", json!("soon")), "FLOW-1100-400", "1384-400"),
        (params("startTime", json!(true)), "FLOW-1100-400", "1384-400"),
        (params("windowEndTime", json!(9)), "FLOW-1100-400", "1381-400"),
        (without("windowStartTime"), "FLOW-1100-400", "1384-400"),
        (without("windowEndTime"), "FLOW-1100-400", "1384-400"),
    ] {
        stage.tenant.post("/runs", &body).await.expect_error(code).naming(provider);
    }
    stage.flow_action(&once, "disable").await;
    let disabled = stage.tenant.post("/runs", &wanted(&once, column)).await;
    disabled.expect_error("FLOW-1444-400").naming("disabled");
    stage.tenant.post("/runs?x=1", &json!({})).await.expect_error("FLOW-1451-400");
    assert_eq!(stage.runs(&once).await.len(), 1);
}

#[tokio::test]
async fn a_run_that_fails_before_its_time_and_is_made_again_waits_for_that_time() {
    let stage = Stage::new();
    let flow = stage.once().await;
    let later = json!({"startTime": START / 1000 + 600, "deltaColumn": {"name": "Timestamp"}});
    let made = stage.tenant.post("/runs", &wanted(&flow, later)).await.expect_status(201).json();
    let first = stage.run(made["id"].as_str().unwrap()).await;
    stage.end(&first, json!({"end": "fail"})).await.expect_status(204);
    let failed = stage.run(made["id"].as_str().unwrap()).await;
    let again = stage.retrigger(&failed).await.expect_status(200).written().id;
    let mut seen = Vec::new();
    for ms in [0, 10 * MINUTE, 2000] {
        stage.advance(ms).await;
        seen.push(status(&stage.run(&again).await).to_owned());
    }
    assert_eq!(seen, ["scheduled", "inProgress", "success"]);
}
