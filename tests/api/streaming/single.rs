//! A single message.

use super::{Stream, expect_inlet_error};
use crate::support::{Answer, Tenant, request, server, shared, with, without};
use flowmock::Auth;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_raw_inlet_takes_any_json_and_answers_with_the_documented_receipt() {
    let stream = Stream::raw(shared()).await;
    for message in [json!({"orderId": 1}), json!([1, 2]), json!("text"), json!({"header": 7})] {
        let receipt = stream.send(&message).await.expect_status(200).json();
        assert_eq!(receipt.as_object().expect("an object").len(), 3);
        assert_eq!(receipt["inletId"], *stream.inlet);
        let (id, ms) = (receipt["xactionId"].as_str().expect("an id"), &receipt["receivedTimeMs"]);
        let numbers: Vec<u64> = id.split(':').map(|part| part.parse().expect("a number")).collect();
        assert!(numbers.len() == 3 && json!(numbers[0]) == *ms, "{receipt}");
    }
    assert_eq!(stream.messages().len(), 4);
}

#[tokio::test]
async fn the_endpoint_needs_none_of_the_headers_of_the_flow_service() {
    let stream = Stream::raw(shared()).await;
    // No token, key, organisation, sandbox or content type was sent in the test above; a GET is not served.
    let get = request(shared(), Method::GET, &format!("/collection/{}", stream.inlet));
    assert_eq!(Answer::to(get).await.expect_status(405).header("allow"), "POST");
    let trailing = request(shared(), Method::POST, &format!("/collection/{}/", stream.inlet)).body("{}");
    Answer::to(trailing).await.expect_status(200);
}

#[tokio::test]
async fn an_xdm_inlet_takes_messages_in_an_envelope() {
    let stream = Stream::xdm(shared()).await;
    let message = stream.xdm_message(&json!({"_id": "1"}));
    stream.send(&message).await.expect_status(200);
    stream.send(&without(message.clone(), "/header/imsOrgId")).await.expect_status(200);
    assert_eq!(stream.messages()[0], message);
}

#[tokio::test]
async fn a_message_that_is_no_xdm_is_refused_as_documented() {
    let stream = Stream::xdm(shared()).await;
    let message = stream.xdm_message(&json!({"_id": "1"}));
    for (wrong, text) in [
        (without(message.clone(), "/header"), "no header"),
        (without(message.clone(), "/header/schemaRef"), "schemaRef"),
        (without(message.clone(), "/body"), "no body"),
        (with(message.clone(), "/body", json!("text")), "no body"),
        (with(message.clone(), "/header/imsOrgId", json!("OTHER@AdobeOrg")), "OTHER@AdobeOrg"),
        (with(message.clone(), "/header/imsOrgId", json!(7)), "imsOrgId"),
        (json!([]), "no header"),
    ] {
        let answer = stream.send(&wrong).await;
        let start = format!("inletId: [{}] imsOrgId: [{}] ", stream.inlet, stream.tenant.ims_org);
        assert!(answer.json()["report"]["message"].as_str().expect("a text").starts_with(&start));
        expect_inlet_error(answer, 400, "Invalid XDM Message Format", text);
    }
    for wrong in ["", "{", "{\"a\": 1, \"a\": 2}"] {
        let answer = Answer::to(stream.request("").body(wrong)).await;
        expect_inlet_error(answer, 400, "Invalid XDM Message Format", "not valid JSON");
    }
    assert!(stream.messages().is_empty());
}

#[tokio::test]
async fn validation_by_either_name_checks_more_before_the_message_is_taken() {
    let stream = Stream::xdm(shared()).await;
    let message = stream.xdm_message(&json!({"_id": "1"}));
    let without_entity = without(message.clone(), "/body/xdmEntity");
    let without_id = without(message.clone(), "/header/schemaRef/id");
    for query in ["?syncValidation=true", "?synchronousValidation=TRUE"] {
        stream.send_to(query, &message).await.expect_status(200);
        for (wrong, text) in [(&without_entity, "xdmEntity"), (&without_id, "schemaRef")] {
            expect_inlet_error(stream.send_to(query, wrong).await, 400, "Invalid XDM Message Format", text);
        }
    }
    for query in ["", "?syncValidation=false", "?synchronousValidation=no", "?other=true"] {
        stream.send_to(query, &without_entity).await.expect_status(200);
    }
    let raw = Stream::raw(shared()).await;
    let answer = raw.send_to("?syncValidation=true", &json!({})).await;
    expect_inlet_error(answer, 400, "Invalid XDM Message Format", "x-adobe-flow-id");
}

