//! The built-in connection specs, those of a user's folder, and those of sandboxes.

use super::{ConnectionSpec, OwnSpecs, Registry, TenantSpecs};
use crate::base::files::FixtureError;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::specs::registry::MAX_HINTS;
use crate::services::specs::{Compile, MAX_OWN, NotAdded, Spec as _, load};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, thread};

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
const SAP: &str = "d8ee38de-7ae9-4058-9610-c79ce75f8e92";

fn new_spec(id: &str, version: &str) -> Arc<[ConnectionSpec; 1]> {
    Arc::new([spec(id, version)])
}

fn spec(id: &str, version: &str) -> ConnectionSpec {
    let document = json!({"id": id, "name": "mine", "version": version});
    ConnectionSpec::read(document, Compile::Now).unwrap()
}

fn versions(specs: &TenantSpecs<'_>, id: &str) -> Vec<(String, String)> {
    specs.versions(id).iter().map(|spec| (spec.version().to_owned(), spec.name().to_owned())).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(version, name)| (version.to_owned(), name.to_owned())).to_vec()
}

#[test]
fn an_id_of_two_sources_has_both_specs() {
    let registry = Registry::load(None).unwrap();
    let specs = registry.of(&OwnSpecs::default());
    assert_eq!(versions(&specs, ATS), pairs([("1.0", "azure-table-storage")]));
    assert_eq!(versions(&specs, SAP), pairs([("1.0", "sap-commerce"), ("1.0", "sap-hybris")]));
}

#[test]
fn an_unknown_id_that_is_nearly_an_id_or_a_name_has_a_hint() {
    let registry = Registry::load(None).unwrap();
    let specs = registry.of(&OwnSpecs::default());
    let meant_id = format!("; did you mean {ATS} (azure-table-storage)? GET /connectionSpecs lists them all");
    for near in [ATS.to_uppercase(), ATS.replace("cd69", "cd6"), ATS.replacen('e', "f", 1)] {
        assert_eq!(specs.hint(&near), meant_id, "{near}");
    }
    let of_name =
        format!("; the id of azure-table-storage is {ATS}, and GET /connectionSpecs lists them all");
    for near in ["azure-table-storage", "Azure Table Storage", "azure-table-storag", "AzureTableStorage"] {
        assert_eq!(specs.hint(near), of_name, "{near}");
    }
    for other in ["", "nope", "hunter2", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(specs.hint(other), "; GET /connectionSpecs lists them", "{other}");
    }
}

#[test]
fn hints_are_looked_for_a_limited_number_of_times_and_name_no_spec_of_the_sandbox() {
    let (registry, own) = (Registry::load(None).unwrap(), OwnSpecs::default());
    registry.add(&own, new_spec("mine-alone", "1.0")).unwrap();
    let specs = registry.of(&own);
    assert!(!specs.hint("mine-alon").contains("mine"));
    for _ in 1..MAX_HINTS {
        assert!(specs.hint("azure-table-storage").contains(ATS));
    }
    assert_eq!(specs.hint("azure-table-storage"), "; GET /connectionSpecs lists them");
}

#[test]
fn a_folder_adds_specs_and_replaces_them_by_id_and_the_newest_version_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("connection-specs")).unwrap();
    let files = [("a", "mine", "1.9"), ("b", "mine", "1.10"), ("c", SAP, "2.0")];
    for (file, id, version) in files {
        let path = folder.path().join("connection-specs").join(file).with_extension("json");
        fs::write(path, spec(id, version).item()).unwrap();
    }
    let (registry, own) = (Registry::load(Some(folder.path())).unwrap(), OwnSpecs::default());
    let specs = registry.of(&own);
    assert_eq!(versions(&specs, "mine"), pairs([("1.10", "mine"), ("1.9", "mine")]));
    assert_eq!(versions(&specs, SAP), pairs([("2.0", "mine")]));
    assert_eq!(versions(&specs, ATS).len(), 1);
    assert!(versions(&specs, "unknown").is_empty());
    let built_in = Registry::load(None).unwrap();
    let built_in = built_in.of(&own).all().len();
    assert_eq!(specs.all().len(), built_in - 2 + 3);
}

#[test]
fn specs_of_a_sandbox_are_visible_only_there() {
    let registry = Registry::load(None).unwrap();
    let (own, others) = (OwnSpecs::default(), OwnSpecs::default());
    registry.add(&own, new_spec("mine", "1.0")).unwrap();
    registry.replace(&own, new_spec(SAP, "3.0")).unwrap();
    let seen = registry.of(&own);
    assert_eq!(versions(&seen, "mine").len(), 1);
    assert_eq!(versions(&seen, SAP), pairs([("3.0", "mine")]));
    let seen = registry.of(&others);
    assert!(versions(&seen, "mine").is_empty());
    assert_eq!(versions(&seen, SAP).len(), 2);
    assert_eq!(registry.add(&others, new_spec(ATS, "9.0")), Err(NotAdded::Known));
    assert!(others.is_empty() && !own.is_empty());
    let ids: Vec<Value> = own.documents().iter().map(|document| document["id"].clone()).collect();
    assert_eq!(ids, [SAP, "mine"]);
}

