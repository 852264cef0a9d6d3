//! Invalid documents: all errors are reported at once, and nothing changes.

use super::{AT, ONE, ORG, TWO, landing_zone, own_spec, places, prod, server, whole, with_connections};
use crate::support::{self, Control, ats, landing_zone as new, state_of, with, without};
use reqwest::Method;
use serde_json::{Value, json};

/// Asserts that POST and PUT refuse the document with problems at exactly these places, and change nothing. Returns the
/// problems.
async fn refused_at(control: &Control, document: &Value, expected: &[&str]) -> Vec<(String, String)> {
    let before = control.export().await;
    let mut told = Vec::new();
    for answer in [control.merge(document).await, control.replace(document).await] {
        told = answer.problems(400);
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(places(&told), expected, "{told:#?}");
        assert_eq!(control.export().await, before);
    }
    told
}

#[tokio::test]
async fn each_error_in_a_document_is_reported_with_its_place() {
    let mock = server();
    let control = Control::of(&mock);
    prod(&mock).create(new("there before")).await;
    let connection = |key: &str, value: Value| {
        with(with_connections(json!([ats("x")])), &format!("{AT}/connections/0/{key}"), value)
    };
    let sandbox =
        |key: &str, value: Value| with(state_of(ORG, "prod", json!({})), &format!("{AT}/{key}"), value);
    let organisation = |value: Value| json!({ "organisations": [value] });
    let in_connection = |key: &str| format!("{AT}/connections/0/{key}");
    let long = "k".repeat(5000);
    let cases: Vec<(Value, Vec<String>)> = vec![
        (json!([]), vec!["".into()]),
        (json!("x"), vec!["".into()]),
        (json!({ "organizations": [] }), vec!["/organizations".into()]),
        (json!({ "a/b~c": 1 }), vec!["/a~1b~0c".into()]),
        (json!({ "organisations": {} }), vec!["/organisations".into()]),
        (organisation(json!(1)), vec!["/organisations/0".into()]),
        (organisation(json!({})), vec!["/organisations/0/imsOrgId".into()]),
        (organisation(json!({ "imsOrgId": 5 })), vec!["/organisations/0/imsOrgId".into()]),
        (organisation(json!({ "imsOrgId": "" })), vec!["/organisations/0/imsOrgId".into()]),
        (organisation(json!({ "imsOrgId": " a" })), vec!["/organisations/0/imsOrgId".into()]),
        (organisation(json!({ "imsOrgId": "ä" })), vec!["/organisations/0/imsOrgId".into()]),
        (organisation(json!({ "imsOrgId": "a\nb" })), vec!["/organisations/0/imsOrgId".into()]),
        (organisation(json!({ "imsOrgId": "a", "sandboxes": 1 })), vec!["/organisations/0/sandboxes".into()]),
        (organisation(json!({ "imsOrgId": "a", "sandboxes": [[]] })), vec![AT.into()]),
        (organisation(json!({ "imsOrgId": "a", "sandboxes": [{}] })), vec![format!("{AT}/name")]),
        (
            organisation(json!({ "imsOrgId": "a", "sandboxes": [{ "name": "*" }] })),
            vec![format!("{AT}/name")],
        ),
        (
            organisation(json!({ "imsOrgId": "a", "sandboxes": [{ "name": "b" }, { "name": "b" }] })),
            vec!["/organisations/0/sandboxes/1/name".into()],
        ),
        (sandbox("conections", json!([])), vec![format!("{AT}/conections")]),
        (sandbox("connections", json!({})), vec![format!("{AT}/connections")]),
        (sandbox("connectionSpecs", json!("x")), vec![format!("{AT}/connectionSpecs")]),
        (sandbox("sources", json!([])), vec![format!("{AT}/sources")]),
        (sandbox("counters", json!([])), vec![format!("{AT}/counters")]),
        (
            sandbox("counters", json!({ "entities": -1, "writes": 1.5, "x": 1 })),
            vec![
                format!("{AT}/counters/entities"),
                format!("{AT}/counters/writes"),
                format!("{AT}/counters/x"),
            ],
        ),
        (sandbox("counters", json!({ "requests": u64::MAX })), vec![format!("{AT}/counters/requests")]),
        (with_connections(json!([7])), vec![format!("{AT}/connections/0")]),
        (with_connections(json!([without(ats("x"), "/name")])), vec![in_connection("name")]),
        (
            with_connections(json!([without(ats("x"), "/connectionSpec")])),
            vec![in_connection("connectionSpec")],
        ),
        (connection("id", json!("x")), vec![in_connection("id")]),
        (connection("id", json!(ONE.to_uppercase().replace('1', "A"))), vec![in_connection("id")]),
        (connection("id", json!(7)), vec![in_connection("id")]),
        (connection("state", json!("Enabled")), vec![in_connection("state")]),
        (connection("createdAt", json!("2026")), vec![in_connection("createdAt")]),
        (connection("createdAt", json!(-1)), vec![in_connection("createdAt")]),
        (connection("createdAt", json!(1.5)), vec![in_connection("createdAt")]),
        (connection("createdAt", json!(253_402_300_800_000_i64)), vec![in_connection("createdAt")]),
        (connection("updatedAt", json!(7)), vec![in_connection("updatedAt")]),
        (connection("createdBy", json!([])), vec![in_connection("createdBy")]),
        (connection("updatedClient", json!({})), vec![in_connection("updatedClient")]),
        (connection("etag", json!("x")), vec![in_connection("etag")]),
        (connection("etag", json!(1)), vec![in_connection("etag")]),
        (connection("lastOperation", json!("create")), vec![in_connection("lastOperation")]),
        (
            connection("lastOperation", json!({ "started": -1, "updated": "x", "operation": "" })),
            ["started", "updated", "operation"]
                .map(|key| in_connection(&format!("lastOperation/{key}")))
                .to_vec(),
        ),
        (
            connection("lastOperation", json!({ "operation": 1 })),
            vec![in_connection("lastOperation/operation")],
        ),
        (connection("name", json!("")), vec![in_connection("name")]),
        (connection("connectionSpec", json!({ "id": "nope" })), vec![in_connection("connectionSpec/id")]),
        (connection("connectionSpec/version", json!("9")), vec![in_connection("connectionSpec/version")]),
        (connection("auth/specName", json!("x")), vec![in_connection("auth/specName")]),
        (connection("auth/params", json!({})), vec![in_connection("auth/params/connectionString")]),
        (connection("auth", json!(null)), vec![in_connection("auth/specName")]),
        (
            with_connections(json!([landing_zone(ONE, "a"), landing_zone(TWO, "b"), landing_zone(ONE, "c")])),
            vec![format!("{AT}/connections/2/id")],
        ),
        (
            sandbox("connectionSpecs", json!([own_spec("a", "a"), own_spec("b", "b"), own_spec("a", "c")])),
            vec![format!("{AT}/connectionSpecs/2/id")],
        ),
        (
            sandbox("connectionSpecs", json!([{ "id": "a" }, 5])),
            vec![
                format!("{AT}/connectionSpecs/0/name"),
                format!("{AT}/connectionSpecs/0/version"),
                format!("{AT}/connectionSpecs/1"),
            ],
        ),
        (
            sandbox("sources", json!({ "s": { "files": { "a": "", "a/b": "" } } })),
            vec![format!("{AT}/sources/s/files/a~1b")],
        ),
        (
            sandbox("sources", json!({ "s": { "tables": { "t": { "rows": {} } } } })),
            vec![format!("{AT}/sources/s/tables/t/rows")],
        ),
        (json!({ &long: 1 }), vec![format!("/{}…", &long[..1023])]),
    ];
    for (document, expected) in &cases {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        refused_at(&control, document, &expected).await;
    }
}

