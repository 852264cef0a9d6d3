//! Questions to several replicas, which a [`Peers`] inside of the process carries.

use super::peers::{ALONE, Peers, Reply};
use crate::app::App;
use crate::base::config::Config;
use crate::base::document::refusal::Refused;
use crate::mock::FlowMock;
use crate::testkit::contract::report::Report;
use crate::testkit::expectation::{Expectation, Times, Verification};
use crate::testkit::journal::RecordedRequest;
use futures_util::future::BoxFuture;
use hyper::StatusCode;
use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::future::Future;
use std::sync::{Arc, Mutex, Weak};
use tokio::task::spawn_blocking;

/// Carries questions between the servers of one process.
struct InProcess {
    name: String,
    all: Arc<Mutex<Vec<(String, Member)>>>,
}

/// How a replica answers.
#[derive(Clone)]
enum Member {
    Answers(Weak<App>),
    Silent,
    Garbled,
}

impl Peers for InProcess {
    fn name(&self) -> &str {
        &self.name
    }

    fn gather(&self, question: Vec<u8>) -> BoxFuture<'_, Result<Vec<Reply>, Refused>> {
        let all = self.all.lock().unwrap().clone();
        Box::pin(async move {
            let mut replies = Vec::new();
            for (replica, member) in all {
                let answer = match member {
                    Member::Answers(app) => {
                        let (app, question) = (app.upgrade().unwrap(), question.clone());
                        Ok(spawn_blocking(move || app.answer(&question)).await.unwrap())
                    }
                    Member::Silent => Err("it took longer than 5 s".to_owned()),
                    Member::Garbled => Ok(b"{\"Ok\":\"of a later version\"}".to_vec()),
                };
                replies.push(Reply { replica, answer });
            }
            Ok(replies)
        })
    }

    fn asked(&self, _id: String, _question: Vec<u8>) {
        unreachable!("no log brings questions");
    }
}

/// Servers that share their requests.
struct Cluster {
    mocks: Vec<FlowMock>,
    all: Arc<Mutex<Vec<(String, Member)>>>,
    client: Client,
}

impl Cluster {
    fn of(names: &[&str]) -> Self {
        Self::with(names, |_| {})
    }

    fn with(names: &[&str], change: impl Fn(&mut Config)) -> Self {
        let all = Arc::new(Mutex::new(Vec::new()));
        let start = |name: &&str| {
            let mut config = Config::default();
            change(&mut config);
            let mock = FlowMock::with_config(config).unwrap();
            let peers = InProcess { name: (*name).to_owned(), all: Arc::clone(&all) };
            assert!(mock.app().replicas.peers.set(Arc::new(peers)).is_ok());
            // The last comes first: no result may depend on the order of the replies.
            all.lock().unwrap().insert(0, ((*name).to_owned(), Member::Answers(Arc::downgrade(mock.app()))));
            mock
        };
        let mocks = names.iter().map(start).collect();
        Self { mocks, all, client: Client::new() }
    }

    /// Adds a replica that is no server.
    fn add(&self, name: &str, member: Member) {
        self.all.lock().unwrap().push((name.to_owned(), member));
    }

    fn request(&self, replica: usize, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.mocks[replica].base_url() + path);
        [
            ("authorization", "Bearer hunter2-hunter2"),
            ("x-api-key", "key"),
            ("x-gw-ims-org-id", "ACME@AdobeOrg"),
            ("x-sandbox-name", "dev"),
            ("x-flowmock-consumer", "me"),
            ("content-type", "application/json"),
        ]
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value))
    }

    /// Sends a request to a replica and returns the id of the answer.
    fn send(&self, replica: usize, method: Method, path: &str) -> String {
        id_of(self.request(replica, method, path))
    }

    fn create(&self, replica: usize, name: &str) -> String {
        let spec = "10440537-2a7b-4583-ac39-ed38d4b848e8";
        let body = json!({"name": name, "connectionSpec": {"id": spec}}).to_string();
        id_of(self.request(replica, Method::POST, "/connections").body(body))
    }

    /// A control call with a status and a JSON document.
    fn control(
        &self, replica: usize, method: Method, path: &str, body: Option<Value>,
    ) -> (StatusCode, Value) {
        let url = format!("{}/_flowmock{path}", self.mocks[replica].url());
        let request = self.client.request(method, url);
        let request = match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        };
        let answer = request.send().unwrap();
        let status = answer.status();
        (status, serde_json::from_slice(&answer.bytes().unwrap()).unwrap_or_default())
    }

    fn verify(&self, replica: usize, expectations: &[Expectation]) -> Result<Verification, Refused> {
        wait(self.mocks[replica].app().verify_all(expectations.to_vec()))
    }

    /// The requests that a query selects, and the replicas.
    fn list(&self, replica: usize, query: &str) -> Vec<RecordedRequest> {
        let (status, list) =
            self.control(replica, Method::GET, &format!("/requests?replicas=all&{query}"), None);
        assert_eq!(status, 200, "{list}");
        serde_json::from_value(list["requests"].clone()).unwrap()
    }

    fn report(&self, replica: usize, query: &str) -> Report {
        let (status, report) =
            self.control(replica, Method::GET, &format!("/contract?replicas=all{query}"), None);
        assert_eq!(status, 200, "{report}");
        serde_json::from_value(report).unwrap()
    }
}

