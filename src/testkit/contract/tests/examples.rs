//! Runs the examples in `docs/contract-rules.md` with bash and curl, each against a server of its own. A bad example
//! breaks only its own rule, a good one none.

#![cfg(unix)]

use super::support::{broken, server};
use crate::testkit::contract::rule::RuleId;
use std::collections::{BTreeSet, VecDeque};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

const PAGE: &str = include_str!("../../../../docs/contract-rules.md");

struct Example {
    rule: &'static str,
    script: &'static str,
    is_bad: bool,
}

/// The `bash` blocks in a part of the page.
fn blocks(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split("\n```bash\n").skip(1).map(|block| block.split("\n```").next().unwrap())
}

/// The prelude of all examples, which is the first block of its section, and the examples.
fn examples() -> (&'static str, VecDeque<Example>) {
    let rules = PAGE.split("\n## Examples\n").nth(1).unwrap();
    let mut examples = VecDeque::new();
    for rule in RuleId::ALL {
        let rule = rule.rule().id;
        let section =
            rules.split(&format!("\n### {rule}\n")).nth(1).unwrap_or_else(|| panic!("no section {rule}"));
        let section = section.split("\n### ").next().unwrap();
        let [block] = blocks(section).collect::<Vec<_>>()[..] else { panic!("{rule} needs one block") };
        let (bad, good) =
            block.split_once("\n# Good\n").unwrap_or_else(|| panic!("{rule} has no good example"));
        let bad = bad.strip_prefix("# Bad\n").unwrap_or_else(|| panic!("{rule} has no bad example"));
        for (script, is_bad) in [(bad, true), (good, false)] {
            examples.push_back(Example { rule, script, is_bad });
        }
    }
    (blocks(rules).next().unwrap(), examples)
}

/// Runs an example; returns the rules that it broke, and the requests that the server got.
fn run(prelude: &str, script: &str) -> (BTreeSet<&'static str>, String) {
    let mock = server(|_| {});
    let script = format!("{prelude}\n{script}").replace("http://127.0.0.1:8080", &mock.url());
    let output =
        Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output().expect("bash and curl");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n{errors}");
    let snapshot = mock.settled().contract_snapshot();
    let offences = snapshot.consumers.iter().flat_map(|consumer| &consumer.broken);
    let offences: Vec<String> =
        offences.map(|broken| format!("{}: {:?}", broken.rule.rule().id, broken.first)).collect();
    (broken(&snapshot), format!("{}\n{}", String::from_utf8_lossy(&output.stdout), offences.join("\n")))
}

/// The mistake in an example, if there is one.
fn check(prelude: &str, example: &Example) -> Option<String> {
    let Example { rule, script, is_bad } = *example;
    let expected: BTreeSet<&str> = is_bad.then_some(rule).into_iter().collect();
    // Pauses depend on time: a busy machine may pause for the client.
    let tries =
        if is_bad && ["retry-without-pause", "polling-too-fast", "runs-polled-too-fast"].contains(&rule) {
            20
        } else {
            1
        };
    let mut last = None;
    for _ in 0..tries {
        let (broken, story) = run(prelude, script);
        if broken == expected {
            return None;
        }
        let kind = if is_bad { "bad" } else { "good" };
        last = Some(format!("the {kind} example of {rule} broke {broken:?}\n{script}\n{story}"));
    }
    last
}

#[test]
fn each_bad_example_breaks_only_its_rule_and_each_good_one_none() {
    const WORKERS: usize = 4;
    let (prelude, examples) = examples();
    assert_eq!(examples.len(), 2 * RuleId::ALL.len());
    let (examples, wrong) = (Mutex::new(examples), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(example) = { examples.lock().unwrap().pop_front() } {
                    wrong.lock().unwrap().extend(check(prelude, &example));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
