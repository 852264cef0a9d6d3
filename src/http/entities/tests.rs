//! Tests that hold for entities of every kind, over HTTP, among them the kind that only unit tests have. Kinds that lack
//! drafts, actions or a search skip the tests of these.

use crate::base::config::Config;
use crate::base::operation::{Kind, Operation, Verb};
use crate::mock::FlowMock;
use crate::services::entities::KindSpec;
use crate::services::entities::lifecycle::Action;
use crate::services::kinds;
use crate::store::State;
use reqwest::Method;
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

/// A kind under test.
struct Subject {
    kind: Kind,
    /// The body of a POST with that name.
    body: fn(name: &str) -> Value,
    /// A key that no entity may lack, except for drafts.
    required: &'static str,
    /// An indexed field with one value in every [`body`](Self::body).
    shared: &'static str,
    /// A key that a client can set only once.
    fixed: &'static str,
    /// The error of a PATCH of a key that the client cannot change.
    of_fixed: &'static str,
    /// Whether a PATCH must leave an entity that could be created.
    is_checked_after_patch: bool,
    /// The entities that the body refers to, as members of a sandbox in a state document.
    seed: fn() -> Value,
}

fn nothing() -> Value {
    json!({})
}

const SUBJECTS: [Subject; 6] = [
    Subject {
        kind: Kind::Connection,
        body: |name| {
            json!({
                "name": name,
                "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" },
                "auth": {
                    "specName": "Connection String Based Authentication",
                    "params": { "connectionString": "AccountName=acme;AccountKey=c2VjcmV0IGtleQ==" }
                }
            })
        },
        required: "auth",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: true,
        seed: nothing,
    },
    Subject {
        kind: Kind::PrivateEndpoint,
        body: |name| {
            json!({
                "name": name,
                "subscriptionId": "4281a16a-696f-4993-a7d3-a3da4b846345",
                "resourceGroupName": "shop",
                "resourceName": "shopstorage",
                "fqdns": ["shopstorage.table.core.windows.net"],
                "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" }
            })
        },
        required: "resourceName",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: true,
        seed: nothing,
    },
    Subject {
        kind: Kind::SourceConnection,
        body: |name| {
            json!({
                "name": name,
                "connectionSpec": { "id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8", "version": "1.0" },
                "data": { "format": "delimited" },
                "params": { "path": "dlz-user-container/orders.csv", "type": "file" }
            })
        },
        required: "params",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: false,
        seed: nothing,
    },
    Subject {
        kind: Kind::TargetConnection,
        body: |name| {
            json!({
                "name": name,
                "connectionSpec": { "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0" },
                "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" }
            })
        },
        required: "params",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: false,
        seed: nothing,
    },
    Subject {
        kind: Kind::Flow,
        body: |name| {
            json!({
                "name": name,
                "flowSpec": { "id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "version": "1.0" },
                "sourceConnectionIds": ["26b53912-1005-49f0-b539-12100559f0e2"],
                "targetConnectionIds": ["f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"],
                "scheduleParams": { "startTime": 1612310466, "frequency": "hour", "interval": 1 }
            })
        },
        required: "scheduleParams",
        shared: "flowSpec.id",
        fixed: "flowSpec",
        of_fixed: "FLOW-1100-400",
        is_checked_after_patch: true,
        seed: || {
            let source = json!({
                "id": "26b53912-1005-49f0-b539-12100559f0e2",
                "name": "orders",
                "connectionSpec": { "id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8" },
                "data": { "format": "delimited" },
                "params": { "path": "dlz-user-container/orders.csv" }
            });
            let target = json!({
                "id": "f7eb08fa-5f04-4e45-ab08-fa5f046e45ee",
                "connectionSpec": { "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c" },
                "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" }
            });
            json!({ "sourceConnections": [source], "targetConnections": [target] })
        },
    },
    Subject {
        kind: Kind::Widget,
        body: |name| json!({ "name": name, "colour": "red", "size": 3 }),
        required: "size",
        shared: "colour",
        fixed: "colour",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: true,
        seed: nothing,
    },
];

/// A server, and a client of the sandbox `prod` of one organisation.
struct Server {
    mock: FlowMock,
    client: Client,
}

