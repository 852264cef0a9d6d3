//! [`Client`]: one of those who soak the server, with a TCP connection and a sandbox of its own.

use crate::Shared;
use crate::belief::Belief;
use crate::dice::Dice;
use crate::support::Failure;
use crate::support::socket::{self, Answer};
use flowmock::BASE_PATH;
use serde_json::{Value, json};
use std::fmt;
use std::iter::Sum;
use std::sync::atomic::Ordering;

/// The organisation of all clients; each has a sandbox in it.
pub const ORGANISATION: &str = "BENCH@AdobeOrg"; // that of `socket::HEADERS`

/// The sandbox that all clients meet in.
pub const SHARED_SANDBOX: &str = "prod"; // that of `socket::HEADERS`

/// How many connections a client keeps at most.
const MOST: usize = 40;

/// The errors that are asked for, each for one request.
const ERRORS: [(&str, u16); 4] =
    [("FLOW-1103-503", 503), ("FLOW-1404-412", 412), ("403010", 403), ("FLOW-1400-500", 500)];

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// What was done.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    requests: u64,
    written: u64,
    refused: u64,
    faults: u64,
    resets: u64,
    restored: u64,
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |one, other| Self {
            requests: one.requests + other.requests,
            written: one.written + other.written,
            refused: one.refused + other.refused,
            faults: one.faults + other.faults,
            resets: one.resets + other.resets,
            restored: one.restored + other.restored,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, written, refused, faults, resets, restored } = self;
        write!(
            f,
            "{requests} requests, all answered as they had to be: {written} writes, {refused} refusals that were due, \
             {faults} errors that were asked for, {resets} resets of a sandbox, {restored} restored snapshots"
        )
    }
}

pub struct Client<'a> {
    stream: socket::Client,
    dice: Dice,
    belief: Belief,
    /// What was believed when the client's snapshot was saved.
    saved: Option<Belief>,
    shared: &'a Shared,
    tally: Tally,
    made: u64,
}

impl<'a> Client<'a> {
    pub fn connect(address: &str, number: u32, seed: u64, shared: &'a Shared) -> Result<Self, Failure> {
        let mut client = Self {
            stream: socket::Client::connect(address)?,
            dice: Dice::new(seed),
            belief: Belief::in_nothing(format!("soak-{number}")),
            saved: None,
            shared,
            tally: Tally::default(),
            made: 0,
        };
        if number == 0 {
            let body = json!({"name": COUNTER, "connectionSpec": {"id": DATA_LANDING_ZONE}, "count": 0});
            client.call_in(SHARED_SANDBOX, "POST", "/connections", &[], Some(&body), 201)?;
        }
        Ok(client)
    }

    /// Works until it is time; answers with what the client believes then.
    pub fn work(mut self, is_time: impl Fn() -> bool) -> Result<(Belief, Tally), Failure> {
        while !is_time() {
            match self.dice.below(1000) {
                0..150 if self.belief.len() < MOST => self.create()?,
                0..500 => self.read()?,
                500..580 => self.list()?,
                580..600 => self.count_states()?,
                600..720 => self.patch()?,
                720..760 => self.patch_what_is_outdated()?,
                760..810 => self.act()?,
                810..890 => self.delete()?,
                890..910 => self.ask_for_nothing_that_is()?,
                910..940 => self.create_what_is_invalid()?,
                940..970 => self.ask_for_an_error()?,
                970..990 => self.count_together()?,
                990..994 => self.reset()?,
                994..997 => self.save()?,
                _ => self.restore()?,
            }
        }
        Ok((self.belief, self.tally))
    }

    fn create(&mut self) -> Result<(), Failure> {
        let is_draft = self.dice.below(5) == 0;
        let body = self.definition();
        let path = if is_draft { "/connections?mode=draft" } else { "/connections" };
        let answer = self.call("POST", path, &[], Some(&body), 201)?;
        self.tally.written += 1;
        let Value::Object(body) = body else { return Err("a definition is an object".into()) };
        self.belief.created(body, if is_draft { "draft" } else { "enabled" }, &answer)
    }

    fn definition(&mut self) -> Value {
        self.made += 1;
        let number = self.made;
        let description = "x".repeat(self.dice.below(400));
        json!({
            "name": format!("orders {number}"),
            "description": description,
            "auth": {
                "specName": "Connection String Based Authentication",
                "params": { "connectionString": format!("AccountName=acme{};AccountKey=c2VjcmV0", number % 1000) }
            },
            "connectionSpec": { "id": ATS, "version": "1.0" },
            "number": number,
            "tags": [{ "key": "client", "value": self.belief.sandbox }]
        })
    }

