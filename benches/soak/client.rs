//! [`Client`]: a client of the soak test, with its own TCP connection and its own sandbox.

use crate::calls::{Call, Calls};
use crate::expected::ExpectedSandbox;
use crate::random::Random;
use crate::support::Failure;
use crate::support::socket::{IMS_ORG, SANDBOX};
use crate::tally::Tally;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// A client stops creating connections when it has this many.
const MAX_CONNECTIONS: usize = 40;

/// Errors to inject, with the status of each.
const ERRORS: [(&str, u16); 4] =
    [("FLOW-1103-503", 503), ("FLOW-1404-412", 412), ("403010", 403), ("FLOW-1400-500", 500)];

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
const DATA_LANDING_ZONE: &str = "10440537-2a7b-4583-ac39-ed38d4b848e8";

/// A client. It chooses its actions at random and checks every answer against the sandbox that it expects.
pub struct Client<'a> {
    calls: Calls,
    random: Random,
    expected: ExpectedSandbox,
    /// The expected sandbox at the time of the client's snapshot.
    snapshot: Option<ExpectedSandbox>,
    /// The number of times that any client incremented the shared counter.
    increments: &'a AtomicU64,
    definitions: u64,
}

impl<'a> Client<'a> {
    /// Connects a client. The first one, whose `number` is 0, creates the shared counter: a connection in [`SANDBOX`]
    /// which all clients increment, and which needs no credentials.
    pub fn connect(
        address: &str, number: u32, seed: u64, increments: &'a AtomicU64,
    ) -> Result<Self, Failure> {
        let mut client = Self {
            calls: Calls::connect(address)?,
            random: Random::new(seed),
            expected: ExpectedSandbox::empty(format!("soak-{number}")),
            snapshot: None,
            increments,
            definitions: 0,
        };
        if number == 0 {
            let body = json!({"name": "counter", "connectionSpec": {"id": DATA_LANDING_ZONE}, "count": 0});
            client.calls.call(SANDBOX, &Call::new("POST", "/connections").body(&body), 201)?;
        }
        Ok(client)
    }

    /// Works until `is_over`, and returns the sandbox that the client then expects.
    pub fn work(mut self, is_over: impl Fn() -> bool) -> Result<(ExpectedSandbox, Tally), Failure> {
        while !is_over() {
            match self.random.below(1000) {
                0..150 if self.expected.len() < MAX_CONNECTIONS => self.create()?,
                0..500 => self.read()?,
                500..580 => self.list()?,
                580..600 => self.count_by_state()?,
                600..720 => self.patch()?,
                720..760 => self.patch_with_outdated_etag()?,
                760..810 => self.act()?,
                810..890 => self.delete()?,
                890..910 => self.send_invalid_reads()?,
                910..940 => self.create_invalid()?,
                940..970 => self.provoke_error()?,
                970..990 => self.increment_shared_counter()?,
                990..994 => self.reset()?,
                994..997 => self.save_snapshot()?,
                _ => self.restore_snapshot()?,
            }
        }
        Ok((self.expected, self.calls.tally))
    }

    fn create(&mut self) -> Result<(), Failure> {
        let is_draft = self.random.below(5) == 0;
        let body = self.definition();
        let path = if is_draft { "/connections?mode=draft" } else { "/connections" };
        let answer = self.call(&Call::new("POST", path).body(&body), 201)?;
        self.calls.tally.writes += 1;
        let Value::Object(body) = body else { return Err("a definition is an object".into()) };
        self.expected.add(body, if is_draft { "draft" } else { "enabled" }, &answer)
    }

    fn definition(&mut self) -> Value {
        self.definitions += 1;
        let number = self.definitions;
        let description = "x".repeat(self.random.below(400));
        json!({
            "name": format!("orders {number}"),
            "description": description,
            "auth": {
                "specName": "Connection String Based Authentication",
                "params": { "connectionString": format!("AccountName=acme{};AccountKey=c2VjcmV0", number % 1000) }
            },
            "connectionSpec": { "id": ATS, "version": "1.0" },
            "number": number,
            "tags": [{ "key": "client", "value": self.expected.name }]
        })
    }