#[tokio::test]
async fn the_flow_is_named_in_the_header_the_query_or_the_message() {
    let flow_of = |stream: &Stream<'_>| {
        stream.mock.inlet_messages(&stream.inlet).last().and_then(|message| message.flow_id.clone())
    };
    let raw = Stream::raw(shared()).await;
    raw.send(&json!({"flowId": "no"})).await.expect_status(200);
    assert_eq!(flow_of(&raw), None);
    raw.send_to("?x-adobe-flow-id=in-query", &json!({})).await.expect_status(200);
    assert_eq!(flow_of(&raw).as_deref(), Some("in-query"));
    let both = raw.request("?x-adobe-flow-id=in-query").header("x-adobe-flow-id", "in-header").body("{}");
    Answer::to(both).await.expect_status(200);
    assert_eq!(flow_of(&raw).as_deref(), Some("in-header"));
    let xdm = Stream::xdm(shared()).await;
    let message = with(xdm.xdm_message(&json!({})), "/header/flowId", json!("in-message"));
    xdm.send(&message).await.expect_status(200);
    assert_eq!(flow_of(&xdm).as_deref(), Some("in-message"));
}

#[tokio::test]
async fn an_inlet_with_authentication_required_needs_a_bearer_token() {
    let title = "Authorization";
    let required = json!({"dataType": "raw", "authenticationRequired": true});
    let stream = Stream::of(shared(), required.clone()).await;
    let answer = stream.send(&json!({})).await;
    assert_eq!(answer.json()["report"]["message"], format!("[{}] Ims service token is empty", stream.inlet));
    expect_inlet_error(answer, 401, title, "empty");
    for wrong in ["Bearer ", "Basic YTpi", "token"] {
        let answer = Answer::to(stream.request("").header("Authorization", wrong).body("{}")).await;
        expect_inlet_error(answer, 401, title, "empty");
    }
    let with_token = stream.request("").bearer_auth("token").body("{}");
    Answer::to(with_token).await.expect_status(200);

    let strict = server(|config| config.auth = Auth::Issued);
    let tenant = Tenant::on(&strict);
    let token = strict.access_token(&tenant.api_key, &tenant.ims_org).expect("a token");
    let stream = Stream::by(&strict, tenant.with_token(&token), required).await;
    let send = |token: &str| Answer::to(stream.request("").bearer_auth(token).body("{}"));
    send(&token).await.expect_status(200);
    expect_inlet_error(send("made-up").await, 401, title, "not valid");
    let other = strict.access_token("key", "OTHER@AdobeOrg").expect("a token");
    expect_inlet_error(send(&other).await, 401, title, "another organisation");
    assert_eq!(stream.messages().len(), 1);
}

#[tokio::test]
async fn a_body_of_more_than_a_megabyte_is_a_413() {
    let stream = Stream::raw(shared()).await;
    let text = |bytes: usize| Value::String("x".repeat(bytes - 2));
    stream.send(&text(1024 * 1024)).await.expect_status(200);
    let answer = stream.send(&text(1024 * 1024 + 1)).await;
    expect_inlet_error(answer, 413, "Payload Too Large", "1048576");
    let small = server(|config| config.max_body_bytes = 2000);
    let stream = Stream::raw(&small).await;
    stream.send(&text(2000)).await.expect_status(200);
    expect_inlet_error(stream.send(&text(2001)).await, 413, "Payload Too Large", "2000");
}

#[tokio::test]
async fn compressed_and_other_encodings_are_treated_as_elsewhere() {
    let stream = Stream::raw(shared()).await;
    let odd = stream.request("").header("Content-Encoding", "br").body("{}");
    Answer::to(odd).await.expect_error("FLOW-1004-415");
    let odd = stream.request("").header("Content-Type", "application/json; charset=utf-16").body("{}");
    Answer::to(odd).await.expect_error("FLOW-1004-415");
    let long = format!("?{}", "x".repeat(20_000));
    stream.send_to(&long, &json!({})).await.expect_error("FLOW-1004-414");
    stream.send_to("?x=%ff", &json!({})).await.expect_error("FLOW-1452-400");
}

#[tokio::test]
async fn ids_of_messages_follow_the_seed() {
    let seeded = || server(|config| config.deterministic = Some(7));
    let (one, two) = (seeded(), seeded());
    let mut ids = Vec::new();
    for mock in [&one, &two] {
        let tenant = Tenant::on(mock).of_org("A@AdobeOrg");
        let stream = Stream::by(mock, tenant, json!({"dataType": "raw"})).await;
        let mut of_one = Vec::new();
        for _ in 0..3 {
            of_one.push(stream.send(&json!({})).await.expect_status(200).json()["xactionId"].clone());
        }
        assert!(of_one[0] != of_one[1] && of_one[1] != of_one[2]);
        ids.push(of_one);
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn the_journal_knows_the_call_and_hides_credentials_in_it() {
    let stream = Stream::raw(shared()).await;
    stream.send(&json!({"password": "hunter2", "orderId": 7})).await.expect_status(200);
    let filter = flowmock::RequestFilter::new().path(&format!("/collection/{}", stream.inlet));
    let recorded = shared().requests(&filter);
    assert_eq!(recorded[0].operation.as_deref(), Some("sendMessage"));
    let shown = format!("{:?}", recorded[0].body);
    assert!(shown.contains("orderId") && !shown.contains("hunter2"), "{shown}");
}
