//! Segments to Amazon S3: a destination.

use super::Story;
use crate::support::Answer;
use reqwest::Method;
use serde_json::{Value, json};

const AMAZON_S3: &str = "4fce964d-3f37-408f-9778-e597338a21ee";
const SEGMENT: &str = "25768be6-ebd5-45cc-8913-12fb3f348613";
const AD_HOC: &str = "/data/core/activation/disflowprovider/adhocrun";

async fn patch(story: &Story, path: &str, operations: Value) {
    let request =
        story.tenant.request(Method::PATCH, path).header("If-Match", "*").body(operations.to_string());
    Answer::to(request).await.expect_status(200);
}

async fn ad_hoc(story: &Story, accept: &str, body: &Value) -> Answer {
    let request = story.tenant.absolute(Method::POST, AD_HOC);
    let request = crate::support::with_headers(request, story.tenant.headers());
    let request = request.header("Accept", accept).header("Content-Type", "application/json");
    Answer::to(request.body(body.to_string())).await
}

async fn base(story: &Story) -> String {
    let base = json!({
        "name": "bucket",
        "connectionSpec": { "id": AMAZON_S3, "version": "1.0" },
        "auth": { "specName": "Access Key", "params": { "s3AccessKey": "key", "s3SecretKey": "secret" } }
    });
    story.create("/connections", base).await
}

#[tokio::test]
async fn segments_are_selected_mapped_and_sent_when_asked_for() {
    const SEGMENTS: &str = "application/vnd.adobe.adhoc.activation+json; version=2";
    let story = Story::begin(|_| {}).await;
    let base = base(&story).await;
    let profiles = json!({
        "name": "profiles",
        "connectionSpec": { "id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0" }
    });
    let source = story.create("/sourceConnections", profiles).await;
    let item = story.item(&format!("/sourceConnections/{source}")).await;
    assert_eq!(item["typeInfo"], json!({ "type": "ProfileFragments", "id": "ups" }));
    let target = json!({
        "name": "bucket",
        "baseConnectionId": base,
        "params": { "mode": "Server-to-server", "bucketName": "b", "path": "p", "compression": "NONE", "fileType": "CSV" },
        "connectionSpec": { "id": AMAZON_S3, "version": "1.0" }
    });
    let target = story.create("/targetConnections", target).await;
    let empty = json!({ "selectors": [] });
    let flow = json!({
        "name": "segments",
        "flowSpec": { "id": "1a0514a6-33d4-4c7f-aff8-594799c47549", "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [
            { "name": "GeneralTransform", "params": { "segmentSelectors": empty, "profileSelectors": empty } }
        ]
    });
    let flow = story.create("/flows", flow).await;
    let path = format!("/flows/{flow}");
    let segment = json!({
        "type": "PLATFORM_SEGMENT",
        "value": {
            "id": SEGMENT,
            "name": "Buyers",
            "filenameTemplate": "%DESTINATION_NAME%_%SEGMENT_ID%",
            "exportMode": "DAILY_FULL_EXPORT",
            "schedule": { "frequency": "ONCE", "triggerType": "SCHEDULED", "startDate": "2026-11-28", "startTime": "12:00" }
        }
    });
    let selectors = "/transformations/0/params/segmentSelectors/selectors/-";
    patch(&story, &path, json!([{ "op": "add", "path": selectors, "value": segment }])).await;
    let mapping = json!({ "mappingId": "0b090130b58b4e819afc78b6dc98a945", "mappingVersion": 0 });
    let add = json!([{ "op": "add", "path": "/transformations/0/params/profileMapping", "value": mapping }]);
    patch(&story, &path, add).await;
    let item = story.item(&path).await;
    let params = &item["transformations"][0]["params"];
    assert!(params["segmentSelectors"]["selectors"][0]["value"]["createTime"].is_string(), "{item}");
    assert_eq!(params["profileMapping"], mapping);
    let property = "property=inheritedAttributes.properties.isDestinationFlow==true&limit=100&count=False";
    assert_eq!(story.get(&format!("/flows?{property}")).await["items"][0]["id"], json!(flow));
    let segments = "transformations[].params.segmentSelectors.selectors[].value.id";
    let found = story.get(&format!("/flows?property={segments}=={SEGMENT}&count=true")).await;
    assert_eq!(found, json!({ "count": 1 }));

    // Once its last run is over, it runs when asked to.
    story.wait(2 * 24 * 3600).await;
    let before = story.runs(&flow).await.len();
    let wanted = json!({ "activationInfo": { flow.as_str(): [SEGMENT] } });
    let made = ad_hoc(&story, SEGMENTS, &wanted).await.expect_status(200).json();
    let order = &made["order"][0];
    assert_eq!(order["segment"], SEGMENT);
    let url = order["statusURL"].as_str().expect("an address");
    let id = url.rsplit('/').next().expect("an id");
    assert!(url.starts_with(&story.mock.url()), "{url}");
    let busy = ad_hoc(&story, SEGMENTS, &wanted).await.expect_error("FLOW-1000-400");
    busy.naming("Following order ID(s) are not ready for dataset export");
    story.wait(60).await;
    let runs = story.runs(&flow).await;
    assert_eq!((runs.len(), &runs[0]["id"]), (before + 1, &json!(id)));
    assert_eq!(runs[0]["metrics"]["statusSummary"]["status"], "success");
    let names: Vec<&str> = runs[0]["activities"]
        .as_array()
        .expect("two")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["Activation Batch XdmProcessor Activity", "Activation Batch Publisher Activity"]);

    for (body, code, pointer) in [
        (json!({}), "FLOW-1000-400", "/activationInfo"),
        (json!({ "activationInfo": {} }), "FLOW-1000-400", "/activationInfo"),
        (json!({ "activationInfo": { flow.as_str(): [] } }), "FLOW-1000-400", ""),
        (json!({ "activationInfo": { flow.as_str(): [5] } }), "FLOW-1000-400", ""),
        (json!({ "activationInfo": { flow.as_str(): ["other"] } }), "FLOW-1000-400", ""),
        (json!({ "activationInfo": { "x": [SEGMENT] } }), "FLOW-1439-404", "/activationInfo/x"),
    ] {
        let refused = ad_hoc(&story, SEGMENTS, &body).await.expect_error(code);
        if !pointer.is_empty() {
            refused.at(pointer);
        }
    }
    story.act(&path, "disable").await.expect_status(200);
    ad_hoc(&story, SEGMENTS, &wanted).await.expect_error("FLOW-1444-400");
    story
        .assert_pact_has(&[
            "createConnection answers 201",
            "createSourceConnection answers 201",
            "createTargetConnection answers 201",
            "createFlow answers 201",
            "updateFlow answers 200",
        ])
        .await;
}

