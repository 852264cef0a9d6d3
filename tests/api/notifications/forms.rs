//! The three documented forms of payloads.

use super::{START, Stage};
use crate::support::table_flow;
use serde_json::{Value, json};

/// Lets a run succeed and one fail; returns the payloads and the run of each as the API answers it.
async fn payloads(form: &str, count: usize) -> (Stage, Vec<Value>, Vec<Value>) {
    let stage = Stage::registered(json!({"form": form})).await;
    let flow = stage.tenant.table_chain().await.flow;
    stage.order(json!({"flowId": flow.id, "run": 2, "outcome": "copyFailed", "code": "2200"})).await;
    stage.advance(2000).await;
    stage.log("").await;
    stage.advance(15 * super::MINUTE).await;
    let posted = stage.webhook.wait_for(count).await;
    assert_eq!(posted.len(), count, "{posted:#?}");
    let runs = stage.tenant.walk(&format!("/runs?property=flowId=={}&orderby=createdAt", flow.id)).await;
    (stage, posted.iter().map(|one| one.json()).collect(), runs)
}

/// The run without its links, whose host is the one by which its reader knows the server.
fn without(mut payload: Value, keys: &[&str]) -> Value {
    keys.iter().for_each(|key| _ = payload.as_object_mut().unwrap().shift_remove(*key).expect("the key"));
    payload
}

#[tokio::test]
async fn the_current_form_is_the_run_with_the_flows_name_and_a_header() {
    let (stage, payloads, runs) = payloads("current", 4).await;
    let [started, succeeded, started_again, failed] = <[Value; 4]>::try_from(payloads).unwrap();
    for (payload, code) in [
        (&started, "source_flow_run_info"),
        (&succeeded, "source_flow_run_info"),
        (&started_again, "source_flow_run_info"),
        (&failed, "source_flow_run_error"),
    ] {
        let header = json!({"_adobeio": {
            "imsOrgId": stage.tenant.ims_org, "providerMetadata": "aep_observability_catalog_events", "eventCode": code
        }});
        assert_eq!(payload["header"], header);
        assert_eq!(payload["flowName"], "orders");
    }
    for (ended, run) in [(&succeeded, &runs[0]), (&failed, &runs[1])] {
        assert_eq!(without((*ended).clone(), &["flowName", "header"]), without(run.clone(), &["flowSpec"]));
    }
    assert_eq!(failed["metrics"]["statusSummary"]["status"], "failed");
    assert_eq!(started["metrics"], json!({"statusSummary": {"status": "inProgress"}}));
    assert_eq!((&started["activities"], &started["updatedAt"]), (&json!([]), &json!(START)));
    assert_eq!((&started["id"], &started_again["id"]), (&runs[0]["id"], &runs[1]["id"]));
    assert_ne!(started["etag"], succeeded["etag"]);
}

#[tokio::test]
async fn the_older_form_of_successes_has_an_event_and_its_id() {
    let (stage, payloads, runs) = payloads("event", 2).await;
    let (succeeded, failed) = (&payloads[0], &payloads[1]);
    assert_eq!(succeeded.as_object().unwrap().len(), 2);
    assert!(
        succeeded["event_id"].as_str().unwrap().len() == 36 && succeeded["event_id"] != failed["event_id"]
    );
    let event = &succeeded["event"];
    let header = json!({"_adobeio": {
        "imsOrgId": stage.tenant.ims_org, "providerMetadata": "aep_observability_catalog_events",
        "eventCode": "sources_flow_run_success"
    }});
    assert_eq!(event["header"], header);
    assert_eq!((&event["slaCreatedAt"], &event["processStartTime"]), (&json!(START), &json!(START)));
    assert_eq!(event["transformedTime"], START + 2000);
    let added = ["slaCreatedAt", "processStartTime", "header", "transformedTime"];
    assert_eq!(without(event.clone(), &added), runs[0]);
    assert_eq!(failed["event"]["header"]["_adobeio"]["eventCode"], "sources_flow_run_failure");
}

#[tokio::test]
async fn the_older_form_of_failures_has_messages_with_the_run_as_value() {
    let (stage, payloads, runs) = payloads("messages", 2).await;
    let failed = json!([{"messages": [{
        "msgType": "eventNotification", "version": "1.0", "timestamp": START + 15 * super::MINUTE + 1000,
        "imsOrgId": stage.tenant.ims_org, "schema": {"name": "run-notification", "version": "1.0"},
        "provider": "FlowService",
        "_eventNotificationMeta": {"category": "Platform Notifications", "type": "sources_flow_run_failed"},
        "value": runs[1],
    }]}]);
    assert_eq!(payloads[1], failed);
    let succeeded = &payloads[0][0]["messages"][0]["_eventNotificationMeta"]["type"];
    assert_eq!(succeeded, "sources_flow_run_success");
}

#[tokio::test]
async fn a_flow_whose_spec_has_no_notifications_sends_none() {
    let stage = Stage::registered(json!({})).await;
    let spec = json!({
        "name": "quiet", "providerId": "0ed90a81-07f4-4586-8190-b40eccef1c5a", "version": "1.0",
        "sourceConnectionSpecIds": [crate::support::ATS], "targetConnectionSpecIds": [crate::support::DATA_LAKE],
        "transformationSpecs": [{"name": "Copy", "spec": {}}, {"name": "Mapping", "spec": {}}],
        "scheduleSpec": {"name": "PeriodicSchedule", "type": "Periodic", "spec": {}},
    });
    let spec = stage.tenant.post("/flowSpecs", &spec).await.expect_status(201).json();
    let chain = stage.tenant.table_chain().await;
    let mut quiet = table_flow("quiet", &chain.source, &chain.target);
    quiet["flowSpec"]["id"] = spec["id"].clone();
    let quiet = stage.tenant.create_at("/flows", &quiet).await;
    stage.advance(2000).await;
    assert_eq!(stage.tenant.walk(&format!("/runs?property=flowId=={}", quiet.id)).await.len(), 1);
    let log = stage.log("").await;
    assert_eq!(log.len(), 2);
    assert!(log.iter().all(|one| one["flowId"] == chain.flow.id.as_str()), "{log:#?}");
}