/// The status, the JSON and the `Location` of a response.
#[derive(Debug)]
struct Answer {
    status: u16,
    json: Value,
    location: String,
}

impl Server {
    fn start(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        Self { mock: FlowMock::with_config(config).unwrap(), client: Client::new() }
    }

    fn send(&self, method: Method, url: String, if_match: Option<&str>, body: Option<&Value>) -> Answer {
        let mut request = self
            .client
            .request(method, url)
            .header("Authorization", "Bearer token")
            .header("x-api-key", "key")
            .header("x-gw-ims-org-id", "A@AdobeOrg")
            .header("x-sandbox-name", "prod");
        if let Some(etag) = if_match {
            request = request.header("If-Match", etag);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let response: Response = request.send().unwrap();
        let location =
            response.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        let (status, text) = (response.status().as_u16(), response.text().unwrap());
        let json = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Answer { status, json, location: location.unwrap_or_default() }
    }

    fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send(method, format!("{}/_flowmock/{path}", self.mock.url()), None, body)
    }
}

impl Answer {
    #[track_caller]
    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Asserts an error whose message contains that text.
    #[track_caller]
    fn expect_error(self, code: &str, message: &str) {
        let is = self.json["type"].as_str().unwrap_or_default();
        assert_eq!(is, format!("https://ns.adobe.com/aep/errors/{code}"), "{self:?}");
        assert!(self.json["errorMessage"].as_str().unwrap().contains(message), "{message}: {self:?}");
    }

    fn text(&self, key: &str) -> String {
        self.json[key].as_str().unwrap_or_else(|| panic!("{key}: {self:?}")).to_owned()
    }

    /// The names of the items.
    #[track_caller]
    fn names(&self) -> Vec<&str> {
        assert_eq!(self.status, 200, "{self:?}");
        self.json["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
    }
}

impl Subject {
    /// A server with the entities that the body refers to.
    fn start(&self, change: impl FnOnce(&mut Config)) -> Server {
        let server = Server::start(change);
        self.prepare(&server);
        server
    }

    /// Adds the entities that the body refers to.
    fn prepare(&self, server: &Server) {
        let mut sandbox = (self.seed)();
        if sandbox == nothing() {
            return;
        }
        sandbox["name"] = json!("prod");
        let document = json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [sandbox]}]});
        server.control(Method::POST, "state", Some(&document)).expect(204);
    }

    fn collection(&self) -> &'static str {
        self.kind.collection()
    }

    fn spec(&self) -> &'static KindSpec {
        kinds::spec(self.kind)
    }

    /// The whole path of an entity.
    fn path(&self, id: &str) -> String {
        format!("{}/{}/{id}", self.kind.api().base_path(), self.collection())
    }

    /// A call below the base path of the kind's API.
    fn call(&self, server: &Server, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{}{path}", server.mock.url(), self.kind.api().base_path());
        server.send(method, url, None, body)
    }

    /// A call for an entity, or below it.
    fn call_one(&self, server: &Server, method: Method, id: &str, rest: &str) -> Answer {
        self.call(server, method, &format!("/{}/{id}{rest}", self.collection()), None)
    }

    fn post(&self, server: &Server, query: &str, body: &Value) -> Answer {
        self.call(server, Method::POST, &format!("/{}{query}", self.collection()), Some(body))
    }

    fn create(&self, server: &Server, name: &str) -> Answer {
        self.post(server, "", &(self.body)(name)).expect(201)
    }

    fn read(&self, server: &Server, id: &str) -> Value {
        self.call_one(server, Method::GET, id, "").expect(200).json["items"][0].clone()
    }

    fn list(&self, server: &Server, query: &str) -> Answer {
        self.call(server, Method::GET, &format!("/{}?{query}", self.collection()), None)
    }

    fn patch(&self, server: &Server, id: &str, etag: Option<&str>, operations: Value) -> Answer {
        let url = format!("{}{}", server.mock.url(), self.path(id));
        server.send(Method::PATCH, url, etag, Some(&operations))
    }

    fn act(&self, server: &Server, id: &str, op: &str) -> Answer {
        self.call_one(server, Method::POST, id, &format!("/action?op={op}"))
    }

    fn delete(&self, server: &Server, id: &str) -> Answer {
        self.call_one(server, Method::DELETE, id, "")
    }
}