#[test]
fn specs_that_a_request_reads_do_not_change() {
    let (registry, own) = (Registry::load(None).unwrap(), OwnSpecs::default());
    registry.add(&own, new_spec("mine", "1.0")).unwrap();
    let (before, copy) = (registry.of(&own), own.clone());
    registry.replace(&own, new_spec("mine", "2.0")).unwrap();
    assert_eq!(versions(&before, "mine"), pairs([("1.0", "mine")]));
    assert_eq!(versions(&registry.of(&copy), "mine"), pairs([("1.0", "mine")]));
    assert_eq!(versions(&registry.of(&own), "mine"), pairs([("2.0", "mine")]));
}

#[test]
fn one_of_many_concurrent_additions_with_an_id_succeeds_and_their_number_is_limited() {
    let (registry, own) = (Registry::load(None).unwrap(), OwnSpecs::default());
    let added: usize = thread::scope(|scope| {
        let adding: Vec<_> =
            (0..8).map(|_| scope.spawn(|| registry.add(&own, new_spec("mine", "1.0")).is_ok())).collect();
        adding.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(added, 1);
    for number in 1..MAX_OWN {
        registry.add(&own, new_spec(&format!("spec-{number}"), "1.0")).unwrap();
    }
    assert_eq!(registry.add(&own, new_spec("one-more", "1.0")), Err(NotAdded::TooMany));
    assert_eq!(registry.replace(&own, new_spec(ATS, "1.0")), Err(NotAdded::TooMany));
    registry.replace(&own, new_spec("mine", "2.0")).unwrap();
}

#[test]
fn every_file_of_the_folder_is_inside_the_binary() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/connection-specs");
    let on_disk = fs::read_dir(folder).unwrap();
    assert_eq!(ConnectionSpec::built_in().specs().count(), on_disk.count());
}

#[test]
fn every_built_in_document_can_be_read_and_its_schemas_compile() {
    for spec in ConnectionSpec::built_in().specs() {
        let compiled = ConnectionSpec::read(spec.seed(), Compile::Now);
        compiled.unwrap_or_else(|problem| panic!("{}: {problem:?}", spec.name()));
    }
}

fn read_all<const N: usize>(
    documents: [(PathBuf, &[u8]); N], compile: Compile,
) -> Result<Vec<ConnectionSpec>, FixtureError> {
    load::read_all(documents, compile)
}

#[test]
fn an_invalid_file_is_refused_with_its_name_the_line_the_place_and_the_reason() {
    let cases: [(&[u8], &str); 6] = [
        (b"{\n", "x.json: EOF while parsing an object at line 2 column 0"),
        (b"{\"id\":\"a\",\n\"id\":\"b\"}", "x.json: the key \"id\" is given twice at line 2 column 4"),
        (b"{\n\n\"a\":\"\xff\"}", "x.json: not UTF-8 at line 3"),
        (b"\n[]", "x.json: line 2: must be an object, not an array"),
        (b"{\n\"id\":\n7}", "x.json: line 3: at /id: must be a string, not a number; put it in quotes"),
        (b"{\"id\":\"a\",\n\"name\":\"b\"}", "x.json: line 1: at /version: is missing"),
    ];
    for (text, expected) in cases {
        let error = read_all([(PathBuf::from("x.json"), text)], Compile::Now).unwrap_err().to_string();
        assert_eq!(error, expected);
    }
}

#[test]
fn two_files_have_the_same_id_and_version_only_if_both_say_so() {
    let read_both = |one: &str, other: &str| {
        let document = |extension: &str| {
            format!(r#"{{"id":"a","name":"b","version":"1","x-flowmock":{{{extension}}}}}"#)
        };
        let (one, other) = (document(one), document(other));
        read_all([("x.json".into(), one.as_bytes()), ("y.json".into(), other.as_bytes())], Compile::Now)
    };
    let shares = r#""sharesId":true"#;
    assert_eq!(read_both(shares, shares).unwrap().len(), 2);
    for (one, other) in [("", ""), (shares, ""), ("", shares)] {
        let error = read_both(one, other).unwrap_err().to_string();
        assert_eq!(error, "y.json: line 1: at /id: is another file's: both are a, version 1");
    }
}

#[test]
fn a_missing_folder_is_refused_but_one_without_specs_is_not() {
    let error = load::from_folder::<ConnectionSpec>(Path::new("no/such/folder")).unwrap_err().to_string();
    assert!(error.starts_with("cannot read no/such/folder: "), "{error}");
    assert!(load::from_folder::<ConnectionSpec>(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
}
