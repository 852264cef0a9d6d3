//! Random conversations with several sandboxes, beside a model that is simple enough to be right: after each
//! call both must agree on status, code and state.

use crate::support::{self, Answer, Tenant, Written, ats};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What a client does next. Connections are picked from all that were ever created, in whatever sandbox,
/// deleted ones included.
#[derive(Clone, Debug)]
enum Step {
    Create { sandbox: usize, name: String, draft: bool },
    Get { sandbox: usize, pick: usize },
    Patch { sandbox: usize, pick: usize, seen: Seen, change: Change },
    Act { sandbox: usize, pick: usize, op: &'static str },
    Delete { sandbox: usize, pick: usize },
    List { sandbox: usize, limit: usize },
}

/// Which version a PATCH claims to have read.
#[derive(Clone, Debug)]
enum Seen {
    Current,
    Stale,
    Any,
    Nothing,
}

#[derive(Clone, Debug)]
enum Change {
    Rename(String),
    Describe(Option<String>),
    State(&'static str),
    /// Two operations, the second of which fails: neither may apply.
    HalfWrong(String),
    ServiceOwned,
}

impl Change {
    fn operations(&self) -> Value {
        match self {
            Self::Rename(name) => json!([{"op": "replace", "path": "/name", "value": name}]),
            Self::Describe(Some(text)) => json!([{"op": "ADD", "path": "/description", "value": text}]),
            Self::Describe(None) => json!({"op": "remove", "path": "/description"}),
            Self::State(state) => json!([{"op": "replace", "path": "/state", "value": state}]),
            Self::HalfWrong(name) => json!([
                {"op": "replace", "path": "/name", "value": name},
                {"op": "remove", "path": "/nowhere"}
            ]),
            Self::ServiceOwned => json!([{"op": "replace", "path": "/createdAt", "value": 1}]),
        }
    }
}

/// A connection as the model believes it to be.
#[derive(Clone, Debug)]
struct Believed {
    sandbox: usize,
    id: String,
    created_at: i64,
    etag: String,
    stale: String,
    name: String,
    description: Option<String>,
    state: &'static str,
    exists: bool,
}

const SANDBOXES: [&str; 3] = ["prod", "dev", "stage"];

#[derive(Default)]
struct Model {
    connections: Vec<Believed>,
    etags: HashSet<String>,
}

impl Model {
    /// The picked connection, as seen from `sandbox`: an id, and its place in the model if it is there.
    fn pick(&self, sandbox: usize, pick: usize) -> Option<(String, Option<usize>)> {
        let index = pick.checked_rem(self.connections.len())?;
        let connection = &self.connections[index];
        let there = connection.exists && connection.sandbox == sandbox;
        Some((connection.id.clone(), there.then_some(index)))
    }

