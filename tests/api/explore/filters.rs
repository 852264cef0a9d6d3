//! Filters of explore, which the source applies to the rows of a preview.

use super::{expect_refusal, explore, explored, without_auth};
use crate::support::{self, Answer, Control, Tenant, Written, ats, state_of};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flowmock::FlowMock;
use serde_json::{Value, json};

/// The sources that filter: name, id, auth spec and params.
fn filtering_sources() -> [(&'static str, &'static str, &'static str, Value); 4] {
    [
        (
            "salesforce",
            "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5",
            "Basic Authentication",
            json!({"username": "u", "password": "p", "securityToken": "t"}),
        ),
        (
            "dynamics-online",
            "38ad80fe-8b06-4938-94f4-d4ee80266b07",
            "Basic Authentication for Dynamics-Online",
            json!({"serviceUri": "https://acme.crm.dynamics.com", "username": "u", "password": "p"}),
        ),
        (
            "google-big-query",
            "3c9b37f8-13a6-43d8-bad3-b863b941fedd",
            "Basic Authentication",
            json!({"project": "p", "clientId": "c", "clientSecret": "s", "refreshToken": "r"}),
        ),
        (
            "snowflake",
            "b2e08744-4f1a-40ce-af30-7abac3e23cf3",
            "ConnectionString",
            json!({"connectionString": "jdbc:snowflake://acme.snowflakecomputing.com"}),
        ),
    ]
}

fn connection(spec_id: &str, auth_spec: &str, params: &Value) -> Value {
    json!({
        "name": "filtered",
        "auth": {"specName": auth_spec, "params": params},
        "connectionSpec": {"id": spec_id, "version": "1.0"},
    })
}

/// A connection to Salesforce, whose table `shops` is seeded.
async fn shops(mock: &FlowMock) -> (Tenant, Written) {
    let tenant = Tenant::on(mock);
    seed_shops(mock, &tenant, "salesforce").await;
    let (_, id, auth_spec, params) = &filtering_sources()[0];
    let made = tenant.create(connection(id, auth_spec, params)).await;
    (tenant, made)
}

/// Seeds the table `shops` and the file `shops.csv` of the source called `source`.
async fn seed_shops(mock: &FlowMock, tenant: &Tenant, source: &str) {
    let table = json!({
        "columns": [
            {"name": "city", "type": "string"},
            {"name": "staff", "type": "integer"},
            {"name": "open", "type": "boolean"},
            {"name": "since", "type": "date-time"},
        ],
        "rows": [
            {"city": "DDN", "staff": 12, "open": true, "since": "2024-05-01T08:00:00Z"},
            {"city": "Dehradun", "staff": 3, "open": false, "since": "2024-05-01T08:00:00+05:30"},
            {"city": "Pune", "staff": 40, "open": true},
            {"staff": 7, "open": true, "since": "2019-01-01T00:00:00Z"},
        ],
    });
    let data = json!({"tables": {"shops": table}, "files": {"shops.csv": "city,staff\nDDN,12\nPune,40\n"}});
    let state = state_of(&tenant.ims_org, "prod", json!({"sources": {source: data}}));
    Control::of(mock).merge(&state).await.expect_status(204);
}

fn field(name: &str) -> Value {
    json!({"nodeType": "fieldLookup", "fieldName": name})
}

fn apply(name: &str, params: Value) -> Value {
    json!({"nodeType": "fnApply", "fnName": name, "params": params})
}

fn test(column: &str, operator: &str, value: Value) -> Value {
    apply(operator, json!([field(column), {"nodeType": "literal", "value": value}]))
}

fn filter(condition: Value) -> Value {
    json!({"type": "PQL", "format": "pql/json", "value": condition})
}

fn encoded(filter: &Value) -> String {
    URL_SAFE_NO_PAD.encode(filter.to_string())
}

async fn preview(tenant: &Tenant, of: &Written, filters: &str, more: &str) -> Answer {
    let query = format!("objectType=table&object=shops&preview=true&filters={filters}{more}");
    explore(tenant, of, &query).await
}

/// The value of `staff` in each row of a preview.
fn staff(answer: Answer) -> Vec<i64> {
    let answer = answer.expect_status(200);
    let body = answer.json();
    assert_eq!(body["schema"]["columns"].as_array().map(Vec::len), Some(4), "{answer}");
    body["data"].as_array().expect("data").iter().map(|row| row["staff"].as_i64().expect("staff")).collect()
}

#[tokio::test]
async fn a_preview_has_the_rows_that_meet_the_filter() {
    let mock = support::server(|_| {});
    let (tenant, made) = shops(&mock).await;
    for (condition, expected) in [
        (test("city", "=", json!("DDN")), vec![12]),
        (test("city", "!=", json!("DDN")), vec![3, 40]),
        (test("city", "like", json!("D%")), vec![12, 3]),
        (test("city", "in", json!(["Pune", "DDN"])), vec![12, 40]),
        (test("staff", ">=", json!(12)), vec![12, 40]),
        (test("staff", "<", json!(7.5)), vec![3, 7]),
        (test("open", "=", json!(false)), vec![3]),
        (test("since", "<", json!("2024-05-01T03:00:00Z")), vec![3, 7]),
        (test("since", ">", json!("2019-01-01")), vec![12, 3]),
        (apply("isNull", json!([field("city")])), vec![7]),
        (apply("NOT", json!([test("city", "like", json!("D%"))])), vec![40]),
        (
            apply(
                "And",
                json!([
                    test("open", "=", json!(true)),
                    apply("or", json!([test("staff", "<=", json!(7)), test("city", "=", json!("Pune"))])),
                ]),
            ),
            vec![40, 7],
        ),
        (test("city", "=", json!("Berlin")), vec![]),
    ] {
        let filters = encoded(&filter(condition.clone()));
        assert_eq!(staff(preview(&tenant, &made, &filters, "").await), expected, "{condition}");
    }
}

#[tokio::test]
async fn a_filter_selects_before_the_primary_key_orders_and_the_count_limits() {
    let mock = support::server(|_| {});
    let (tenant, made) = shops(&mock).await;
    let open = encoded(&filter(test("open", "=", json!(true))));
    assert_eq!(staff(preview(&tenant, &made, &open, "&primaryKey=staff").await), [7, 12, 40]);
    assert_eq!(staff(preview(&tenant, &made, &open, "&primaryKey=staff&previewCount=2").await), [7, 12]);
    assert_eq!(staff(preview(&tenant, &made, &open, "&previewCount=1").await), [12]);
}

#[tokio::test]
async fn base64_is_accepted_in_both_alphabets_with_and_without_padding() {
    let mock = support::server(|_| {});
    let (tenant, made) = shops(&mock).await;
    let mut written = String::new();
    for text in ["?>~", "a?>~", "ab?>~"] {
        let document =
            filter(apply("or", json!([test("city", "=", json!(text)), test("city", "=", json!("Pune"))])));
        let standard = STANDARD.encode(document.to_string());
        let encoded = standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        for filters in [&standard, &encoded, standard.trim_end_matches('='), &encoded_url_safe(&document)] {
            assert_eq!(staff(preview(&tenant, &made, filters, "").await), [40], "{filters}");
        }
        written += &standard;
    }
    assert!(["+", "/", "="].iter().all(|sign| written.contains(sign)), "{written}");
}

fn encoded_url_safe(document: &Value) -> String {
    base64::engine::general_purpose::URL_SAFE.encode(document.to_string())
}

#[tokio::test]
async fn every_source_that_filters_does_so_with_the_built_in_data() {
    let tenant = support::tenant().await;
    for (name, id, auth_spec, params) in filtering_sources() {
        let made = tenant.create(connection(id, auth_spec, &params)).await;
        let listing = explored(&tenant, &made, "objectType=root").await;
        for entry in listing.as_array().expect("a listing") {
            let read = format!(
                "objectType={}&object={}",
                entry["type"].as_str().unwrap(),
                entry["path"].as_str().unwrap()
            );
            let all = explored(&tenant, &made, &format!("{read}&preview=true")).await;
            let rows = all["data"].as_array().expect("data");
            let columns = all["schema"]["columns"].as_array().expect("columns");
            for column in columns.iter().filter_map(|column| column["name"].as_str()) {
                let Some(value) = rows.iter().find_map(|row| row.get(column)) else { continue };
                let expected: Vec<_> = rows.iter().filter(|row| row.get(column) == Some(value)).collect();
                let filters = encoded(&filter(test(column, "=", value.clone())));
                let found = explored(&tenant, &made, &format!("{read}&preview=true&filters={filters}")).await;
                assert_eq!(json!(found["data"]), json!(expected), "{name}: {column} of {entry}");
                let filters = encoded(&filter(apply("isNull", json!([field(column)]))));
                let found = explored(&tenant, &made, &format!("{read}&preview=true&filters={filters}")).await;
                let expected = rows.iter().filter(|row| row.get(column).is_none()).count();
                assert_eq!(
                    found["data"].as_array().map(Vec::len),
                    Some(expected),
                    "{name}: {column} of {entry}"
                );
            }
        }
    }
}

#[tokio::test]
async fn without_a_preview_a_filter_is_checked_and_has_no_effect() {
    let mock = support::server(|_| {});
    let (tenant, made) = shops(&mock).await;
    let schema = explored(&tenant, &made, "objectType=table&object=shops").await;
    let filters = encoded(&filter(test("city", "=", json!("DDN"))));
    for preview in ["", "&preview=false"] {
        let query = format!("objectType=table&object=shops{preview}&filters={filters}");
        assert_eq!(explored(&tenant, &made, &query).await, schema, "{query}");
    }
    let listing = explored(&tenant, &made, "objectType=root").await;
    assert_eq!(explored(&tenant, &made, &format!("objectType=root&filters={filters}")).await, listing);
    let wrong = encoded(&filter(test("town", "=", json!("DDN"))));
    expect_refusal(
        explore(&tenant, &made, &format!("objectType=table&object=shops&filters={wrong}")).await,
        "1378-400",
    );
    expect_refusal(explore(&tenant, &made, "objectType=root&filters=%7B").await, "1389-400");
}

#[tokio::test]
async fn every_wrong_filter_has_its_code_and_names_its_mistake() {
    let mock = support::server(|_| {});
    let (tenant, made) = shops(&mock).await;
    let is = test("city", "=", json!("SECRET"));
    let changed = |key: &str, value: Value| {
        let mut document = filter(is.clone());
        document[key] = value;
        encoded(&document)
    };
    let of = |condition: Value| encoded(&filter(condition));
    for (filters, code, named) in [
        (
            "%7B%22type%22".to_owned(),
            "1389-400",
            "filters: it is not valid base64: the character at position 1",
        ),
        (
            STANDARD.encode("type=PQL"),
            "1335-400",
            "filters: the base64 does not contain the JSON of a filter",
        ),
        (encoded(&json!([1])), "1349-400", "filters: a filter is an object, not an array"),
        (of(json!({"nodeType": "fnAply"})), "1349-400", "filters.value.nodeType: fnAply is none of fnApply"),
        (of(field("city")), "1350-400", "filters.value: there is no operator, only a fieldLookup"),
        (of(apply("", json!([]))), "1350-400", "filters.value.fnName: the operator is empty"),
        (
            of(test("city", "contains", json!("SECRET"))),
            "1351-400",
            "filters.value.fnName: salesforce does not support the operator contains; it supports and, or, not, =,",
        ),
        (changed("type", json!("SQL")), "1355-400", "filters.type: it is SQL; send PQL"),
        (changed("format", json!("pql/text")), "1356-400", "filters.format: it is pql/text; send pql/json"),
        (changed("value", Value::Null), "1357-400", "filters.value: it is absent"),
        (
            of(test("city", "<=", Value::Null)),
            "1377-400",
            "filters.value.params.1.value: <= compares the column city with null; use isNull",
        ),
        (
            of(apply("or", json!([is, test("citty", "like", json!("SECRET%"))]))),
            "1378-400",
            "filters.value.params.1.params.0.fieldName: like names the column citty, which does not exist; did \
             you mean city? the columns are city, staff, open, since",
        ),
        (
            of(test("staff", "=", json!("SECRET"))),
            "1379-400",
            "filters.value.params.1.value: = compares the column staff, of type",
        ),
        (
            of(apply("not", json!([is, test("open", "=", json!(true))]))),
            "1390-400",
            "filters.value.params: not has 2 comparisons, and negates one",
        ),
        ("".to_owned(), "1393-400", "filters is empty"),
        ("null".to_owned(), "1393-400", "filters: it is null"),
        (encoded(&Value::Null), "1393-400", "filters: it is null"),
    ] {
        let answer = expect_refusal(preview(&tenant, &made, &filters, "").await, code).naming(named);
        assert!(!answer.json().to_string().contains("SECRET"), "{answer}");
    }
}

#[tokio::test]
async fn a_source_without_filters_refuses_every_filter() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let filters = encoded(&filter(test("Name", "=", json!("x"))));
    for (object, filters) in [("customers", filters.as_str()), ("customers", "%7B"), ("nope", "e30")] {
        let query = format!("objectType=table&object={object}&preview=true&filters={filters}");
        expect_refusal(explore(&tenant, &made, &query).await, "1353-400")
            .naming("filters: azure-table-storage does not filter at the source");
    }
}

