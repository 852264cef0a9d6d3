//! Fault rules for one organisation or sandbox strike the messages to its inlets, which name neither.

use super::Stream;
use flowmock::{FaultRule, FlowMock};
use serde_json::json;

#[tokio::test]
async fn a_rule_for_a_sandbox_strikes_messages_to_its_inlets_alone() {
    let mock = FlowMock::start();
    let ours = Stream::raw(&mock).await;
    let theirs = Stream::by(&mock, ours.tenant.in_sandbox("dev"), json!({"dataType": "raw"})).await;
    let rule = FaultRule::new().ims_org(&ours.tenant.ims_org).sandbox(&ours.tenant.sandbox);
    mock.fault(rule.path("/collection/{id}").status(503));
    for (stream, status) in [(&ours, 503), (&theirs, 200)] {
        stream.send(&json!({"a": 1})).await.expect_status(status);
    }
    // Headers of the message do not decide: the inlet does.
    let request = theirs.request("").header("x-gw-ims-org-id", &ours.tenant.ims_org);
    let request = request.header("x-sandbox-name", &ours.tenant.sandbox).body("{}");
    crate::support::Answer::to(request).await.expect_status(200);
    mock.clear_faults();
    mock.fault(FaultRule::new().sandbox("dev").operation("sendMessages").status(429));
    let batch = json!({"messages": [{"a": 1}]});
    ours.send_batch("", &batch).await.expect_status(207);
    theirs.send_batch("", &batch).await.expect_status(429);
}

#[tokio::test]
async fn a_rate_limit_by_sandbox_counts_the_messages_of_each_alone() {
    let mock = FlowMock::start();
    let ours = Stream::raw(&mock).await;
    let theirs = Stream::by(&mock, ours.tenant.in_sandbox("dev"), json!({"dataType": "raw"})).await;
    let limit = json!({"match": {"path": "/collection/{id}"},
        "action": {"rateLimit": {"perSecond": 0.001, "per": "sandbox"}}});
    mock.fault(FaultRule::from_json(&limit).expect("a rule"));
    for stream in [&ours, &theirs] {
        stream.send(&json!({"a": 1})).await.expect_status(200);
        stream.send(&json!({"a": 2})).await.expect_status(429);
    }
}
