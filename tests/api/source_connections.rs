//! `/sourceConnections`. Reference: "Source connections"; `flows-errors.csv`. The behaviour that all kinds of entity share is
//! tested with the crate's unit tests.

use crate::support::{
    self, ATS, Answer, Control, PROFILES, Tenant, ats, draft, file_source, rename, state_of, table_source,
    with, without,
};
use reqwest::Method;
use serde_json::{Value, json};

const HTTP_API: &str = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";
const DATA_LAKE_SOURCE: &str = "23598e46-f560-407b-88d5-ea6207e49db0";

async fn create(tenant: &Tenant, body: &Value) -> Answer {
    tenant.post("/sourceConnections", body).await
}

/// Asserts that the provider refuses a creation for that reason, at that place.
async fn refused(tenant: &Tenant, body: &Value, code: &str, pointer: &str) {
    let answer = create(tenant, body).await.expect_error("FLOW-1100-400").at(pointer);
    answer.naming(&format!("Error from flow provider: {code}: "));
}

#[tokio::test]
async fn a_source_connection_repeats_its_base_connection_and_keeps_what_was_sent() {
    let tenant = support::tenant().await;
    let base = tenant.create(ats("base")).await;
    let columns = json!([{"name": "PartitionKey", "type": "string", "meta:xdmType": "string", "xdm": {"type": "string"}}]);
    let mut body = with(table_source("orders", &base.id), "/params/columns", columns);
    body["connectionSpec"] = json!({"id": ATS, "version": 1});
    body["providerId"] = json!("0ed90a81-07f4-4586-8190-b40eccef1c5a");
    let answer = create(&tenant, &body).await.expect_status(201);
    let made = answer.written();
    assert_eq!(answer.header("location"), format!("{}/sourceConnections/{}", flowmock::BASE_PATH, made.id));
    let item = tenant.item("sourceConnections", &made.id).await;
    for key in ["name", "baseConnectionId", "data", "params", "providerId"] {
        assert_eq!(item[key], body[key], "{key}");
    }
    assert_eq!((&item["state"], &item["version"]), (&json!("enabled"), &item["etag"]));
    assert_eq!(item["connectionSpec"]["id"], ATS);
    assert_eq!(
        item["inheritedAttributes"]["baseConnection"],
        json!({"id": base.id, "connectionSpec": {"id": ATS, "version": "1.0"}})
    );
    assert!(item["providerRefId"].is_string());
    let operation = &item["lastOperation"];
    assert_eq!(operation["operation"], "create");
    // Etags and the service's values change alone.
    tenant.change("sourceConnections", &made.id, rename("sales")).await.expect_status(200);
    let renamed = tenant.item("sourceConnections", &made.id).await;
    assert_ne!(renamed["etag"], item["etag"]);
    assert_eq!(renamed["providerRefId"], item["providerRefId"]);
    assert_eq!(renamed["lastOperation"]["operation"], "update");
}

#[tokio::test]
async fn a_name_and_a_known_connection_spec_are_needed() {
    let tenant = support::tenant().await;
    let base = tenant.create(ats("base")).await.id;
    let whole = || table_source("orders", &base);
    for (body, code, pointer) in [
        (without(whole(), "/name"), "FLOW-1000-400", "/name"),
        (with(whole(), "/name", json!("")), "FLOW-1000-400", "/name"),
        (with(whole(), "/data", json!("tabular")), "FLOW-1000-400", "/data"),
        (with(whole(), "/params", json!([])), "FLOW-1000-400", "/params"),
        (with(whole(), "/baseConnectionId", json!(5)), "FLOW-1000-400", "/baseConnectionId"),
        (without(whole(), "/connectionSpec"), "FLOW-1413-400", "/connectionSpec"),
        (with(whole(), "/connectionSpec/id", json!("x")), "FLOW-1413-400", "/connectionSpec/id"),
        (with(whole(), "/connectionSpec/version", json!("9")), "FLOW-1413-400", "/connectionSpec/version"),
    ] {
        create(&tenant, &body).await.expect_error(code).at(pointer);
    }
    create(&tenant, &without(whole(), "/connectionSpec/version")).await.expect_status(201);
}