fn id_of(request: RequestBuilder) -> String {
    request.send().unwrap().headers()["x-request-id"].to_str().unwrap().to_owned()
}

fn wait<T>(of: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(of)
}

fn creation() -> Expectation {
    Expectation::new().operation("createConnection")
}

fn listing() -> Expectation {
    Expectation::new().operation("listConnections")
}

#[test]
fn the_journal_has_the_requests_of_all_replicas_in_the_order_of_their_answers() {
    let cluster = Cluster::of(&["a", "b", "c"]);
    let ids: Vec<String> =
        [1, 0, 0, 1].map(|replica| cluster.send(replica, Method::GET, "/connections")).into();
    for asked in 0..3 {
        let list = cluster.list(asked, "");
        let found: Vec<_> = list
            .iter()
            .rev()
            .map(|one| (one.request_id.clone().unwrap(), one.replica.as_deref().unwrap(), one.id))
            .collect();
        let places = [("b", 1), ("a", 1), ("a", 2), ("b", 2)];
        let expected: Vec<_> =
            ids.iter().zip(places).map(|(id, (at, entry))| (id.clone(), at, entry)).collect();
        assert_eq!(found, expected);
        assert!(list.iter().all(|one| one.consumer.as_deref() == Some("me")));
        let shown = serde_json::to_string(&list).unwrap();
        assert!(shown.contains("[redacted]") && !shown.contains("hunter2"), "{shown}");
    }
    let newest: Vec<_> = cluster.list(2, "limit=3").into_iter().filter_map(|one| one.request_id).collect();
    assert!(newest.iter().eq(ids.iter().rev().take(3)), "a limit is that of the whole list: {newest:?}");
    assert!(cluster.list(0, "method=DELETE").is_empty());
    let (_, list) = cluster.control(0, Method::GET, "/requests?replicas=all", None);
    assert_eq!((&list["replicas"], &list["lastId"]), (&json!(["a", "b", "c"]), &Value::Null));
}

#[test]
fn with_a_stopped_clock_the_order_is_still_that_of_the_answers() {
    let cluster = Cluster::with(&["a", "b"], |config| config.deterministic = Some(7));
    for (replica, limit) in [(1, 1), (0, 2), (1, 3), (0, 4)] {
        cluster.send(replica, Method::GET, &format!("/connections?limit={limit}"));
    }
    let queries: Vec<String> = cluster.list(0, "").into_iter().map(|one| one.query).collect();
    assert_eq!(queries, ["limit=4", "limit=3", "limit=2", "limit=1"]);
}

#[test]
fn clearing_removes_the_requests_of_all_replicas() {
    let cluster = Cluster::of(&["a", "b"]);
    for replica in [0, 1, 1] {
        cluster.send(replica, Method::GET, "/connections");
    }
    let clear =
        |query: &str| cluster.control(0, Method::DELETE, &format!("/requests?replicas=all{query}"), None);
    assert_eq!(clear("&imsOrgId=OTHER@AdobeOrg"), (StatusCode::OK, json!({"cleared": 0})));
    assert_eq!(clear("&imsOrgId=ACME@AdobeOrg&sandbox=dev"), (StatusCode::OK, json!({"cleared": 3})));
    assert!(cluster.list(1, "").is_empty());
    assert_eq!(cluster.report(1, "").examined, 3, "they were examined before");
}