    fn read(&mut self) -> Result<(), Failure> {
        let Some(id) = self.random_id() else { return Ok(()) };
        let answer = self.call(&Call::new("GET", &format!("/connections/{id}")), 200)?;
        match answer["items"].as_array().map(Vec::as_slice) {
            Some([item]) if item["id"] == id => self.expected.check(item),
            _ => Err(format!("a read of {id} returned {answer}").into()),
        }
    }

    /// Reads all pages in some order; each connection must appear once.
    fn list(&mut self) -> Result<(), Failure> {
        let order = ["createdAt", "-createdAt", "name", "-number", "state"][self.random.below(5)];
        let mut path = format!("/connections?limit=15&orderby={order}");
        let mut seen = Vec::new();
        if self.expected.len() == 0 {
            path = "/connections".to_owned(); // an empty sandbox has no property `number` to order by
        }
        loop {
            let page = self.call(&Call::new("GET", &path), 200)?;
            for item in page["items"].as_array().ok_or("a page without items")? {
                self.expected.check(item)?;
                seen.push(item["id"].as_str().unwrap_or_default().to_owned());
            }
            match page["_links"]["next"]["href"].as_str() {
                Some(href) => path = href.to_owned(),
                None => break,
            }
        }
        seen.sort_unstable();
        if seen.iter().eq(self.expected.ids()) {
            return Ok(());
        }
        Err(format!("{} lists {seen:?} by {order}", self.expected.name).into())
    }

    fn count_by_state(&mut self) -> Result<(), Failure> {
        let state = ["enabled", "disabled", "draft"][self.random.below(3)];
        let path = format!("/connections?count=true&property=state=={state}");
        let answer = self.call(&Call::new("GET", &path), 200)?;
        let expected = self.expected.count_in_state(state);
        if answer["count"] == expected {
            return Ok(());
        }
        Err(format!("{} counts {answer} {state}, expected {expected}", self.expected.name).into())
    }

    fn patch(&mut self) -> Result<(), Failure> {
        let Some(id) = self.random_id() else { return Ok(()) };
        let etag = self.expected.text(&id, "etag");
        let (key, value) = match self.random.below(3) {
            0 => ("description", json!("y".repeat(self.random.below(400)))),
            1 => ("name", json!(format!("renamed {}", self.random.below(1000)))),
            _ => ("number", json!(self.random.below(1_000_000))),
        };
        let body = json!([{"op": "add", "path": format!("/{key}"), "value": value}]);
        let if_match = if self.random.below(4) == 0 { "*" } else { &etag };
        let path = format!("/connections/{id}");
        let headers = [("If-Match", if_match)];
        let answer = self.call(&Call::new("PATCH", &path).headers(&headers).body(&body), 200)?;
        self.calls.tally.writes += 1;
        self.expected.update(&id, key, value, &answer)
    }

    fn patch_with_outdated_etag(&mut self) -> Result<(), Failure> {
        let Some(id) = self.random_id() else { return Ok(()) };
        let body = json!([{"op": "remove", "path": "/name"}]);
        let headers = [("If-Match", "\"00000000-0000-0200-0000-000000000000\"")];
        let path = format!("/connections/{id}");
        self.expect_refusal(&Call::new("PATCH", &path).headers(&headers).body(&body), 412)
    }

    /// Calls an action, which succeeds exactly if the connection's state allows it.
    fn act(&mut self) -> Result<(), Failure> {
        let Some(id) = self.random_id() else { return Ok(()) };
        let state = self.expected.text(&id, "state");
        let (op, next) =
            [("publish", "enabled"), ("enable", "enabled"), ("disable", "disabled")][self.random.below(3)];
        let path = format!("/connections/{id}/action?op={op}");
        if matches!((op, &*state), ("publish", "draft") | ("enable", "disabled") | ("disable", "enabled")) {
            let answer = self.call(&Call::new("POST", &path), 200)?;
            self.calls.tally.writes += 1;
            self.expected.update(&id, "state", next.into(), &answer)
        } else {
            self.expect_refusal(&Call::new("POST", &path), 400)
        }
    }

