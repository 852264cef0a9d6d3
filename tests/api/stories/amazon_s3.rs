//! Amazon S3: files of a folder, some rows of which are rejected.

use super::{NOW, Story};
use reqwest::Method;
use serde_json::json;

const AMAZON_S3: &str = "ecadc60c-7455-4d87-84dc-2a0e293d997b";

#[tokio::test]
async fn files_are_taken_hourly_and_rejected_rows_can_be_downloaded() {
    let story = Story::begin(|_| {}).await;
    let base = json!({
        "name": "bucket",
        "connectionSpec": { "id": AMAZON_S3, "version": "1.0" },
        "auth": { "specName": "Access Key", "params": { "s3AccessKey": "key", "s3SecretKey": "secret" } }
    });
    let base = story.create("/connections", base).await;
    story.get(&format!("/connections/{base}/explore?objectType=root")).await;
    let source = json!({
        "name": "files",
        "baseConnectionId": base,
        "data": {
            "format": "delimited",
            "properties": { "columnDelimiter": "|", "encoding": "UTF-8", "compressionType": "gzip" }
        },
        "params": { "path": "/dir", "type": "folder", "recursive": true },
        "connectionSpec": { "id": AMAZON_S3, "version": "1.0" }
    });
    let source = story.create("/sourceConnections", source).await;
    let (target, mapping) = story.target_and_mapping(None).await;
    let spec = story.flow_spec("CloudStorageToAEP").await;
    assert_eq!(spec, "9753525b-82c7-4dce-8a9b-5ccfce2b9876");
    let flow = json!({
        "name": "files",
        "flowSpec": { "id": spec, "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [{ "name": "Mapping", "params": { "mappingId": mapping, "mappingVersion": 0 } }],
        "scheduleParams": { "startTime": NOW.to_string(), "frequency": "hour", "interval": "1" },
        "options": { "errorDiagnosticsEnabled": true, "partialIngestionPercent": 5 }
    });
    let flow = story.create("/flows", flow).await;
    assert_eq!(story.item(&format!("/flows/{flow}")).await["scheduleParams"]["interval"], "1");
    let order = json!({ "flowId": flow, "run": 2, "rows": 100, "rejected": [{ "code": "INGEST-1401-400" }] });
    let ordered = story.control.send(Method::POST, "/runs", "application/json", order.to_string()).await;
    ordered.expect_status(201);
    story.wait(3660).await;
    let runs = story.runs(&flow).await;
    assert_eq!(runs.len(), 2);
    let metrics = &runs[0]["metrics"];
    assert_eq!(metrics["statusSummary"]["status"], "success");
    assert_eq!(metrics["recordSummary"]["failedRecordCount"], 1);
    assert!(metrics["fileSummary"]["inputFileCount"].as_u64() > Some(0), "{metrics}");
    let activities = runs[0]["activities"].as_array().expect("activities");
    let promotion = activities.iter().find(|one| one["name"] == "Promotion Activity").expect("a promotion");
    let manifest = &promotion["statusSummary"]["extensions"]["manifest"];
    let rows = manifest["failedRecords"].as_str().expect("an address");
    let path = rows.strip_prefix(&story.mock.url()).expect("an address of this server");
    let files = story.call(Method::GET, path, None).await.expect_status(200).json();
    let file = files["data"][0]["_links"]["self"]["href"].as_str().expect("a link");
    let file = file.strip_prefix(&story.mock.url()).expect("an address of this server");
    let lines = story.call(Method::GET, file, None).await.expect_status(200);
    let lines = String::from_utf8(lines.body).expect("text");
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 1);
    assert!(lines[0]["_errors"][0]["code"].is_string(), "{lines:?}");
    let batch = &promotion["targetInfo"][0]["reference"]["ids"][0];
    let batch = batch.as_str().expect("an id");
    let read = story.call(Method::GET, &format!("/data/foundation/catalog/batches/{batch}"), None).await;
    let read = read.expect_status(200).json();
    assert_eq!(read[batch]["status"], "success");
    assert_eq!(read[batch]["metrics"]["failedRecordCount"], 1);
    story
        .assert_pact_has(&[
            "createConnection answers 201",
            "createSourceConnection answers 201",
            "createTargetConnection answers 201",
            "createFlow answers 201",
        ])
        .await;
}
