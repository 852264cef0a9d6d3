//! The properties of filters, continuation tokens and patches.

use crate::app::App;
use crate::base::config::Config;
use crate::base::error::Error;
use crate::base::json;
use crate::base::json::{MAX_DEPTH, Nulls, depth, drop_nulls};
use crate::base::operation::Kind;
use crate::base::tenant::{Caller, Tenant};
use crate::base::time::Millis;
use crate::http::list::ListQuery;
use crate::services::connections::{Connection, SPEC};
use crate::services::entities::last_operation::LastOperation;
use crate::services::entities::patch::{Moves, PatchOperation};
use crate::services::entities::record::{EntityRecord, Stamp, Stored};
use crate::services::entities::{Completeness, Definition};
use crate::services::world::Sandbox;
use crate::store::query::{CONTINUATION, Filter, Order, Parameters, Property, Token, Walk};
use crate::store::{Entity, Etag, State};
use axum::body::to_bytes;
use futures_util::FutureExt;
use serde_json::{Value, json};
use std::sync::LazyLock;
use uuid::Uuid;

/// # Panics
/// If a property does not hold.
pub(crate) fn filter(text: &str) {
    let (order, properties) = text.split_once('\n').unwrap_or(("", text));
    match Order::parse(order, &SPEC.fields, |_| true) {
        Ok(order) => {
            let printed = order.to_string();
            let again = Order::parse(&printed, &SPEC.fields, |_| true);
            assert_eq!(again.expect(&printed), order, "{printed}");
        }
        Err(error) => check_refusal(&error),
    }
    let read = |lines: &[&str]| Property::read(lines.iter().copied(), &SPEC.fields, |_| true);
    match read(&properties.split('\n').collect::<Vec<_>>()) {
        Ok(Property { filter, .. }) => {
            let printed: Vec<String> = filter.0.iter().map(ToString::to_string).collect();
            let again = read(&printed.iter().map(String::as_str).collect::<Vec<_>>());
            let again = again.unwrap_or_else(|error| panic!("{printed:?}: {error:?}")).filter;
            assert_eq!(again, filter, "{printed:?}");
            for item in &SAMPLE.items {
                let each = filter.0.iter().all(|condition| condition.matches(item));
                assert_eq!((filter.matches(item), again.matches(item)), (each, each), "{printed:?}");
            }
        }
        Err(error) => check_refusal(&error),
    }
}

/// Checks that a message is short and printable.
fn check_refusal(error: &Error) {
    let detail = error.detail();
    assert!(detail.len() < 2000 && !detail.contains(char::is_control), "{detail}");
}

/// # Panics
/// If a property does not hold.
pub(crate) fn continuation_token(order: u8, sealed: bool, bytes: &[u8]) {
    const ORDERS: [&str; 7] = ["-createdAt", "createdAt", "name", "-name", "state", "-id", "own"];
    let order = ORDERS[usize::from(order) % ORDERS.len()];
    let parsed = Order::parse(order, &SPEC.fields, |_| true).expect("an order");
    let (tenant, collection) = (&SAMPLE.sandbox.tenant, Kind::Connection.collection());
    let walk = Walk { tenant, collection, order: &parsed, filter: &Filter::default() };
    let token = match (sealed, str::from_utf8(bytes)) {
        (true, _) => walk.seal(bytes.to_vec()),
        (false, Ok(token)) => token.to_owned(),
        (false, Err(_)) => return,
    };
    let read = |text: &str| {
        let token = Token::read(text)?;
        let parameters = token.carried.clone();
        Ok((walk.place(token)?, parameters))
    };
    let parameters = match read(&token) {
        Ok((place, parameters)) => {
            assert_eq!(read(&walk.token(&place, &parameters)).expect("its own token").0, place);
            parameters
        }
        Err(error) => return check_refusal(&error),
    };
    // A forged token may carry parameters that its list does not have.
    if parameters != Parameters::default() {
        let mut sent = Parameters::default();
        sent.push(CONTINUATION, token);
        if let Err(refusal) = ListQuery::of_entities(&sent, &SAMPLE.sandbox, &SPEC) {
            check_refusal(&refusal.error);
        }
        return;
    }
    // A walk from any place ends, and shows nothing twice.
    let mut seen: Vec<String> = Vec::new();
    let mut next = Some(token);
    while let Some(token) = next {
        let mut parameters = Parameters::default();
        parameters.push("orderby", order.to_owned());
        parameters.push("limit", "3".to_owned());
        parameters.push(CONTINUATION, token);
        let page = page(&parameters);
        for item in page["items"].as_array().expect("items") {
            let id = item["id"].as_str().expect("an id").to_owned();
            assert!(!seen.contains(&id), "{id} twice, by {order}");
            seen.push(id);
        }
        next = page["_links"]["next"]["href"].as_str().map(|href| {
            let (_, query) = href.split_once('?').expect("a query");
            let parameters = Parameters::parse(query).expect("a link's query");
            parameters.last(CONTINUATION).expect("a token").to_owned()
        });
    }
}

