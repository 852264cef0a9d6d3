//! Fixtures that add and replace connection specs.

use crate::common::requests::{ATS, connection};
use crate::{api, config, create};
use flowmock::FlowMock;
use serde_json::{Value, json};
use std::fs;

/// A fixtures folder with the connection spec `spec` in the file `mine.json`.
pub fn fixtures_with(spec: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("connection-specs")).unwrap();
    fs::write(folder.path().join("connection-specs/mine.json"), spec).unwrap();
    folder
}

/// A connection of the connection spec `spec_id` with these params.
fn connection_of(spec_id: &str, params: Value) -> Value {
    let mut connection = connection("c2VjcmV0");
    connection["connectionSpec"]["id"] = json!(spec_id);
    connection["auth"]["params"] = params;
    connection
}

#[test]
fn fixtures_add_to_the_built_in_connection_specs_and_replace_them_by_id() {
    let spec = |id: &str, param: &str| {
        json!({
            "id": id, "name": "mine", "version": "1.0",
            "authSpec": [{ "name": "Connection String Based Authentication", "spec": {
                "type": "object",
                "properties": { param: { "type": "string", "format": "password" } },
                "required": [param]
            } }]
        })
    };
    let new = "5b1f1a5e-0000-4000-8000-000000000001";
    let folder = fixtures_with(&spec(ATS, "key").to_string());
    fs::write(folder.path().join("connection-specs/new.json"), spec(new, "password").to_string()).unwrap();
    fs::write(folder.path().join("connection-specs/README.md"), "not a connection spec").unwrap();
    let mock = FlowMock::with_config(config(|config| config.fixtures = Some(folder.path().into()))).unwrap();
    let api = api(&mock);

    let (status, refusal) = create(&api, &connection("c2VjcmV0"));
    assert!(status == 400 && refusal["errorMessage"].as_str().unwrap().contains("key"), "{refusal}");
    assert_eq!(create(&api, &connection_of(ATS, json!({ "key": "k" }))).0, 201);
    assert_eq!(create(&api, &connection_of(new, json!({ "password": "p" }))).0, 201);
    let landing_zone = "10440537-2a7b-4583-ac39-ed38d4b848e8";
    let built_in = json!({ "name": "built in", "connectionSpec": { "id": landing_zone, "version": "1.0" } });
    assert_eq!(create(&api, &built_in).0, 201);
    assert_eq!(api.connection_names("").len(), 3);
}
