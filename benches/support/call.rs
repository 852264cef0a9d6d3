//! [`Call`]: a kind of request to connections, in the forms in which clients of benchmarks need it.

use super::Failure;
use super::bare::Constant;
use super::connection::connection;
use super::socket::{self, Client};
use super::wrk::Prepared;
use flowmock::BASE_PATH;
use serde_json::{Value, json};

/// A kind of request.
pub struct Call {
    pub method: &'static str,
    /// A route below the base path. `{id}` stands for the id of a stored connection.
    pub route: &'static str,
    pub query: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: Option<fn() -> Value>,
    /// The status of the answer.
    pub status: u16,
}

/// Creates a connection.
pub const CREATE: Call = Call {
    method: "POST",
    route: "/connections",
    query: "",
    headers: &[],
    body: Some(connection),
    status: 201,
};

/// Reads one connection.
pub const READ: Call =
    Call { method: "GET", route: "/connections/{id}", query: "", headers: &[], body: None, status: 200 };

/// Lists a page of 100 connections.
pub const LIST: Call =
    Call { method: "GET", route: "/connections", query: "?limit=100", headers: &[], body: None, status: 200 };

/// Changes a connection, whatever its version.
pub const PATCH: Call = Call {
    method: "PATCH",
    route: "/connections/{id}",
    query: "",
    headers: &[("If-Match", "*")],
    body: Some(patch),
    status: 200,
};

impl Call {
    /// The request for the connection `id`, as `wrk` gets it.
    pub fn with(&self, id: &str) -> Prepared {
        Prepared {
            method: self.method,
            path: format!("{BASE_PATH}{}{}", self.route.replace("{id}", id), self.query),
            headers: self.headers,
            body: self.body.map(|body| body().to_string()),
        }
    }

    /// The text of the request for the connection `id`.
    pub fn text(&self, id: &str) -> String {
        let Prepared { method, path, headers, body } = self.with(id);
        socket::request(method, &path, headers, body.as_deref())
    }

    /// What the bare server answers: the body of flowmock's own answer, which `client` gets for the connection `id`.
    pub fn constant(&self, client: &mut Client, id: &str) -> Result<Constant, Failure> {
        client.send(&self.text(id))?;
        Ok(Constant {
            method: self.method.to_owned(),
            route: format!("{BASE_PATH}{}", self.route),
            reads_json: self.body.is_some(),
            status: self.status,
            body: String::from_utf8(client.answer(self.status)?)?,
        })
    }
}

/// The id in the answer to a create.
pub fn id_of(created: &[u8]) -> Result<String, Failure> {
    #[derive(serde::Deserialize)]
    struct Created {
        id: String,
    }
    Ok(serde_json::from_slice::<Created>(created)?.id)
}

fn patch() -> Value {
    json!([{"op": "replace", "path": "/description", "value": "Orders of the web shop, patched"}])
}
