//! Creating flows: what an item has, and the refusals in their order.

use super::{assert_refused, create};
use crate::support::{
    self, ATS, Tenant, ats, file_source, files_flow, lake_target, landing_zone, table_flow, table_source,
    with, without,
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_flow_repeats_its_connections_and_keeps_what_was_sent() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let mut body = table_flow("sales", &chain.source, &chain.target);
    body["scheduleParams"]["foldernameTemplate"] = json!("kept");
    body["options"] = json!({"errorDiagnosticsEnabled": true, "partialIngestionPercent": 5});
    body["labels"] = json!(["C1"]);
    body["policy"] = json!({"enforcementRefs": ["/dulepolicy/marketingActions/core/x"]});
    let answer = create(&tenant, &body).await.expect_status(201);
    let made = answer.written();
    assert_eq!(answer.header("location"), format!("{}/flows/{}", flowmock::BASE_PATH, made.id));
    let item = tenant.item("flows", &made.id).await;
    for (key, value) in body.as_object().expect("an object") {
        assert_eq!(&item[key], value, "{key}");
    }
    assert_eq!((&item["state"], &item["etag"]), (&json!("enabled"), &json!(made.etag)));
    assert_eq!(item["runs"], format!("/runs?property=flowId=={}", made.id));
    assert!(item["providerRefId"].is_string(), "{item}");
    assert_eq!(
        item["inheritedAttributes"],
        json!({
            "properties": {"isSourceFlow": true},
            "sourceConnections": [{
                "id": chain.source,
                "connectionSpec": {"id": ATS, "version": "1.0"},
                "baseConnection": {"id": chain.base, "connectionSpec": {"id": ATS, "version": "1.0"}}
            }],
            "targetConnections": [{
                "id": chain.target,
                "connectionSpec": {"id": support::DATA_LAKE, "version": "1.0"}
            }]
        })
    );
    assert_eq!(item["lastOperation"]["operation"], "create");
}

#[tokio::test]
async fn forms_that_documented_calls_have_are_accepted() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let table = || table_flow("x", &chain.source, &chain.target);
    let files = || files_flow("x", &source, &target);
    let once = json!({"startTime": 1_612_310_466, "frequency": "once"});
    let mapping = json!({"name": "Mapping", "params": {"mappingId": "a"}});
    for body in [
        with(files(), "/sourceConnectionIds", json!(source)),
        with(files(), "/flowSpec", json!({"id": support::FILES_FLOW})),
        with(files(), "/flowSpec/version", json!(1)),
        with(files(), "/transformations", json!([])),
        with(files(), "/scheduleParams", json!({"startTime": 1_612_310_466_000_u64, "frequency": "Day"})),
        with(files(), "/scheduleParams", with(once.clone(), "/interval", json!(15))),
        with(table(), "/scheduleParams", once.clone()), // with Copy
        with(with(table(), "/transformations", json!([mapping])), "/scheduleParams", once),
    ] {
        let made = create(&tenant, &body).await.expect_status(201).written();
        let item = tenant.item("flows", &made.id).await;
        assert!(item["transformations"].is_array() && item["sourceConnectionIds"].is_array(), "{item}");
        assert_eq!(item["scheduleParams"], body["scheduleParams"]);
    }
}

/// The code of a refusal, the pointer to its culprit, and the change that mends the body.
type Step<'s> = (&'s str, &'s str, Box<dyn Fn(&mut Value)>);

/// Sends a body with several mistakes, which are mended one after the other, and asserts the refusal of each step.
async fn assert_order(tenant: &Tenant, mut body: Value, steps: Vec<Step<'_>>) {
    for (code, pointer, mend) in steps {
        let answer = create(tenant, &body).await;
        if code.starts_with("FLOW") {
            answer.expect_error(code).at(pointer);
        } else {
            assert_refused(answer, code, pointer);
        }
        mend(&mut body);
    }
    create(tenant, &body).await.expect_status(201);
}

