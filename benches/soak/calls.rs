//! [`Calls`]: sends requests and checks the status of each answer.

use crate::support::Failure;
use crate::support::socket::{self, Answer};
use crate::tally::Tally;
use flowmock::BASE_PATH;
use serde_json::Value;

/// A call to the API.
pub struct Call<'a> {
    pub method: &'a str,
    /// The path below the base path, with its query.
    pub path: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: Option<&'a Value>,
}

impl<'a> Call<'a> {
    /// A call with neither a body nor headers of its own.
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Self { method, path, headers: &[], body: None }
    }

    /// The call with `body`.
    pub fn body(self, body: &'a Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// The call with `headers` besides those that every call has.
    pub fn headers(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// The failure of a run in which this call was not answered with the status `expected`.
    pub fn unexpected(&self, answer: &Answer, expected: u16) -> Failure {
        let body = String::from_utf8_lossy(&answer.body);
        format!("{} {}: expected {expected}, got {}: {body}", self.method, self.path, answer.status).into()
    }
}

/// A TCP connection on which a client sends its calls, with a tally of them.
pub struct Calls {
    socket: socket::Client,
    pub tally: Tally,
}

impl Calls {
    /// Connects to the server.
    pub fn connect(address: &str) -> Result<Self, Failure> {
        Ok(Self { socket: socket::Client::connect(address)?, tally: Tally::default() })
    }

    /// Makes a call in `sandbox` and returns the JSON of the answer, or `null` if it has no body.
    ///
    /// # Errors
    /// If the status of the answer is not `status`.
    pub fn call(&mut self, sandbox: &str, call: &Call<'_>, status: u16) -> Result<Value, Failure> {
        let answer = self.send(sandbox, call)?;
        if answer.status != status {
            return Err(call.unexpected(&answer, status));
        }
        Ok(if answer.body.is_empty() { Value::Null } else { serde_json::from_slice(&answer.body)? })
    }

    /// Makes a call in `sandbox` and returns the answer, whatever its status.
    pub fn send(&mut self, sandbox: &str, call: &Call<'_>) -> Result<Answer, Failure> {
        let path = format!("{BASE_PATH}{}", call.path);
        let body = call.body.map(Value::to_string);
        self.socket.send(&socket::request_in(sandbox, call.method, &path, call.headers, body.as_deref()))?;
        self.receive()
    }

    /// Makes a control call, which must be answered with 204. `path` is below `/_flowmock/`.
    pub fn control(&mut self, method: &str, path: &str) -> Result<(), Failure> {
        let request = format!("{method} /_flowmock/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.socket.send(&request)?;
        let answer = self.receive()?;
        if answer.status == 204 { Ok(()) } else { Err(Call::new(method, path).unexpected(&answer, 204)) }
    }

    fn receive(&mut self) -> Result<Answer, Failure> {
        self.tally.requests += 1;
        Ok(self.socket.read()?)
    }
}