/// A connection to a source of one's own, whose connection spec declares filters.
async fn own_source(mock: &FlowMock, layout: &str, declared: Value) -> (Tenant, Written) {
    let tenant = Tenant::on(mock);
    let spec = json!({
        "id": "mine",
        "name": "mine",
        "version": "1.0",
        "exploreSpec": {"name": layout, "type": layout},
        "attributes": {"filterAtSource": declared},
    });
    tenant.post("/connectionSpecs", &spec).await.expect_status(201);
    seed_shops(mock, &tenant, "mine").await;
    let made = tenant.create(without_auth("mine")).await;
    (tenant, made)
}

#[tokio::test]
async fn a_source_of_ones_own_has_the_operators_that_its_spec_declares() {
    let mock = support::server(|_| {});
    let filters = |operator: &str| encoded(&filter(test("staff", operator, json!(12))));
    let declared = json!({
        "enabled": true,
        "queryLanguage": "SQL",
        "logicalOperators": ["and"],
        "comparisonOperators": [">", "between"],
    });
    let (tenant, made) = own_source(&mock, "Tabular", declared).await;
    assert_eq!(staff(preview(&tenant, &made, &filters(">"), "").await), [40]);
    expect_refusal(preview(&tenant, &made, &filters("="), "").await, "1351-400")
        .naming("mine does not support the operator =; it supports and, >, between, isNull");
    expect_refusal(preview(&tenant, &made, &filters("between"), "").await, "1352-400")
        .naming("the connection spec of mine lists the operator between, but SQL has none like it");

    let declared = json!({"enabled": true, "queryLanguage": "ODATA", "comparisonOperators": ["="]});
    let (tenant, made) = own_source(&mock, "Tabular", declared).await;
    expect_refusal(preview(&tenant, &made, &filters("="), "").await, "1354-400")
        .naming("mine has the query language \"ODATA\"");

    let (tenant, made) =
        own_source(&mock, "Tabular", json!({"enabled": false, "comparisonOperators": ["="]})).await;
    expect_refusal(preview(&tenant, &made, &filters("="), "").await, "1353-400").naming("that is enabled");
}

