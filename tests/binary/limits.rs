//! `docs/limits.md` is what `--help` says.

use crate::process::{Server, flowmock, run};
use flowmock::Config;
use std::collections::BTreeMap;
use std::{fs, thread};

/// What `--help` says of the flags that take a number: flag, variable and default.
fn limits() -> BTreeMap<String, [String; 2]> {
    let help = run(flowmock(["--help"])).stdout;
    let mut limits = BTreeMap::new();
    for block in help.split("\n      --").skip(1) {
        let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
        let Some((flag, "<N>" | "<BYTES>" | "<MS>")) = first.split_once(' ') else { continue };
        let value = |key: &str| {
            let (_, value) =
                rest.split_once(&format!("[{key}: ")).unwrap_or_else(|| panic!("no {key} in {block}"));
            value.split(']').next().unwrap_or_default().trim_end_matches('=').to_owned()
        };
        limits.insert(flag.to_owned(), [value("env"), value("default")]);
    }
    limits
}

#[test]
fn the_table_of_limits_has_each_flag_that_takes_a_number_with_its_variable_field_and_default() {
    let limits = limits();
    assert!(limits.len() >= 12, "{limits:?}");
    let text = include_str!("../../docs/limits.md");
    let table = text.split("\nThese cannot:").next().unwrap_or_default();
    let rows: BTreeMap<&str, Vec<&str>> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `--")?.split_once("` | "))
        .map(|(flag, rest)| {
            (flag, rest.split(" | ").map(|cell| cell.trim_matches(['`', '|', ' '])).collect())
        })
        .collect();
    assert!(rows.keys().copied().eq(limits.keys().map(String::as_str)), "{rows:?}\n{limits:?}");
    let config = format!("{:?}", Config::default());
    for (flag, [variable, default]) in &limits {
        let row = &rows[flag.as_str()];
        assert_eq!(row.len(), 5, "--{flag}: {row:?}");
        assert_eq!([row[0], row[2]], [variable, default], "--{flag}");
        assert_eq!(row[1], flag.trim_end_matches("-ms").replace('-', "_"), "--{flag}");
        assert!(config.contains(&format!(" {}: ", row[1])), "{} is no field of {config}", row[1]);
    }
}

/// Each thread keeps memory of its own, so they must not grow in number with the clients.
#[cfg(target_os = "linux")]
#[test]
fn however_many_clients_reset_at_once_there_are_few_threads() {
    const WORKERS: usize = 2;
    let server = Server::start(["--worker-threads", &WORKERS.to_string()]);
    let (client, url) =
        (reqwest::blocking::Client::new(), server.url("/_flowmock/reset?imsOrgId=TEST@AdobeOrg"));
    let reset_again_and_again = |number: usize| {
        for _ in 0..20 {
            let answer = client.post(format!("{url}&sandbox=s{number}")).send().unwrap();
            assert_eq!(answer.status(), 204);
        }
    };
    thread::scope(|scope| {
        for number in 0..48 {
            let reset_again_and_again = &reset_again_and_again;
            scope.spawn(move || reset_again_and_again(number));
        }
    });
    let tasks = fs::read_dir(format!("/proc/{}/task", server.pid())).unwrap();
    let names = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default());
    let at_work = names.filter(|name| name.trim_end() == "flowmock-worker").count();
    assert!(at_work <= WORKERS + 4, "{at_work} threads");
}
