//! The commands in `docs/flows.md`.

#![cfg(unix)]

use crate::support;
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/flows.md");

#[tokio::test]
async fn the_documented_commands_make_a_flow_that_holds_its_connections() {
    let mock = support::server(|_| {});
    let blocks: Vec<&str> =
        PAGE.split("\n```bash\n").skip(1).filter_map(|block| block.split("\n```").next()).collect();
    assert_eq!(blocks.len(), 2);
    let script = blocks.join("\necho\n").replace("http://127.0.0.1:8080", &mock.url());
    let ran = tokio::task::spawn_blocking(move || {
        std::process::Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output()
    });
    let output = ran.await.expect("it ends").expect("bash runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    let (flow, refusals) = printed.split_once('\n').expect("two parts");
    let flow: Value = serde_json::from_str(flow).expect("JSON");
    assert_eq!(flow["items"][0]["state"], "enabled");
    for code in ["FLOW-1418-400", "FLOW-1447-400"] {
        assert_eq!(refusals.matches(&format!("errors/{code}\"")).count(), 1, "{refusals}");
    }
}
