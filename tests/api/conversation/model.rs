//! [`Model`]: the expected state of the sandboxes of a conversation.

use crate::support::{Answer, Tenant, Written, ats};
use serde_json::{Value, json};
use std::collections::HashSet;

/// A step of a conversation. `pick` chooses among all connections that were created so far in any sandbox, deleted ones
/// included.
#[derive(Clone, Debug)]
pub enum Step {
    Create { sandbox: usize, name: String, draft: bool },
    Get { sandbox: usize, pick: usize },
    Patch { sandbox: usize, pick: usize, seen: Seen, change: Change },
    Act { sandbox: usize, pick: usize, op: &'static str },
    Delete { sandbox: usize, pick: usize },
    List { sandbox: usize, limit: usize },
}

/// The `If-Match` of a PATCH.
#[derive(Clone, Debug)]
pub enum Seen {
    Current,
    Stale,
    Any,
    Nothing,
}

#[derive(Clone, Debug)]
pub enum Change {
    Rename(String),
    Describe(Option<String>),
    State(&'static str),
    /// Two operations of which the second fails, so that neither may be applied.
    PartlyInvalid(String),
    ServiceOwned,
}

impl Change {
    pub fn operations(&self) -> Value {
        match self {
            Self::Rename(name) => json!([{"op": "replace", "path": "/name", "value": name}]),
            Self::Describe(Some(text)) => json!([{"op": "ADD", "path": "/description", "value": text}]),
            Self::Describe(None) => json!({"op": "remove", "path": "/description"}),
            Self::State(state) => json!([{"op": "replace", "path": "/state", "value": state}]),
            Self::PartlyInvalid(name) => json!([
                {"op": "replace", "path": "/name", "value": name},
                {"op": "remove", "path": "/nowhere"}
            ]),
            Self::ServiceOwned => json!([{"op": "replace", "path": "/createdAt", "value": 1}]),
        }
    }
}

/// A connection as the model expects it.
#[derive(Clone, Debug)]
pub struct ExpectedConnection {
    pub sandbox: usize,
    pub id: String,
    pub created_at: i64,
    pub etag: String,
    pub stale: String,
    pub name: String,
    pub description: Option<String>,
    pub state: &'static str,
    pub exists: bool,
}

pub const SANDBOXES: [&str; 3] = ["prod", "dev", "stage"];

#[derive(Default)]
pub struct Model {
    pub connections: Vec<ExpectedConnection>,
    pub etags: HashSet<String>,
}

impl Model {
    /// The id of the picked connection, and its index in the model if it exists in `sandbox`.
    pub fn pick(&self, sandbox: usize, pick: usize) -> Option<(String, Option<usize>)> {
        let index = pick.checked_rem(self.connections.len())?;
        let connection = &self.connections[index];
        let there = connection.exists && connection.sandbox == sandbox;
        Some((connection.id.clone(), there.then_some(index)))
    }

