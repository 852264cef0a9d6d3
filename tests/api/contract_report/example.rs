//! The report and the commands in `docs/contract-testing.md` and `docs/contract-rules.md`, which bash and curl run as
//! they are written.

use super::Api;
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, SystemTime};

const PAGE: &str = include_str!("../../../docs/contract-testing.md");
const RULES: &str = include_str!("../../../docs/contract-rules.md");

/// The first code block in `language` in a chapter of a page.
fn block(page: &'static str, chapter: &str, language: &str) -> &'static str {
    let chapter = page.split(&format!("\n## {chapter}\n")).nth(1).expect("the chapter");
    let chapter = chapter.split("\n## ").next().unwrap();
    let block = chapter.split(&format!("\n```{language}\n")).nth(1).expect("a block");
    block.split("\n```").next().unwrap()
}

async fn run(api: &Api, chapter: &str) -> String {
    let script = format!("{}\n{}", block(RULES, "Examples", "bash"), block(PAGE, chapter, "bash"));
    let script = script.replace("http://127.0.0.1:8080", &api.mock.url());
    let bash = move || Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output().expect("bash");
    let output = tokio::task::spawn_blocking(bash).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The places at which the shortened document `shown` is not part of the document `whole`; `shown` may omit elements of
/// arrays.
fn missing(shown: &Value, whole: &Value, place: &str) -> Vec<String> {
    match (shown, whole) {
        (Value::Object(shown), Value::Object(whole)) => shown
            .iter()
            .flat_map(|(key, value)| {
                missing(value, whole.get(key).unwrap_or(&Value::Null), &format!("{place}/{key}"))
            })
            .collect(),
        (Value::Array(shown), Value::Array(whole)) if shown.len() == 1 && whole.len() == 1 => {
            missing(&shown[0], &whole[0], &format!("{place}/0"))
        }
        (Value::Array(shown), Value::Array(whole)) if !shown.is_empty() => {
            let is_in = |value: &Value| whole.iter().any(|known| missing(value, known, "").is_empty());
            let absent = shown.iter().filter(|value| !is_in(value));
            absent.map(|value| format!("{place}: {value}")).collect()
        }
        _ if shown == whole => Vec::new(),
        _ => vec![format!("{place}: {shown} is {whole}")],
    }
}

#[tokio::test]
async fn the_documented_report_is_part_of_the_real_one() {
    let new_year = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let api = Api::new(|config| config.clock = Some(new_year));
    let printed = run(&api, "Reports and resets").await;
    // The report follows the answer to the first command.
    let at = printed.find("{\"version\"").expect("a report");
    let answered: Value = serde_json::from_str(&printed[at..]).unwrap();
    let shown: Value = serde_json::from_str(block(PAGE, "Reports and resets", "json")).unwrap();
    let missing = missing(&shown, &answered, "");
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test]
async fn the_documented_fault_rule_provokes_an_error_that_is_counted() {
    let api = Api::new(|_| {});
    run(&api, "Coverage").await;
    let answer = api.by("me", reqwest::Method::POST, "/connections").body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let report = api.report().await;
    let outcomes = report.consumers[0].coverage.operations.iter().flat_map(|one| &one.outcomes);
    let met: Vec<_> =
        outcomes.filter(|outcome| outcome.count > 0).map(|outcome| outcome.code.as_deref()).collect();
    assert_eq!(met, [Some("FLOW-1103-503")]);
}