    fn wrote(&mut self, index: usize, written: Written) {
        assert!(self.etags.insert(written.etag.clone()), "an etag was given twice");
        let connection = &mut self.connections[index];
        assert_eq!(connection.id, written.id);
        connection.stale = std::mem::replace(&mut connection.etag, written.etag);
    }
}

async fn take(step: &Step, model: &mut Model, tenants: &[Tenant]) {
    match step {
        Step::Create { sandbox, name, draft } => create(model, tenants, *sandbox, name, *draft).await,
        Step::Get { sandbox, pick } => {
            let Some((id, there)) = model.pick(*sandbox, *pick) else { return };
            match there {
                Some(index) => agree(&tenants[*sandbox].read(&id).await, &model.connections[index]),
                None => not_found(tenants[*sandbox].get(&format!("/connections/{id}")).await),
            }
        }
        Step::Patch { sandbox, pick, seen, change } => {
            patch(model, &tenants[*sandbox], model.pick(*sandbox, *pick), seen, change).await;
        }
        Step::Act { sandbox, pick, op } => {
            let Some((id, there)) = model.pick(*sandbox, *pick) else { return };
            let answer =
                tenants[*sandbox].post(&format!("/connections/{id}/action?op={op}"), &json!({})).await;
            let Some(index) = there else { return not_found(answer) };
            let state = model.connections[index].state;
            match (*op, state) {
                ("publish", "draft") | ("enable", "disabled") | ("disable", "enabled") => {
                    model.wrote(index, answer.expect_status(200).written());
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
                None => not_found(answer),
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

async fn create(model: &mut Model, tenants: &[Tenant], sandbox: usize, name: &str, draft: bool) {
    let mode = if draft { "?mode=draft" } else { "" };
    let answer = tenants[sandbox].post(&format!("/connections{mode}"), &ats(name)).await.expect_status(201);
    let written = answer.written();
    assert!(answer.header("location").ends_with(&written.id), "{answer}");
    assert!(model.etags.insert(written.etag.clone()), "an etag was given twice");
    let read = tenants[sandbox].read(&written.id).await;
    let connection = Believed {
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
    agree(&read, &connection);
    model.connections.push(connection);
}

async fn patch(
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
    // In the order in which the service looks: the header, the operations' own faults, the connection, the
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
                model.wrote(index, written);
            }
            Err(code) => _ = answer.expect_error(code),
        }
        agree(&tenant.read(&id).await, &model.connections[index]);
    } else {
        not_found(answer);
    }
}

/// What the connection is after the change, or the code of the refusal.
fn patched(seen: &Seen, change: &Change, known: &Believed) -> Result<Believed, &'static str> {
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
        Change::HalfWrong(_) => return Err("FLOW-1455-400"),
        Change::ServiceOwned => return Err("FLOW-1414-400"),
    }
    Ok(next)
}

async fn list(model: &Model, tenants: &[Tenant], sandbox: usize, limit: usize) {
    let mut expected: Vec<&Believed> = model
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
    listed.iter().zip(expected).for_each(|(item, expected)| agree(item, expected));
}

#[track_caller]
fn agree(item: &Value, believed: &Believed) {
    assert_eq!(item["id"], believed.id);
    assert_eq!(item["etag"], believed.etag);
    assert_eq!(item["version"], believed.etag);
    assert_eq!(item["name"], believed.name);
    assert_eq!(item.get("description").and_then(Value::as_str), believed.description.as_deref());
    assert_eq!(item["state"], believed.state);
    assert_eq!(item["createdAt"], believed.created_at);
    assert_eq!(item["sandboxName"], SANDBOXES[believed.sandbox]);
}

#[track_caller]
fn not_found(answer: Answer) {
    answer.expect_error("FLOW-1439-404");
}

fn step() -> impl Strategy<Value = Step> {
    let sandbox = || 0..SANDBOXES.len();
    let pick = any::<usize>;
    let seen = prop_oneof![
        6 => Just(Seen::Current), 2 => Just(Seen::Stale), 1 => Just(Seen::Any), 1 => Just(Seen::Nothing)
    ];
    let state = prop::sample::select(vec!["enabled", "disabled", "initializing", "draft"]);
    let change = prop_oneof![
        "[a-zé\"\\\\ ]{1,8}".prop_map(Change::Rename),
        prop::option::of("[a-z]{0,8}").prop_map(Change::Describe),
        state.prop_map(Change::State),
        "[a-z]{1,8}".prop_map(Change::HalfWrong),
        Just(Change::ServiceOwned),
    ];
    let op = prop::sample::select(vec!["publish", "enable", "disable"]);
    prop_oneof![
        4 => (sandbox(), "[a-z]{1,8}", any::<bool>())
            .prop_map(|(sandbox, name, draft)| Step::Create { sandbox, name, draft }),
        2 => (sandbox(), pick()).prop_map(|(sandbox, pick)| Step::Get { sandbox, pick }),
        6 => (sandbox(), pick(), seen, change)
            .prop_map(|(sandbox, pick, seen, change)| Step::Patch { sandbox, pick, seen, change }),
        3 => (sandbox(), pick(), op).prop_map(|(sandbox, pick, op)| Step::Act { sandbox, pick, op }),
        2 => (sandbox(), pick()).prop_map(|(sandbox, pick)| Step::Delete { sandbox, pick }),
        1 => (sandbox(), 1..5usize).prop_map(|(sandbox, limit)| Step::List { sandbox, limit }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_server_and_a_simple_model_agree_on_every_conversation(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let organisation = support::tenant().await;
            let tenants = SANDBOXES.map(|sandbox| organisation.in_sandbox(sandbox));
            let mut model = Model::default();
            for step in &steps {
                take(step, &mut model, &tenants).await;
            }
            for sandbox in 0..SANDBOXES.len() {
                list(&model, &tenants, sandbox, 3).await;
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_pact_file_of_every_conversation_is_verified_against_a_fresh_server(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mock = flowmock::FlowMock::start();
            let organisation = Tenant::on(&mock);
            let tenants = SANDBOXES.map(|sandbox| organisation.in_sandbox(sandbox));
            let mut model = Model::default();
            for step in &steps {
                take(step, &mut model, &tenants).await;
            }
            for sandbox in 0..SANDBOXES.len() {
                list(&model, &tenants, sandbox, 3).await;
            }
            let file = crate::pact::assert_verified(&mock.pact("key").expect("a file")).await;
            let about = file["metadata"]["flowmock"].as_object().expect("what is left out").clone();
            assert!(about.keys().all(|key| !key.starts_with("leftOut")), "{about:?}");
        });
    }
}