#[tokio::test]
async fn files_and_resources_are_filtered_if_the_connection_spec_declares_it() {
    let mock = support::server(|_| {});
    let declared = json!({"enabled": true, "comparisonOperators": ["="]});
    for (layout, object, value) in [
        ("FileSystem", "objectType=file&object=shops.csv&fileType=delimited", json!("40")),
        ("Resource", "objectType=rest&object=shops", json!(40)),
    ] {
        let (tenant, made) = own_source(&mock, layout, declared.clone()).await;
        let filters = encoded(&filter(test("staff", "=", value.clone())));
        let found = explored(&tenant, &made, &format!("{object}&preview=true&filters={filters}")).await;
        let rows = found["data"].as_array().expect("data");
        assert_eq!(rows.len(), 1, "{found}");
        assert_eq!([&rows[0]["city"], &rows[0]["staff"]], [&json!("Pune"), &value], "{found}");
    }
}

#[tokio::test]
async fn a_connection_spec_with_filters_of_a_wrong_form_is_refused_with_its_place() {
    let tenant = support::tenant().await;
    let spec = json!({
        "name": "mine",
        "version": "1.0",
        "attributes": {"filterAtSource": {"enabled": true, "comparisonOperators": "="}},
    });
    tenant
        .post("/connectionSpecs", &spec)
        .await
        .expect_error("FLOW-1000-400")
        .naming("must be an array, not a string")
        .at("/attributes/filterAtSource/comparisonOperators");
}
