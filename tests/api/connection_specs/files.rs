//! `--fixtures`: connection specs from a folder.

use super::{SAP, items, names};
use crate::support::{self, ATS, Tenant, rename};
use flowmock::{Config, FlowMock};
use serde_json::{Value, json};
use std::fs;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("connection-specs")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join("connection-specs").join(name), text).unwrap();
    }
    folder
}

#[tokio::test]
async fn the_example_in_the_documentation_works_as_a_fixture() {
    let document =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/connection-specs.md")).unwrap();
    let mut examples = document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let (example, body) = (examples.next().unwrap(), examples.next().unwrap());
    let folder = folder(&[("weather.json", example)]);
    let mock = support::server(|config| config.fixtures = Some(folder.path().to_owned()));
    let tenant = Tenant::on(&mock);
    assert_eq!(names(&tenant, "?property=name==acme-weather").await.len(), 1);
    let body: Value = serde_json::from_str(body).unwrap();
    let made = tenant.create(body.clone()).await;
    tenant.patch(&made, rename("new")).await.expect_error("FLOW-1445-400");
    let mut without = body;
    without["auth"]["params"].as_object_mut().unwrap().remove("apiKey");
    tenant.post("/connections", &without).await.expect_error("FLOW-1100-400").at("/auth/params/apiKey");
}

#[tokio::test]
async fn fixture_files_add_specs_and_replace_built_in_ones_by_id() {
    let of = |id: &str, name: &str, version: &str| {
        json!({"id": id, "name": name, "version": version, "authSpec": []}).to_string()
    };
    let folder = folder(&[
        ("a.json", &of("mine", "mine", "1.9")),
        ("b.json", &of("mine", "mine", "1.10")),
        ("c.json", &of(SAP, "only-sap", "1.0")),
        ("notes.txt", "not a spec"),
    ]);
    let mock = support::server(|config| config.fixtures = Some(folder.path().to_owned()));
    let tenant = Tenant::on(&mock);
    assert_eq!(names(&tenant, &format!("?property=id=={SAP}")).await, ["only-sap"]);
    assert_eq!(names(&tenant, &format!("?property=id=={ATS}")).await, ["azure-table-storage"]);
    let versions = items(&tenant, "/connectionSpecs/mine").await;
    assert_eq!([&versions[0]["version"], &versions[1]["version"]], ["1.10", "1.9"]);
    let made = tenant.create(json!({"name": "newest", "connectionSpec": {"id": "mine"}})).await;
    assert_eq!(tenant.read(&made.id).await["connectionSpec"]["version"], "1.10");
}

#[test]
fn an_invalid_file_fails_the_start_with_file_line_and_reason() {
    let sound = r#"{"id":"a","name":"b","version":"1.0"}"#;
    let cases = [
        ("{\n  \"id\": \"a\",\n  \"name\" \"b\"\n}", "line 3", "expected `:`"),
        ("{\n  \"id\": \"a\",\n  \"name\": 5\n}", "line 3", "at /name: must be a string, not a number"),
        (
            "{\"id\":\"a\",\"name\":\"b\",\"version\":\"1\",\n\"authSpec\":[\n\
             {\"name\":\"c\",\n\"spec\":{\"type\":\n\"x\"}}]}",
            "line 5",
            "at /authSpec/0/spec/type: is not a valid JSON Schema",
        ),
        (sound, "line 1", "at /id: is another file's"),
    ];
    for (text, line, reason) in cases {
        let folder = folder(&[("a.json", sound), ("b.json", text)]);
        let mut config = Config::default();
        config.fixtures = Some(folder.path().to_owned());
        let error = FlowMock::with_config(config).expect_err(text).to_string();
        assert!(error.contains("b.json: ") && error.contains(line) && error.contains(reason), "{error}");
    }
}
