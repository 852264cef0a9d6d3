//! Every error of a source is provoked by a request that deserves it.

use super::{LANDING_ZONE, ats_to, explore, without_auth};
use crate::support::{
    self, ATS, Answer, Control, Tenant, Written, ats, landing_zone, state_of, with, without,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Errors that no input deserves. FLOW-1415-400 is for every unknown auth type, and 1305-400, 1336-400 and FLOW-1003-405 for
/// every operation that is not supported. No source switches PATCH off by itself, and tests may use any
/// organisation. Sources and targets are looked up before anything of them is read, so none is null; public keys do not
/// expire; what a REST source's spec says of its requests is not evaluated; no call has a `flowSpecType` or a `templateType`; a
/// run that cannot be started says why by a code of its own. These errors occur on demand.
const WITHOUT_INPUT: [&str; 19] = [
    "1201-400", "1300-400", "1302-400", "1306-400", "1309-400", "1310-400", "1313-400", "1314-400",
    "1315-400", "1316-400", "1322-400", "1324-400", "1326-400", "1339-400", "1373-400", "1380-400",
    "1395-400", "1398-400", "1400-400",
];

/// Errors of flows, of their source and target connections, of runs, encryption keys and landing zones: the tests of those provoke
/// them.
const ELSEWHERE: [&str; 50] = [
    "1202-400", "1203-400", "1204-400", "1205-400", "1307-400", "1311-400", "1317-400", "1320-400",
    "1321-400", "1323-400", "1325-400", "1327-400", "1328-400", "1329-400", "1331-400", "1332-400",
    "1333-400", "1338-400", "1340-400", "1360-400", "1361-400", "1362-400", "1363-400", "1364-400",
    "1365-400", "1366-400", "1367-400", "1368-400", "1369-400", "1370-400", "1381-400", "1382-400",
    "1383-400", "1384-400", "1385-400", "1386-400", "1387-400", "1388-400", "1391-400", "1392-400",
    "1397-400", "1401-400", "1403-400", "1404-400", "1701-400", "1702-400", "1703-400", "1705-400",
    "1710-400", "1712-400",
];

/// A connection with a param missing and another one invalid.
fn twice_wrong() -> Value {
    json!({
        "name": "x",
        "connectionSpec": {"id": "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5"},
        "auth": {"specName": "Basic Authentication", "params": {"username": 5, "password": "p"}}
    })
}

/// The code of the source's error in an answer.
fn provider_code(answer: &Answer) -> String {
    let body = answer.json();
    let message = body["errorMessage"].as_str().unwrap_or_else(|| panic!("no error in\n{answer}"));
    let rest = message.strip_prefix("Error from flow provider: ").unwrap_or_else(|| panic!("{answer}"));
    let (code, sentence) = rest.split_once(": ").unwrap_or_else(|| panic!("{answer}"));
    assert!(code.ends_with(answer.status.as_str()) && !sentence.is_empty(), "{answer}");
    code.to_owned()
}

/// The filters of a query, each with a mistake.
fn wrong_filters() -> Vec<Value> {
    let apply = |name: &str, params: Value| json!({"nodeType": "fnApply", "fnName": name, "params": params});
    let test = |column: &str, operator: &str, value: Value| {
        let column = json!({"nodeType": "fieldLookup", "fieldName": column});
        apply(operator, json!([column, {"nodeType": "literal", "value": value}]))
    };
    let filter = |value: Value| json!({"type": "PQL", "format": "pql/json", "value": value});
    let is = test("a", "=", json!("x"));
    vec![
        json!("a = 'x'"),
        with(filter(is.clone()), "/type", json!("SQL")),
        with(filter(is.clone()), "/format", json!("pql/text")),
        without(filter(is.clone()), "/value"),
        filter(json!({"nodeType": "fnApply"})),
        filter(test("a", "contains", json!("x"))),
        filter(test("a", "soundsLike", json!("x"))),
        filter(test("a", "=", Value::Null)),
        filter(test("b", "=", json!("x"))),
        filter(test("a", "=", json!(1))),
        filter(apply("not", json!([is.clone(), is]))),
    ]
}

/// A connection to a source of one's own, with one column `a`.
async fn own_source(tenant: &Tenant, name: &str, declared: Value) -> Written {
    let spec = json!({
        "id": name,
        "name": name,
        "version": "1.0",
        "exploreSpec": {"name": "Tabular", "type": "Tabular"},
        "attributes": {"filterAtSource": declared},
    });
    tenant.post("/connectionSpecs", &spec).await.expect_status(201);
    tenant.create(without_auth(name)).await
}

#[tokio::test]
async fn every_error_of_a_source_can_be_provoked() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let table = json!({"columns": [{"name": "a", "type": "string"}], "rows": [{"a": "x"}]});
    let sources = json!({
        "mine": {"tables": {"t": table}},
        "other": {"tables": {"t": table}},
        "landing-zone": {"files": {"empty": "", "words": "just a few words", "a.csv": "a,b\n1,2\n"}},
    });
    let state = state_of(&tenant.ims_org, "prod", json!({"sources": sources}));
    Control::of(&mock).merge(&state).await.expect_status(204);
    let mut met = BTreeSet::new();

    for body in [
        without(ats("x"), "/auth/params/connectionString"),
        with(ats("x"), "/auth/params/connectionString", json!(5)),
        twice_wrong(),
    ] {
        met.insert(provider_code(&tenant.post("/connections", &body).await));
    }

    let destination = tenant.create(landing_zone("no source")).await;
    for call in ["explore?objectType=root", "configs"] {
        met.insert(provider_code(&tenant.get(&format!("/connections/{}/{call}", destination.id)).await));
    }
    met.insert(provider_code(&tenant.get(&format!("/connectionSpecs/{ATS}/explore?objectType=root")).await));
    let offline = tenant.create(ats_to("acmeoffline")).await;
    met.insert(provider_code(&explore(&tenant, &offline, "objectType=root").await));
    let storage = tenant.create(ats("tables")).await;
    let files = tenant.create(without_auth(LANDING_ZONE)).await;
    for (connection, query) in [
        (&storage, ""),
        (&storage, "objectType="),
        (&storage, "objectType=tables"),
        (&storage, "objectType=table"),
        (&storage, "objectType=table&object=nope"),
        (&storage, "objectType=table&object=staging"),
        (&storage, "objectType=table&object=orders&determineProperties=true"),
        (&storage, "objectType=file&object=orders&determineProperties=true"),
        (&storage, "objectType=table&object=orders&previewCount=0"),
        (&storage, "objectType=table&object=orders&filters=e30"),
        (&storage, "objectType=table&object=orders&filters="),
        (&files, "objectType=file&object=a.csv&fileType="),
        (&files, "objectType=file&object=a.csv&fileType=delimited&determineProperties=true"),
        (&files, "objectType=file&object=empty&determineProperties=true"),
        (&files, "objectType=file&object=words&determineProperties=true"),
    ] {
        met.insert(provider_code(&explore(&tenant, connection, query).await));
    }

    let operators = json!(["=", "soundsLike"]);
    let declared = json!({"enabled": true, "logicalOperators": ["not"], "comparisonOperators": operators});
    let mine = own_source(&tenant, "mine", declared.clone()).await;
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let mut filters = vec!["%7B".to_owned(), encode("no JSON".to_owned())];
    filters.extend(wrong_filters().iter().map(|filter| encode(filter.to_string())));
    for filters in &filters {
        let query = format!("objectType=table&object=t&preview=true&filters={filters}");
        met.insert(provider_code(&explore(&tenant, &mine, &query).await));
    }
    let other = own_source(&tenant, "other", with(declared, "/queryLanguage", json!("OData"))).await;
    met.insert(provider_code(&explore(&tenant, &other, "objectType=table&object=t&filters=e30").await));

    let catalogue = Control::of(&mock).get("/errors").await.json();
    let all = catalogue["providerErrors"].as_array().expect("errors").iter();
    let all: BTreeSet<_> = all.map(|error| error["code"].as_str().expect("a code").to_owned()).collect();
    let missing: Vec<_> = all
        .difference(&met)
        .filter(|code| ![&WITHOUT_INPUT[..], &ELSEWHERE].concat().contains(&code.as_str()))
        .collect();
    assert!(missing.is_empty(), "not provoked: {missing:?}");
    for code in WITHOUT_INPUT {
        let request = tenant.request(Method::GET, "/connections").header("x-flowmock-error", code);
        assert_eq!(provider_code(&Answer::to(request).await), code);
    }
}
