//! Azure Table Storage: a flow that copies a table every quarter of an hour.

use super::{NOW, Story};
use crate::support::{ATS, ats};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_table_is_copied_on_schedule_monitored_paused_repeated_and_deleted() {
    let story = Story::begin(|config| config.check_references = true).await;
    let base = story.create("/connections", ats("orders")).await;
    let tables = story.tenant.get(&format!("/connections/{base}/explore?objectType=root")).await;
    let tables = tables.expect_status(200).json();
    let table = tables[0]["name"].as_str().expect("a table").to_owned();
    let columns =
        story.get(&format!("/connections/{base}/explore?objectType=table&object={table}")).await["schema"]["columns"]
            .clone();
    let source = json!({
        "name": "ATS source",
        "baseConnectionId": base,
        "data": { "format": "tabular" },
        "params": { "tableName": table, "columns": columns },
        "connectionSpec": { "id": ATS, "version": "1.0" }
    });
    let source = story.create("/sourceConnections", source).await;
    let (target, mapping) = story.target_and_mapping(None).await;
    let spec = story.flow_spec("CRMToAEP").await;
    assert_eq!(spec, "14518937-270c-4525-bdec-c2ba7cce3860");
    let delta = json!({ "name": "Timestamp", "dateFormat": "yyyy-MM-ddTHH:mm:ssZ", "timezone": "UTC" });
    let flow = json!({
        "name": "ATS flow",
        "flowSpec": { "id": spec, "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [
            { "name": "Copy", "params": { "deltaColumn": delta } },
            { "name": "Mapping", "params": { "mappingId": mapping, "mappingVersion": 0 } }
        ],
        "scheduleParams": { "startTime": NOW, "frequency": "minute", "interval": 15, "backfill": true }
    });
    let made = story.tenant.create_at("/flows", &flow).await;
    let path = format!("/flows/{}", made.id);
    let item = story.item(&path).await;
    assert_eq!(item["state"], "enabled");
    assert_eq!(item["inheritedAttributes"]["sourceConnections"][0]["baseConnection"]["id"], json!(base));
    assert_eq!(item["inheritedAttributes"]["properties"], json!({ "isSourceFlow": true }));

    // The first run begins at once, and the next a quarter of an hour later.
    assert_eq!(story.statuses(&made.id).await, ["inProgress"]);
    story.wait(60).await;
    let run = story.runs(&made.id).await.remove(0);
    assert_eq!(run["metrics"]["statusSummary"]["status"], "success");
    assert!(run["metrics"]["recordSummary"]["inputRecordCount"].as_u64() > Some(0), "{run}");
    assert_eq!(run["activities"].as_array().map(Vec::len), Some(2));
    assert_eq!(story.item(&path).await["lastRunDetails"]["id"], run["id"]);
    story.wait(15 * 60).await;
    assert_eq!(story.statuses(&made.id).await, ["success"; 2]);

    // Its schedule changes.
    let daily = json!([{ "op": "replace", "path": "/scheduleParams/frequency", "value": "day" }]);
    let patch = |etag: String| {
        let request = story.tenant.request(Method::PATCH, &path).header("If-Match", etag);
        crate::support::Answer::to(request.body(daily.to_string()))
    };
    let patched = patch(made.etag.clone()).await.expect_status(200).written();
    assert_ne!(patched.etag, made.etag);
    patch(made.etag.clone()).await.expect_error("FLOW-1404-412");
    let operation = story.item(&path).await["lastOperation"].clone();
    assert_eq!((&operation["operation"], &operation["ops"]), (&json!("update"), &daily));

    // Paused, it does not run; afterwards it does. A failed run is repeated.
    story.act(&path, "disable").await.expect_status(200);
    story.wait(3 * 24 * 3600).await;
    assert_eq!(story.statuses(&made.id).await.len(), 2);
    let order = json!({ "flowId": made.id, "run": 3, "outcome": "copyFailed", "code": "1337" }).to_string();
    let ordered = story.control.send(Method::POST, "/runs", "application/json", order).await;
    ordered.expect_status(201);
    story.act(&path, "enable").await.expect_status(200);
    story.wait(12 * 24 * 3600).await; // the interval is 15 days now
    let failed = story.runs(&made.id).await.remove(0);
    assert_eq!(failed["metrics"]["statusSummary"]["errors"][0]["code"], "CONNECTOR-1001-500");
    assert_eq!(failed["metrics"]["recordSummary"]["failedInfo"][0]["code"], "1337");
    let id = failed["id"].as_str().expect("an id");
    let again = story.act(&format!("/runs/{id}"), "re-trigger").await.expect_status(200).written();
    story.wait(60).await;
    let again = story.item(&format!("/runs/{}", again.id)).await;
    assert_eq!(again["metrics"]["statusSummary"]["status"], "success");
    assert_eq!(story.item(&format!("/runs/{id}")).await, failed);

    // Everything is deleted from the end of the chain to its beginning.
    let paths = [
        format!("/connections/{base}"),
        format!("/sourceConnections/{source}"),
        format!("/targetConnections/{target}"),
    ];
    for (path, code) in paths.iter().zip(["FLOW-1418-400", "FLOW-1447-400", "FLOW-1447-400"]) {
        story.tenant.delete(path).await.expect_error(code);
    }
    story.delete_all(std::slice::from_ref(&path)).await;
    story.tenant.get(&path).await.expect_error("FLOW-1439-404");
    let kept = story.item(&format!("/runs/{id}")).await;
    assert_eq!(kept["id"], failed["id"]);
    story.delete_all(&paths).await;
    story
        .assert_pact_has(&[
            "createConnection answers 201",
            "createSourceConnection answers 201",
            "createTargetConnection answers 201",
            "createFlow answers 201",
            "updateFlow answers 200",
            "updateFlow answers 412 FLOW-1404-412",
            "actOnFlow answers 200",
            "deleteSourceConnection answers 400 FLOW-1447-400",
            "deleteConnection answers 400 FLOW-1418-400",
            "deleteFlow answers 204",
        ])
        .await;
}