fn page(parameters: &Parameters) -> Value {
    let sandbox = &SAMPLE.sandbox;
    let question =
        ListQuery::of_entities(parameters, sandbox, &SPEC).map_err(Error::from).expect("a question");
    let answer = question.answer_entities(sandbox, &SPEC, &SAMPLE.app);
    let answer = answer.now_or_never().expect("no wait").expect("a page");
    let body = to_bytes(answer.into_body(), usize::MAX).now_or_never().expect("no wait").expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

/// # Panics
/// If a property does not hold.
pub(crate) fn json_patch(created: &[u8], patch: &[u8]) {
    let first = make(created).unwrap_or_else(|| make(BODIES[0].as_bytes()).expect("a connection"));
    let Stored { mut json, .. } = Stored::read(&first).expect("what is stored can be read");
    let before = json.clone();
    let Ok(body) = json::parse(patch, Nulls::Kept) else { return };
    let operations = match PatchOperation::read_all(body, Kind::Connection, &SPEC.keys) {
        Ok(operations) => operations,
        Err(error) => return check_refusal(&error),
    };
    let mut moves = Moves::default();
    for operation in &operations {
        if let Err(error) = operation.apply(&mut json, Kind::Connection, &mut moves) {
            return check_refusal(&error);
        }
    }
    drop_nulls(&mut json);
    assert!(depth(&json) <= MAX_DEPTH, "deeper than it was let in");
    let members = before.as_object().expect("an object");
    for (key, value) in members.iter().filter(|(key, _)| SPEC.keys.is_fixed(key)) {
        assert_eq!(json.get(key), Some(value), "{key} was patched");
    }
    let Ok(state) = SPEC.lifecycle.patched(first.state, json.get("state")) else { return };
    if let Some(next) = store(json, state) {
        // Reading a stored entity and storing it again changes nothing.
        let Stored { json, .. } = Stored::read(&next).expect("what is stored can be read");
        assert_eq!(next.item, store(json, state).expect("what is valid stays so").item);
        let answer: Value = serde_json::from_slice(&next.answer()).expect("what Rust clients can read");
        assert_eq!(answer["items"].as_array().map(Vec::len), Some(1));
    }
}

/// The entity that a POST of this body would store; `None` if the POST would be refused.
fn make(body: &[u8]) -> Option<Entity> {
    store(json::parse(body, Nulls::Dropped).ok()?, State::Enabled)
}

fn store(json: Value, state: State) -> Option<Entity> {
    entity(&SAMPLE.app, &SAMPLE.sandbox, json, state, 1)
}

fn entity(app: &App, sandbox: &Sandbox, json: Value, state: State, number: u32) -> Option<Entity> {
    const MADE: Millis = 1_600_000_000_000;
    let context = app.context(sandbox);
    let definition = Connection::read(json, Completeness::Whole, &context);
    let definition = definition.map_err(|error| check_refusal(&error)).ok()?;
    let stamp = Stamp::new(MADE + Millis::from(number / 2), &Caller::with_api_key("key"));
    let record = EntityRecord {
        id: Uuid::from_u128(number.into()),
        tenant: &sandbox.tenant,
        sandbox_id: sandbox.id(),
        created: &stamp,
        updated: &stamp,
        definition: &definition,
        state,
        etag: Etag::new(number, MADE),
        last_operation: &LastOperation::creation(state, stamp.at),
    };
    Some(record.into_entity(0, None).expect("what was read can be written"))
}

/// A few connections, in a sandbox and as JSON.
struct Sample {
    app: App,
    sandbox: Sandbox,
    items: Vec<Value>,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let app = App::new(Config::default(), &crate::http::openapi::DESCRIPTION).expect("built-in fixtures");
    let sandbox = app.world.open(&Tenant::new("FUZZ@AdobeOrg", "prod"), &app.env);
    let mut items = Vec::new();
    for (number, body) in (0..).zip(BODIES) {
        let json = json::parse(body.as_bytes(), Nulls::Dropped).expect("JSON");
        let entity = entity(&app, &sandbox, json, State::Enabled, number).expect("a connection");
        items.push(serde_json::from_slice(entity.item()).expect("JSON"));
        sandbox.store.insert(Kind::Connection, entity).expect("an id of its own");
    }
    items.extend([json!({}), json!({"name": null, "own": [{"a": 1}, {"a": "1"}]}), json!([1])]);
    Sample { app, sandbox, items }
});

/// Connections of different kinds, with ties in the fields of their orders.
const BODIES: [&str; 7] = [
    r#"{"name":"a","description":"b","auth":{"specName":"Connection String Based Authentication","params":{"connectionString":"AccountName=acme;AccountKey=AAAA"}},"connectionSpec":{"id":"ecde33f2-c56f-46cc-bdea-ad151c16cd69","version":"1.0"},"tags":["x",{"y":[1,2]}]}"#,
    r#"{"name":"a","connectionSpec":{"id":"8a9c3494-9708-43d7-ae3f-cda01e5030e1"},"own":1}"#,
    r#"{"name":"ab","connectionSpec":{"id":"8a9c3494-9708-43d7-ae3f-cda01e5030e1"},"own":-0.5}"#,
    r#"{"name":"é","connectionSpec":{"id":"8a9c3494-9708-43d7-ae3f-cda01e5030e1"},"own":"a,b"}"#,
    r#"{"name":"\"","connectionSpec":{"id":"10440537-2a7b-4583-ac39-ed38d4b848e8"},"own":true}"#,
    r#"{"name":"A","connectionSpec":{"id":"10440537-2a7b-4583-ac39-ed38d4b848e8"},"own":[1,"a"]}"#,
    r#"{"name":"b","connectionSpec":{"id":"10440537-2a7b-4583-ac39-ed38d4b848e8"},"own":{"a":1e300}}"#,
];
