//! Every connection spec, every auth spec and every param has a documented call.

use crate::call::CallFile;
use crate::{beside, shapes};
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The built-in connection specs, by the names of their files.
fn documents() -> BTreeMap<String, Value> {
    let folder = Path::new(ROOT).join("fixtures/connection-specs");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let document = |path: &Path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), document(&path))).collect()
}

fn files() -> Vec<CallFile> {
    CallFile::all_in(&beside("calls"), &shapes())
}

/// The params that calls send when they create connections, by connection spec and auth spec.
fn sent_params(files: &[CallFile]) -> BTreeMap<(&str, &str), BTreeSet<&str>> {
    let mut sent: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for call in files.iter().flat_map(|file| &file.calls) {
        if let Some((spec, Some(auth_spec))) = call.creates() {
            let params = call.body.as_ref().and_then(|body| body["auth"]["params"].as_object());
            let names = params.into_iter().flat_map(|params| params.keys().map(String::as_str));
            sent.entry((spec, auth_spec)).or_default().extend(names);
        }
    }
    sent
}

#[test]
fn every_connection_spec_has_a_file_that_looks_it_up_and_uses_each_auth_spec_with_each_param() {
    let (documents, files) = (documents(), files());
    let names: Vec<&String> = files.iter().map(|file| &file.name).collect();
    assert_eq!(names, documents.keys().collect::<Vec<_>>(), "a file of calls for each connection spec");
    let sent = sent_params(&files);
    for (file, document) in files.iter().zip(documents.values()) {
        let (name, id) = (&file.name, document["id"].as_str().unwrap());
        let by_id = format!("/connectionSpecs/{id}");
        let by_name = format!("name=={}", document["name"].as_str().unwrap());
        assert!(file.calls.iter().any(|call| call.path == by_id), "{name} is not looked up by its id");
        assert!(
            file.calls
                .iter()
                .any(|call| call.query.get("property").is_some_and(|filter| *filter == *by_name)),
            "{name} is not looked up by its name"
        );
        for auth_spec in document["authSpec"].as_array().unwrap() {
            let auth_spec_name = auth_spec["name"].as_str().unwrap();
            let sent = sent.get(&(id, auth_spec_name));
            let sent =
                sent.unwrap_or_else(|| panic!("{name}: no connection is created with {auth_spec_name}"));
            for param in auth_spec["spec"]["properties"].as_object().unwrap().keys() {
                assert!(sent.contains(&**param), "{name}: {auth_spec_name} is never sent {param}");
            }
        }
    }
}

#[test]
fn every_row_of_the_reference_has_a_call() {
    let files = files();
    let sent = sent_params(&files);
    let paths: BTreeSet<&str> = files.iter().flat_map(|file| &file.calls).map(|call| &*call.path).collect();
    for name in ["sources.csv", "sources-more.csv"] {
        let Ok(csv) = fs::read_to_string(Path::new(ROOT).join("../shared/reference").join(name)) else {
            eprintln!("skipped: {name} of the reference is not beside the project");
            continue;
        };
        let mut rows = csv.lines().map(|line| line.splitn(9, ',').collect::<Vec<_>>());
        assert_eq!(
            rows.next().unwrap()[2..6],
            ["connection_spec_id", "version", "auth_spec_name", "auth_params"]
        );
        let mut count = 0;
        for row in rows {
            let [_, source, id, _, auth_spec, params, _, _, flag] = row[..] else { panic!("{row:?}") };
            if flag.contains("unreliable") {
                continue; // the id belongs to another source
            }
            count += 1;
            let path = format!("/connectionSpecs/{id}");
            assert!(paths.contains(&*path), "{source} is not looked up by {id}");
            if auth_spec.is_empty() {
                continue;
            }
            let sent = sent.get(&(id, auth_spec));
            let sent = sent.unwrap_or_else(|| panic!("{source}: no connection is created with {auth_spec}"));
            for param in params.split(';') {
                assert!(sent.contains(param), "{source}: {auth_spec} is never sent {param}");
            }
        }
        assert!(count > 50, "{name} has {count} rows");
    }
}

#[test]
fn the_readme_says_how_many_calls_are_held() {
    let path = Path::new(ROOT).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let files = files();
    let count = |files: &[CallFile]| files.iter().map(|file| file.calls.len()).sum::<usize>();
    let in_folder = |name| count(&CallFile::all_in(&beside(name), &shapes()));
    let figures = format!(
        "{} calls of {} sources and destinations, {} of whole chains, and {} others",
        count(&files),
        files.len(),
        in_folder("chains"),
        in_folder("general")
    );
    let sentence =
        "[0-9]+ calls of [0-9]+ sources and destinations, [0-9]+ of whole chains, and [0-9]+ others";
    let sentence = Regex::new(sentence).unwrap();
    let corrected = sentence.replace(&readme, &figures);
    if corrected != readme && env::var_os("FLOWMOCK_WRITE_DOCS").is_some() {
        fs::write(&path, &*corrected).unwrap();
    }
    assert!(
        readme.contains(&figures),
        "README.md does not say \"{figures}\"; FLOWMOCK_WRITE_DOCS=1 cargo test --test documented the_readme writes it"
    );
}