fn set(pointer: &'static str, value: Value) -> Box<dyn Fn(&mut Value)> {
    Box::new(move |body| *body = with(body.take(), pointer, value.clone()))
}

fn drop_key(pointer: &'static str) -> Box<dyn Fn(&mut Value)> {
    Box::new(move |body| *body = without(body.take(), pointer))
}

#[tokio::test]
async fn the_refusals_of_a_creation_have_the_documented_order() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let unfinished = json!({
        "name": "later", "connectionSpec": {"id": ATS}, "data": {"format": "tabular"}, "params": {"tableName": "Orders"},
        "baseConnectionId": chain.base
    });
    let unfinished = tenant.create_at("/sourceConnections?mode=draft", &unfinished).await.id;
    let file = tenant.file_source().await;
    let landing = tenant.create_at("/targetConnections", &landing_zone("not the lake")).await.id;
    let body = json!({
        "name": "x", "state": "enabled", "mode": "draft", "flowSpec": {"id": "unknown"},
        "targetConnectionIds": [],
        "transformations": [{"name": "Nonsense"}],
        "policy": {"fields": []}
    });
    let mapping = json!({"name": "Mapping", "params": {"mappingId": "a"}});
    let steps = vec![
        ("FLOW-1410-400", "/state", drop_key("/state")),
        ("1368-400", "/mode", drop_key("/mode")),
        ("FLOW-1413-400", "/flowSpec/id", set("/flowSpec/id", json!(support::TABLES_FLOW))),
        ("1338-400", "/sourceConnectionIds", set("/sourceConnectionIds", json!(null))),
        ("1338-400", "/sourceConnectionIds", set("/sourceConnectionIds", json!([]))),
        ("1320-400", "/sourceConnectionIds", set("/sourceConnectionIds", json!([""]))),
        ("1320-400", "/sourceConnectionIds", set("/sourceConnectionIds", json!([file, file]))),
        ("1321-400", "/sourceConnectionIds", set("/sourceConnectionIds", json!(["nobody"]))),
        ("1320-400", "/targetConnectionIds", set("/targetConnectionIds", json!(["nobody"]))),
        ("FLOW-1439-404", "/sourceConnectionIds/0", set("/sourceConnectionIds", json!([file]))),
        ("FLOW-1439-404", "/targetConnectionIds/0", set("/targetConnectionIds", json!([landing]))),
        ("FLOW-1413-400", "/sourceConnectionIds", set("/sourceConnectionIds", json!([unfinished]))),
        ("1307-400", "/targetConnectionIds", set("/targetConnectionIds", json!([chain.target]))),
        ("FLOW-1422-400", "/sourceConnectionIds", set("/sourceConnectionIds", json!([chain.source]))),
        ("1392-400", "/transformations/0/name", set("/transformations", json!([]))),
        ("1370-400", "/transformations", set("/transformations", json!([{"name": "Mapping"}]))),
        (
            "1328-400",
            "/transformations/0/params",
            set("/transformations", json!([{"name": "Mapping", "params": {}}])),
        ),
        ("1329-400", "/transformations/0/params/mappingId", set("/transformations", json!([mapping]))),
        ("1317-400", "/scheduleParams", set("/scheduleParams", json!({}))),
        ("1317-400", "/scheduleParams", set("/scheduleParams", json!({"interval": 15}))),
        ("1397-400", "/scheduleParams/frequency", set("/scheduleParams/frequency", json!("hour"))),
        ("1367-400", "/transformations", set("/scheduleParams/frequency", json!("once"))),
        ("1393-400", "/scheduleParams/startTime", set("/scheduleParams/startTime", json!("soon"))),
        ("1340-400", "/scheduleParams/startTime", set("/scheduleParams/startTime", json!(1_612_310_466))),
        ("FLOW-1431-400", "/policy/fields", set("/policy", json!({"enforcementRefs": []}))),
    ];
    assert_order(&tenant, body, steps).await;
}