    fn delete(&mut self) -> Result<(), Failure> {
        let Some(id) = self.random_id() else { return Ok(()) };
        let path = format!("/connections/{id}");
        self.call(&Call::new("DELETE", &path), 204)?;
        self.calls.tally.writes += 1;
        self.expected.remove(&id);
        self.expect_refusal(&Call::new("DELETE", &path), 404)
    }

    fn send_invalid_reads(&mut self) -> Result<(), Failure> {
        let unknown = "/connections/00000000-0000-4000-8000-000000000000";
        self.expect_refusal(&Call::new("GET", unknown), 404)?;
        self.expect_refusal(&Call::new("GET", "/connections?limit=0"), 400)
    }

    fn create_invalid(&mut self) -> Result<(), Failure> {
        let mut body = self.definition();
        body["auth"]["params"]["connectionString"] = json!("AccountName=acme;AccountKey=not base64");
        self.expect_refusal(&Call::new("POST", "/connections").body(&body), 400)
    }

    /// Sends a create that is answered with an injected error. It must store nothing, which later reads verify.
    fn provoke_error(&mut self) -> Result<(), Failure> {
        let (code, status) = ERRORS[self.random.below(ERRORS.len())];
        let body = self.definition();
        let headers = [("x-flowmock-error", code)];
        self.call(&Call::new("POST", "/connections").headers(&headers).body(&body), status)?;
        self.calls.tally.injected_errors += 1;
        Ok(())
    }

    /// Increments the shared counter, unless another client changes it between the read and the write.
    fn increment_shared_counter(&mut self) -> Result<(), Failure> {
        let page = self.calls.call(SANDBOX, &Call::new("GET", "/connections"), 200)?;
        let Some(item) = page["items"].get(0) else { return Ok(()) }; // the first client has not created it yet
        let (id, etag) = (item["id"].as_str().unwrap_or_default(), item["etag"].as_str().unwrap_or_default());
        let next = item["count"].as_u64().ok_or("no count")? + 1;
        let body = json!([{"op": "replace", "path": "/count", "value": next}]);
        let (path, headers) = (format!("/connections/{id}"), [("If-Match", etag)]);
        let patch = Call::new("PATCH", &path).headers(&headers).body(&body);
        let answer = self.calls.send(SANDBOX, &patch)?;
        match answer.status {
            200 => _ = self.increments.fetch_add(1, Ordering::Relaxed),
            412 => self.calls.tally.refusals += 1,
            _ => return Err(patch.unexpected(&answer, 200)),
        }
        Ok(())
    }

    fn reset(&mut self) -> Result<(), Failure> {
        let sandbox = self.expected.name.clone();
        self.calls.control("POST", &format!("reset?imsOrgId={IMS_ORG}&sandbox={sandbox}"))?;
        self.expected = ExpectedSandbox::empty(sandbox);
        self.calls.tally.resets += 1;
        Ok(())
    }

    fn save_snapshot(&mut self) -> Result<(), Failure> {
        let sandbox = &self.expected.name;
        self.calls.control("PUT", &format!("snapshots/{sandbox}?imsOrgId={IMS_ORG}&sandbox={sandbox}"))?;
        self.snapshot = Some(self.expected.clone());
        Ok(())
    }

    fn restore_snapshot(&mut self) -> Result<(), Failure> {
        let Some(snapshot) = self.snapshot.clone() else { return Ok(()) };
        self.calls.control("POST", &format!("snapshots/{}/restore", snapshot.name))?;
        self.expected = snapshot;
        self.calls.tally.restores += 1;
        Ok(())
    }

    /// The id of one of the client's connections.
    fn random_id(&mut self) -> Option<String> {
        let index = self.random.below(MAX_CONNECTIONS);
        self.expected.nth_id(index).cloned()
    }

    fn expect_refusal(&mut self, call: &Call<'_>, status: u16) -> Result<(), Failure> {
        self.call(call, status)?;
        self.calls.tally.refusals += 1;
        Ok(())
    }

    /// Makes a call in the client's own sandbox and returns the JSON of the answer, which must have `status`.
    fn call(&mut self, call: &Call<'_>, status: u16) -> Result<Value, Failure> {
        self.calls.call(&self.expected.name, call, status)
    }
}