    fn read(&mut self) -> Result<(), Failure> {
        let Some(id) = self.any() else { return Ok(()) };
        let answer = self.call("GET", &format!("/connections/{id}"), &[], None, 200)?;
        match answer["items"].as_array().map(Vec::as_slice) {
            Some([item]) if item["id"] == id => self.belief.check(item),
            _ => Err(format!("a read of {id} answered {answer}").into()),
        }
    }

    /// Page by page, whatever the order: each connection once.
    fn list(&mut self) -> Result<(), Failure> {
        let order = ["createdAt", "-createdAt", "name", "-number", "state"][self.dice.below(5)];
        let mut path = format!("/connections?limit=15&orderby={order}");
        let mut seen = Vec::new();
        if self.belief.len() == 0 {
            path = "/connections".to_owned(); // there is no `number` to order by
        }
        loop {
            let page = self.call("GET", &path, &[], None, 200)?;
            for item in page["items"].as_array().ok_or("a page without items")? {
                self.belief.check(item)?;
                seen.push(item["id"].as_str().unwrap_or_default().to_owned());
            }
            match page["_links"]["next"]["href"].as_str() {
                Some(href) => path = href.to_owned(),
                None => break,
            }
        }
        seen.sort_unstable();
        if seen.iter().eq(self.belief.ids()) {
            return Ok(());
        }
        Err(format!("{} lists {seen:?} by {order}", self.belief.sandbox).into())
    }

    fn count_states(&mut self) -> Result<(), Failure> {
        let state = ["enabled", "disabled", "draft"][self.dice.below(3)];
        let path = format!("/connections?count=true&property=state=={state}");
        let answer = self.call("GET", &path, &[], None, 200)?;
        let believed = self.belief.count_in_state(state);
        if answer["count"] == believed {
            return Ok(());
        }
        Err(format!("{} counts {answer} {state}, its client {believed}", self.belief.sandbox).into())
    }

    fn patch(&mut self) -> Result<(), Failure> {
        let Some(id) = self.any() else { return Ok(()) };
        let etag = self.etag(&id);
        let (key, value) = match self.dice.below(3) {
            0 => ("description", json!("y".repeat(self.dice.below(400)))),
            1 => ("name", json!(format!("renamed {}", self.dice.below(1000)))),
            _ => ("number", json!(self.dice.below(1_000_000))),
        };
        let body = json!([{"op": "add", "path": format!("/{key}"), "value": value}]);
        let if_match = if self.dice.below(4) == 0 { "*" } else { &etag };
        let answer =
            self.call("PATCH", &format!("/connections/{id}"), &[("If-Match", if_match)], Some(&body), 200)?;
        self.tally.written += 1;
        self.belief.changed(&id, key, value, &answer)
    }

    fn patch_what_is_outdated(&mut self) -> Result<(), Failure> {
        let Some(id) = self.any() else { return Ok(()) };
        let body = json!([{"op": "remove", "path": "/name"}]);
        let etag = [("If-Match", "\"00000000-0000-0200-0000-000000000000\"")];
        self.refused("PATCH", &format!("/connections/{id}"), &etag, Some(&body), 412)
    }

    /// What the state allows is done, what it does not is refused.
    fn act(&mut self) -> Result<(), Failure> {
        let Some(id) = self.any() else { return Ok(()) };
        let state = self.believed(&id, "state");
        let (op, next) =
            [("publish", "enabled"), ("enable", "enabled"), ("disable", "disabled")][self.dice.below(3)];
        let path = format!("/connections/{id}/action?op={op}");
        if matches!((op, &*state), ("publish", "draft") | ("enable", "disabled") | ("disable", "enabled")) {
            let answer = self.call("POST", &path, &[], None, 200)?;
            self.tally.written += 1;
            self.belief.changed(&id, "state", next.into(), &answer)
        } else {
            self.refused("POST", &path, &[], None, 400)
        }
    }

    fn delete(&mut self) -> Result<(), Failure> {
        let Some(id) = self.any() else { return Ok(()) };
        let path = format!("/connections/{id}");
        self.call("DELETE", &path, &[], None, 204)?;
        self.tally.written += 1;
        self.belief.deleted(&id);
        self.refused("DELETE", &path, &[], None, 404)
    }

    fn ask_for_nothing_that_is(&mut self) -> Result<(), Failure> {
        self.refused("GET", "/connections/00000000-0000-4000-8000-000000000000", &[], None, 404)?;
        self.refused("GET", "/connections?limit=0", &[], None, 400)
    }

    fn create_what_is_invalid(&mut self) -> Result<(), Failure> {
        let mut body = self.definition();
        body["auth"]["params"]["connectionString"] = json!("AccountName=acme;AccountKey=not base64");
        self.refused("POST", "/connections", &[], Some(&body), 400)
    }

    /// A write that is answered with an error instead changes nothing: later reads tell.
    fn ask_for_an_error(&mut self) -> Result<(), Failure> {
        let (code, status) = ERRORS[self.dice.below(ERRORS.len())];
        let body = self.definition();
        self.call("POST", "/connections", &[("x-flowmock-error", code)], Some(&body), status)?;
        self.tally.faults += 1;
        Ok(())
    }

