//! [`Workload`]: a mix of requests to measure.

use crate::support::Failure;
use crate::support::bare::Constant;
use crate::support::call::{CREATE, Call, LIST, PATCH, READ, id_of};
use crate::support::process::Server;
use crate::support::socket::{self, Client};
use crate::support::wrk::Prepared;
use std::path::Path;

/// Requests that are sent in turn, over and over, on keep-alive connections.
pub struct Workload {
    pub name: &'static str,
    /// The calls, each with its share of ten requests.
    calls: &'static [(usize, Call)],
}

/// All workloads that are measured.
pub const ALL: [Workload; 5] = [
    Workload { name: CREATES, calls: &[(10, CREATE)] },
    Workload { name: READS, calls: &[(10, READ)] },
    Workload { name: "list, a page of 100", calls: &[(10, LIST)] },
    Workload { name: PATCHES, calls: &[(10, PATCH)] },
    Workload {
        name: "7 reads, 2 lists, 1 write",
        calls: &[(7, READ), (2, Call { query: "", ..LIST }), (1, CREATE)],
    },
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
        let creation = CREATE.text("");
        let answers = socket::fill(flowmock.address(), STORED, |_| creation.clone())?;
        answers.iter().map(|answer| id_of(answer)).collect()
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

    /// The answers of the bare server: for each call, the body of the answer of `binary`, a build of flowmock.
    pub fn constants(&self, binary: &Path) -> Result<Vec<Constant>, Failure> {
        let flowmock = Server::start(binary, 1, &["--log-level", "warn"])?;
        let ids = self.fill(&flowmock)?;
        let mut client = Client::connect(flowmock.address())?;
        self.calls.iter().map(|(_, call)| call.constant(&mut client, &ids[0])).collect()
    }
}
