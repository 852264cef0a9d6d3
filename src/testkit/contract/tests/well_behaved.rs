//! A well-behaved client breaks no rule, whatever it sends and whatever goes wrong meanwhile.

use super::support::{Api, Written, landing_zone, server};
use crate::mock::FlowMock;
use crate::testkit::contract::{Report, Severity};
use crate::testkit::faults::FaultRule;
use proptest::prelude::*;
use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};
use std::time::Duration;

/// The next step of the client. Connections are picked from those that it has.
#[derive(Clone, Debug)]
enum Step {
    Create {
        name: String,
    },
    Draft {
        name: String,
    },
    Read {
        pick: usize,
    },
    ReadUnknown,
    List {
        limit: Option<usize>,
        filtered: bool,
    },
    Search {
        limit: usize,
    },
    Count,
    Rename {
        pick: usize,
        name: String,
    },
    /// Another client changes the connection first.
    RenameTooLate {
        pick: usize,
        name: String,
    },
    Act {
        pick: usize,
    },
    Test {
        pick: usize,
    },
    Explore {
        pick: usize,
    },
    Delete {
        pick: usize,
    },
    Specs,
    NextTest,
    /// A test begins with the server's initial state.
    Reset {
        whole: bool,
    },
    /// The report is emptied in between.
    Forget,
}

/// A client that follows the documentation.
struct Client<'a> {
    api: Api<'a>,
    rival: Api<'a>,
    mine: Vec<Written>,
    names: usize,
    tests: usize,
    /// The path that was read last, and the number of reads in a row.
    last_read: (String, u32),
}

