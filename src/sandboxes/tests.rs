//! Declared sandboxes, over a socket.

use super::About;
use crate::config::Config;
use crate::mock::FlowMock;
use crate::tenant::Tenant;
use serde_json::{Value, json};
use std::sync::Arc;

fn declare(mock: &FlowMock, ims_org: &str, sandboxes: &Value) {
    let mut problems = Vec::new();
    let declared = sandboxes.as_array().unwrap().iter().map(|sandbox| {
        let name = sandbox["name"].as_str().unwrap();
        (Tenant::new(ims_org, name), Arc::new(About::read(sandbox, "", &mut problems)))
    });
    mock.app().declared.replace(declared);
    assert_eq!(problems, []);
}

fn list(mock: &FlowMock, ims_org: &str) -> Vec<Value> {
    let answer = reqwest::blocking::Client::new()
        .get(format!("{}/data/foundation/sandbox-management/sandboxes", mock.url()))
        .header("Authorization", "Bearer token")
        .header("x-api-key", "key")
        .header("x-gw-ims-org-id", ims_org)
        .send();
    let body: Value = answer.unwrap().error_for_status().unwrap().json().unwrap();
    body["sandboxes"].as_array().unwrap().clone()
}

fn names(sandboxes: &[Value]) -> Vec<&str> {
    sandboxes.iter().map(|sandbox| sandbox["name"].as_str().unwrap()).collect()
}

#[test]
fn a_declared_sandbox_says_what_was_declared_and_the_rest_as_any() {
    let mock = FlowMock::start();
    declare(
        &mock,
        "A@AdobeOrg",
        &json!([
            {"name": "main", "title": "Main", "type": "production", "state": "creating", "region": "NLD2",
             "isDefault": true, "eTag": 7, "createdDate": "2019-09-04 04:57:24", "createdBy": "a@AdobeID"},
            {"name": "dev"}
        ]),
    );
    let sandboxes = list(&mock, "A@AdobeOrg");
    assert_eq!(names(&sandboxes), ["main", "dev", "prod"]);
    let main = &sandboxes[0];
    for (key, value) in [
        ("title", json!("Main")),
        ("type", json!("production")),
        ("state", json!("creating")),
        ("region", json!("NLD2")),
        ("isDefault", json!(true)),
        ("eTag", json!(7)),
        ("createdDate", json!("2019-09-04 04:57:24")),
        ("lastModifiedDate", json!("2019-09-04 04:57:24")),
        ("createdBy", json!("a@AdobeID")),
        ("modifiedBy", json!("a@AdobeID")),
    ] {
        assert_eq!(main[key], value, "{main}");
    }
    let (dev, prod) = (&sandboxes[1], &sandboxes[2]);
    assert_eq!(
        (&dev["title"], &dev["type"], &dev["state"]),
        (&json!("dev"), &json!("development"), &json!("active"))
    );
    assert_eq!(prod["isDefault"], false);
    assert_eq!(names(&list(&mock, "B@AdobeOrg")), ["prod"]);
}

#[test]
fn an_allow_list_counts_for_declared_sandboxes_too() {
    let mut config = Config::default();
    config.allow_sandboxes = vec!["dev".into(), "A@AdobeOrg/test".into()];
    let mock = FlowMock::with_config(config).unwrap();
    declare(
        &mock,
        "A@AdobeOrg",
        &json!([{"name": "dev", "title": "Dev"}, {"name": "main", "isDefault": true}]),
    );
    let sandboxes = list(&mock, "A@AdobeOrg");
    assert_eq!(names(&sandboxes), ["dev", "test"]);
    assert_eq!(sandboxes[0]["title"], "Dev");
}
