//! A server, its answers, and the calls of a kind.

use super::subjects::{SUBJECTS, Subject, nothing};
use crate::base::config::Config;
use crate::mock::FlowMock;
use crate::services::entities::KindSpec;
use crate::services::kinds;
use reqwest::Method;
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

/// A server, and a client of the sandbox `prod` of one organisation.
pub(super) struct Server {
    pub(super) mock: FlowMock,
    pub(super) client: Client,
}

/// The status, the JSON and the `Location` of a response.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) json: Value,
    pub(super) location: String,
}

impl Server {
    pub(super) fn start(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        Self { mock: FlowMock::with_config(config).unwrap(), client: Client::new() }
    }

    pub(super) fn send(
        &self, method: Method, url: String, if_match: Option<&str>, body: Option<&Value>,
    ) -> Answer {
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

    pub(super) fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send(method, format!("{}/_flowmock/{path}", self.mock.url()), None, body)
    }
}

impl Answer {
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Asserts an error whose message contains that text.
    #[track_caller]
    pub(super) fn expect_error(self, code: &str, message: &str) {
        let is = self.json["type"].as_str().unwrap_or_default();
        assert_eq!(is, format!("https://ns.adobe.com/aep/errors/{code}"), "{self:?}");
        assert!(self.json["errorMessage"].as_str().unwrap().contains(message), "{message}: {self:?}");
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.json[key].as_str().unwrap_or_else(|| panic!("{key}: {self:?}")).to_owned()
    }

    /// The names of the items.
    #[track_caller]
    pub(super) fn names(&self) -> Vec<&str> {
        assert_eq!(self.status, 200, "{self:?}");
        self.json["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
    }
}

impl Subject {
    /// A server with the entities that the body refers to.
    pub(super) fn start(&self, change: impl FnOnce(&mut Config)) -> Server {
        let server = Server::start(change);
        self.prepare(&server);
        server
    }

    /// Adds the entities that the body refers to.
    pub(super) fn prepare(&self, server: &Server) {
        let mut sandbox = (self.seed)();
        if sandbox == nothing() {
            return;
        }
        sandbox["name"] = json!("prod");
        let document = json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [sandbox]}]});
        server.control(Method::POST, "state", Some(&document)).expect(204);
    }

    pub(super) fn collection(&self) -> &'static str {
        self.kind.collection()
    }

    pub(super) fn spec(&self) -> &'static KindSpec {
        kinds::spec(self.kind)
    }

    /// The whole path of an entity.
    pub(super) fn path(&self, id: &str) -> String {
        format!("{}/{}/{id}", self.kind.api().base_path(), self.collection())
    }

    /// A call below the base path of the kind's API.
    pub(super) fn call(&self, server: &Server, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{}{path}", server.mock.url(), self.kind.api().base_path());
        server.send(method, url, None, body)
    }

    /// A call for an entity, or below it.
    pub(super) fn call_one(&self, server: &Server, method: Method, id: &str, rest: &str) -> Answer {
        self.call(server, method, &format!("/{}/{id}{rest}", self.collection()), None)
    }

    pub(super) fn post(&self, server: &Server, query: &str, body: &Value) -> Answer {
        self.call(server, Method::POST, &format!("/{}{query}", self.collection()), Some(body))
    }

    pub(super) fn create(&self, server: &Server, name: &str) -> Answer {
        self.post(server, "", &(self.body)(name)).expect(201)
    }

    pub(super) fn read(&self, server: &Server, id: &str) -> Value {
        self.call_one(server, Method::GET, id, "").expect(200).json["items"][0].clone()
    }

    pub(super) fn list(&self, server: &Server, query: &str) -> Answer {
        self.call(server, Method::GET, &format!("/{}?{query}", self.collection()), None)
    }

    pub(super) fn patch(&self, server: &Server, id: &str, etag: Option<&str>, operations: Value) -> Answer {
        let url = format!("{}{}", server.mock.url(), self.path(id));
        server.send(Method::PATCH, url, etag, Some(&operations))
    }

    pub(super) fn act(&self, server: &Server, id: &str, op: &str) -> Answer {
        self.call_one(server, Method::POST, id, &format!("/action?op={op}"))
    }

    pub(super) fn delete(&self, server: &Server, id: &str) -> Answer {
        self.call_one(server, Method::DELETE, id, "")
    }
}

pub(super) fn rename(name: &str) -> Value {
    json!([{ "op": "replace", "path": "/name", "value": name }])
}

/// A body without one of its keys.
pub(super) fn without(mut body: Value, key: &str) -> Value {
    body.as_object_mut().unwrap().remove(key).unwrap();
    body
}

/// Runs a test for each subject, with a server of its own.
pub(super) fn each(test: impl Fn(&Subject, &Server)) {
    each_with(|_| {}, test);
}

pub(super) fn each_with(change: impl Fn(&mut Config), test: impl Fn(&Subject, &Server)) {
    for subject in &SUBJECTS {
        test(subject, &subject.start(&change));
    }
}
