//! State documents, snapshots and the ids of a seeded server.

use super::subjects::{SUBJECTS, Subject};
use super::support::{each, without};
use reqwest::Method;
use serde_json::{Value, json};

#[test]
fn a_reset_removes_entities_and_a_snapshot_restores_them() {
    each(|subject, server| {
        let id = subject.create(server, "kept").text("id");
        let item = subject.read(server, &id);
        server.control(Method::PUT, "snapshots/one", None).expect(204);
        subject.create(server, "lost");
        server.control(Method::POST, "reset", None).expect(204);
        assert_eq!(subject.list(server, "").names(), [""; 0]);
        server.control(Method::POST, "snapshots/one/restore", None).expect(204);
        assert_eq!(subject.list(server, "").names(), ["kept"]);
        assert_eq!(subject.read(server, &id), item);
    });
}

#[test]
fn an_export_contains_every_entity() {
    each(|subject, server| {
        let mut body = (subject.body)("orders");
        body["own"] = json!([1]);
        let id = subject.post(server, "", &body).expect(201).text("id");
        if subject.spec().lifecycle.has_drafts() {
            let draft = without((subject.body)("draft"), subject.required);
            subject.post(server, "?mode=draft", &draft).expect(201);
        } else {
            subject.create(server, "second");
        }
        let exported = server.control(Method::GET, "state", None).expect(200).json;
        let sandbox = &exported["organisations"][0]["sandboxes"][0];
        assert_eq!(sandbox[subject.collection()].as_array().unwrap().len(), 2);
        for method in [Method::PUT, Method::POST] {
            let other = subject.start(|_| {});
            subject.create(&other, "before");
            other.control(method.clone(), "state", Some(&exported)).expect(204);
            assert_eq!(subject.read(&other, &id), subject.read(server, &id));
            let count = if method == Method::PUT { 2 } else { 3 };
            assert_eq!(subject.list(&other, "property=own==1&count=true").json["count"], 0);
            assert_eq!(subject.list(&other, "property=own[]==1&count=true").json["count"], 1);
            assert_eq!(subject.list(&other, "count=true").json["count"], count);
        }
        let twice = json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [
            {"name": "prod", subject.collection(): [sandbox[subject.collection()][0], sandbox[subject.collection()][0]]}
        ]}]});
        let refused = server.control(Method::POST, "state", Some(&twice)).expect(400);
        let reason = format!("is that of another {} of this sandbox", subject.kind.noun());
        assert!(refused.json.to_string().contains(&reason), "{refused:?}");
    });
}

#[test]
fn with_a_seed_every_server_makes_the_same_ids_and_etags() {
    let written = |subject: &Subject| {
        let server = subject.start(|config| config.deterministic = Some(7));
        let mut written: Vec<Value> = ["a", "b"].map(|name| subject.create(&server, name).json).into();
        server.control(Method::POST, "reset", None).expect(204);
        subject.prepare(&server);
        written.push(subject.create(&server, "c").json);
        assert_eq!(written[0], written[2], "a reset begins anew");
        written
    };
    for subject in &SUBJECTS {
        let first = written(subject);
        assert_ne!(first[0], first[1]);
        assert_eq!(written(subject), first);
    }
}
