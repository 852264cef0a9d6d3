//! All packages, pages and examples name one version, that of `Cargo.toml`, and `.ci/set-version` changes it everywhere.

use regex::Regex;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Files and folders in which the version may be named. A published crate has only some of them.
const NAMED_IN: [&str; 6] = ["README.md", "Dockerfile", "docs", "examples", "packages", "src/cli"];

/// Folders that hold the output of tools.
const IGNORED: [&str; 6] = ["node_modules", "target", "dist", ".venv", "__pycache__", "build"];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `path`, or `path` itself.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let is_ignored = |path: &Path| IGNORED.iter().any(|name| path.ends_with(name));
    let entries = fs::read_dir(path).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    entries.filter(|path| !is_ignored(path)).flat_map(|path| files(&path)).collect()
}

/// The places in which a text names the version of flowmock.
static CONTEXTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    const VERSION: &str = "([0-9]+[.][0-9]+[.][0-9]+(?:-[0-9A-Za-z.]*[0-9A-Za-z])?)";
    let contexts = [
        // `flowmock 0.1.0`, `flowmock:0.1.0`, `flowmock==0.1.0`, `flowmock-0.1.0`
        format!("lowmock(?:[ :@-]|==){VERSION}"),
        format!(r#""(?:flowmock|@flowmock/[a-z0-9-]+)": "[~^]?{VERSION}""#),
        format!(r#""name": "(?:flowmock|@flowmock/[a-z0-9-]+)",\s+"version": "{VERSION}""#),
        format!(r#""pid":[0-9]+,"version":"{VERSION}""#),
        format!(r#"\.image\.version="{VERSION}""#),
        format!(r#""server": "{VERSION}""#),
        format!("(?m)^v{VERSION}$"),
        // `flowmock = "0.1"`, which stands for all versions of that kind
        r#"(?m)^flowmock = (?:\{ version = )?"([0-9]+[.][0-9]+)""#.to_owned(),
    ];
    contexts.iter().map(|context| Regex::new(context).expect("an expression")).collect()
});

/// The versions of flowmock that a text names, each with its context.
fn named(text: &str) -> Vec<(String, String)> {
    // Expressions are slow in a test build, so they get only the lines in which they can find something.
    let has_number =
        |line: &str| line.split('.').skip(1).any(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let lines: Vec<&str> =
        text.lines().filter(|line| has_number(line) || line.contains("\"name\": ")).collect();
    let text = lines.join("\n");
    let found = CONTEXTS.iter().flat_map(|context| context.captures_iter(&text));
    found.map(|found| (found[1].to_owned(), found[0].to_owned())).collect()
}

/// The places below `root` that name another version than `expected`, and the number of those that name it.
fn other_versions(root: &Path, expected: &str) -> (Vec<String>, usize) {
    let (mut others, mut matching) = (Vec::new(), 0);
    for file in NAMED_IN.iter().flat_map(|name| files(&root.join(name))) {
        // The changelog names every version.
        let Ok(text) = fs::read_to_string(&file) else { continue };
        if file.ends_with("docs/changelog.md") {
            continue;
        }
        for (version, context) in named(&text) {
            if version == expected || expected.starts_with(&format!("{version}.")) {
                matching += 1;
            } else {
                others.push(format!("{}: {context}", file.strip_prefix(root).unwrap_or(&file).display()));
            }
        }
    }
    (others, matching)
}

/// The versions of the crates in a workspace and of what they ask of each other, as Cargo reads them.
fn crate_versions(root: &Path) -> Vec<(String, String)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(cargo).args(arguments).current_dir(root).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut versions = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        versions.push((text(&package["name"]), text(&package["version"])));
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let own = dependencies.iter().filter(|dependency| {
            // flowmock itself, for its own tests, is asked for by its path alone.
            text(&dependency["name"]).starts_with("flowmock") && dependency["req"] != "*"
        });
        versions.extend(own.map(|dependency| {
            let requirement = text(&dependency["req"]);
            (
                format!("the dependency {}", text(&dependency["name"])),
                requirement.trim_start_matches('^').to_owned(),
            )
        }));
    }
    versions
}

/// The versions of our crates in a lock file.
fn locked(lock: &str) -> Vec<String> {
    let entry =
        Regex::new(r#"name = "flowmock(?:-json-schema)?"\nversion = "([^"]*)""#).expect("an expression");
    entry.captures_iter(lock).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_page_package_and_example_names_the_version_of_the_crate() {
    let (others, matching) = other_versions(project(), VERSION);
    assert!(others.is_empty(), "not {VERSION}; .ci/set-version changes every place:\n{}", others.join("\n"));
    assert!(matching >= 5, "only {matching} places: the expressions no longer find them");
}

#[test]
fn the_crates_have_one_version_and_ask_for_it() {
    let versions = crate_versions(project());
    assert!(versions.iter().any(|(name, _)| name == "flowmock"), "{versions:?}");
    for (name, version) in versions {
        assert_eq!(version, VERSION, "{name}");
    }
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"].map(|lock| fs::read_to_string(project().join(lock))) {
        let versions = lock.map(|lock| locked(&lock)).unwrap_or_default();
        assert!(versions.iter().all(|version| version == VERSION), "{versions:?}");
    }
}

#[test]
fn the_python_package_takes_its_version_from_the_crate() {
    let Ok(manifest) = fs::read_to_string(project().join("packages/python/pyproject.toml")) else { return };
    let is_dynamic =
        manifest.lines().any(|line| line.starts_with("dynamic = ") && line.contains("\"version\""));
    assert!(is_dynamic && !manifest.lines().any(|line| line.starts_with("version")), "{manifest}");
}

#[test]
fn the_changelog_begins_with_what_is_unreleased_and_releases_are_ordered_and_dated() {
    let changelog = include_str!("../docs/changelog.md");
    let headings: Vec<&str> = changelog.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let (first, releases) = headings.split_first().expect("headings");
    assert_eq!(*first, "[Unreleased]");
    let release = Regex::new(r"^\[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d\d-\d\d$").expect("an expression");
    let releases: Vec<[u32; 3]> = releases
        .iter()
        .map(|heading| release.captures(heading).unwrap_or_else(|| panic!("{heading}")))
        .map(|found| [1, 2, 3].map(|part| found[part].parse().expect("a number")))
        .collect();
    assert!(releases.is_sorted_by(|newer, older| newer > older), "{releases:?}");
    if let Some([major, minor, patch]) = releases.first() {
        assert_eq!(format!("{major}.{minor}.{patch}"), VERSION, "the newest release");
    }
}

/// Copies files and folders of the project below `to`.
fn copy(names: &[&str], to: &Path) {
    for file in names.iter().flat_map(|name| files(&project().join(name))) {
        let copy = to.join(file.strip_prefix(project()).expect("a file of the project"));
        fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
        fs::copy(&file, copy).expect("a copy");
    }
}

#[cfg(unix)]
#[test]
fn one_command_changes_the_version_everywhere() {
    if !project().join(".ci/set-version").exists() {
        return; // a published crate
    }
    let copied = tempfile::tempdir().expect("a folder");
    let root = copied.path();
    copy(
        &["Cargo.toml", "Cargo.lock", "fuzz/Cargo.lock", ".ci/set-version", "src/lib.rs", "src/json_schema"],
        root,
    );
    copy(&NAMED_IN, root);
    copy(&["src/main.rs", "tests/api/pact/sample.json"], root);
    let set = |version: &str| Command::new("python3").arg(root.join(".ci/set-version")).arg(version).output();
    let output = set("98.7.6").expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let (others, matching) = other_versions(root, "98.7.6");
    assert!(others.is_empty(), "still named:\n{}", others.join("\n"));
    assert_eq!(matching, other_versions(project(), VERSION).1);
    for (name, version) in crate_versions(root) {
        assert_eq!(version, "98.7.6", "{name}");
    }
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let versions = locked(&fs::read_to_string(root.join(lock)).expect("a lock file"));
        assert!(
            !versions.is_empty() && versions.iter().all(|version| version == "98.7.6"),
            "{lock}: {versions:?}"
        );
    }
    let sample = fs::read_to_string(root.join("tests/api/pact/sample.json")).expect("a sample");
    assert!(sample.contains(r#""version": "98.7.6""#));
    let changelog = fs::read_to_string(root.join("docs/changelog.md")).expect("a changelog");
    let headings: Vec<&str> = changelog.lines().filter(|line| line.starts_with("## ")).take(2).collect();
    assert!(headings[0] == "## [Unreleased]" && headings[1].starts_with("## [98.7.6] - "), "{headings:?}");

    assert!(!set("98.7").expect("python3 runs").status.success(), "a version has three numbers");
}
