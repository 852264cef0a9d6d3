//! [`ExpectedSandbox`]: the contents that a sandbox must have, according to the client that writes it.

use crate::support::Failure;
use crate::support::socket::IMS_ORG;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The expected connections of a sandbox, by id: the keys that the client wrote, with `id`, `state`, `etag` and
/// `version`.
#[derive(Clone)]
pub struct ExpectedSandbox {
    pub name: String,
    connections: BTreeMap<String, Map<String, Value>>,
}

/// Keys that the service sets and whose values a client cannot predict.
const UNPREDICTABLE: [&str; 5] = ["createdAt", "updatedAt", "createdBy", "updatedBy", "lastOperation"];

impl ExpectedSandbox {
    /// An empty sandbox.
    pub fn empty(name: String) -> Self {
        Self { name, connections: BTreeMap::new() }
    }

    /// The number of connections.
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    /// The ids of the connections, in ascending order.
    pub fn ids(&self) -> impl Iterator<Item = &String> {
        self.connections.keys()
    }

    /// The id of the connection at `index`, counted modulo their number; `None` if the sandbox is empty.
    pub fn nth_id(&self, index: usize) -> Option<&String> {
        self.connections.keys().nth(index % self.len().max(1))
    }

    /// The text at the top-level `key` of a connection; empty if there is none.
    pub fn text(&self, id: &str, key: &str) -> String {
        let value = self.connections.get(id).and_then(|connection| connection.get(key));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The number of connections in `state`.
    pub fn count_in_state(&self, state: &str) -> usize {
        self.connections.values().filter(|connection| connection["state"] == state).count()
    }

    /// Adds a connection that was created from `body` and acknowledged by `answer`.
    pub fn add(&mut self, mut body: Map<String, Value>, state: &str, answer: &Value) -> Result<(), Failure> {
        let id = answer["id"].as_str().ok_or("an id is missing")?;
        body.insert("state".into(), state.into());
        body.insert("id".into(), id.into());
        for key in ["etag", "version"] {
            body.insert(key.into(), answer["etag"].clone());
        }
        match self.connections.insert(id.to_owned(), body) {
            None => Ok(()),
            Some(_) => Err(format!("the id {id} was given twice").into()),
        }
    }

    /// Sets a key of a connection to `value`, and its version to the one in `answer`.
    pub fn update(&mut self, id: &str, key: &str, value: Value, answer: &Value) -> Result<(), Failure> {
        let connection = self.connections.get_mut(id).ok_or("an unknown connection was changed")?;
        if connection.get("etag") == Some(&answer["etag"]) {
            return Err(format!("{id} has the same etag after a change").into());
        }
        connection.insert(key.to_owned(), value);
        for key in ["etag", "version"] {
            connection.insert(key.into(), answer["etag"].clone());
        }
        Ok(())
    }

    /// Removes a connection.
    pub fn remove(&mut self, id: &str) {
        self.connections.remove(id);
    }

    /// Compares a connection, as the server returned it, with the expected one.
    ///
    /// # Errors
    /// If the connection is not expected, or a key differs.
    pub fn check(&self, connection: &Value) -> Result<(), Failure> {
        let id = connection["id"].as_str().unwrap_or_default();
        let Some(expected) = self.connections.get(id) else {
            return Err(format!(
                "{} contains {id}, which its client did not create or has deleted",
                self.name
            )
            .into());
        };
        let mut expected = expected.clone();
        for (key, value) in [
            ("sandboxName", json!(self.name)),
            ("imsOrgId", json!(IMS_ORG)),
            ("createdClient", json!("key")),
            ("updatedClient", json!("key")),
        ] {
            expected.insert(key.into(), value);
        }
        let mut actual = connection.as_object().cloned().unwrap_or_default();
        actual.remove("sandboxId").ok_or("sandboxId is missing")?;
        for key in UNPREDICTABLE {
            actual.remove(key).ok_or_else(|| format!("{key} is missing"))?;
        }
        if actual == expected {
            return Ok(());
        }
        let differing: Vec<&String> = expected
            .keys()
            .chain(actual.keys())
            .filter(|key| actual.get(*key) != expected.get(*key))
            .collect();
        Err(format!("{id} in {} differs in {differing:?}: got {actual:?}, expected {expected:?}", self.name)
            .into())
    }
}
