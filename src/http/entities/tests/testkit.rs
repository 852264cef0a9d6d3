//! What the tools for tests know of a kind.

use super::support::{each, rename};
use crate::base::operation::{Operation, Verb};
use reqwest::Method;
use serde_json::{Value, json};

#[test]
fn metrics_count_entities_and_requests() {
    each(|subject, server| {
        subject.create(server, "orders");
        let url = format!("{}/_flowmock/metrics", server.mock.url());
        let text = server.client.get(url).send().unwrap().text().unwrap();
        let stored = format!(
            "flowmock_{}{{ims_org_id=\"A@AdobeOrg\",sandbox=\"prod\"}} 1\n",
            subject.kind.plural().replace(' ', "_")
        );
        assert!(text.contains(&stored), "{text}");
        let operation = Operation::on(subject.kind, Verb::Create).unwrap().name();
        assert!(text.contains(&format!("operation=\"{operation}\"")), "{operation}: {text}");
    });
}

#[test]
fn contract_rules_and_provider_states_know_the_kind() {
    each(|subject, server| {
        let mut body = (subject.body)("orders");
        body["nmae"] = json!("misspelt");
        let id = subject.post(server, "", &body).expect(201).text("id");
        subject.patch(server, &id, Some("*"), rename("x")).expect(200);
        let report = server.control(Method::GET, "contract", None).expect(200).json.to_string();
        for rule in ["body-field-unknown", "if-match-any", "left-in-production"] {
            assert!(report.contains(rule), "{rule}: {report}");
        }
        assert!(
            report.contains(&format!("the {} {id} in the sandbox prod", subject.kind.noun())),
            "{report}"
        );

        let state = |name: String, key: &str, value: Value| {
            let params = json!({"imsOrgId": "A@AdobeOrg", "sandbox": "prod", key: value});
            server.control(Method::POST, "pact/state", Some(&json!({"state": name, "params": params})))
        };
        let noun = subject.kind.noun();
        state(format!("no {noun} has the id"), "id", json!(id)).expect(200);
        subject.delete(server, &id).expect(404);
        let mut one = (subject.body)("state");
        one["id"] = json!(id);
        let values = state(format!("a {noun} exists"), subject.kind.key(), one).expect(200).json;
        assert_eq!(values[format!("{}Id", subject.kind.key())], id);
        assert_eq!(subject.read(server, &id)["etag"], values["etag"]);
    });
}
