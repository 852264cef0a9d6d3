//! `--inlet-url`: where `inletUrl` points.

use super::{Stream, post_to};
use crate::support::{Answer, Tenant, rename, server, streaming};
use flowmock::{Config, InletUrl};
use serde_json::{Value, json};

fn local(config: &mut Config) {
    config.inlet_url = InletUrl::Local;
}

#[tokio::test]
async fn a_local_inlet_is_at_the_host_that_the_creating_client_used() {
    let mock = server(local);
    let stream = Stream::raw(&mock).await;
    assert_eq!(stream.url, format!("{}/collection/{}", mock.url(), stream.inlet));
    post_to(&stream.url, &json!({"orderId": 1})).await.expect_status(200);
    assert_eq!(stream.messages(), [json!({"orderId": 1})]);

    let body = streaming(&json!({"dataType": "raw"}));
    let through_name =
        stream.tenant.request(reqwest::Method::POST, "/connections").header("Host", "flowmock:8080");
    let made = Answer::to(through_name.json(&body)).await.expect_status(201).written();
    let url = |item: &Value| item["auth"]["params"]["inletUrl"].as_str().expect("a text").to_owned();
    let first = url(&stream.tenant.read(&made.id).await);
    assert!(first.starts_with("http://flowmock:8080/collection/"), "{first}");
    // A later write by another name keeps the address.
    stream.tenant.patch(&made, rename("renamed")).await.expect_status(200);
    assert_eq!(url(&stream.tenant.read(&made.id).await), first);
}

#[tokio::test]
async fn messages_are_taken_wherever_the_inlet_is_said_to_be() {
    let mock = server(|config| config.inlet_url = InletUrl::At("http://mock.test:81/below/".into()));
    let stream = Stream::raw(&mock).await;
    assert_eq!(stream.url, format!("http://mock.test:81/below/collection/{}", stream.inlet));
    stream.send(&json!({})).await.expect_status(200);
    let documented = server(|_| {});
    let stream = Stream::raw(&documented).await;
    assert_eq!(stream.url, format!("https://dcs.adobedc.net/collection/{}", stream.inlet));
    // As if the documented host resolved to this server.
    Answer::to(stream.request("").header("Host", "dcs.adobedc.net").body("{}")).await.expect_status(200);
}

#[tokio::test]
async fn a_state_document_gets_the_addresses_of_the_server_that_reads_it() {
    let before = server(local);
    let stream = Stream::raw(&before).await;
    let (state, ims_org) = (before.state(), stream.tenant.ims_org.clone());
    let after = server(local);
    after.seed(&state).expect("a state");
    let read = Tenant::on(&after).of_org(&ims_org).read(&stream.connection.id).await;
    assert_eq!(read["auth"]["params"]["inletId"], *stream.inlet);
    let url = read["auth"]["params"]["inletUrl"].as_str().expect("a text");
    assert_eq!(url, format!("{}/collection/{}", after.url(), stream.inlet));
    post_to(url, &json!({})).await.expect_status(200);
    // Where addresses are the documented ones, a document keeps its own.
    let documented = server(|_| {});
    documented.seed(&state).expect("a state");
    let read = Tenant::on(&documented).of_org(&ims_org).read(&stream.connection.id).await;
    assert_eq!(read["auth"]["params"]["inletUrl"], *stream.url);
}
