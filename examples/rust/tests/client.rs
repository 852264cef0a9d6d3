//! The client against flowmock. Each test has a server of its own, which starts in milliseconds.

use flow_service_client::{Access, Failure, FlowService};
use flowmock::{Expectation, FaultRule, FlowMock, Times};
use std::collections::HashSet;

const CONNECTION_STRING: &str = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0";

fn client(mock: &FlowMock) -> FlowService {
    let [token, api_key, ims_org, sandbox] = ["token", "key", "ACME@AdobeOrg", "prod"].map(str::to_owned);
    FlowService::new(&mock.base_url(), Access { token, api_key, ims_org, sandbox })
}

#[test]
fn a_created_connection_can_be_read() {
    let mock = FlowMock::start();
    let created = client(&mock).create("orders", CONNECTION_STRING).unwrap();
    let read = client(&mock).get(&created.id).unwrap();
    assert_eq!((read.name.as_str(), &read.etag), ("orders", &created.etag));
}

#[test]
fn every_page_is_read() {
    let mock = FlowMock::start();
    let client = client(&mock);
    let created =
        (0..120).map(|number| client.create(&format!("table {number}"), CONNECTION_STRING).unwrap().id);
    let created: HashSet<String> = created.collect();
    let listed: Vec<String> = client.all().unwrap().into_iter().map(|connection| connection.id).collect();
    assert_eq!(listed.len(), 120);
    assert_eq!(HashSet::from_iter(listed), created);
}

#[test]
fn a_call_is_repeated_while_the_service_is_unavailable() {
    let mock = FlowMock::start();
    mock.fault(FaultRule::new().operation("listConnections").times(2).error("FLOW-1103-503"));
    assert!(client(&mock).all().unwrap().is_empty());
    mock.assert_received(&Expectation::new().operation("listConnections").times(Times::exactly(3)));
}

#[test]
fn a_connection_that_somebody_else_changed_is_not_overwritten() {
    let mock = FlowMock::start();
    let client = client(&mock);
    let read = client.create("orders", CONNECTION_STRING).unwrap();
    client.rename(&read, "sales").unwrap();
    assert!(matches!(client.rename(&read, "invoices"), Err(Failure::Stale)));
    assert_eq!(client.get(&read.id).unwrap().name, "sales");
}

#[test]
fn the_client_keeps_the_rules_of_the_api() {
    let mock = FlowMock::start();
    let client = client(&mock);
    let created = client.create("orders", CONNECTION_STRING).unwrap();
    client.rename(&created, "sales").unwrap();
    client.all().unwrap();
    mock.assert_contract();
}
