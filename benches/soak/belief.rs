//! [`Belief`]: what a client believes its sandbox to hold.

use crate::support::Failure;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The connections of a sandbox, by id, as their client wrote them: without what the service adds.
#[derive(Clone)]
pub struct Belief {
    pub sandbox: String,
    connections: BTreeMap<String, Map<String, Value>>,
}

/// What the service adds and a client cannot know beforehand.
const STAMPS: [&str; 4] = ["createdAt", "updatedAt", "createdBy", "updatedBy"];

impl Belief {
    pub fn in_nothing(sandbox: String) -> Self {
        Self { sandbox, connections: BTreeMap::new() }
    }

    pub fn len(&self) -> usize {
        self.connections.len()
    }

    pub fn ids(&self) -> impl Iterator<Item = &String> {
        self.connections.keys()
    }

    /// What is believed of a connection.
    pub fn get(&self, id: &str) -> Option<&Map<String, Value>> {
        self.connections.get(id)
    }

    /// The `number`th connection, if there is any: id, and what is believed of it.
    pub fn nth(&self, number: usize) -> Option<(&String, &Map<String, Value>)> {
        self.connections.iter().nth(number % self.len().max(1))
    }

    /// How many are in that state.
    pub fn count_in_state(&self, state: &str) -> usize {
        self.connections.values().filter(|connection| connection["state"] == state).count()
    }

    /// It was created from this body, with this answer.
    pub fn created(
        &mut self, mut body: Map<String, Value>, state: &str, answer: &Value,
    ) -> Result<(), Failure> {
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

    /// One key of it was changed, with this answer.
    pub fn changed(&mut self, id: &str, key: &str, value: Value, answer: &Value) -> Result<(), Failure> {
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

    pub fn deleted(&mut self, id: &str) {
        self.connections.remove(id);
    }

    /// Whether a connection, as the server tells of it, is what is believed.
    pub fn check(&self, connection: &Value) -> Result<(), Failure> {
        let id = connection["id"].as_str().unwrap_or_default();
        let Some(believed) = self.connections.get(id) else {
            return Err(
                format!("{} holds {id}, which its client never made or has deleted", self.sandbox).into()
            );
        };
        let mut expected = believed.clone();
        for (key, value) in [
            ("sandboxName", json!(self.sandbox)),
            ("imsOrgId", json!(crate::client::ORGANISATION)),
            ("createdClient", json!("key")),
            ("updatedClient", json!("key")),
        ] {
            expected.insert(key.into(), value);
        }
        let mut told = connection.as_object().cloned().unwrap_or_default();
        told.remove("sandboxId").ok_or("sandboxId is missing")?;
        for stamp in STAMPS {
            told.remove(stamp).ok_or_else(|| format!("{stamp} is missing"))?;
        }
        if told == expected {
            return Ok(());
        }
        let differing: Vec<&String> =
            expected.keys().chain(told.keys()).filter(|key| told.get(*key) != expected.get(*key)).collect();
        Err(format!("{id} in {} differs in {differing:?}: {told:?}, believed {expected:?}", self.sandbox)
            .into())
    }
}