#[tokio::test]
async fn all_errors_in_a_document_are_reported_at_once() {
    let mock = server();
    let control = Control::of(&mock);
    let broken = json!({
        "id": "x", "state": "x", "createdAt": "x", "updatedAt": [], "createdBy": 1, "createdClient": 2, "updatedBy": 3,
        "updatedClient": 4, "etag": "x", "name": 5, "description": 6, "connectionSpec": { "id": 7, "version": 8 },
        "auth": { "specName": 9, "params": 10 },
    });
    let unnamed = json!({ "auth": { "specName": "Basic Authentication", "params": { "a": 1 } } });
    let document = json!({
        "organisations": [
            { "sandboxes": [{ "connections": [broken, unnamed], "extra": 1 }, 5], "imsOrg": "x" },
            { "imsOrgId": ORG, "sandboxes": [{
                "name": 1,
                "connectionSpecs": [{ "id": "a/b", "authSpec": [{ "spec": 1 }, {}], "attributes": 1, "x-flowmock": { "a": 1 } }],
                "sources": { "s": { "files": { "..": "" }, "tables": 1 } },
                "counters": { "entities": "x" },
            }] },
        ],
        "version": 1,
    });
    let one = |path: &str| format!("/organisations/0/sandboxes/0/{path}");
    let two = |path: &str| format!("/organisations/1/sandboxes/0/{path}");
    let mut expected: Vec<String> = [
        "id",
        "state",
        "createdAt",
        "updatedAt",
        "createdBy",
        "createdClient",
        "updatedBy",
        "updatedClient",
        "etag",
        "name",
        "description",
        "connectionSpec/id",
        "connectionSpec/version",
        "auth/specName",
        "auth/params",
    ]
    .iter()
    .map(|key| one(&format!("connections/0/{key}")))
    .collect();
    expected.extend(["connections/1/name", "connections/1/connectionSpec", "extra", "name"].map(one));
    expected.extend(
        ["/version", "/organisations/0/imsOrg", "/organisations/0/imsOrgId", "/organisations/0/sandboxes/1"]
            .map(str::to_owned),
    );
    let of_spec = [
        "id",
        "name",
        "version",
        "authSpec/0/name",
        "authSpec/0/spec",
        "authSpec/1/name",
        "authSpec/1/spec",
        "attributes",
        "x-flowmock/a",
    ];
    expected.extend(of_spec.map(|key| two(&format!("connectionSpecs/0/{key}"))));
    expected.extend(["name", "sources/s/files/..", "sources/s/tables", "counters/entities"].map(two));
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    refused_at(&control, &document, &expected).await;
}

