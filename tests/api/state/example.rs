//! The documents in `docs/state.md` can be loaded and have the described content.

use super::{prod, server};
use crate::support::{Control, state_of};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::json;

const DOCUMENTATION: &str = include_str!("../../../docs/state.md");

/// The code blocks in `language`.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    DOCUMENTATION.split(&opening).skip(1).map(|rest| rest.split("```").next().expect("an end")).collect()
}

#[tokio::test]
async fn the_documented_state_can_be_loaded_and_shows_every_key() {
    let mock = server();
    let example = blocks("yaml")[0];
    Control::of(&mock).send(Method::PUT, "/state", "application/yaml", example).await.expect_status(204);
    for key in [
        "connectionSpecs",
        "connections",
        "sources",
        "counters",
        "accounts",
        "tables",
        "files",
        "sees",
        "unreachable",
    ] {
        assert!(example.contains(&format!("{key}:")), "{key}");
    }
    let tenant = prod(&mock).of_org("ACME@AdobeOrg");
    let listed = tenant.walk("/connections?orderby=name").await;
    let names: Vec<_> =
        listed.iter().map(|item| (item["name"].as_str().unwrap(), item["state"].as_str().unwrap())).collect();
    assert_eq!(
        names,
        [("events", "enabled"), ("in flight", "updating"), ("not finished", "draft"), ("orders", "disabled")]
    );
    let orders = listed[3]["id"].as_str().unwrap();
    let preview = tenant
        .get(&format!("/connections/{orders}/explore?objectType=table&object=orders&preview=true"))
        .await;
    assert_eq!(preview.expect_status(200).json()["data"][0]["Amount"], 19.9);
    assert_eq!(tenant.in_sandbox("dev").count().await, 1);
}

#[test]
fn the_other_documented_states_can_be_loaded() {
    let mock = FlowMock::start();
    let (yaml, json) = (blocks("yaml"), blocks("json"));
    assert!(yaml.len() + json.len() > 1);
    for text in yaml {
        mock.seed_yaml(text).unwrap_or_else(|refused| panic!("{refused}\n{text}"));
    }
    mock.set_state(&state_of("A", "b", json!({}))).unwrap();
}
