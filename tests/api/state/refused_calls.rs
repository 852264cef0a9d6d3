//! Bodies that are no documents, documents over the size limit, and invalid query parameters.

use super::{ORG, seed, server, whole, with_connections};
use crate::support::{self, Answer, Control, RawConnection, ats};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_body_that_is_not_a_document_is_refused() {
    let mock = server();
    let control = Control::of(&mock);
    for method in [Method::POST, Method::PUT] {
        for (content_type, body, reason) in [
            ("application/json", "", "absent or empty"),
            ("application/json", " \n", "absent or empty"),
            ("application/json", "{", "EOF while parsing an object at line 1"),
            ("application/json", "{} {}", "trailing characters"),
            ("application/json", r#"{"organisations":[],"organisations":[]}"#, "given twice at line 1"),
            ("application/json", "organisations: []", "expected value at line 1"),
            (
                "application/json",
                "organisations: []",
                "looks like YAML: send it with Content-Type: application/yaml",
            ),
            (
                "application/yaml",
                "a:\n  b: 1\n c: 2\n",
                "a line is indented otherwise than those around it at line 3",
            ),
            ("application/yaml", "a:\n\tb: 1\n", "a tab stands where YAML takes only spaces"),
            ("application/json", "[1e999]", "out of range"),
            ("application/yaml", "organisations: []\norganisations: []\n", "a key is given twice at line 2"),
            ("application/yaml", "a: 1\n---\nb: 1\n", "more than one document"),
            ("application/yaml", "# nothing\n", "must be an object, not null"),
            ("application/yaml", "organisations: [.inf]", "not YAML that can be used"),
        ] {
            control.send(method.clone(), "/state", content_type, body).await.refused_for(400, reason);
        }
        let not_utf8 = b"{\"organisations\":\"\xff\"}".to_vec();
        for content_type in ["application/json", "application/yaml"] {
            control
                .send(method.clone(), "/state", content_type, not_utf8.clone())
                .await
                .refused_for(400, "not UTF-8");
        }
        let deep = "[".repeat(100_000);
        for content_type in ["application/json", "application/yaml"] {
            control.send(method.clone(), "/state", content_type, deep.clone()).await.problems(400);
        }
    }
    // A body without a content type is read as JSON.
    let request = control.request(Method::POST, "/state").body("{}");
    Answer::to(request).await.expect_status(204);
    let request =
        control.request(Method::PUT, "/state").header("Content-Type", "application/x-www-form-urlencoded");
    Answer::to(request.body("{\"organisations\":[]}")).await.expect_status(204);
}

#[tokio::test]
async fn a_document_at_the_size_limit_is_accepted_and_one_byte_more_is_refused() {
    const MAX: usize = 200_000;
    let mock = support::server(|config| config.max_state_bytes = MAX);
    let control = Control::of(&mock);
    let mut text = "{\"organisations\":[]}".to_owned();
    text += &" ".repeat(MAX - text.len());
    for content_type in ["application/json", "application/yaml"] {
        control.send(Method::PUT, "/state", content_type, text.clone()).await.expect_status(204);
        let answer = control.send(Method::PUT, "/state", content_type, text.clone() + " ").await;
        answer.refused_for(413, "more than 200000 bytes, the configured limit (--max-state-bytes)");
    }
    // A chunked body, whose length is not announced.
    let mut raw = RawConnection::to(mock.address());
    let head = "POST /_flowmock/state HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    raw.send(head).send(format!("{:x}\r\n{text} \r\n0\r\n\r\n", MAX + 1));
    raw.answer().refused_for(413, "more than 200000 bytes");
    // A body whose length is announced.
    let mut raw = RawConnection::to(mock.address());
    let length = MAX + 1;
    raw.send(format!(
        "PUT /_flowmock/state HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    ));
    raw.answer().refused_for(413, "more than 200000 bytes");
    // The limit of API bodies is independent of this one.
    let large = ats(&"x".repeat(100_000));
    seed(&mock, &with_connections(json!([large]))).await;
}

#[tokio::test]
async fn incomplete_and_unknown_parameters_are_refused() {
    let mock = server();
    let control = Control::of(&mock);
    seed(&mock, &whole()).await;
    let export = control.export().await;
    for (query, reason) in [
        ("?sandbox=prod", "sandbox is given without imsOrgId"),
        ("?imsOrgId=", "imsOrgId has no value"),
        ("?imsOrgId", "imsOrgId has no value"),
        ("?imsOrgId=a&sandbox=", "sandbox has no value"),
        ("?imsOrgId=a&imsOrgId=b", "imsOrgId is given twice"),
        ("?org=a", "org is not a query parameter of this call; it takes imsOrgId, sandbox"),
        ("?imsorgid=a", "imsorgid is not a query parameter of this call"),
        ("?imsOrgId=%zz", "well-formed"),
    ] {
        for answer in [
            control.get(&format!("/state{query}")).await,
            control.post(&format!("/reset{query}")).await,
            control.put(&format!("/snapshots/x{query}")).await,
        ] {
            answer.refused_for(400, reason);
        }
    }
    for answer in [
        control.send(Method::POST, "/state?imsOrgId=a", "application/json", "{}").await,
        control.send(Method::PUT, "/state?imsOrgId=a", "application/json", "{}").await,
    ] {
        answer.refused_for(400, "imsOrgId is not a query parameter of this call; it takes none");
    }
    let body = json!({ "imsOrgId": ORG }).to_string();
    for (method, path) in
        [(Method::POST, "/reset"), (Method::PUT, "/snapshots/x"), (Method::POST, "/snapshots/x/restore")]
    {
        control.send(method, path, "application/json", body.clone()).await.refused_for(400, "takes no body");
    }
    assert_eq!(control.export().await, export);
    assert_eq!(control.get("/snapshots").await.json(), json!({ "snapshots": [] }));
}

#[tokio::test]
async fn a_version_that_yaml_reads_as_a_number_is_refused_with_the_remedy() {
    let yaml = "organisations:\n- imsOrgId: A@AdobeOrg\n  sandboxes:\n  - name: prod\n    connections:\n    - name: x\n      \
        connectionSpec: {id: 10440537-2a7b-4583-ac39-ed38d4b848e8, version: 1.0}\n";
    let mock = server();
    let control = Control::of(&mock);
    let answer = control.send(Method::POST, "/state", "application/yaml", yaml).await;
    answer.refused_for(400, "connectionSpec.version must be a string, not a number; put it in quotes");
    let quoted = yaml.replace("1.0", "\"1.0\"");
    control.send(Method::POST, "/state", "application/yaml", quoted).await.expect_status(204);
}
