//! Creating, reading and deleting entities.

use super::support::{each, each_with, without};
use crate::services::kinds;
use crate::store::State;
use reqwest::Method;
use serde_json::{Value, json};

#[test]
fn a_created_entity_can_be_read_at_its_location_with_every_documented_key() {
    each(|subject, server| {
        let mut body = (subject.body)("orders");
        body["own"] = json!({"a": 1});
        body["createdBy"] = json!("passed over");
        let made = subject.post(server, "", &body).expect(201);
        let id = made.text("id");
        assert_eq!(made.location, subject.path(&id));
        let item = subject.read(server, &id);
        for (key, value) in without(body, "createdBy").as_object().unwrap() {
            assert_eq!(&item[key], value, "{key}");
        }
        assert_ne!(item["createdBy"], "passed over");
        let initial = subject.spec().lifecycle.initial.name();
        assert_eq!((&item["state"], &item["etag"]), (&json!(initial), &json!(made.text("etag"))));
        for key in
            ["createdAt", "updatedAt", "createdClient", "sandboxId", "sandboxName", "imsOrgId", "version"]
        {
            assert!(!item[key].is_null(), "{key}: {item}");
        }
        for unknown in ["x", "139f6a5f-a78b-4744-9f6a-5fa78bd74431", &id.to_uppercase()] {
            let answer = subject.call_one(server, Method::GET, unknown, "").expect(404);
            answer.expect_error("FLOW-1439-404", subject.collection());
        }
    });
}

#[test]
fn an_invalid_definition_is_refused() {
    each(|subject, server| {
        let body = without((subject.body)("orders"), subject.required);
        assert_eq!(subject.post(server, "", &body).status, 400);
        let wrong = subject.post(server, "", &json!([])).expect(400);
        wrong.expect_error("FLOW-1000-400", "the body must be an object");
        assert_eq!(subject.list(server, "count=true").json["count"], 0);
    });
}

#[test]
fn a_deleted_entity_is_gone_and_a_transitional_state_refuses_deletion() {
    each(|subject, server| {
        let made = subject.create(server, "orders");
        let id = made.text("id");
        assert_eq!(subject.delete(server, &id).expect(204).json, Value::Null);
        subject.delete(server, &id).expect(404).expect_error("FLOW-1439-404", &id);
        assert_eq!(subject.list(server, "").names(), [""; 0]);
        if subject.spec().lifecycle.state(State::Initializing.name()).is_none() {
            return;
        }
        let mut seed = (subject.body)("held");
        (seed["id"], seed["state"]) = (json!("139f6a5f-a78b-4744-9f6a-5fa78bd74431"), json!("initializing"));
        let document = json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [
            {"name": "prod", subject.collection(): [seed.clone()]}
        ]}]});
        server.control(Method::POST, "state", Some(&document)).expect(204);
        let id = seed["id"].as_str().unwrap();
        let message = format!("a {} in state initializing cannot be deleted", subject.kind.noun());
        subject.delete(server, id).expect(400).expect_error("FLOW-1417-400", &message);
    });
}

#[test]
fn a_sandbox_holds_entities_up_to_its_limit() {
    each_with(
        |config| config.max_connections_per_sandbox = 30,
        |subject, server| {
            for number in 0..30 {
                subject.create(server, &number.to_string());
            }
            let full = subject.post(server, "", &(subject.body)("x")).expect(403);
            let flag = kinds::spec(subject.kind).quota.flag;
            let plural = subject.kind.plural();
            let message = format!(
                "holds 30 {plural} and may hold 30; delete some, or start flowmock with a higher {flag}"
            );
            full.expect_error("FLOW-1004-403", &message);
        },
    );
}
