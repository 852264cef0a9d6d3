//! `/_flowmock/runs` and the methods of `FlowMock`: outcomes of coming runs, and runs that a test makes or ends.

use super::{MINUTE, START, Stage, assert_refused, status};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_third_run_fails_with_1337_and_the_others_succeed() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let order = json!({"flowId": flow.id, "run": 3, "outcome": "copyFailed", "code": "1337"});
    let ordered = stage.order(order).await.expect_status(201).json();
    assert_eq!(ordered, json!({"ordered": [{"flowId": flow.id, "run": 3}]}));
    stage.advance(50 * MINUTE).await;
    assert_eq!(stage.statuses(&flow).await, ["success", "failed", "success", "success"]);
    let failed = stage.runs(&flow).await.remove(1);
    let metrics = &failed["metrics"];
    assert_eq!(metrics["statusSummary"]["errors"][0]["code"], "CONNECTOR-1001-500");
    assert_eq!(metrics["statusSummary"]["activityRefs"], json!([failed["activities"][0]["id"]]));
    assert_eq!(metrics["recordSummary"]["failedInfo"][0]["code"], "1337");
    assert!(metrics.get("sizeSummary").is_none() && metrics.get("fileSummary").is_none());
    let [copy] = failed["activities"].as_array().unwrap().as_slice() else { panic!("{failed}") };
    assert_eq!(copy["statusSummary"]["extensions"]["errors"][0]["code"], "1337");
    assert_eq!(copy["fileSummary"], json!({}));
}

#[tokio::test]
async fn each_outcome_looks_as_documented() {
    let stage = Stage::new();
    let every = json!({"startTime": START / 1000 + 60, "frequency": "minute", "interval": 15});
    let options = json!({"errorDiagnosticsEnabled": true, "partialIngestionPercent": 5});
    let flow = stage.flow(every, options).await;
    let rejected = |count: u64| json!([{"code": "MAPPER-3700-400", "count": count}]);
    let orders = json!([
        {"flowId": flow.id, "outcome": "nothingNew"},
        {"flowId": flow.id, "rejected": rejected(5)},
        {"flowId": flow.id, "rejected": rejected(6)},
        {"flowId": flow.id, "outcome": "noBatch"},
        {"flowId": flow.id, "outcome": "promotionFailed"},
        {"flowId": flow.id, "outcome": "partialSuccess", "rows": 1000, "bytes": 5000, "outputBytes": 4000},
    ]);
    stage.order(orders).await.expect_status(201);
    stage.advance(90 * MINUTE).await;
    let mut runs = stage.runs(&flow).await;
    runs.reverse();
    let statuses: Vec<&str> = runs.iter().map(status).collect();
    assert_eq!(statuses, ["success", "success", "failed", "failed", "failed", "partialSuccess"]);
    let [nothing, few, many, no_batch, failed, partial] = runs.as_slice() else { panic!("{runs:?}") };
    let metrics = &nothing["metrics"];
    assert_eq!(metrics["sizeSummary"], json!({"inputBytes": 0}));
    assert_eq!(metrics["recordSummary"], json!({"inputRecordCount": 0}));
    assert!(metrics.get("fileSummary").is_none());
    assert_eq!(nothing["activities"].as_array().unwrap().len(), 1);
    for (run, output) in [(few, 95), (many, 0)] {
        let metrics = &run["metrics"];
        assert_eq!(metrics["recordSummary"]["outputRecordCount"], output);
        assert_eq!(metrics["statusSummary"]["errors"][0]["code"], "CONNECTOR-2001-500");
        let extensions = &run["activities"][1]["statusSummary"]["extensions"];
        let codes: Vec<&Value> =
            extensions["errors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
        assert_eq!(codes, ["INGEST-1212-400", "MAPPER-3700-400"]);
        assert!(extensions["manifest"]["failedRecords"].as_str().unwrap().ends_with("path=row_errors"));
        assert!(extensions["manifest"]["sampleErrors"].as_str().unwrap().ends_with("row_error_samples.json"));
    }
    assert_eq!(few["metrics"]["recordSummary"]["failedRecordCount"], 5);
    assert_eq!(no_batch["metrics"]["statusSummary"]["errors"][0]["code"], "CONNECTOR-3001-500");
    let promotion = &failed["activities"][1];
    assert_eq!(promotion["sizeSummary"]["inputBytes"], -1);
    assert_eq!(promotion["fileSummary"]["inputFileCount"], -1);
    assert_eq!(promotion["statusSummary"]["extensions"]["errors"][0]["code"], "133");
    assert_eq!(partial["metrics"]["recordSummary"]["inputRecordCount"], 1000);
    assert_eq!(partial["metrics"]["sizeSummary"], json!({"inputBytes": 5000, "outputBytes": 4000}));
}

#[tokio::test]
async fn a_stuck_run_holds_up_the_next_ones_until_it_is_released() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.order(json!({"flowId": flow.id, "run": "next", "stuck": true})).await.expect_status(201);
    stage.advance(100 * MINUTE).await;
    assert_eq!(stage.statuses(&flow).await, ["inProgress", "success"]);
    let stuck = stage.runs(&flow).await.remove(0);
    stage.end(&stuck, json!({"end": "release"})).await.expect_status(204);
    assert_eq!(status(&stage.run(stuck["id"].as_str().unwrap()).await), "success");
    stage.advance(MINUTE).await;
    assert_eq!(stage.statuses(&flow).await, ["success"; 7]); // those at 30 to 90 follow one after another
}

