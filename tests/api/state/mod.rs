//! The state of a server as a document: seeds, merges, replacements, exports and resets, described in `docs/state.md`.
//! Each test has its own server, since most of these calls affect the whole server.

mod concurrent_calls;
mod example;
mod export;
mod in_flight;
mod lasting;
mod lifecycle;
mod merge;
mod random;
mod refusals;
mod refused_calls;
mod reset;
mod seeded;

use crate::support::{self, ATS, Control, Tenant, ats, with};
use flowmock::FlowMock;
use serde_json::{Value, json};

/// The organisation in the documents of these tests.
const ORG: &str = "STATE@AdobeOrg";

const LANDING_ZONE: &str = "10440537-2a7b-4583-ac39-ed38d4b848e8";
const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

fn server() -> FlowMock {
    support::server(|_| {})
}

/// The sandbox `prod` of [`ORG`].
fn prod(mock: &FlowMock) -> Tenant {
    Tenant::on(mock).of_org(ORG)
}

/// A document with these connections in the sandbox `prod`.
fn with_connections(connections: Value) -> Value {
    support::state_of(ORG, "prod", json!({ "connections": connections }))
}

/// A connection whose spec needs no `auth`.
fn landing_zone(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "connectionSpec": { "id": LANDING_ZONE, "version": "1.0" } })
}

/// A connection spec of a sandbox that needs no `auth`. Its source has the same name.
fn own_spec(id: &str, name: &str) -> Value {
    json!({
        "id": id, "name": name, "version": "1.0", "authSpec": [],
        "exploreSpec": { "name": "Tabular", "type": "Tabular" },
    })
}

/// A source with one table.
fn source(table: &str) -> Value {
    let columns = json!([{ "name": "n", "type": "integer" }]);
    json!({ "tables": { table: { "columns": columns, "rows": [{ "n": 1 }] } } })
}

/// A document with entries of every kind.
fn whole() -> Value {
    let orders = with(with(ats("orders"), "/id", json!(ONE)), "/state", json!("disabled"));
    let orders = [
        ("createdAt", json!(1_600_000_000_123_i64)),
        ("updatedAt", json!("2026-01-01T00:00:00.5Z")),
        ("createdBy", json!("0123456789ABCDEF01234567@AdobeID")),
        ("createdClient", json!("their-key")),
        ("updatedBy", json!("FEDCBA987654321001234567@AdobeID")),
        ("updatedClient", json!("our-key")),
        ("etag", json!("\"1400dd53-0000-0200-0000-5f3f23450000\"")),
        ("providerId", json!("kept")),
        ("rank", json!(0.1)),
        ("deep", json!({ "list": [null, 1, { "": [] }] })),
    ]
    .into_iter()
    .fold(orders, |connection, (key, value)| with(connection, &format!("/{key}"), value));
    let accounts = json!({
        "acme": { "sees": ["orders"] },
        "gone": { "unreachable": "the account is closed" },
    });
    let prod = json!({
        "name": "prod",
        "connectionSpecs": [own_spec("mine", "my-source")],
        "connections": [
            orders,
            { "id": TWO, "name": "later", "state": "draft", "connectionSpec": { "id": ATS } },
            { "name": "mine", "connectionSpec": { "id": "mine", "version": "1.0" } },
        ],
        "sources": {
            "azure-table-storage": {
                "accounts": accounts,
                "tables": {
                    "orders": { "columns": [{ "name": "n", "type": "Edm.Int32" }], "rows": [{ "n": 7 }] },
                    "hidden": {},
                },
            },
            "amazon-s3": { "files": { "in/a.csv": "x,y\n1,2\n", "readme.txt": "" } },
            "my-source": source("mine"),
        },
        "counters": { "entities": 3, "writes": 4, "requests": 5 },
    });
    let dev = json!({ "name": "dev", "connections": [landing_zone(ONE, "same id, other sandbox")] });
    let other = json!({ "name": "prod", "connections": [landing_zone(TWO, "elsewhere")] });
    json!({ "organisations": [
        { "imsOrgId": ORG, "sandboxes": [prod, dev] },
        { "imsOrgId": "OTHER@AdobeOrg", "sandboxes": [other] },
    ] })
}

/// The pointer to the sandbox in [`with_connections`], or to the first one in [`whole`].
const AT: &str = "/organisations/0/sandboxes/0";

/// The paths of `problems`, sorted.
fn places(problems: &[(String, String)]) -> Vec<&str> {
    let mut places: Vec<_> = problems.iter().map(|(path, _)| path.as_str()).collect();
    places.sort_unstable();
    places
}

/// Merges a document into the state of a server.
async fn seed(mock: &FlowMock, document: &Value) {
    Control::of(mock).merge(document).await.expect_status(204);
}