#[tokio::test]
async fn a_table_is_copied_on_demand() {
    let story = Story::begin(|_| {}).await;
    let base = story.create("/connections", ats("orders")).await;
    let source = json!({
        "name": "ATS source",
        "baseConnectionId": base,
        "data": { "format": "tabular" },
        "params": { "tableName": "Customers" },
        "connectionSpec": { "id": ATS, "version": "1.0" }
    });
    let source = story.create("/sourceConnections", source).await;
    let (target, mapping) = story.target_and_mapping(None).await;
    let flow = json!({
        "name": "on demand",
        "flowSpec": { "id": story.flow_spec("CRMToAEP").await, "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [{ "name": "Mapping", "params": { "mappingId": mapping, "mappingVersion": "0" } }],
        "scheduleParams": { "startTime": NOW, "frequency": "once" }
    });
    let made = story.tenant.create_at("/flows", &flow).await;
    story.wait(60).await;
    assert_eq!(story.statuses(&made.id).await, ["success"]);
    let run = json!({
        "flowId": made.id,
        "params": {
            "startTime": (NOW + 60).to_string(),
            "windowStartTime": (NOW - 3600).to_string(),
            "windowEndTime": NOW.to_string(),
            "deltaColumn": { "name": "Timestamp" }
        }
    });
    let answer = story.tenant.post("/runs/", &run).await.expect_status(201).json();
    assert_eq!(answer["items"][0]["id"], answer["id"]);
    story.wait(60).await;
    let path = format!("/runs/{}", answer["id"].as_str().expect("an id"));
    let run_read = story.item(&path).await;
    assert_eq!(run_read["params"], run["params"]);
    assert_eq!(run_read["metrics"]["statusSummary"]["status"], "success");
    let item = story.item(&format!("/flows/{}", made.id)).await;
    assert_eq!(item["transformations"][1]["params"]["deltaColumn"]["name"], "Timestamp");
    assert_ne!(item["etag"], json!(made.etag));
    story
        .assert_pact_has(&[
            "createConnection answers 201",
            "createSourceConnection answers 201",
            "createTargetConnection answers 201",
            "createFlow answers 201",
            "createRun answers 201",
        ])
        .await;
}

#[tokio::test]
async fn drafts_are_completed_and_published_from_the_beginning_of_the_chain() {
    let story = Story::begin(|_| {}).await;
    let base = story.tenant.create_draft(ats("orders")).await.id;
    let source = json!({
        "name": "ATS source",
        "baseConnectionId": base,
        "data": { "format": "tabular" },
        "params": { "tableName": "Customers" },
        "connectionSpec": { "id": ATS, "version": "1.0" }
    });
    let source = story.create("/sourceConnections?mode=draft", source).await;
    let target = json!({ "name": "target", "connectionSpec": { "id": super::DATA_LAKE }, "params": { "dataSetId": "5f3c" } });
    let target = story.create("/targetConnections?mode=draft", target).await;
    let flow = json!({
        "name": "draft",
        "flowSpec": { "id": "14518937-270c-4525-bdec-c2ba7cce3860" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "scheduleParams": { "startTime": NOW, "frequency": "hour", "interval": 1 }
    });
    let flow = story.create("/flows?mode=draft", flow).await;
    let path = format!("/flows/{flow}");
    let transformations = json!([
        { "name": "Copy", "params": { "deltaColumn": { "name": "Timestamp" } } },
        { "name": "Mapping", "params": { "mappingId": "0b090130b58b4e819afc78b6dc98a945", "mappingVersion": 0 } }
    ]);
    let add = json!([{ "op": "add", "path": "/transformations", "value": transformations }]);
    let request = story.tenant.request(Method::PATCH, &path).header("If-Match", "*").body(add.to_string());
    crate::support::Answer::to(request).await.expect_status(200);
    let chain = [
        format!("/connections/{base}"),
        format!("/sourceConnections/{source}"),
        format!("/targetConnections/{target}"),
        path.clone(),
    ];
    for late in [&chain[1], &chain[3]] {
        story.act(late, "publish").await.expect_error("FLOW-1422-400");
    }
    assert_eq!(story.statuses(&flow).await, [""; 0]);
    for next in &chain {
        story.act(next, "publish").await.expect_status(200);
        assert_eq!(story.item(next).await["state"], "enabled");
    }
    assert_eq!(story.statuses(&flow).await, ["inProgress"]);
    story
        .assert_pact_has(&[
            "createConnection answers 201",
            "createSourceConnection answers 201",
            "createTargetConnection answers 201",
            "createFlow answers 201",
            "updateFlow answers 200",
            "actOnFlow answers 200",
        ])
        .await;
}
