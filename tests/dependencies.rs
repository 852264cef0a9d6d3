//! `docs/dependencies.md` lists the dependencies in `Cargo.toml`.

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// The crates in the tables of a section of the documentation.
fn documented(section: &str) -> BTreeSet<String> {
    let text = include_str!("../docs/dependencies.md");
    let (_, rest) = text.split_once(&format!("\n## {section}\n")).expect("the section exists");
    let section = rest.split("\n## ").next().unwrap_or_default();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    for row in &rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.trim().is_empty()), "{row}");
    }
    let names: BTreeSet<String> = rows.iter().map(|row| row.split('`').nth(1).unwrap().to_owned()).collect();
    assert_eq!(names.len(), rows.len(), "a crate is listed twice");
    names
}

/// The dependencies in `Cargo.toml`: those of the crate, and those of its tests only.
fn declared() -> [BTreeSet<String>; 2] {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(cargo).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "flowmock").expect("flowmock");
    let dependencies = package["dependencies"].as_array().expect("dependencies");
    let of_kind = |is_dev: bool| -> BTreeSet<String> {
        let of_kind = dependencies.iter().filter(|dependency| (dependency["kind"] == "dev") == is_dev);
        of_kind.map(|dependency| dependency["name"].as_str().expect("a name").to_owned()).collect()
    };
    let built = of_kind(false);
    let mut tests: BTreeSet<String> = of_kind(true).difference(&built).cloned().collect();
    tests.remove("flowmock");
    [built, tests]
}

#[test]
fn the_documentation_lists_exactly_the_dependencies_in_cargo_toml() {
    let [built, tests] = declared();
    assert_eq!(documented("In the binary and the library"), built);
    assert_eq!(documented("In tests and benchmarks"), tests);
}
