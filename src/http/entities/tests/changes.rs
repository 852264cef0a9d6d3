//! PATCHes, drafts and actions.

use super::support::{each, rename, without};
use crate::base::operation::{Operation, Verb};
use crate::services::entities::lifecycle::Action;
use serde_json::json;

#[test]
fn a_patch_needs_the_current_etag_and_keeps_other_keys() {
    each(|subject, server| {
        let made = subject.create(server, "orders");
        let (id, etag) = (made.text("id"), made.text("etag"));
        let patch = |etag: Option<&str>, operations| subject.patch(server, &id, etag, operations);
        patch(None, rename("x")).expect(400).expect_error("FLOW-1403-400", "");
        let patched = patch(Some(&etag), rename("sales")).expect(200);
        let item = subject.read(server, &id);
        assert_eq!((&item["name"], &item["etag"]), (&json!("sales"), &json!(patched.text("etag"))));
        assert_eq!(item[subject.required], (subject.body)("")[subject.required]);
        let noun = subject.kind.noun();
        let stale = patch(Some(&etag), rename("x")).expect(412);
        stale.expect_error("FLOW-1404-412", &format!("the {noun} is at"));
        for key in [subject.fixed, "etag", "createdBy"] {
            let operation = json!({"op": "replace", "path": format!("/{key}"), "value": "x"});
            patch(Some("*"), operation).expect(400).expect_error(subject.of_fixed, key);
        }
        let missing = json!([{"op": "remove", "path": "/name/first"}]);
        let message = format!("/name/first does not exist in the {noun}");
        patch(Some("*"), missing).expect(400).expect_error("FLOW-1455-400", &message);
        let remove = json!([{"op": "remove", "path": format!("/{}", subject.required)}]);
        let status = if subject.is_checked_after_patch { 400 } else { 200 };
        assert_eq!(patch(Some("*"), remove).status, status);
        let lifecycle = &subject.spec().lifecycle;
        let other = lifecycle.settable.iter().find(|state| **state != lifecycle.initial).unwrap().name();
        patch(Some("*"), json!({"op": "add", "path": "/state", "value": other})).expect(200);
        assert_eq!(subject.read(server, &id)["state"], other);
        let wrong = json!({"op": "add", "path": "/state", "value": "draft"});
        patch(Some("*"), wrong).expect(400).expect_error("FLOW-1456-400", "");
    });
}

#[test]
fn a_draft_may_be_incomplete_until_it_is_published() {
    each(|subject, server| {
        let body = without((subject.body)("orders"), subject.required);
        if !subject.spec().lifecycle.has_drafts() {
            return subject
                .post(server, "?mode=draft", &body)
                .expect(400)
                .expect_error("FLOW-1451-400", "mode");
        }
        let id = subject.post(server, "?mode=draft", &body).expect(201).text("id");
        assert_eq!(subject.read(server, &id)["state"], "draft");
        assert_eq!(subject.act(server, &id, "publish").status, 400);
        let wrong = json!([{"op": "replace", "path": "/state", "value": "enabled"}]);
        subject.patch(server, &id, Some("*"), wrong).expect(400).expect_error("FLOW-1421-400", "draft");
        let value = &(subject.body)("")[subject.required];
        let complete = json!([{"op": "add", "path": format!("/{}", subject.required), "value": value}]);
        subject.patch(server, &id, Some("*"), complete).expect(200);
        subject.act(server, &id, "publish").expect(200);
        assert_eq!(subject.read(server, &id)["state"], "enabled");
    });
}

#[test]
fn an_action_switches_the_state_if_the_state_allows_it() {
    each(|subject, server| {
        let id = subject.create(server, "orders").text("id");
        if Operation::on(subject.kind, Verb::Act).is_none() {
            return subject.act(server, &id, "enable").expect(404).expect_error("FLOW-1003-404", "");
        }
        let is_known =
            |action| subject.spec().lifecycle.transitions.iter().any(|(known, ..)| *known == action);
        let switches = [("disable", "disabled"), ("ENABLE", "enabled")];
        for (op, state) in switches.into_iter().filter(|_| is_known(Action::Disable)) {
            subject.act(server, &id, op).expect(200);
            assert_eq!(subject.read(server, &id)["state"], state);
        }
        let message = format!("publish cannot be applied to a {} in state enabled", subject.kind.noun());
        subject.act(server, &id, "publish").expect(400).expect_error("FLOW-1422-400", &message);
        subject.act(server, &id, "finalize").expect(400).expect_error("FLOW-1402-400", "");
        subject.act(server, &id, "x").expect(400).expect_error("FLOW-1434-400", "x");
    });
}
