//! Clients that hop from replica to replica and note what they did and what they were told.

use super::history::{Call, Operation, Told};
use super::random::Random;
use crate::api::{Api, landing_zone, rename, try_sent};
use crate::common::answer::Answer;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The number of connections that clients work on at once. Few, so that they get into each other's way.
const WORKED_ON: usize = 12;

/// What all clients share.
pub struct Clients {
    replicas: Vec<Api>,
    began: Instant,
    /// A text that each connection carries, so that the log grows.
    freight: String,
    /// The connections that clients work on.
    ids: Mutex<VecDeque<String>>,
    pub stop: AtomicBool,
    /// How often a client was refused since another one was faster; then much else has happened too.
    refused: AtomicUsize,
}

/// What clients noted.
#[derive(Default)]
pub struct Notes {
    /// The operations on each connection, by its id.
    pub histories: BTreeMap<String, Vec<Operation>>,
    /// The names of the connections whose creation was not answered, so that nobody knows their ids.
    pub unanswered: Vec<String>,
    /// The number of requests that told nothing.
    pub failed: usize,
}

impl Notes {
    pub fn add(&mut self, other: Self) {
        for (id, operations) in other.histories {
            self.histories.entry(id).or_default().extend(operations);
        }
        self.unanswered.extend(other.unanswered);
        self.failed += other.failed;
    }
}

impl Clients {
    /// Clients of these replicas, whose connections have about as many bytes.
    pub fn of(replicas: Vec<Api>, bytes: usize) -> Self {
        Self {
            replicas,
            began: Instant::now(),
            freight: "x".repeat(bytes),
            ids: Mutex::default(),
            stop: AtomicBool::new(false),
            refused: AtomicUsize::new(0),
        }
    }

    /// Whether so much has happened that it is worth to be checked.
    pub fn have_met(&self) -> bool {
        self.refused.load(Ordering::Relaxed) >= 20
    }

    /// The time since the beginning of the test, in nanoseconds.
    pub fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).expect("the test is short")
    }

    /// Works as one client until the test stops.
    pub fn work(&self, number: u64) -> Notes {
        let mut client =
            Client { all: self, random: Random::new(number + 1), notes: Notes::default(), number, writes: 0 };
        while !self.stop.load(Ordering::Relaxed) {
            let failed = client.notes.failed;
            client.step();
            if client.notes.failed > failed {
                thread::sleep(Duration::from_millis(5)); // as a client that tries again does
            }
        }
        client.notes
    }

    /// One of the connections that clients work on.
    fn some_id(&self, random: &mut Random) -> Option<String> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        (ids.len() == WORKED_ON).then(|| ids[random.below(WORKED_ON as u64) as usize].clone())
    }

    fn work_on(&self, id: String) {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.push_back(id);
        if ids.len() > WORKED_ON {
            ids.pop_front();
        }
    }
}

struct Client<'a> {
    all: &'a Clients,
    random: Random,
    notes: Notes,
    number: u64,
    /// The number of names so far.
    writes: u64,
}

impl Client<'_> {
    /// Creates a connection, or works on one: each request goes to some replica.
    fn step(&mut self) {
        let id = if self.random.below(8) > 0 { self.all.some_id(&mut self.random) } else { None };
        let Some(id) = id.or_else(|| self.create()) else { return };
        let Some(Told::Seen { etag, .. }) = self.read(&id) else { return };
        if self.random.below(60) == 0 {
            self.delete(&id);
        } else {
            self.patch(&id, &etag);
        }
        self.read(&id);
    }

    fn name(&mut self) -> String {
        self.writes += 1;
        format!("{}-{}", self.number, self.writes)
    }

    /// Sends a request to some replica; returns the answer if it tells something, and when it was sent and answered.
    fn send(
        &mut self, method: Method, path: &str, if_match: Option<&str>, body: Option<&Value>,
    ) -> (u64, Option<Answer>, u64) {
        let mut request = self.random.one_of(&self.all.replicas).request(method, path);
        if let Some(etag) = if_match {
            request = request.header("If-Match", etag);
        }
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let began = self.all.now();
        let answer = try_sent(request);
        let ended = self.all.now();
        let answer = answer.ok().filter(|answer| !says_nothing(answer));
        self.notes.failed += usize::from(answer.is_none());
        (began, answer, ended)
    }

    fn note(&mut self, id: &str, began: u64, ended: u64, call: Call, told: Told) {
        let ended = (!matches!(told, Told::Unknown)).then_some(ended);
        let history = self.notes.histories.entry(id.to_owned()).or_default();
        history.push(Operation { began, ended, call, told });
    }

    fn create(&mut self) -> Option<String> {
        let name = self.name();
        let mut body = landing_zone(&name);
        body["freight"] = json!(self.all.freight);
        let (began, answer, ended) = self.send(Method::POST, "/connections", None, Some(&body));
        let Some(answer) = answer else {
            self.notes.unanswered.push(name);
            return None;
        };
        let made = answer.expect_status(201).written();
        self.note(&made.id, began, ended, Call::Create { name }, Told::Written { etag: made.etag });
        self.all.work_on(made.id.clone());
        Some(made.id)
    }

    fn read(&mut self, id: &str) -> Option<Told> {
        let (began, answer, ended) = self.send(Method::GET, &path(id), None, None);
        let answer = answer?;
        let told = if answer.status == 404 {
            Told::Gone
        } else {
            seen(&answer.clone().expect_status(200).json()["items"][0])
        };
        self.note(id, began, ended, Call::Read, told.clone());
        Some(told)
    }

    fn patch(&mut self, id: &str, etag: &str) {
        let name = self.name();
        let (began, answer, ended) = self.send(Method::PATCH, &path(id), Some(etag), Some(&rename(&name)));
        let told = match answer {
            None => Told::Unknown,
            Some(answer) => match answer.status.as_u16() {
                404 => Told::Gone,
                412 => {
                    self.all.refused.fetch_add(1, Ordering::Relaxed);
                    Told::Refused { current: text(&answer.json()["report"]["current"]) }
                }
                _ => Told::Written { etag: answer.expect_status(200).written().etag },
            },
        };
        self.note(id, began, ended, Call::Patch { if_match: etag.to_owned(), name }, told);
    }

    fn delete(&mut self, id: &str) {
        let (began, answer, ended) = self.send(Method::DELETE, &path(id), None, None);
        let told = match answer {
            None => Told::Unknown,
            Some(answer) if answer.status == 404 => Told::Gone,
            Some(answer) => {
                answer.expect_status(204);
                Told::Deleted
            }
        };
        self.note(id, began, ended, Call::Delete, told);
    }
}

/// Whether a replica could not reach Redis, so that nobody knows whether a write was made.
fn says_nothing(answer: &Answer) -> bool {
    if answer.status != 503 {
        return false;
    }
    let answer = answer.clone().expect_error("FLOW-1103-503");
    assert_eq!(answer.header("retry-after"), "1", "{answer}");
    true
}

fn path(id: &str) -> String {
    format!("/connections/{id}")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text but {value}")).to_owned()
}

/// What an item of a connection tells.
pub fn seen(item: &Value) -> Told {
    assert_ne!(item["etag"], json!(null), "{item}");
    Told::Seen { etag: text(&item["etag"]), name: text(&item["name"]) }
}