#[tokio::test]
async fn runs_are_made_finished_and_failed_at_once() {
    let stage = Stage::new();
    let flow = stage.once().await;
    stage.advance(MINUTE).await;
    let make = async || {
        let order = json!({"flowId": flow.id, "run": "now", "stuck": true, "rows": 7});
        let made = stage.order(order).await.expect_status(201).json();
        stage.run(made["ordered"][0]["id"].as_str().unwrap()).await
    };
    let (first, second) = (make().await, make().await);
    stage.end(&first, json!({"end": "finish"})).await.expect_status(204);
    stage
        .end(&second, json!({"end": "fail", "outcome": "promotionFailed", "code": "9"}))
        .await
        .expect_status(204);
    let read = async |run: &Value| stage.run(run["id"].as_str().unwrap()).await;
    let (first, second) = (read(&first).await, read(&second).await);
    assert_eq!((status(&first), status(&second)), ("success", "failed"));
    assert_eq!(first["metrics"]["recordSummary"]["inputRecordCount"], 7);
    assert_eq!(second["activities"][1]["statusSummary"]["extensions"]["errors"][0]["code"], "9");
    let over = stage.end(&first, json!({"end": "fail"})).await;
    assert_refused(&over, "", "the run is over: it is success");
}

#[tokio::test]
async fn an_outcome_for_all_runs_of_a_flow_or_a_sandbox_holds_until_it_is_forgotten() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let scope = format!("?imsOrgId={}&sandbox=prod", stage.tenant.ims_org);
    let default = json!({"outcome": "nothingNew"}).to_string();
    let ordered =
        stage.control.send(Method::POST, &format!("/runs{scope}"), "application/json", default).await;
    assert_eq!(ordered.expect_status(201).json(), json!({"ordered": [{"run": "all"}]}));
    let failing = stage.every_quarter().await;
    stage
        .order(json!({"flowId": failing.id, "run": "all", "outcome": "copyFailed"}))
        .await
        .expect_status(201);
    stage.advance(16 * MINUTE).await;
    let records = |runs: &[Value]| -> Vec<Value> {
        runs.iter().map(|run| run["metrics"]["recordSummary"]["inputRecordCount"].clone()).collect()
    };
    assert_eq!(records(&stage.runs(&flow).await), [0, 100]);
    assert_eq!(stage.statuses(&failing).await, ["failed", "success"]);
    let shown = stage.control.get("/runs").await.expect_status(200).json();
    assert_eq!(shown["sandboxes"][0]["default"], json!({"outcome": "nothingNew"}));
    assert_eq!(shown["sandboxes"][0]["flows"][0]["all"], json!({"outcome": "copyFailed"}));
    assert_eq!(shown["sandboxes"][0]["flows"][0]["next"], 3);
    stage.control.delete(&format!("/runs{scope}")).await.expect_status(204);
    stage.advance(15 * MINUTE).await;
    assert_eq!(records(&stage.runs(&flow).await), [100, 0, 100]);
    assert_eq!(stage.statuses(&failing).await, ["success", "failed", "success"]);
}

#[tokio::test]
async fn wrong_orders_are_refused_with_their_places() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let id = flow.id.as_str();
    for (order, path, reason) in [
        (json!({"outcome": "copyFailed"}), "", "has no flowId"),
        (json!({"flowId": "x"}), "/flowId", "must be the id of a flow"),
        (json!({"flowId": "65b7cfcc-6b2e-47c8-8194-13005b792752"}), "/flowId", "is not the id of a flow"),
        (json!({"flowId": id, "run": 0}), "/run", "must be a whole number"),
        (json!({"flowId": id, "run": "last"}), "/run", "must be one of next, all, now"),
        (
            json!({"flowId": id, "run": 1}),
            "/run",
            "has started already: the next run of the flow is number 2",
        ),
        (json!({"flowId": id, "outcome": "boom"}), "/outcome", "must be one of success"),
        (json!({"flowId": id, "code": "1"}), "/code", "goes with an outcome that fails"),
        (json!({"flowId": id, "row": 1}), "/row", "did you mean rows?"),
        (json!([{"flowId": id}, {"run": 5}]), "/1/run", "goes with a flowId"),
        (json!([]), "", "must have 1 to 1000 elements"),
    ] {
        assert_refused(&stage.order(order).await, path, reason);
    }
    let run = stage.runs(&flow).await.remove(0);
    for (end, path, reason) in [
        (json!({}), "/end", "is missing"),
        (json!({"end": "stop"}), "/end", "must be one of release, finish, fail"),
        (json!({"end": "fail", "outcome": "success"}), "/outcome", "is not one that fails"),
        (json!({"end": "finish", "outcome": "copyFailed"}), "/outcome", "use fail"),
        (json!({"end": "release", "rows": 1}), "", "release takes no outcome"),
    ] {
        assert_refused(&stage.end(&run, end).await, path, reason);
    }
    let unknown = json!({"id": "65b7cfcc-6b2e-47c8-8194-13005b792752"});
    stage.end(&unknown, json!({"end": "finish"})).await.expect_status(404);
    assert_eq!(stage.statuses(&flow).await, ["inProgress"]);
}

