//! The errors of the provider that only source connections, target connections and flows can cause. Each is provoked by a
//! request that deserves it.

use super::create;
use crate::support::{
    self, Answer, Tenant, ats, file_source, files_flow, lake_target, landing_zone, table_flow, table_source,
    with, without,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Their codes.
pub const CODES: [&str; 33] = [
    "1202-400", "1203-400", "1307-400", "1310-400", "1311-400", "1317-400", "1320-400", "1321-400",
    "1323-400", "1325-400", "1327-400", "1328-400", "1329-400", "1331-400", "1332-400", "1338-400",
    "1340-400", "1360-400", "1361-400", "1362-400", "1363-400", "1364-400", "1365-400", "1366-400",
    "1367-400", "1368-400", "1369-400", "1370-400", "1391-400", "1392-400", "1397-400", "1403-400",
    "1404-400",
];

/// The code of the provider's error in an answer.
fn code(answer: &Answer) -> String {
    let body = answer.json();
    let message = body["errorMessage"].as_str().unwrap_or_else(|| panic!("no error in\n{answer}"));
    let rest = message.strip_prefix("Error from flow provider: ").unwrap_or_else(|| panic!("{answer}"));
    rest.split_once(": ").unwrap_or_else(|| panic!("{answer}")).0.to_owned()
}

#[tokio::test]
async fn every_error_of_the_provider_of_flows_can_be_provoked() {
    let strict = support::server(|config| config.strict = true);
    let strict = Tenant::on(&strict);
    let tenant = support::tenant().await;
    let mut met = BTreeSet::new();
    let base = tenant.create(ats("base")).await.id;
    let (file, table) = (file_source("x"), table_source("x", &base));
    for body in [
        without(table.clone(), "/params"),
        with(table.clone(), "/data/format", json!("xml")),
        with(table.clone(), "/params/columns", json!("all")),
        with(file.clone(), "/data/columnDelimiter", json!("||")),
        with(file, "/baseConnectionId", json!(base)),
    ] {
        met.insert(code(&tenant.post("/sourceConnections", &body).await));
    }
    met.insert(code(&tenant.post("/targetConnections", &without(lake_target("x"), "/params")).await));

    let chain = tenant.table_chain().await;
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let landing = tenant.create_at("/targetConnections", &landing_zone("x")).await.id;
    let files = || files_flow("x", &source, &target);
    let tables = || table_flow("x", &chain.source, &chain.target);
    let encrypted =
        |params: Value| with(files(), "/transformations", json!([{"name": "Encryption", "params": params}]));
    for body in [
        with(files(), "/mode", json!("draft")),
        without(files(), "/sourceConnectionIds"),
        with(files(), "/sourceConnectionIds", json!([])),
        with(files(), "/sourceConnectionIds", json!([source, source])),
        with(files(), "/targetConnectionIds", json!([landing])),
        with(files(), "/transformations", json!([{"name": "Nonsense"}])),
        encrypted(json!({})),
        encrypted(json!({"publicKeyId": 5})),
        without(files(), "/scheduleParams"),
        with(files(), "/scheduleParams/frequency", json!("month")),
        with(files(), "/scheduleParams/startTime", json!("soon")),
        with(files(), "/scheduleParams", json!({"startTime": 1, "frequency": "once", "backfill": true})),
        with(tables(), "/transformations", json!([])),
        without(tables(), "/transformations/0/params"),
        without(tables(), "/transformations/1/params"),
        with(tables(), "/transformations/1/params", json!({})),
    ] {
        met.insert(code(&create(&tenant, &body).await));
    }
    for (path, value) in [
        ("/flowSpec", json!({})),
        ("/scheduleParams/startTime", json!(1)),
        ("/scheduleParams/frequency", json!("once")),
        ("/scheduleParams/backfill", json!(false)),
    ] {
        let patch = json!([{"op": "add", "path": path, "value": value}]);
        met.insert(code(&tenant.change("flows", &chain.flow.id, patch).await));
    }

    let (source, target) = (strict.file_source().await, strict.lake_target().await);
    let base = strict.create(ats("base")).await.id;
    let table = strict.create_at("/sourceConnections", &table_source("x", &base)).await.id;
    let schedule = |frequency: &str, interval: i64| {
        let start = 4_102_444_800_u64; // in the year 2100
        let schedule = json!({"startTime": start, "frequency": frequency, "interval": interval});
        with(files_flow("x", &source, &target), "/scheduleParams", schedule)
    };
    for body in [
        files_flow("x", &source, &target),
        schedule("once", 1),
        schedule("minute", 5),
        schedule("hour", 0),
        with(
            table_flow("x", &table, &target),
            "/scheduleParams",
            json!({"startTime": 1, "frequency": "once"}),
        ),
    ] {
        met.insert(code(&create(&strict, &body).await));
    }
    let mock = support::server(|config| config.check_references = true);
    let referring = Tenant::on(&mock);
    let contents = json!({
        "dataSets": [{"id": "5f3c3cedb2805c194ff0b69a", "name": "x"}],
        "encryptionKeys": [{"publicKeyId": "old", "encryptionAlgorithm": "PGP", "expiryTime": "1"}],
    });
    let document = support::state_of(&referring.ims_org, "prod", contents);
    mock.seed(&document).expect("a seed");
    let (source, target) = (referring.file_source().await, referring.lake_target().await);
    for key in ["unknown", "old"] {
        let encryption = json!([{"name": "Encryption", "params": {"publicKeyId": key}}]);
        let body = with(files_flow("x", &source, &target), "/transformations", encryption);
        met.insert(code(&create(&referring, &body).await));
    }
    assert_eq!(met, CODES.map(str::to_owned).into());
}