    /// Reads the connection that all share and counts on in it, if nobody else did in the meantime.
    fn count_together(&mut self) -> Result<(), Failure> {
        let page = self.call_in(SHARED_SANDBOX, "GET", "/connections", &[], None, 200)?;
        let Some(item) = page["items"].get(0) else { return Ok(()) }; // it is made by one client, maybe later
        let (id, etag) = (item["id"].as_str().unwrap_or_default(), item["etag"].as_str().unwrap_or_default());
        let next = item["count"].as_u64().ok_or("no count")? + 1;
        let body = json!([{"op": "replace", "path": "/count", "value": next}]);
        let path = format!("/connections/{id}");
        self.send(SHARED_SANDBOX, "PATCH", &path, &[("If-Match", etag)], Some(&body))?;
        let answer = self.receive()?;
        match answer.status {
            200 => _ = self.shared.counted.fetch_add(1, Ordering::Relaxed),
            412 => self.tally.refused += 1,
            _ => return Err(unexpected("PATCH", &path, &answer, 200)),
        }
        Ok(())
    }

    fn reset(&mut self) -> Result<(), Failure> {
        let sandbox = self.belief.sandbox.clone();
        self.control("POST", &format!("reset?imsOrgId={ORGANISATION}&sandbox={sandbox}"))?;
        self.belief = Belief::in_nothing(sandbox);
        self.tally.resets += 1;
        Ok(())
    }

    fn save(&mut self) -> Result<(), Failure> {
        let sandbox = &self.belief.sandbox;
        self.control("PUT", &format!("snapshots/{sandbox}?imsOrgId={ORGANISATION}&sandbox={sandbox}"))?;
        self.saved = Some(self.belief.clone());
        Ok(())
    }

    fn restore(&mut self) -> Result<(), Failure> {
        let Some(saved) = &self.saved else { return Ok(()) };
        let (path, saved) = (format!("snapshots/{}/restore", saved.sandbox), saved.clone());
        self.control("POST", &path)?;
        self.belief = saved;
        self.tally.restored += 1;
        Ok(())
    }

    /// The id of any connection that is believed in.
    fn any(&mut self) -> Option<String> {
        let number = self.dice.below(MOST);
        self.belief.nth(number).map(|(id, _)| id.clone())
    }

    fn etag(&self, id: &str) -> String {
        self.believed(id, "etag")
    }

    fn believed(&self, id: &str, key: &str) -> String {
        let believed = self.belief.get(id).and_then(|connection| connection.get(key)).and_then(Value::as_str);
        believed.unwrap_or_default().to_owned()
    }

    fn refused(
        &mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>, status: u16,
    ) -> Result<(), Failure> {
        self.call(method, path, headers, body, status)?;
        self.tally.refused += 1;
        Ok(())
    }

    /// The answer to a call in the client's own sandbox, which must have that status.
    fn call(
        &mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>, status: u16,
    ) -> Result<Value, Failure> {
        let sandbox = self.belief.sandbox.clone();
        self.call_in(&sandbox, method, path, headers, body, status)
    }

    fn call_in(
        &mut self, sandbox: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>,
        status: u16,
    ) -> Result<Value, Failure> {
        self.send(sandbox, method, path, headers, body)?;
        let answer = self.receive()?;
        if answer.status != status {
            return Err(unexpected(method, path, &answer, status));
        }
        Ok(if answer.body.is_empty() { Value::Null } else { serde_json::from_slice(&answer.body)? })
    }

    fn send(
        &mut self, sandbox: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>,
    ) -> Result<(), Failure> {
        let path = format!("{BASE_PATH}{path}");
        let body = body.map(Value::to_string);
        Ok(self.stream.send(&socket::request_in(sandbox, method, &path, headers, body.as_deref()))?)
    }

    fn receive(&mut self) -> Result<Answer, Failure> {
        self.tally.requests += 1;
        Ok(self.stream.read()?)
    }

    fn control(&mut self, method: &str, path: &str) -> Result<(), Failure> {
        let request = format!("{method} /_flowmock/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.send(&request)?;
        let answer = self.receive()?;
        if answer.status == 204 { Ok(()) } else { Err(unexpected(method, path, &answer, 204)) }
    }
}

/// The name of the connection that all count in, and its kind, which needs no credentials.
const COUNTER: &str = "counter";
const DATA_LANDING_ZONE: &str = "10440537-2a7b-4583-ac39-ed38d4b848e8";

fn unexpected(method: &str, path: &str, answer: &Answer, due: u16) -> Failure {
    let body = String::from_utf8_lossy(&answer.body);
    format!("{method} {path} was answered with {} where {due} was due: {body}", answer.status).into()
}
