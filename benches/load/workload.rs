//! [`Workload`]: a mix of requests to measure.

use crate::bare::Constant;
use crate::support::Failure;
use crate::support::connection::connection;
use crate::support::process::Server;
use crate::support::socket::{self, Client};
use crate::support::wrk::Prepared;
use flowmock::BASE_PATH;
use serde_json::{Value, json};

/// Requests that are sent in turn, over and over, on keep-alive connections.
pub struct Workload {
    pub name: &'static str,
    /// The calls, each with its share of ten requests.
    calls: &'static [(usize, Call)],
}

/// A kind of request.
struct Call {
    method: &'static str,
    /// A route below the base path. `{id}` stands for the ids of the stored connections, in turn.
    route: &'static str,
    query: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: Option<fn() -> Value>,
    status: u16,
}

const CREATE: Call = Call {
    method: "POST",
    route: "/connections",
    query: "",
    headers: &[],
    body: Some(connection),
    status: 201,
};
const READ: Call =
    Call { method: "GET", route: "/connections/{id}", query: "", headers: &[], body: None, status: 200 };
const LIST: Call =
    Call { method: "GET", route: "/connections", query: "", headers: &[], body: None, status: 200 };
const PATCH: Call = Call {
    method: "PATCH",
    route: "/connections/{id}",
    query: "",
    headers: &[("If-Match", "*")],
    body: Some(patch),
    status: 200,
};

/// All workloads that are measured.
pub const ALL: [Workload; 5] = [
    Workload { name: CREATES, calls: &[(10, CREATE)] },
    Workload { name: READS, calls: &[(10, READ)] },
    Workload { name: "list, a page of 100", calls: &[(10, Call { query: "?limit=100", ..LIST })] },
    Workload { name: PATCHES, calls: &[(10, PATCH)] },
    Workload { name: "7 reads, 2 lists, 1 write", calls: &[(7, READ), (2, LIST), (1, CREATE)] },
];

/// The workload that [`PATCHES`] is compared with.
pub const CREATES: &str = "create";
/// The workload after which the memory is reported: reads must not use any more.
pub const READS: &str = "read one";
/// The workload that is compared with [`CREATES`].
pub const PATCHES: &str = "patch";

/// The number of connections that are stored before the load begins.
pub const STORED: usize = 1000;

/// The number of requests that are prepared and sent in turn, a multiple of ten.
const PREPARED: usize = 1000;

impl Workload {
    /// Stores [`STORED`] connections in a new server and returns their ids.
    pub fn fill(&self, flowmock: &Server) -> Result<Vec<String>, Failure> {
        let path = format!("{BASE_PATH}/connections");
        let body = connection().to_string();
        let creation = socket::request("POST", &path, &[], Some(&body));
        let answers = socket::fill(flowmock.address(), STORED, |_| creation.clone())?;
        answers.iter().map(|answer| Ok(serde_json::from_slice::<Created>(answer)?.id)).collect()
    }

    /// The requests, which use `ids` in turn.
    pub fn requests(&self, ids: &[String]) -> Vec<Prepared> {
        (0..PREPARED).map(|number| self.call(number).with(&ids[number % ids.len()])).collect()
    }

    /// The call of request `number`. The calls are mixed as evenly as their shares of ten allow.
    fn call(&self, number: usize) -> &Call {
        let mut place = number * 3 % 10;
        let mut calls = self.calls.iter();
        loop {
            match calls.next() {
                Some((share, _)) if place >= *share => place -= share,
                Some((_, call)) => return call,
                None => return &self.calls[0].1,
            }
        }
    }

    /// The answers of the bare server: for each call, the body of flowmock's own answer.
    pub fn constants(&self) -> Result<Vec<Constant>, Failure> {
        let flowmock = Server::flowmock(1, &["--log-level", "warn"])?;
        let ids = self.fill(&flowmock)?;
        let mut client = Client::connect(flowmock.address())?;
        let constant = |(_, call): &(usize, Call)| -> Result<Constant, Failure> {
            let Prepared { method, path, headers, body } = call.with(&ids[0]);
            client.send(&socket::request(method, &path, headers, body.as_deref()))?;
            Ok(Constant {
                method: method.to_owned(),
                route: format!("{BASE_PATH}{}", call.route),
                reads_json: body.is_some(),
                status: call.status,
                body: String::from_utf8(client.answer(call.status)?)?,
            })
        };
        self.calls.iter().map(constant).collect()
    }
}

impl Call {
    fn with(&self, id: &str) -> Prepared {
        Prepared {
            method: self.method,
            path: format!("{BASE_PATH}{}{}", self.route.replace("{id}", id), self.query),
            headers: self.headers,
            body: self.body.map(|body| body().to_string()),
        }
    }
}

/// The answer to a create.
#[derive(serde::Deserialize)]
struct Created {
    id: String,
}

fn patch() -> Value {
    json!([{"op": "replace", "path": "/description", "value": "Orders of the web shop, patched"}])
}