#[tokio::test]
async fn the_base_connection_must_exist_have_the_spec_and_be_published() {
    let tenant = support::tenant().await;
    let nobody = "4f1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68";
    for id in [nobody, "", "x"] {
        let answer = create(&tenant, &table_source("orders", id)).await;
        if id.is_empty() {
            answer.expect_error("FLOW-1100-400").naming("1323-400").at("/baseConnectionId");
            continue;
        }
        let answer = answer.expect_error("FLOW-1439-404").at("/baseConnectionId");
        assert_eq!(answer.json()["report"]["type"], "connections", "{answer}");
        assert_eq!(answer.json()["report"]["id"], id, "{answer}");
    }
    let other = tenant.create(support::landing_zone("another spec")).await;
    let answer = create(&tenant, &table_source("orders", &other.id)).await;
    answer.expect_error("FLOW-1413-400").at("/connectionSpec/id").naming(&other.id);
    let unfinished = tenant.create_draft(draft("later")).await;
    let answer = create(&tenant, &table_source("orders", &unfinished.id)).await;
    answer.expect_error("FLOW-1422-400").at("/baseConnectionId").naming("publish it first");
    // Another sandbox has connections of its own.
    let base = tenant.create(ats("base")).await;
    let elsewhere = tenant.in_sandbox("dev");
    create(&elsewhere, &table_source("orders", &base.id)).await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn the_provider_refuses_what_its_source_cannot_read() {
    let tenant = support::tenant().await;
    let base = tenant.create(ats("base")).await.id;
    let table = || table_source("orders", &base);
    let file = || file_source("orders");
    for (body, code, pointer) in [
        (without(table(), "/baseConnectionId"), "1323-400", "/baseConnectionId"),
        (without(table(), "/params"), "1323-400", "/params"),
        (with(table(), "/params", json!({})), "1323-400", "/params/tableName"),
        (without(table(), "/data"), "1323-400", "/data"),
        (with(table(), "/data", json!({})), "1323-400", "/data/format"),
        (with(table(), "/data/format", json!("parquet")), "1327-400", "/data/format"),
        (with(file(), "/params", json!({"type": "file"})), "1323-400", "/params/path"),
        (with(table(), "/params/tableName", json!(5)), "1323-400", "/params/tableName"),
        (with(table(), "/params/tableName", json!(["Orders"])), "1323-400", "/params/tableName"),
        (with(table(), "/params", json!({"path": {}})), "1323-400", "/params/path"),
        (with(file(), "/params/path", json!(true)), "1323-400", "/params/path"),
        (with(file(), "/data/format", json!("xml")), "1327-400", "/data/format"),
        (with(file(), "/data/format", json!(5)), "1327-400", "/data/format"),
        (with(file(), "/data/columnDelimiter", json!("||")), "1331-400", "/data/columnDelimiter"),
        (
            with(file(), "/data/properties", json!({"columnDelimiter": "||"})),
            "1331-400",
            "/data/properties/columnDelimiter",
        ),
        (with(file(), "/baseConnectionId", json!(base)), "1332-400", "/baseConnectionId"),
        (with(table(), "/params/columns", json!("all")), "1391-400", "/params/columns"),
        (
            with(table(), "/params/columns", json!([{"name": "a"}, {"type": "string"}])),
            "1391-400",
            "/params/columns/1",
        ),
    ] {
        refused(&tenant, &body, code, pointer).await;
    }
    for body in [
        with(file(), "/data/format", json!("Delimited")),
        with(
            file(),
            "/data/properties",
            json!({"columnDelimiter": "|", "encoding": "UTF-8", "compressionType": "gzip"}),
        ),
        with(table(), "/params", json!({"path": "Orders"})), // as older pages have it
    ] {
        create(&tenant, &body).await.expect_status(201);
    }
}

#[tokio::test]
async fn filters_are_checked_as_explore_checks_them() {
    let tenant = support::tenant().await;
    let base = tenant.create(ats("base")).await.id;
    let test = |name: &str, value: Value| {
        json!({"nodeType": "fnApply", "fnName": name, "params": [
            {"nodeType": "fieldLookup", "fieldName": "city"}, {"nodeType": "literal", "value": value}
        ]})
    };
    let filter = |value: Value| json!({"type": "PQL", "format": "pql/json", "value": value});
    let on_table = with(table_source("x", &base), "/params/filters", filter(test("=", json!("DDN"))));
    refused(&tenant, &on_table, "1353-400", "/params/filters").await;
    let spec = json!({
        "name": "filtering", "version": "1.0",
        "attributes": {"filterAtSource": {"enabled": true, "queryLanguage": "SQL", "comparisonOperators": ["=", "like"]}}
    });
    let spec = tenant.post("/connectionSpecs", &spec).await.expect_status(201).json()["id"].clone();
    let source =
        |filters: Value| json!({"name": "x", "connectionSpec": {"id": spec}, "params": {"filters": filters}});
    for (filters, code) in [
        (json!("city = 'DDN'"), "1349-400"),
        (filter(json!({"nodeType": "fnApply"})), "1350-400"),
        (filter(test("<", json!(1))), "1351-400"),
        (with(filter(test("=", json!("x"))), "/type", json!("SQL")), "1355-400"),
        (with(filter(test("=", json!("x"))), "/format", json!("text")), "1356-400"),
        (json!({"type": "PQL", "format": "pql/json"}), "1357-400"),
    ] {
        refused(&tenant, &source(filters), code, "/params/filters").await;
    }
    let made = create(&tenant, &source(filter(test("=", json!("DDN"))))).await.expect_status(201).written();
    let changed = filter(test("like", json!("D%")));
    let patch = json!([{"op": "add", "path": "/params/filters", "value": changed}]);
    tenant.change("sourceConnections", &made.id, patch).await.expect_status(200);
    assert_eq!(tenant.item("sourceConnections", &made.id).await["params"]["filters"], changed);
}

#[tokio::test]
async fn filters_are_compared_with_the_columns_that_a_seed_gives_the_table() {
    const SALESFORCE: &str = "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5";
    let tenant = support::tenant().await;
    let base = json!({
        "name": "base",
        "auth": {"specName": "Basic Authentication", "params": {"username": "u", "password": "p", "securityToken": "t"}},
        "connectionSpec": {"id": SALESFORCE, "version": "1.0"},
    });
    let base = tenant.create(base).await.id;
    let source = |table: &str, column: &str, value: Value| {
        let test = json!({"nodeType": "fnApply", "fnName": "=", "params": [
            {"nodeType": "fieldLookup", "fieldName": column}, {"nodeType": "literal", "value": value}
        ]});
        json!({
            "name": "x", "baseConnectionId": base, "connectionSpec": {"id": SALESFORCE, "version": "1.0"},
            "data": {"format": "tabular"},
            "params": {"tableName": table, "filters": {"type": "PQL", "format": "pql/json", "value": test}},
        })
    };
    // The columns of a built-in fixture are nobody's own.
    create(&tenant, &source("Account", "Region__c", json!("x"))).await.expect_status(201);
    let shops = json!({
        "columns": [{"name": "city", "type": "string"}, {"name": "staff", "type": "integer"}],
        "rows": [],
    });
    let seed = json!({"sources": {"salesforce": {"tables": {"shops": shops}}}});
    let state = support::state_of(&tenant.ims_org, &tenant.sandbox, seed);
    support::Control::of(support::shared()).merge(&state).await.expect_status(204);
    for (column, value, code) in [("town", json!("DDN"), "1378-400"), ("staff", json!("many"), "1379-400")] {
        refused(&tenant, &source("shops", column, value), code, "/params/filters").await;
    }
    create(&tenant, &source("shops", "staff", json!(3))).await.expect_status(201);
    create(&tenant, &source("unknown", "town", json!("DDN"))).await.expect_status(201);
}

#[tokio::test]
async fn the_service_makes_the_base_connection_of_its_own_sources_once_per_sandbox_and_spec() {
    let tenant = support::tenant().await;
    let profiles = |name: &str| json!({"name": name, "connectionSpec": {"id": PROFILES, "version": "1.0"}});
    // A refused one leaves nothing behind.
    create(&tenant, &without(profiles("x"), "/name")).await.expect_error("FLOW-1000-400");
    assert_eq!(tenant.count().await, 0);
    let mut bases = Vec::new();
    for name in ["one", "two"] {
        let made = create(&tenant, &profiles(name)).await.expect_status(201).written();
        let item = tenant.item("sourceConnections", &made.id).await;
        assert_eq!(item["typeInfo"], json!({"type": "ProfileFragments", "id": "ups"}));
        assert_eq!(item["inheritedAttributes"]["baseConnection"]["id"], item["baseConnectionId"]);
        bases.push(item["baseConnectionId"].as_str().expect("an id").to_owned());
    }
    assert_eq!((&bases[0], tenant.count().await), (&bases[1], 1));
    assert_eq!(tenant.read(&bases[0]).await["connectionSpec"]["id"], PROFILES);
    let datasets = json!({
        "name": "data sets",
        "connectionSpec": {"id": DATA_LAKE_SOURCE, "version": "1.0"},
        "params": {"datasets": [{"dataSetId": "5f3c3cedb2805c194ff0b69a", "name": "orders"}]}
    });
    refused(&tenant, &with(datasets.clone(), "/params/datasets", json!([])), "1323-400", "/params/datasets")
        .await;
    let nameless = with(datasets.clone(), "/params/datasets", json!([{"dataSetId": "a"}, {}]));
    refused(&tenant, &nameless, "1323-400", "/params/datasets/1/dataSetId").await;
    let made = create(&tenant, &datasets).await.expect_status(201).written();
    let item = tenant.item("sourceConnections", &made.id).await;
    assert_ne!(item["baseConnectionId"], json!(bases[0]));
    assert_eq!(tenant.count().await, 2);
    let elsewhere = tenant.in_sandbox("dev");
    let made = create(&elsewhere, &profiles("one")).await.expect_status(201).written();
    assert_ne!(elsewhere.item("sourceConnections", &made.id).await["baseConnectionId"], json!(bases[0]));
}

#[tokio::test]
async fn a_source_connection_of_an_inlet_has_its_address() {
    let tenant = support::tenant().await;
    let base = json!({
        "name": "s1", "providerId": "521eee4d-8cbe-4906-bb48-fb6bd4450033",
        "connectionSpec": {"id": HTTP_API, "version": "1.0"},
        "auth": {"specName": "Streaming Connection", "params": {"sourceId": "s1", "dataType": "raw", "name": "s1"}}
    });
    let base = tenant.create(base).await.id;
    let inlet = tenant.read(&base).await["auth"]["params"]["inletUrl"].clone();
    let body =
        json!({"name": "s1", "baseConnectionId": base, "connectionSpec": {"id": HTTP_API, "version": "1.0"}});
    let made = create(&tenant, &body).await.expect_status(201).written();
    let item = tenant.item("sourceConnections", &made.id).await;
    assert!(inlet.is_string());
    assert_eq!(item["params"], json!({ "inletUrl": inlet }));
    // It stays when the source connection is changed.
    tenant.change("sourceConnections", &made.id, rename("other")).await.expect_status(200);
    assert_eq!(tenant.item("sourceConnections", &made.id).await["params"], json!({ "inletUrl": inlet }));
}

#[tokio::test]
async fn a_patch_may_break_the_rules_of_the_creation_but_not_touch_what_the_service_owns() {
    let tenant = support::tenant().await;
    let base = tenant.create(ats("base")).await.id;
    let made = create(&tenant, &table_source("orders", &base)).await.expect_status(201).written();
    let operation = |op: &str, path: &str| json!({"op": op, "path": path, "value": "x"});
    for (patch, code) in [
        (operation("replace", "/createdAt"), "FLOW-1414-400"),
        (operation("replace", "/connectionSpec/id"), "FLOW-1414-400"),
        (operation("add", "/inheritedAttributes"), "FLOW-1414-400"),
        (operation("replace", "/nowhere"), "FLOW-1455-400"),
        (operation("move", "/name"), "FLOW-1434-400"),
        (operation("replace", "/state"), "FLOW-1456-400"),
        (operation("replace", "/baseConnectionId"), "FLOW-1439-404"),
        (json!({"op": "replace", "path": "/params", "value": 5}), "FLOW-1000-400"),
    ] {
        tenant.change("sourceConnections", &made.id, json!([patch])).await.expect_error(code);
    }
    let rules = json!([{"op": "remove", "path": "/params"}, {"op": "remove", "path": "/data"}]);
    tenant.change("sourceConnections", &made.id, rules).await.expect_status(200);
    let single = json!({"op": "Replace", "path": "/description", "value": "of the shop"});
    tenant.change("sourceConnections", &made.id, single).await.expect_error("FLOW-1455-400");
    let single = json!({"op": "Add", "path": "/description", "value": "of the shop"});
    tenant.change("sourceConnections", &made.id, single).await.expect_status(200);
    // A new base connection is inherited.
    let next = tenant.create(ats("next")).await.id;
    let patch = json!([{"op": "replace", "path": "/baseConnectionId", "value": next}]);
    tenant.change("sourceConnections", &made.id, patch).await.expect_status(200);
    let item = tenant.item("sourceConnections", &made.id).await;
    assert_eq!(item["inheritedAttributes"]["baseConnection"]["id"], next.as_str());
}

#[tokio::test]
async fn a_draft_is_published_after_its_base_connection() {
    let tenant = support::tenant().await;
    let base = tenant.create_draft(draft("base")).await.id;
    let unfinished = json!({"baseConnectionId": base, "connectionSpec": {"id": ATS}});
    let made = tenant.create_at("/sourceConnections?mode=draft", &unfinished).await.id;
    let item = tenant.item("sourceConnections", &made).await;
    assert_eq!(
        (&item["state"], &item["lastOperation"]["operation"]),
        (&json!("draft"), &json!("draft_create"))
    );
    assert_eq!(item["lastOperation"]["updated"], 0);
    let publish = |collection: &'static str, id: String| {
        let tenant = tenant.clone();
        async move { tenant.act(collection, &id, "Publish").await }
    };
    publish("sourceConnections", made.clone()).await.expect_error("FLOW-1000-400").at("/name");
    let complete = json!([
        {"op": "add", "path": "/name", "value": "orders"},
        {"op": "add", "path": "/data", "value": {"format": "tabular"}},
        {"op": "add", "path": "/params", "value": {"tableName": "Orders"}},
    ]);
    tenant.change("sourceConnections", &made, complete).await.expect_status(200);
    let refused = publish("sourceConnections", made.clone()).await.expect_error("FLOW-1422-400");
    refused.at("/baseConnectionId").naming(&base);
    let auth = json!([{"op": "add", "path": "/auth", "value": ats("x")["auth"]}]);
    tenant.change("connections", &base, auth).await.expect_status(200);
    publish("connections", base).await.expect_status(200);
    publish("sourceConnections", made.clone()).await.expect_status(200);
    assert_eq!(tenant.item("sourceConnections", &made).await["state"], "enabled");
    publish("sourceConnections", made.clone()).await.expect_error("FLOW-1422-400").naming("enabled");
    for op in ["enable", "disable"] {
        tenant.act("sourceConnections", &made, op).await.expect_error("FLOW-1422-400");
    }
    tenant.act("sourceConnections", &made, "finalize").await.expect_error("FLOW-1402-400");
    // A draft must be well-formed, and the ids that it names must exist.
    for (body, code) in [
        (json!({"name": "x"}), "FLOW-1413-400"),
        (json!({"connectionSpec": {"id": "x"}}), "FLOW-1413-400"),
        (json!({"connectionSpec": {"id": ATS}, "baseConnectionId": "x"}), "FLOW-1439-404"),
        (json!({"connectionSpec": {"id": ATS}, "data": 5}), "FLOW-1000-400"),
    ] {
        tenant.post("/sourceConnections?mode=draft", &body).await.expect_error(code);
    }
}