#[tokio::test]
async fn data_sets_are_sent_when_asked_for() {
    const DATA_SETS: &str = "application/vnd.adobe.adhoc.dataset.activation+json; version=1";
    let story = Story::begin(|_| {}).await;
    let base = base(&story).await;
    let source = json!({
        "name": "data sets",
        "connectionSpec": { "id": "23598e46-f560-407b-88d5-ea6207e49db0", "version": "1.0" },
        "params": { "datasets": [{ "dataSetId": "5f3c3cedb2805c194ff0b69a", "name": "Customers" }] }
    });
    let source = story.create("/sourceConnections", source).await;
    let target = json!({
        "name": "bucket",
        "baseConnectionId": base,
        "params": { "mode": "Server-to-server", "bucketName": "b", "path": "p", "compression": "GZIP", "datasetFileType": "JSON" },
        "connectionSpec": { "id": AMAZON_S3, "version": "1.0" }
    });
    let target = story.create("/targetConnections", target).await;
    let flow = json!({
        "name": "data sets",
        "flowSpec": { "id": "269ba276-16fc-47db-92b0-c1049a3c131f", "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [],
        "scheduleParams": { "startTime": super::NOW, "interval": 0, "timeUnit": "day", "exportMode": "DAILY_FULL_EXPORT" }
    });
    let flow = story.create("/flows", flow).await;
    story.wait(3600).await;
    let body = json!({
        "activationInfo": { "destinations": [{ "flowId": flow, "datasets": [{ "id": "5f3c3cedb2805c194ff0b69a" }] }] }
    });
    for accept in [DATA_SETS, "*/*"] {
        let made = ad_hoc(&story, accept, &body).await.expect_status(200).json();
        let url =
            made["destinations"][0]["datasets"][0]["statusURL"].as_str().expect("an address").to_owned();
        story.wait(3600).await;
        let id = url.rsplit('/').next().expect("an id");
        let run = story.item(&format!("/runs/{id}")).await;
        assert_eq!(run["metrics"]["statusSummary"]["status"], "success");
        assert_eq!(run["createdBy"].as_str().map(|by| by.contains('@')), Some(true));
    }
    let mut wrong = body.clone();
    wrong["activationInfo"]["destinations"][0]["datasets"][0]["id"] = json!("5f3c3cedb2805c194ff0b6ff");
    let refused = ad_hoc(&story, DATA_SETS, &wrong).await.expect_error("FLOW-1000-400");
    refused
        .at("/activationInfo/destinations/0")
        .naming("does not send the data set 5f3c3cedb2805c194ff0b6ff");
    let segments = json!({ "activationInfo": { flow.as_str(): ["x"] } });
    let other = ad_hoc(&story, "application/vnd.adobe.adhoc.activation+json; version=2", &segments).await;
    other.expect_error("FLOW-1000-400").naming("does not send segments");
    story
        .assert_pact_has(&[
            "createConnection answers 201",
            "createSourceConnection answers 201",
            "createTargetConnection answers 201",
            "createFlow answers 201",
        ])
        .await;
}
