//! The provider state and the tables in `docs/pact.md`.

use crate::support::Tenant;
use flowmock::FlowMock;

const DOCUMENTATION: &str = include_str!("../../../docs/pact.md");

#[cfg(unix)]
#[tokio::test]
async fn the_documented_state_is_accepted() {
    let mock = FlowMock::start();
    let blocks = DOCUMENTATION.split("\n```bash\n").skip(1).filter_map(|block| block.split("\n```").next());
    let command = blocks.into_iter().find(|block| block.contains("/pact/state")).expect("a command");
    let command = command.replace("http://127.0.0.1:8080", &mock.url());
    let ran = tokio::task::spawn_blocking(move || {
        std::process::Command::new("bash").args(["-euo", "pipefail", "-c", &command]).output()
    });
    let output = ran.await.unwrap().expect("bash runs");
    let values: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(values["connectionId"], "139f6a5f-a78b-4744-9f6a-5fa78bd74431");
    assert_eq!(values["bareEtag"], "1400dd53-0000-0200-0000-5f3f23450000");
    let tenant = Tenant::on(&mock).of_org("EXAMPLE@AdobeOrg").in_sandbox("pact");
    let name = tenant.read("139f6a5f-a78b-4744-9f6a-5fa78bd74431").await["name"].clone();
    assert_eq!(name, "orders");
}

#[tokio::test]
async fn exactly_the_documented_states_are_known() {
    let mock = FlowMock::start();
    let table = DOCUMENTATION.split("\n| State |").nth(1).expect("a table").split("\n\n").next().unwrap();
    let documented: Vec<&str> = table.lines().skip(2).filter_map(|row| row.split('`').nth(1)).collect();
    let control = crate::support::Control::of(&mock);
    let body = serde_json::json!({"state": "nonsense"}).to_string();
    let answer = control.send(reqwest::Method::POST, "/pact/state", "application/json", body).await;
    let (_, reason) = answer.problems(400).remove(0);
    let (_, known) = reason.split_once("known are ").expect("a list");
    let known: Vec<String> = known.split(", ").map(|name| name.trim_matches('"').to_owned()).collect();
    assert_eq!(documented, known);
}