#[tokio::test]
async fn an_action_checks_the_etag_that_it_is_sent() {
    let tenant = support::tenant().await;
    let made = tenant.create_at("/sourceConnections?mode=draft", &file_source("x")).await;
    let publish = |etag: String| {
        let request =
            tenant.untyped(Method::POST, &format!("/sourceConnections/{}/action?op=publish", made.id));
        Answer::to(request.header("If-Match", etag))
    };
    publish("\"another\"".to_owned()).await.expect_error("FLOW-1404-412").naming(&made.etag);
    assert_eq!(tenant.item("sourceConnections", &made.id).await["state"], "draft");
    let done = publish(made.etag.clone()).await.expect_status(200).written();
    assert_ne!(done.etag, made.etag);
}

#[tokio::test]
async fn the_documented_filters_and_pages_work() {
    let tenant = support::tenant().await;
    let base = tenant.create(ats("base")).await.id;
    let columns = json!([{"name": "Id", "type": "string"}]);
    let table = with(table_source("table", &base), "/params/columns", columns);
    let table = create(&tenant, &table).await.expect_status(201).written().id;
    create(&tenant, &file_source("file")).await.expect_status(201);
    tenant.create_at("/sourceConnections?mode=draft", &file_source("later")).await;
    for (query, count) in [
        (format!("property=id=={table}"), 1),
        (format!("property=connectionSpec.id=={ATS}"), 1),
        (format!("property=baseConnectionId=={base}"), 1),
        (format!("property=inheritedAttributes.baseConnection.id=={base}"), 1),
        ("property=state==draft".to_owned(), 1),
        ("property=name==file&property=createdAt>=0".to_owned(), 1),
        ("property=params.tableName==Orders".to_owned(), 1),
        ("property=params.columns[].name==Id".to_owned(), 1),
        ("property=state!=draft".to_owned(), 2),
    ] {
        let answer = tenant.get(&format!("/sourceConnections?count=true&{query}")).await.expect_status(200);
        assert_eq!(answer.json(), json!({ "count": count }), "{query}");
    }
    let all = tenant.walk("/sourceConnections?limit=2&count=False").await;
    assert_eq!(all.len(), 3);
    tenant.get("/sourceConnections?property=secret==1").await.expect_error("FLOW-1449-400");
    tenant.post("/sourceConnections/search", &json!({})).await.expect_status(405);
}

