//! The inlet alone says whose a message is, whatever became of its connection.

use super::{Stream, expect_inlet_error};
use crate::support::{Answer, Control, HTTP_API, Tenant, request, server, shared, state_of, streaming};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

async fn send(mock: &FlowMock, inlet: &str) -> Answer {
    Answer::to(request(mock, Method::POST, &format!("/collection/{inlet}")).body("{}")).await
}

async fn expect_unknown(mock: &FlowMock, inlet: &str) {
    expect_inlet_error(send(mock, inlet).await, 404, "Inlet not found", "no streaming connection");
}

fn raw() -> Value {
    json!({"dataType": "raw"})
}

#[tokio::test]
async fn an_inlet_that_no_connection_has_is_a_404() {
    for inlet in ["0123", &"0".repeat(64), "batch", "%ff"] {
        let answer = send(shared(), inlet).await;
        let text = if inlet == "%ff" { "no streaming connection has this inlet" } else { inlet };
        expect_inlet_error(answer, 404, "Inlet not found", text);
    }
}

#[tokio::test]
async fn a_deleted_connection_has_no_inlet() {
    let stream = Stream::raw(shared()).await;
    stream.send(&json!({})).await.expect_status(200);
    stream.tenant.delete(&format!("/connections/{}", stream.connection.id)).await.expect_status(204);
    expect_unknown(shared(), &stream.inlet).await;
    expect_unknown(shared(), &stream.inlet).await;
}

#[tokio::test]
async fn a_draft_gets_a_working_inlet_when_it_is_published() {
    let tenant = Tenant::on(shared());
    let draft = tenant.create_draft(streaming(&raw())).await;
    let inlet = tenant.read(&draft.id).await["auth"]["params"]["inletId"].as_str().expect("an id").to_owned();
    expect_inlet_error(send(shared(), &inlet).await, 404, "Inlet not found", &inlet);
    tenant.action(&draft.id, "op=publish").await.expect_status(200);
    send(shared(), &inlet).await.expect_status(200);
}

#[tokio::test]
async fn inlets_of_equal_connections_in_two_sandboxes_are_apart() {
    let tenant = Tenant::on(shared());
    let one = Stream::by(shared(), tenant.in_sandbox("one"), raw()).await;
    let two = Stream::by(shared(), tenant.in_sandbox("two"), raw()).await;
    one.send(&json!(1)).await.expect_status(200);
    two.send(&json!(2)).await.expect_status(200);
    assert_eq!((one.messages(), two.messages()), (vec![json!(1)], vec![json!(2)]));
    Control::of(shared())
        .post(&format!("/reset?imsOrgId={}&sandbox=one", tenant.ims_org))
        .await
        .expect_status(204);
    expect_unknown(shared(), &one.inlet).await;
    two.send(&json!(3)).await.expect_status(200);
    assert_eq!(two.messages(), [json!(2), json!(3)]);
}

#[tokio::test]
async fn snapshots_bring_inlets_back_and_take_them_away_with_their_messages() {
    let mock = server(|_| {});
    let control = Control::of(&mock);
    let stream = Stream::raw(&mock).await;
    stream.send(&json!(1)).await.expect_status(200);
    control.put("/snapshots/with").await.expect_status(204);
    control.post("/reset").await.expect_status(204);
    assert!(stream.messages().is_empty());
    expect_unknown(&mock, &stream.inlet).await;
    control.put("/snapshots/without").await.expect_status(204);
    for _ in 0..2 {
        control.post("/snapshots/with/restore").await.expect_status(204);
        assert!(stream.messages().is_empty());
        stream.send(&json!(2)).await.expect_status(200);
        assert_eq!(stream.messages(), [json!(2)]);
        control.post("/snapshots/without/restore").await.expect_status(204);
        expect_unknown(&mock, &stream.inlet).await;
    }
}

#[tokio::test]
async fn inlets_of_state_documents_work_with_ids_of_their_own() {
    let mock = server(|_| {});
    let params = |inlet: &str| {
        json!({
            "sourceId": "s", "name": "s", "dataType": "raw", "inletId": inlet, "inletUrl": "https://dcs.adobedc.net/collection/x",
        })
    };
    let connection = |inlet: &str| {
        json!({
            "name": "seeded", "connectionSpec": {"id": HTTP_API, "version": "1.0"},
            "auth": {"specName": "Streaming Connection", "params": params(inlet)},
        })
    };
    expect_unknown(&mock, "of-its-own").await;
    let state = |inlet: &str| state_of("A@AdobeOrg", "prod", json!({"connections": [connection(inlet)]}));
    mock.seed(&state("of-its-own")).expect("a state");
    send(&mock, "of-its-own").await.expect_status(200);
    mock.seed(&state("another")).expect("a state");
    send(&mock, "another").await.expect_status(200);
    send(&mock, "of-its-own").await.expect_status(200);
    Control::of(&mock).replace(&state("third")).await.expect_status(204);
    send(&mock, "third").await.expect_status(200);
    expect_unknown(&mock, "another").await;
    // Two sandboxes have one inlet: a message goes to the one that still has it.
    for sandbox in ["one", "two"] {
        let document = state_of("A@AdobeOrg", sandbox, json!({"connections": [connection("shared")]}));
        mock.seed(&document).expect("a state");
    }
    send(&mock, "shared").await.expect_status(200);
    for sandbox in ["one", "two"] {
        send(&mock, "shared").await.expect_status(200);
        Control::of(&mock)
            .post(&format!("/reset?imsOrgId=A@AdobeOrg&sandbox={sandbox}"))
            .await
            .expect_status(204);
    }
    expect_unknown(&mock, "shared").await;
}