fn rename(name: &str) -> Value {
    json!([{ "op": "replace", "path": "/name", "value": name }])
}

/// A body without one of its keys.
fn without(mut body: Value, key: &str) -> Value {
    body.as_object_mut().unwrap().remove(key).unwrap();
    body
}

/// Runs a test for each subject, with a server of its own.
fn each(test: impl Fn(&Subject, &Server)) {
    each_with(|_| {}, test);
}

fn each_with(change: impl Fn(&mut Config), test: impl Fn(&Subject, &Server)) {
    for subject in &SUBJECTS {
        test(subject, &subject.start(&change));
    }
}

#[test]
fn every_kind_is_tested_here() {
    assert_eq!(SUBJECTS.each_ref().map(|subject| subject.kind).as_slice(), Kind::ALL);
}

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
fn a_list_is_newest_first_filtered_ordered_and_projected() {
    each(|subject, server| {
        for name in ["b", "a", "c"] {
            subject.create(server, name);
        }
        let list = |query: &str| subject.list(server, query);
        assert_eq!(list("").names(), ["c", "a", "b"]);
        assert_eq!(list("orderby=name").names(), ["a", "b", "c"]);
        assert_eq!(list("orderby=-name&property=name!=b").names(), ["c", "a"]);
        assert_eq!(list("property=name==a,c&property=createdAt>=0").names(), ["c", "a"]);
        let shared = (subject.body)("")
            .pointer(&format!("/{}", subject.shared.replace('.', "/")))
            .and_then(Value::as_str)
            .unwrap()
            .to_owned();
        let query = format!("property={}=={shared}&count=true", subject.shared);
        assert_eq!(list(&query).json, json!({"count": 3}));
        let projected = list("property=name&limit=1").json;
        assert_eq!(projected["items"], json!([{"name": "c"}]));
        assert_eq!(list("property=state==draft").names(), [""; 0]);
        list("property=nothing==1").expect(400).expect_error("FLOW-1449-400", "nothing");
        list("orderby=nothing").expect(400).expect_error("FLOW-1433-400", "nothing");
        list("count=true&limit=1").expect(400).expect_error("FLOW-1401-400", "");
    });
}

#[test]
fn a_list_and_a_search_are_walked_page_by_page() {
    each(|subject, server| {
        for name in ["a", "b", "c", "d", "e"] {
            subject.create(server, name);
        }
        for query in ["limit=2", "limit=2&orderby=name", "limit=2&orderby=createdAt"] {
            let mut names = Vec::new();
            let mut next = Some(format!("/{}?{query}", subject.collection()));
            while let Some(href) = next {
                assert!(href.starts_with(&format!("/{}?", subject.collection())), "{href}");
                let page = subject.call(server, Method::GET, &href, None);
                names.extend(page.names().into_iter().map(str::to_owned));
                next = page.json["_links"]["next"]["href"].as_str().map(str::to_owned);
            }
            names.sort();
            assert_eq!(names, ["a", "b", "c", "d", "e"], "{query}");
        }
        let other = SUBJECTS.iter().find(|other| other.kind != subject.kind).unwrap();
        assert_eq!(other.list(server, "").names(), [""; 0]);
        if Operation::on(subject.kind, Verb::Search).is_none() {
            return;
        }
        let search = |body: Value| {
            subject.call(server, Method::POST, &format!("/{}/search", subject.collection()), Some(&body))
        };
        assert_eq!(search(json!({"queryString": "property=name>=d", "orderby": "name"})).names(), ["d", "e"]);
        assert_eq!(search(json!({"count": true})).json, json!({"count": 5}));
        let page = search(json!({"limit": 2})).json;
        let href = page["_links"]["next"]["href"].as_str().unwrap();
        assert!(href.starts_with(&format!("/{}?", subject.collection())), "{href}");
        search(json!({"other": 1})).expect(400).expect_error("FLOW-1451-400", "other");
    });
}

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