#[tokio::test]
async fn the_library_does_what_the_calls_do() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let mock = &stage.mock;
    mock.order_runs(&json!({"flowId": flow.id, "stuck": true})).unwrap();
    mock.order_runs_of(&stage.tenant.ims_org, "prod", &json!({"outcome": "nothingNew"})).unwrap();
    stage.advance(15 * MINUTE).await;
    let stuck = stage.runs(&flow).await.remove(0);
    mock.end_run(stuck["id"].as_str().unwrap(), &json!({"end": "fail", "code": "2200"})).unwrap();
    assert_eq!(stage.statuses(&flow).await, ["failed", "success"]);
    mock.forget_ordered_runs().unwrap();
    assert!(mock.end_run("nope", &json!({"end": "finish"})).is_err());
}

#[tokio::test]
async fn a_run_that_is_made_now_leaves_the_queue_to_the_runs_behind_it() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let failing = json!({"flowId": flow.id, "outcome": "copyFailed"});
    let empty = json!({"flowId": flow.id, "outcome": "nothingNew", "run": 3});
    stage.order(json!([failing, empty])).await.expect_status(201);
    stage.advance(MINUTE).await;
    let made =
        stage.order(json!({"flowId": flow.id, "run": "now", "rows": 7})).await.expect_status(201).json();
    assert_eq!(made["ordered"][0]["run"], 2);
    let shown = stage.control.get("/runs").await.expect_status(200).json();
    let planned = shown["sandboxes"][0]["flows"][0]["planned"].clone();
    assert_eq!(planned.as_array().unwrap().iter().map(|one| &one["run"]).collect::<Vec<_>>(), [3, 4]);
    stage.advance(45 * MINUTE).await;
    let records = |run: &Value| run["metrics"]["recordSummary"]["inputRecordCount"].clone();
    let runs = stage.runs(&flow).await;
    let seen: Vec<_> = runs.iter().map(|run| (status(run), records(run))).collect();
    let expected = [
        ("success", json!(100)),
        ("success", json!(0)),
        ("failed", json!(null)),
        ("success", json!(7)),
        ("success", json!(100)),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn the_next_run_without_an_order_may_come_before_one_with_an_order() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let order = |run: Value| json!({"flowId": flow.id, "run": run, "outcome": "nothingNew"});
    let orders = json!([order(json!(3)), order(json!("next")), order(json!("next"))]);
    let made = stage.order(orders).await.expect_status(201).json();
    let numbers: Vec<&Value> =
        made["ordered"].as_array().unwrap().iter().map(|ordered| &ordered["run"]).collect();
    assert_eq!(numbers, [3, 2, 4]);
}

#[tokio::test]
async fn orders_for_a_flow_of_a_stream_are_refused_with_what_to_do() {
    let stage = Stage::new();
    let flow = stage.streaming().await;
    for run in [json!("next"), json!("now"), json!("all"), json!(5)] {
        let order = json!({"flowId": flow.id, "run": run, "outcome": "copyFailed"});
        assert_refused(&stage.order(order).await, "/flowId", "send messages to its inlet");
    }
    assert!(stage.runs(&flow).await.is_empty());
}

#[tokio::test]
async fn the_code_of_a_run_without_a_batch_is_shown_and_skipped_rows_are_at_most_those_that_are_left() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let orders = json!([
        {"flowId": flow.id, "outcome": "noBatch", "code": "77", "message": "no room"},
        {"flowId": flow.id, "outcome": "partialSuccess", "rows": 10, "skipped": 500},
    ]);
    stage.order(orders).await.expect_status(201);
    stage.advance(31 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    let metrics = &runs[1]["metrics"];
    assert_eq!(metrics["recordSummary"]["failedInfo"], json!([{"code": "77", "message": "no room"}]));
    assert_eq!(metrics["statusSummary"]["errors"][0]["code"], "CONNECTOR-3001-500");
    let records = &runs[0]["metrics"]["recordSummary"];
    let counts = ["inputRecordCount", "outputRecordCount", "skippedRecordCount", "failedRecordCount"];
    assert_eq!(counts.map(|key| records[key].as_u64().unwrap()), [10, 0, 9, 1]);
}

#[tokio::test]
async fn an_export_after_all_orders_were_forgotten_is_the_one_before() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let before = stage.control.export().await;
    for run in ["next", "all"] {
        stage.order(json!({"flowId": flow.id, "run": run, "outcome": "copyFailed"})).await.expect_status(201);
        assert_ne!(stage.control.export().await, before);
        stage.control.delete("/runs").await.expect_status(204);
        assert_eq!(stage.control.export().await, before);
    }
}