#[test]
fn a_verification_counts_the_requests_of_all_replicas() {
    let cluster = Cluster::of(&["a", "b"]);
    let ids = [cluster.create(0, "orders"), cluster.create(1, "orders"), cluster.create(1, "sales")];
    for (times, passes) in [
        (Times::exactly(3), true),
        (Times::exactly(2), false),
        (Times::at_least(3), true),
        (Times::at_most(2), false),
    ] {
        let verification = cluster.verify(0, &[creation().times(times)]).unwrap();
        assert_eq!(verification.passed, passes, "{verification}");
        assert_eq!((verification.count, &verification.requests), (3, &ids.to_vec()));
        assert_eq!(verification.replicas, ["a", "b"]);
    }
    let by_token = Expectation::new().header("authorization", "Bearer hunter2-hunter2");
    let verification = cluster.verify(1, &[by_token.times(Times::exactly(3))]).unwrap();
    assert!(verification.passed, "credentials match where the requests are: {verification}");
}

#[test]
fn the_nearest_requests_are_those_of_all_replicas() {
    let cluster = Cluster::of(&["a", "b"]);
    let order = cluster.create(0, "order");
    let listed = cluster.send(1, Method::GET, "/connections");
    let sales = cluster.create(1, "sales");
    let expected = creation().sandbox("dev").body_at("/name", "orders");
    let verification = cluster.verify(0, std::slice::from_ref(&expected)).unwrap();
    let nearest: Vec<_> = verification
        .nearest
        .iter()
        .map(|miss| (miss.request_id.as_str(), miss.replica.as_deref(), miss.matched))
        .collect();
    let misses = [(sales.as_str(), Some("b"), 2), (&order, Some("a"), 2), (&listed, Some("b"), 1)];
    assert_eq!(nearest, misses);
    assert_eq!(verification.nearest[1].differences[0].actual, "\"order\"");
    let message = &verification.message;
    assert!(message.contains("received 0, of 3 requests in the journals of 2 replicas\n"), "{message}");
    assert!(message.contains(&format!("request id {sales}, at replica b\n")), "{message}");
    let found = cluster.create(0, "orders");
    let again = cluster.verify(1, &[expected.times(Times::exactly(2))]).unwrap();
    assert!(again.nearest.iter().all(|miss| miss.request_id != found), "it was counted: {again}");
}

#[test]
fn expectations_in_order_are_met_across_replicas() {
    let cluster = Cluster::of(&["a", "b"]);
    cluster.send(1, Method::GET, "/connections");
    cluster.create(0, "orders");
    cluster.send(1, Method::GET, "/connections");
    cluster.create(0, "sales");
    let passes = |order: &[Expectation]| cluster.verify(1, order).unwrap().passed;
    assert!(passes(&[listing(), creation(), listing(), creation()]));
    assert!(passes(&[creation().times(Times::exactly(1)), listing(), creation().times(Times::exactly(1))]));
    let early = cluster.verify(0, &[creation().times(Times::exactly(2)), listing()]).unwrap();
    assert_eq!((early.passed, early.failed), (false, Some(1)));
    assert_eq!(early.nearest[0].differences[0].field, "order");
    assert_eq!(early.nearest[0].replica.as_deref(), Some("b"));
}

#[test]
fn the_contract_report_is_that_of_one_server_which_received_everything() {
    let (cluster, alone) = (Cluster::of(&["a", "b"]), Cluster::of(&["one"]));
    for replica in [0, 1] {
        for (cluster, replica) in [(&cluster, replica), (&alone, 0)] {
            cluster.create(replica, "orders");
            cluster.send(replica, Method::GET, "/connections?x=1");
            cluster.send(replica, Method::GET, &format!("/connections?limit=5{}", "0".repeat(replica)));
        }
    }
    let mut report = cluster.report(1, "");
    assert_eq!(report.replicas, ["a", "b"]);
    let me = &mut report.consumers[0];
    assert!(me.not_judged.contains(&"etag-never-read".into()), "{:?}", me.not_judged);
    assert_eq!((me.broken[0].count, me.broken[0].first.replica.as_deref()), (2, Some("a")));
    let mut whole = alone.report(0, "");
    assert_eq!(whole.replicas, ["one"]);
    let own = &mut whole.consumers[0];
    assert_eq!(own.coverage, me.coverage);
    // What tells the two apart: who was asked, and the ids and times of the first violations.
    report.replicas.clear();
    whole.replicas.clear();
    for (of_all, own) in report.consumers.iter_mut().zip(&whole.consumers) {
        of_all.not_judged.clear();
        for (of_all, own) in of_all.broken.iter_mut().zip(&own.broken) {
            of_all.first = own.first.clone();
        }
    }
    assert_eq!(report, whole);
    let (status, refused) = cluster.control(0, Method::GET, "/contract?replicas=all&consumer=you", None);
    assert_eq!(status, 404);
    assert!(refused.to_string().contains("there are: me"), "{refused}");
    assert_eq!(cluster.report(0, "&consumer=me").consumers.len(), 1);
}

