//! `docs/limits.md` agrees with `--help`.

use crate::common::process::{flowmock, run};
use flowmock::Config;
use std::collections::BTreeMap;

/// The flags in `--help` that take a number, each with its environment variable and its default.
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
fn the_table_of_limits_lists_every_numeric_flag_with_its_variable_field_and_default() {
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
        assert!(config.contains(&format!(" {}: ", row[1])), "{config} has no field {}", row[1]);
    }
}