#[tokio::test]
async fn each_mistake_in_a_flow_has_its_code_and_place() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let files = || files_flow("x", &source, &target);
    let schedule = |value: Value| with(files(), "/scheduleParams", value);
    for (body, code, pointer) in [
        (with(files(), "/transformations", json!("none")), "1392-400", "/transformations"),
        (with(files(), "/transformations", json!([{"params": {}}])), "1392-400", "/transformations/0"),
        (
            with(files(), "/transformations", json!([{"name": "Mapping", "params": []}])),
            "1392-400",
            "/transformations/0",
        ),
        (
            with(files(), "/transformations", json!([{"name": "Encryption", "params": {}}])),
            "1202-400",
            "/transformations/0/params/publicKeyId",
        ),
        (
            with(files(), "/transformations", json!([{"name": "Encryption", "params": {"publicKeyId": 5}}])),
            "1311-400",
            "/transformations/0/params/publicKeyId",
        ),
        (schedule(json!({"startTime": 1, "frequency": "month"})), "1397-400", "/scheduleParams/frequency"),
        (
            schedule(json!({"startTime": 1, "frequency": "once", "backfill": true})),
            "1364-400",
            "/scheduleParams/backfill",
        ),
        (schedule(json!({"startTime": -1, "frequency": "hour"})), "1340-400", "/scheduleParams/startTime"),
        (
            schedule(json!({"startTime": 1, "frequency": "hour", "endTime": "never"})),
            "1340-400",
            "/scheduleParams/endTime",
        ),
        (
            without(
                table_flow("x", &chain.source, &chain.target),
                "/transformations/0/params/deltaColumn/name",
            ),
            "1367-400",
            "/transformations",
        ),
    ] {
        assert_refused(create(&tenant, &body).await, code, pointer);
    }
    for (body, code, pointer) in [
        (without(files(), "/name"), "FLOW-1000-400", "/name"),
        (without(files(), "/flowSpec"), "FLOW-1413-400", "/flowSpec"),
        (with(files(), "/flowSpec", json!({"version": "1.0"})), "FLOW-1413-400", "/flowSpec/id"),
        (with(files(), "/flowSpec/version", json!("9")), "FLOW-1413-400", "/flowSpec/version"),
        (with(files(), "/sourceConnectionIds", json!(5)), "FLOW-1000-400", "/sourceConnectionIds"),
        (with(files(), "/sourceConnectionIds", json!([5])), "FLOW-1000-400", "/sourceConnectionIds/0"),
        (with(files(), "/options", json!([])), "FLOW-1000-400", "/options"),
        (
            schedule(json!({"startTime": 1, "frequency": "hour", "backfill": "maybe"})),
            "FLOW-1000-400",
            "/scheduleParams/backfill",
        ),
    ] {
        create(&tenant, &body).await.expect_error(code).at(pointer);
    }
    let unknown = create(&tenant, &with(files(), "/targetConnectionIds", json!([source]))).await;
    let report = unknown.expect_error("FLOW-1439-404").at("/targetConnectionIds/0").json()["report"].clone();
    assert_eq!((&report["type"], &report["id"]), (&json!("targetConnections"), &json!(source)));
}