#[test]
fn a_connection_that_another_replica_deleted_is_not_left_in_production() {
    let cluster = Cluster::of(&["a", "b"]);
    let production = |request: RequestBuilder| request.header("x-sandbox-name", "prod").send().unwrap();
    let spec = "10440537-2a7b-4583-ac39-ed38d4b848e8";
    let body = json!({"name": "orders", "connectionSpec": {"id": spec}}).to_string();
    let client = |replica: usize, method, path: &str| {
        let request = cluster.client.request(method, cluster.mocks[replica].base_url() + path);
        let request = request.header("authorization", "Bearer a").header("x-api-key", "key");
        request.header("x-gw-ims-org-id", "ACME@AdobeOrg").header("content-type", "application/json")
    };
    assert_eq!(production(client(0, Method::POST, "/connections").body(body)).status(), 201);
    let left =
        |report: Report| report.consumers[0].broken.iter().any(|broken| broken.rule == "left-in-production");
    assert!(left(cluster.report(1, "")), "one replica has all requests of the consumer");
    production(client(1, Method::DELETE, "/connections/made-at-the-other"));
    assert!(!left(cluster.report(1, "")));
}

#[test]
fn the_reports_of_all_replicas_are_emptied_together() {
    let cluster = Cluster::of(&["a", "b"]);
    cluster.send(0, Method::GET, "/connections");
    cluster.send(1, Method::GET, "/connections");
    let named = |name: &str| {
        let path = format!("/contract?replicas=all&consumer={name}");
        cluster.control(0, Method::DELETE, &path, None).0
    };
    cluster.request(1, Method::GET, "/connections").header("x-flowmock-consumer", "you").send().unwrap();
    assert_eq!(named("nobody"), 404);
    assert_eq!(named("me"), 204);
    let names = |report: Report| report.consumers.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert!(!names(cluster.report(1, "")).contains(&"me".to_owned()));
    assert_eq!(cluster.control(1, Method::DELETE, "/contract?replicas=all", None).0, 204);
    assert!(cluster.report(0, "").consumers.is_empty());
}

#[test]
fn a_replica_that_does_not_answer_is_named_and_makes_every_call_a_503() {
    for (member, why) in
        [(Member::Silent, "it took longer than 5 s"), (Member::Garbled, "its answer cannot be read")]
    {
        let cluster = Cluster::of(&["a"]);
        cluster.send(0, Method::GET, "/connections");
        cluster.add("b-2", member);
        for (method, path, body) in [
            (Method::GET, "/requests", None),
            (Method::DELETE, "/requests", None),
            (Method::POST, "/verify", Some(json!({}))),
            (Method::GET, "/contract", None),
            (Method::DELETE, "/contract", None),
        ] {
            let (status, refused) = cluster.control(0, method, &format!("{path}?replicas=all"), body);
            assert_eq!(status, 503, "{refused}");
            let reason = refused["errors"][0]["reason"].as_str().unwrap();
            assert!(reason.contains(&format!("the replica b-2 has not answered: {why}")), "{reason}");
        }
    }
}

#[test]
fn an_unknown_question_has_an_answer_that_says_so() {
    let mock = FlowMock::start();
    let answer: Result<(), String> = serde_json::from_slice(&mock.app().answer(b"\"Later\"")).unwrap();
    assert!(answer.unwrap_err().contains("all replicas have to be of one version"));
}

#[test]
fn an_answer_that_is_too_large_says_so() {
    let text = "x".repeat(super::answer::MAX_BYTES);
    let answer: Result<(), String> = serde_json::from_slice(&super::answer::written(&Ok(text))).unwrap();
    assert!(answer.unwrap_err().contains("more than 32 MiB"));
}

#[test]
fn a_server_alone_is_its_only_replica() {
    let mock = FlowMock::start();
    let verification = wait(mock.app().verify_all(vec![creation().times(Times::never())])).unwrap();
    assert!(verification.passed);
    assert_eq!(verification.replicas, [ALONE]);
}