#[tokio::test]
async fn a_draft_whose_base_connection_is_gone_is_exported_and_read_again() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let base = tenant.create_draft(draft("base")).await.id;
    let body = json!({"name": "later", "baseConnectionId": base, "connectionSpec": {"id": ATS}});
    let made = tenant.create_at("/sourceConnections?mode=draft", &body).await.id;
    // Source connections alone do not hold it.
    tenant.remove("connections", &base).await.expect_status(204);
    let before = tenant.item("sourceConnections", &made).await;
    Control::of(&mock).replace(&mock.state()).await.expect_status(204);
    assert_eq!(tenant.item("sourceConnections", &made).await, before);
}

#[tokio::test]
async fn a_seeded_source_connection_may_refer_to_a_connection_of_its_document() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let base = with(ats("base"), "/id", json!("4cb0c374-d3bb-4557-b139-5712880adc55"));
    let source = table_source("orders", "4cb0c374-d3bb-4557-b139-5712880adc55");
    let contents = json!({"sourceConnections": [source], "connections": [base]});
    Control::of(&mock).merge(&state_of(&tenant.ims_org, "prod", contents)).await.expect_status(204);
    let items = tenant.walk("/sourceConnections").await;
    assert_eq!(items[0]["inheritedAttributes"]["baseConnection"]["connectionSpec"]["id"], ATS);
    let lost = table_source("lost", "6d0f6a1e-43c4-4b52-8f7c-9f2c1a3f5e10");
    let document = state_of(&tenant.ims_org, "prod", json!({"sourceConnections": [lost]}));
    let problems = Control::of(&mock).merge(&document).await.problems(400);
    assert_eq!(problems[0].0, "/organisations/0/sandboxes/0/sourceConnections/0/baseConnectionId");
}

#[tokio::test]
async fn a_table_that_is_explored_as_a_resource_has_the_rules_of_tables() {
    let tenant = support::tenant().await;
    let spec = json!({"id": "2acf109f-9b66-4d5e-bc18-ebb2adcff8d5", "version": "1.0"}); // Square
    let base = json!({
        "name": "square", "connectionSpec": spec,
        "auth": {"specName": "OAuth2 Refresh Code", "params": {
            "host": "h", "clientId": "c", "clientSecret": "s", "accessToken": "a", "refreshToken": "r",
        }},
    });
    let base = tenant.create(base).await.id;
    let source = with(table_source("orders", &base), "/connectionSpec", spec);
    refused(&tenant, &with(source.clone(), "/params", json!({})), "1323-400", "/params/tableName").await;
    refused(&tenant, &with(source.clone(), "/data/format", json!("json")), "1327-400", "/data/format").await;
    let source = create(&tenant, &source).await.expect_status(201).written().id;
    let target = tenant.lake_target().await;
    let mut flow = support::table_flow("orders", &source, &target);
    flow["transformations"] = json!([]);
    let answer = tenant.post("/flows", &flow).await.expect_error("FLOW-1100-400");
    answer.naming("1370-400");
}