#[tokio::test]
async fn a_streaming_flow_keeps_a_schedule_without_a_look_at_it() {
    let tenant = support::tenant().await;
    let http = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";
    let auth = json!({"specName": "Streaming Connection", "params": {"sourceId": "s1", "dataType": "raw", "name": "s1"}});
    let base = json!({"name": "s1", "connectionSpec": {"id": http}, "auth": auth});
    let base = tenant.create(base).await.id;
    let source = json!({"name": "s1", "baseConnectionId": base, "connectionSpec": {"id": http}});
    let source = tenant.create_at("/sourceConnections", &source).await.id;
    let target = tenant.create_at("/targetConnections", &lake_target("x")).await.id;
    let flow = json!({
        "name": "stream",
        "flowSpec": {"id": "d8a6f005-7eaf-4153-983e-e8574508b877"},
        "sourceConnectionIds": [source], "targetConnectionIds": [target]
    });
    let made = create(&tenant, &flow).await.expect_status(201).written();
    assert_eq!(tenant.item("flows", &made.id).await["transformations"], json!([]));
    let schedule = json!({"frequency": "minute", "interval": "15", "foldernameTemplate": "x"});
    let made = create(&tenant, &with(flow, "/scheduleParams", schedule.clone())).await.expect_status(201);
    assert_eq!(tenant.item("flows", &made.written().id).await["scheduleParams"], schedule);
}

#[tokio::test]
async fn a_strict_server_refuses_schedules_that_the_catalogue_forbids() {
    let mock = support::server(|config| config.strict = true);
    let tenant = Tenant::on(&mock);
    let (base, target) = (tenant.create(ats("base")).await.id, tenant.lake_target().await);
    let file = tenant.create_at("/sourceConnections", &file_source("x")).await.id;
    let table = tenant.create_at("/sourceConnections", &table_source("x", &base)).await.id;
    let start = 4_102_444_800_u64; // in the year 2100
    let schedule = |value: Value| {
        let mut value = value;
        value["startTime"] = json!(start);
        with(files_flow("x", &file, &target), "/scheduleParams", value)
    };
    for (body, code, pointer) in [
        (files_flow("x", &file, &target), "1360-400", "/scheduleParams/startTime"),
        (schedule(json!({"frequency": "once", "interval": 1})), "1361-400", "/scheduleParams/interval"),
        (schedule(json!({"frequency": "minute", "interval": 14})), "1362-400", "/scheduleParams/interval"),
        (schedule(json!({"frequency": "hour", "interval": -1})), "1362-400", "/scheduleParams/interval"),
        (schedule(json!({"frequency": "hour", "interval": 0})), "1363-400", "/scheduleParams/interval"),
        (schedule(json!({"frequency": "hour", "interval": "1.5"})), "1363-400", "/scheduleParams/interval"),
        (schedule(json!({"frequency": "hour"})), "1363-400", "/scheduleParams/interval"),
        (
            with(
                table_flow("x", &table, &target),
                "/scheduleParams",
                json!({"startTime": start, "frequency": "once"}),
            ),
            "1369-400",
            "/transformations",
        ),
    ] {
        assert_refused(create(&tenant, &body).await, code, pointer);
    }
    for body in [
        schedule(json!({"frequency": "minute", "interval": "15"})),
        schedule(json!({"frequency": "week", "interval": 1})),
        schedule(json!({"frequency": "once"})),
    ] {
        create(&tenant, &body).await.expect_status(201);
    }
}

#[tokio::test]
async fn options_are_a_boolean_and_a_percentage_above_zero() {
    let tenant = support::tenant().await;
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let body = |key: &str, value: &Value| {
        let mut body = files_flow("orders", &source, &target);
        body["options"] = json!({ key: value });
        body
    };
    for (key, values) in [
        ("partialIngestionPercent", json!([0, -1, "x", 101, true, "0"])),
        ("errorDiagnosticsEnabled", json!(["x", 1, ""])),
    ] {
        for value in values.as_array().expect("values") {
            let refused = create(&tenant, &body(key, value)).await.expect_error("FLOW-1000-400");
            refused.at(&format!("/options/{key}")).naming("must be");
        }
    }
    for (key, values) in [
        ("partialIngestionPercent", json!([5, "5", 0.5, 100])),
        ("errorDiagnosticsEnabled", json!([false, "TRUE"])),
        ("mine", json!([0])),
    ] {
        for value in values.as_array().expect("values") {
            create(&tenant, &body(key, value)).await.expect_status(201);
        }
    }
}