impl Client<'_> {
    fn pause(&self, by: Duration) {
        self.api.mock.advance(by).unwrap();
    }

    /// Sends a request until the response is not a temporary failure, with growing pauses. Before a retry, `look` may
    /// find that it is not needed.
    fn send(
        &self, request: impl Fn() -> RequestBuilder, look: impl Fn() -> Option<(u16, Value)>,
    ) -> (u16, Value) {
        let mut pause = Duration::from_millis(500);
        loop {
            let wait = match request().send() {
                Ok(answer) if !matches!(answer.status().as_u16(), 429 | 500..) => {
                    let status = answer.status().as_u16();
                    return (status, answer.json().unwrap_or_default());
                }
                Ok(answer) => {
                    let seconds =
                        answer.headers().get("retry-after").and_then(|wait| wait.to_str().ok()?.parse().ok());
                    seconds.map(Duration::from_secs)
                }
                Err(_) => None,
            };
            self.pause(wait.unwrap_or(pause));
            pause *= 2;
            if let Some(found) = look() {
                return found;
            }
        }
    }

    fn ask(&self, method: &Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = || {
            let request = self.api.request(method.clone(), path);
            match body {
                Some(body) => request.body(body.to_string()),
                None => request,
            }
        };
        self.send(request, || None)
    }

    fn get(&mut self, path: &str) -> (u16, Value) {
        if self.last_read.0 == path && self.last_read.1 == 3 {
            self.pause(Duration::from_secs(1));
            self.last_read.1 = 0;
        }
        let times = if self.last_read.0 == path { self.last_read.1 + 1 } else { 1 };
        self.last_read = (path.to_owned(), times);
        self.ask(&Method::GET, path, None)
    }

    fn create(&mut self, name: &str, mode: &str) {
        self.names += 1;
        let name = format!("{name}{}", self.names);
        let body = landing_zone(&name);
        let path = format!("/connections{mode}");
        let look = || {
            let (_, found) = self.ask(&Method::GET, &format!("/connections?property=name=={name}"), None);
            let found = found["items"].get(0)?;
            Some((201, found.clone()))
        };
        let request = || self.api.request(Method::POST, &path).body(body.to_string());
        let (status, made) = self.send(request, look);
        assert_eq!(status, 201);
        self.mine.push(written(&made));
    }

    fn walk(&mut self, mut page: Value) {
        while let Some(next) = page["_links"]["next"]["href"].as_str().map(str::to_owned) {
            page = self.get(&next).1;
        }
    }

    fn read(&mut self, index: usize) {
        let path = format!("/connections/{}", self.mine[index].id);
        let (status, answer) = self.get(&path);
        assert_eq!(status, 200);
        self.mine[index] = written(&answer["items"][0]);
    }

    /// Changes a name at the version that was read last; after a 412, reads the connection and tries again.
    fn rename(&mut self, index: usize, name: &str) {
        let body = json!([{"op": "replace", "path": "/name", "value": name}]).to_string();
        loop {
            let Written { id, etag } = self.mine[index].clone();
            let path = format!("/connections/{id}");
            let request =
                || self.api.request(Method::PATCH, &path).header("if-match", &etag).body(body.clone());
            match self.send(request, || None) {
                (200, answer) => return self.mine[index] = written(&answer),
                (412, _) => self.read(index),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Another client changes a connection; if the change fails, it gives up and pauses.
    fn interfere(&self, index: usize) {
        let path = format!("/connections/{}", self.mine[index].id);
        let read = self.rival.request(Method::GET, &path).send();
        let read = read.ok().and_then(|answer| answer.json::<Value>().ok()).unwrap_or_default();
        if let Some(etag) = read["items"][0]["etag"].as_str() {
            let body = json!([{"op": "replace", "path": "/name", "value": "theirs"}]);
            let request = self.rival.request(Method::PATCH, &path).header("if-match", etag);
            _ = request.body(body.to_string()).send();
        }
        self.pause(Duration::from_secs(2));
    }

    fn take(&mut self, step: &Step) {
        let pick = |pick: &usize| pick.checked_rem(self.mine.len());
        let at = |index: usize, rest: &str| format!("/connections/{}{rest}", self.mine[index].id);
        match step {
            Step::Create { name } => self.create(name, ""),
            Step::Draft { name } => self.create(name, "?mode=draft"),
            Step::Read { pick: number } => {
                if let Some(index) = pick(number) {
                    self.read(index);
                }
            }
            Step::ReadUnknown => {
                assert_eq!(self.get("/connections/00000000-0000-4000-8000-000000000000").0, 404)
            }
            Step::List { limit, filtered } => {
                let filter = if *filtered { "property=state==enabled&" } else { "" };
                let limit = limit.map(|limit| format!("limit={limit}")).unwrap_or_default();
                let page = self.get(&format!("/connections?{filter}{limit}")).1;
                self.walk(page);
            }
            Step::Search { limit } => {
                let body = json!({"queryString": "property=state!=deleting", "limit": limit});
                let page = self.ask(&Method::POST, "/connections/search", Some(&body)).1;
                self.walk(page);
            }
            Step::Count => assert!(self.get("/connections?count=True").1["count"].is_u64()),
            Step::Rename { pick: number, name } => {
                if let Some(index) = pick(number) {
                    self.rename(index, name);
                }
            }
            Step::RenameTooLate { pick: number, name } => {
                if let Some(index) = pick(number) {
                    self.interfere(index);
                    self.rename(index, name);
                }
            }
            Step::Act { pick: number } => {
                let Some(index) = pick(number) else { return };
                self.read(index);
                let (_, read) = self.get(&format!("/connections/{}", self.mine[index].id));
                let op = match read["items"][0]["state"].as_str() {
                    Some("draft") => "publish",
                    Some("enabled") => "disable",
                    _ => "enable",
                };
                let path = format!("/connections/{}/action?op={op}", self.mine[index].id);
                let (status, answer) = self.ask(&Method::POST, &path, None);
                if status == 200 {
                    self.mine[index] = written(&answer);
                }
            }
            Step::Test { pick: number } => {
                if let Some(path) = pick(number).map(|index| at(index, "/test")) {
                    self.get(&path);
                }
            }
            Step::Explore { pick: number } => {
                if let Some(path) = pick(number).map(|index| at(index, "/explore?objectType=root")) {
                    self.get(&path);
                }
            }
            Step::Delete { pick: number } => {
                if let Some(index) = pick(number) {
                    let path = at(index, "/");
                    self.mine.remove(index);
                    assert!(matches!(self.ask(&Method::DELETE, &path, None).0, 204 | 404));
                }
            }
            Step::Specs => _ = self.get("/connectionSpecs"),
            Step::Reset { whole } => {
                let mock = self.api.mock;
                if *whole {
                    mock.reset()
                } else {
                    mock.reset_organisation("ACME@AdobeOrg")
                }
                self.mine.clear();
                self.take(&Step::NextTest);
            }
            Step::Forget => self.api.mock.reset_contract(),
            Step::NextTest => {
                self.tests += 1;
                self.api = self.api.with("x-flowmock-test", format!("test {}", self.tests));
            }
        }
    }
}

fn written(json: &Value) -> Written {
    let text = |key: &str| json[key].as_str().unwrap().to_owned();
    Written { id: text("id"), etag: text("etag") }
}

fn step() -> impl Strategy<Value = Step> {
    let pick = any::<usize>;
    let name = || "[a-zé\"\\\\ ]{1,8}[a-z]";
    prop_oneof![
        4 => "[a-z]{1,8}".prop_map(|name| Step::Create { name }),
        1 => "[a-z]{1,8}".prop_map(|name| Step::Draft { name }),
        4 => pick().prop_map(|pick| Step::Read { pick }),
        1 => Just(Step::ReadUnknown),
        2 => (prop::option::of(1..5usize), any::<bool>()).prop_map(|(limit, filtered)| Step::List { limit, filtered }),
        1 => (1..5usize).prop_map(|limit| Step::Search { limit }),
        1 => Just(Step::Count),
        4 => (pick(), name()).prop_map(|(pick, name)| Step::Rename { pick, name }),
        2 => (pick(), name()).prop_map(|(pick, name)| Step::RenameTooLate { pick, name }),
        2 => pick().prop_map(|pick| Step::Act { pick }),
        1 => pick().prop_map(|pick| Step::Test { pick }),
        1 => pick().prop_map(|pick| Step::Explore { pick }),
        2 => pick().prop_map(|pick| Step::Delete { pick }),
        1 => Just(Step::Specs),
        1 => Just(Step::NextTest),
        1 => Just(Step::Forget),
        1 => any::<bool>().prop_map(|whole| Step::Reset { whole }),
    ]
}

/// A server that fails now and then, in every way.
fn failing(seed: u64) -> FlowMock {
    let mock = server(|config| config.deterministic = Some(seed));
    let now_and_then = || FaultRule::new().probability(0.04);
    mock.fault(now_and_then().error("FLOW-1103-503"));
    mock.fault(now_and_then().error("FLOW-1400-500").effect(crate::testkit::faults::Effect::Before));
    mock.fault(now_and_then().status(429).answer_header("Retry-After", "2"));
    mock.fault(now_and_then().reset());
    mock.fault(now_and_then().reset().effect(crate::testkit::faults::Effect::Before));
    mock
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_well_behaved_client_breaks_no_rule(seed in any::<u64>(), steps in prop::collection::vec(step(), 1..100)) {
        let mock = failing(seed);
        let token = mock.now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let api = Api::of(&mock).with("authorization", format!("Bearer {token}"));
        let rival = api.with("x-flowmock-consumer", "rival");
        let mut client =
            Client { api, rival, mine: Vec::new(), names: 0, tests: 0, last_read: (String::new(), 0) };
        for step in &steps {
            client.take(step);
        }
        let report = reqwest::blocking::get(mock.url() + "/_flowmock/contract").unwrap();
        let report: Report = report.json().unwrap();
        prop_assert!(report.enabled && report.examined > 0 || report.consumers.is_empty());
        prop_assert_eq!(report.skipped, 0);
        for consumer in &report.consumers {
            let wrong: Vec<_> = consumer.broken.iter().filter(|broken| broken.severity > Severity::Info).collect();
            prop_assert!(wrong.is_empty(), "{}: {:#?}", consumer.name, wrong);
        }
    }
}