    pub fn record_write(&mut self, index: usize, written: Written) {
        assert!(self.etags.insert(written.etag.clone()), "the server used an etag twice");
        let connection = &mut self.connections[index];
        assert_eq!(connection.id, written.id);
        connection.stale = std::mem::replace(&mut connection.etag, written.etag);
    }
}

pub async fn take(step: &Step, model: &mut Model, tenants: &[Tenant]) {
    match step {
        Step::Create { sandbox, name, draft } => create(model, tenants, *sandbox, name, *draft).await,
        Step::Get { sandbox, pick } => {
            let Some((id, there)) = model.pick(*sandbox, *pick) else { return };
            match there {
                Some(index) => assert_equal(&tenants[*sandbox].read(&id).await, &model.connections[index]),
                None => expect_not_found(tenants[*sandbox].get(&format!("/connections/{id}")).await),
            }
        }
        Step::Patch { sandbox, pick, seen, change } => {
            patch(model, &tenants[*sandbox], model.pick(*sandbox, *pick), seen, change).await;
        }
        Step::Act { sandbox, pick, op } => {
            let Some((id, there)) = model.pick(*sandbox, *pick) else { return };
            let answer =
                tenants[*sandbox].post(&format!("/connections/{id}/action?op={op}"), &json!({})).await;
            let Some(index) = there else { return expect_not_found(answer) };
            let state = model.connections[index].state;
            match (*op, state) {
                ("publish", "draft") | ("enable", "disabled") | ("disable", "enabled") => {
                    model.record_write(index, answer.expect_status(200).written());
                    model.connections[index].state = if *op == "disable" { "disabled" } else { "enabled" };
                }
                (_, "initializing") => _ = answer.expect_error("FLOW-1417-400"),
                _ => _ = answer.expect_error("FLOW-1422-400").naming(state),
            }
        }
        Step::Delete { sandbox, pick } => {
            let Some((id, there)) = model.pick(*sandbox, *pick) else { return };
            let answer = tenants[*sandbox].delete(&format!("/connections/{id}")).await;
            match there {
                None => expect_not_found(answer),
                Some(index) if model.connections[index].state == "initializing" => {
                    answer.expect_error("FLOW-1417-400");
                }
                Some(index) => {
                    assert!(answer.expect_status(204).body.is_empty());
                    model.connections[index].exists = false;
                }
            }
        }
        Step::List { sandbox, limit } => list(model, tenants, *sandbox, *limit).await,
    }
}

pub async fn create(model: &mut Model, tenants: &[Tenant], sandbox: usize, name: &str, draft: bool) {
    let mode = if draft { "?mode=draft" } else { "" };
    let answer = tenants[sandbox].post(&format!("/connections{mode}"), &ats(name)).await.expect_status(201);
    let written = answer.written();
    assert!(answer.header("location").ends_with(&written.id), "{answer}");
    assert!(model.etags.insert(written.etag.clone()), "the server used an etag twice");
    let read = tenants[sandbox].read(&written.id).await;
    let connection = ExpectedConnection {
        sandbox,
        id: written.id,
        created_at: read["createdAt"].as_i64().expect("milliseconds"),
        etag: written.etag,
        stale: "\"never-0000-0200-0000-read\"".into(),
        name: name.into(),
        description: Some("for a test".into()),
        state: if draft { "draft" } else { "enabled" },
        exists: true,
    };
    assert_equal(&read, &connection);
    model.connections.push(connection);
}

pub async fn patch(
    model: &mut Model, tenant: &Tenant, picked: Option<(String, Option<usize>)>, seen: &Seen, change: &Change,
) {
    let Some((id, there)) = picked else { return };
    let known = there.map(|index| model.connections[index].clone());
    let if_match = match (seen, &known) {
        (Seen::Any, _) => "*",
        (Seen::Nothing, _) => "",
        (Seen::Current, Some(known)) => &known.etag,
        (Seen::Stale, Some(known)) => &known.stale,
        (_, None) => "\"unknown\"",
    };
    let answer = tenant.patch_if(if_match, &id, change.operations()).await;
    // In the order of the service: the header, errors in the operations themselves, the connection, the
    // version.
    if matches!(seen, Seen::Nothing) {
        answer.expect_error("FLOW-1403-400");
    } else if matches!(change, Change::ServiceOwned) {
        answer.expect_error("FLOW-1414-400").at("/0/path");
    } else if let (Some(index), Some(known)) = (there, known) {
        let outcome = patched(seen, change, &known);
        match outcome {
            Ok(next) => {
                let written = answer.expect_status(200).written();
                model.connections[index] = next;
                model.record_write(index, written);
            }
            Err(code) => _ = answer.expect_error(code),
        }
        assert_equal(&tenant.read(&id).await, &model.connections[index]);
    } else {
        expect_not_found(answer);
    }
}

/// The connection after the change, or the code of the error.
pub fn patched(
    seen: &Seen, change: &Change, known: &ExpectedConnection,
) -> Result<ExpectedConnection, &'static str> {
    if matches!(seen, Seen::Stale) {
        return Err("FLOW-1404-412");
    }
    if known.state == "initializing" {
        return Err("FLOW-1417-400");
    }
    let mut next = known.clone();
    match change {
        Change::Rename(name) => next.name.clone_from(name),
        Change::Describe(None) if known.description.is_none() => return Err("FLOW-1455-400"),
        Change::Describe(description) => next.description.clone_from(description),
        Change::State(state) if *state == known.state => {}
        Change::State("draft") => return Err("FLOW-1456-400"),
        Change::State(_) if known.state == "draft" => return Err("FLOW-1421-400"),
        Change::State(state) => next.state = state,
        Change::PartlyInvalid(_) => return Err("FLOW-1455-400"),
        Change::ServiceOwned => return Err("FLOW-1414-400"),
    }
    Ok(next)
}

pub async fn list(model: &Model, tenants: &[Tenant], sandbox: usize, limit: usize) {
    let mut expected: Vec<&ExpectedConnection> = model
        .connections
        .iter()
        .filter(|connection| connection.exists && connection.sandbox == sandbox)
        .collect();
    expected.sort_by_key(|connection| (-connection.created_at, connection.id.clone()));
    let mut next = Some(format!("/connections?limit={limit}"));
    let mut listed = Vec::new();
    while let Some(path) = next {
        let page = tenants[sandbox].get(&path).await.expect_status(200).json();
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= limit);
        listed.extend(items.iter().cloned());
        next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
    }
    assert_eq!(listed.len(), expected.len());
    listed.iter().zip(expected).for_each(|(item, expected)| assert_equal(item, expected));
}

#[track_caller]
pub fn assert_equal(item: &Value, expected: &ExpectedConnection) {
    assert_eq!(item["id"], expected.id);
    assert_eq!(item["etag"], expected.etag);
    assert_eq!(item["version"], expected.etag);
    assert_eq!(item["name"], expected.name);
    assert_eq!(item.get("description").and_then(Value::as_str), expected.description.as_deref());
    assert_eq!(item["state"], expected.state);
    assert_eq!(item["createdAt"], expected.created_at);
    assert_eq!(item["sandboxName"], SANDBOXES[expected.sandbox]);
}

#[track_caller]
pub fn expect_not_found(answer: Answer) {
    answer.expect_error("FLOW-1439-404");
}