#[tokio::test]
async fn all_missing_params_are_reported_at_once() {
    let mock = server();
    let control = Control::of(&mock);
    let schema = json!({ "type": "object", "required": ["a", "b"], "properties": { "c": { "type": "string" }, "d": { "minLength": 3 } } });
    let spec = with(own_spec("mine", "mine"), "/authSpec", json!([{ "name": "Key", "spec": schema }]));
    let connection = json!({
        "name": "x", "connectionSpec": { "id": "mine" },
        "auth": { "specName": "Key", "params": { "c": 1, "d": "x" } },
    });
    let document = state_of(ORG, "prod", json!({ "connectionSpecs": [spec], "connections": [connection] }));
    let at = |param: &str| format!("{AT}/connections/0/auth/params/{param}");
    let expected = ["a", "b", "c", "d"].map(at);
    let problems = refused_at(&control, &document, &expected.each_ref().map(String::as_str)).await;
    assert!(problems.iter().all(|(_, reason)| reason.contains("(FLOW-1100-400)")), "{problems:?}");
}

#[tokio::test]
async fn the_first_hundred_errors_are_reported_and_the_others_counted() {
    let mock = server();
    let control = Control::of(&mock);
    for (document, more) in [
        (json!({ "organisations": vec![1; 100_000] }), 99_900),
        (with_connections(json!(vec![json!({ "state": "x" }); 1000])), 2900),
        (state_of(ORG, "prod", json!({ "sources": { "s": { "files": vec![0; 0] , "x": 1 } } })), 0),
    ] {
        let problems = control.merge(&document).await.problems(400);
        if more == 0 {
            assert_eq!(problems.len(), 2);
            continue;
        }
        assert_eq!(problems.len(), 101);
        let (path, reason) = &problems[100];
        assert!(path.is_empty() && reason.contains(&format!("{more} more")), "{reason}");
        assert!(problems[..100].iter().all(|(path, _)| path.starts_with("/organisations/")));
    }
}

#[tokio::test]
async fn a_misplaced_credential_is_not_repeated() {
    const SECRET: &str = "hunter2hunter2hunter2";
    fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
        all.push(at.to_owned());
        match value {
            Value::Object(members) => members.iter().for_each(|(key, member)| {
                pointers(member, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }),
            Value::Array(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(index, element)| pointers(element, &format!("{at}/{index}"), all));
            }
            _ => {}
        }
    }
    let mock = server();
    let control = Control::of(&mock);
    let (document, mut all) = (whole(), Vec::new());
    pointers(&document, "", &mut all);
    assert!(all.len() > 80, "{}", all.len());
    let text = json!(format!("AccountName=acme;AccountKey={SECRET}"));
    let mut refused = 0;
    for at in &all {
        for secret in [text.clone(), json!([text]), json!({ "specName": text, "params": text })] {
            let mut document = document.clone();
            *document.pointer_mut(at).unwrap() = secret;
            let answer = control.replace(&document).await;
            if answer.status == 400 {
                refused += 1;
                answer.without(SECRET).problems(400);
            } else {
                answer.expect_status(204);
            }
        }
    }
    assert!(refused > 100, "{refused}");
    for (content_type, text) in [
        ("application/json", format!("{{\"a\": \"{SECRET}")),
        ("application/json", format!("{{\"a\": {SECRET}}}")),
        ("application/yaml", format!("a: [{SECRET}")),
        ("application/yaml", format!("a: {SECRET}: {SECRET}")),
        ("application/yaml", format!("a: *{SECRET}")),
        ("application/yaml", SECRET.to_string()),
    ] {
        control.send(Method::POST, "/state", content_type, text).await.without(SECRET).problems(400);
    }
}

#[tokio::test]
async fn a_refused_document_does_not_change_the_next_generated_ids() {
    let made = async |refused: bool| {
        let mock = support::server(|config| config.deterministic = Some(1));
        let control = Control::of(&mock);
        let tenant = prod(&mock);
        tenant.create(new("first")).await;
        if refused {
            let mut connections = vec![new("x"); 5];
            connections.push(json!({ "name": "broken" }));
            let contents =
                json!({ "connections": connections, "counters": { "entities": 100, "requests": 100 } });
            let document = state_of(ORG, "prod", contents);
            let two =
                json!({ "organisations": [document["organisations"][0], document["organisations"][0]] });
            for document in [document, two] {
                control.merge(&document).await.problems(400);
                control.replace(&document).await.problems(400);
            }
        }
        let made = tenant.create(new("second")).await;
        (made, tenant.get("/connections").await.expect_status(200))
    };
    let ((refused, list), (plain, other)) = (made(true).await, made(false).await);
    assert_eq!(refused, plain);
    assert_eq!((list.header("x-request-id"), &list.body), (other.header("x-request-id"), &other.body));
}
