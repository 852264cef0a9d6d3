//! Tests of `/flowSpecs`. Reference: "Flow specs".

use crate::support::{self, ATS, Answer, Control, Tenant, state_of};
use flowmock::{Config, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;

const CRM: &str = "14518937-270c-4525-bdec-c2ba7cce3860";
const DATA_LAKE: &str = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";
const BATCH: &str = "0ed90a81-07f4-4586-8190-b40eccef1c5a";
const NUMBER_OF_BUILT_IN: usize = 23;

/// A flow spec for a source of the client's own.
fn spec(name: &str) -> Value {
    json!({
        "name": name,
        "providerId": BATCH,
        "sourceConnectionSpecIds": ["acme-weather"],
        "targetConnectionSpecIds": [DATA_LAKE],
        "transformationSpecs": [{"name": "Mapping", "spec": {"type": "object"}}],
        "attributes": {"isSourceFlow": true},
        "own": 1
    })
}

async fn items(tenant: &Tenant, query: &str) -> Vec<Value> {
    let answer = tenant.get(&format!("/flowSpecs{query}")).await.expect_status(200);
    answer.json()["items"].as_array().unwrap_or_else(|| panic!("no items in\n{answer}")).clone()
}

async fn names(tenant: &Tenant, query: &str) -> Vec<String> {
    let items = items(tenant, query).await;
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

async fn put(tenant: &Tenant, id: &str, body: &Value) -> Answer {
    let request = tenant.request(Method::PUT, &format!("/flowSpecs/{id}"));
    Answer::to(request.body(body.to_string())).await
}

async fn search(tenant: &Tenant, body: Value) -> Answer {
    tenant.post("/flowSpecs/search", &body).await
}

#[tokio::test]
async fn the_list_is_whole_without_a_limit_and_has_links_that_clients_can_index() {
    let tenant = support::tenant().await;
    let whole = tenant.get("/flowSpecs").await.expect_status(200).json();
    assert_eq!(whole["items"].as_array().unwrap().len(), NUMBER_OF_BUILT_IN);
    assert_eq!(whole["_links"], json!({}));
    let mut names = Vec::new();
    let mut next = "/flowSpecs?limit=9".to_owned();
    loop {
        let page = tenant.get(&next).await.expect_status(200).json();
        names.extend(page["items"].as_array().unwrap().iter().map(|item| item["name"].to_string()));
        match page["_links"]["next"]["href"].as_str() {
            Some(href) => next = href.to_owned(),
            None => break,
        }
    }
    assert_eq!(names.len(), NUMBER_OF_BUILT_IN);
    assert!(names.is_sorted_by_key(|name| name.to_lowercase()) || names.is_sorted(), "{names:?}");
}

#[tokio::test]
async fn a_flow_spec_is_found_by_its_name_its_provider_and_its_attributes() {
    let tenant = support::tenant().await;
    for query in ["?property=name==CRMToAEP", "?property=name=%22CRMToAEP%22", &format!("/{CRM}")] {
        let found = items(&tenant, query).await;
        let [item] = &*found else { panic!("{query}: {found:?}") };
        assert_eq!([&item["id"], &item["providerId"], &item["version"]], [CRM, BATCH, "1.0"]);
        assert!(item["sourceConnectionSpecIds"].as_array().unwrap().contains(&json!(ATS)));
        assert_eq!(item["targetConnectionSpecIds"], json!([DATA_LAKE]));
        let transformations = item["transformationSpecs"].as_array().unwrap();
        assert_eq!(transformations.iter().map(|spec| &spec["name"]).collect::<Vec<_>>(), ["Copy", "Mapping"]);
        assert_eq!(item["scheduleSpec"]["type"], "Periodic");
        assert_eq!(item["optionSpec"]["name"], "OptionSpec");
        assert_eq!(item["runSpec"]["spec"]["required"].as_array().unwrap().len(), 4);
        assert_eq!(item["permissionsInfo"]["view"][0]["name"], "EnterpriseSource");
    }
    let streaming = names(&tenant, "?property=attributes.frequency==streaming").await;
    assert_eq!(streaming, ["GenericStreamingAEP"]);
    let destinations = "?property=providerId==14e34fac-d307-11e9-bb65-2a2ae2dbcce4&count=true";
    let counted = tenant.get(&format!("/flowSpecs{destinations}")).await.expect_status(200);
    assert_eq!(counted.json(), json!({"count": 15}));
    let projected = items(&tenant, "?property=name,id&property=name==CRMToAEP").await;
    assert_eq!(projected, [json!({"id": CRM, "name": "CRMToAEP"})]);
    let unknown = tenant.get("/flowSpecs/nope").await.expect_error("FLOW-1439-404").naming("nope");
    assert_eq!(unknown.json()["report"]["type"], "flowSpecs");
    tenant.get("/flowSpecs?property=nothing==1").await.expect_error("FLOW-1449-400");
    tenant.get("/flowSpecs?groupByProperty=name").await.expect_error("FLOW-1451-400");
}

#[tokio::test]
async fn a_created_flow_spec_is_answered_whole_listed_and_seen_by_its_sandbox_alone() {
    let tenant = support::tenant().await;
    let answer = tenant.post("/flowSpecs", &spec("WeatherToAEP")).await.expect_status(201);
    let made = answer.json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/data/foundation/flowservice/flowSpecs/{id}"));
    for (key, value) in spec("WeatherToAEP").as_object().unwrap() {
        assert_eq!(&made[key], value, "{key}");
    }
    assert_eq!(
        [&made["version"], &made["imsOrgId"], &made["sandboxName"]],
        ["1.0", &*tenant.ims_org, "prod"]
    );
    for query in [format!("/{id}"), "?property=name==WeatherToAEP".to_owned()] {
        assert_eq!(items(&tenant, &query).await, std::slice::from_ref(&made));
    }
    for stranger in [tenant.in_sandbox("other"), support::tenant().await] {
        stranger.get(&format!("/flowSpecs/{id}")).await.expect_error("FLOW-1439-404");
        assert_eq!(names(&stranger, "").await.len(), NUMBER_OF_BUILT_IN);
    }
}

#[tokio::test]
async fn names_are_unique() {
    let tenant = support::tenant().await;
    let refused = tenant.post("/flowSpecs", &spec("CRMToAEP")).await;
    refused.expect_error("FLOW-1000-400").naming(CRM).at("/name");
    let id = tenant.post("/flowSpecs", &spec("WeatherToAEP")).await.expect_status(201).json()["id"].clone();
    let id = id.as_str().unwrap();
    tenant.post("/flowSpecs", &spec("WeatherToAEP")).await.expect_error("FLOW-1000-400").naming(id);
    put(&tenant, id, &spec("CRMToAEP")).await.expect_error("FLOW-1000-400").at("/name");
    put(&tenant, CRM, &spec("WeatherToAEP")).await.expect_error("FLOW-1000-400").at("/name");
    put(&tenant, id, &spec("WeatherToAEP")).await.expect_status(200);
}

#[tokio::test]
async fn a_put_replaces_a_flow_spec_and_drops_what_the_body_leaves_out() {
    let tenant = support::tenant().await;
    let before = items(&tenant, &format!("/{CRM}")).await[0].clone();
    assert!(before["scheduleSpec"].is_object());
    let mut body = before.clone();
    body["sourceConnectionSpecIds"].as_array_mut().unwrap().push(json!("acme-weather"));
    body.as_object_mut().unwrap().remove("scheduleSpec");
    let after = put(&tenant, CRM, &body).await.expect_status(200).json();
    assert_eq!(after["sourceConnectionSpecIds"], body["sourceConnectionSpecIds"]);
    assert!(after.get("scheduleSpec").is_none(), "{after}");
    assert_eq!(after["updatedBy"], after["createdBy"]);
    assert_eq!(items(&tenant, "?property=name==CRMToAEP").await, [after]);
    put(&tenant, "nope", &spec("a")).await.expect_error("FLOW-1439-404").naming("nope");
    let mut other = spec("a");
    other["id"] = json!("other");
    put(&tenant, CRM, &other).await.expect_error("FLOW-1000-400").naming(CRM).at("/id");
}

#[tokio::test]
async fn an_invalid_flow_spec_is_refused_with_the_place_of_the_error_and_changes_nothing() {
    let tenant = support::tenant().await;
    for (document, pointer) in [
        (json!([]), ""),
        (support::without(spec("a"), "/name"), "/name"),
        (support::without(spec("a"), "/providerId"), "/providerId"),
        (support::with(spec("a"), "/id", "a b".into()), "/id"),
        (support::with(spec("a"), "/id", "search".into()), "/id"),
        (support::with(spec("a"), "/version", "".into()), "/version"),
        (support::with(spec("a"), "/sourceConnectionSpecIds", "x".into()), "/sourceConnectionSpecIds"),
        (support::with(spec("a"), "/transformationSpecs", json!([{}])), "/transformationSpecs/0/name"),
        (support::with(spec("a"), "/scheduleSpec", json!({"spec": 1})), "/scheduleSpec/spec"),
    ] {
        tenant.post("/flowSpecs", &document).await.expect_error("FLOW-1000-400").at(pointer);
        put(&tenant, CRM, &document).await.expect_error("FLOW-1000-400").at(pointer);
    }
    Answer::to(tenant.request(Method::POST, "/flowSpecs")).await.expect_error("FLOW-1405-400");
    tenant.delete(&format!("/flowSpecs/{CRM}")).await.expect_error("FLOW-1003-405");
    assert_eq!(names(&tenant, "").await.len(), NUMBER_OF_BUILT_IN);
}

#[tokio::test]
async fn a_search_takes_the_parameters_of_the_list_in_its_body() {
    let tenant = support::tenant().await;
    let body = json!({"queryString": "property=attributes.frequency==batch", "projectionFields": "name"});
    let found = search(&tenant, body).await.expect_status(200).json();
    assert_eq!(found["items"], json!([{"name": "CRMToAEP"}, {"name": "CloudStorageToAEP"}]));
    assert_eq!(found["_links"], json!({}));
    let body = json!({"queryString": "property=name&property=name==CRMToAEP", "projectionFields": "id"});
    assert_eq!(search(&tenant, body).await.expect_status(200).json()["items"], json!([{"id": CRM}]));
    for names in ["name==a", "name name", "name~x", "a%3D%3Db", ",", "name,"] {
        let refused = search(&tenant, json!({"projectionFields": names})).await;
        refused.expect_error("FLOW-1000-400").at("/projectionFields");
    }
    let counted = search(&tenant, json!({"count": true, "groupByProperty": "providerId"})).await;
    assert_eq!(counted.expect_status(200).json(), json!({"count": NUMBER_OF_BUILT_IN}));
    let page = search(&tenant, json!({"limit": 2, "orderby": "-name"})).await.expect_status(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let href = page["_links"]["next"]["href"].as_str().unwrap();
    let next = tenant.get(href).await.expect_status(200).json();
    assert_eq!(next["items"].as_array().unwrap().len(), 2);
    assert_ne!(next["items"], page["items"]);
    search(&tenant, json!({"limit": 1001})).await.expect_error("FLOW-1452-400").at("/limit");
    search(&tenant, json!({"other": 1})).await.expect_error("FLOW-1451-400").naming("groupByProperty");
    search(&tenant, json!({"groupByProperty": 1})).await.expect_error("FLOW-1000-400").at("/groupByProperty");
    search(&tenant, json!([])).await.expect_error("FLOW-1000-400");
    for (group, code, culprit) in [
        ("median(name)", "FLOW-1438-400", "median"),
        ("(name)", "FLOW-1438-400", "no aggregate"),
        ("max(createdAt)", "FLOW-1441-400", "max"),
        ("COUNT(name)", "FLOW-1441-400", "COUNT"),
        ("count( id )", "FLOW-1442-400", "id"),
    ] {
        let refused = search(&tenant, json!({"groupByProperty": group})).await;
        refused.expect_error(code).at("/groupByProperty").naming(culprit);
    }
    let connections = tenant.post("/connections/search", &json!({"projectionFields": "name"})).await;
    connections.expect_error("FLOW-1451-400").naming("projectionFields");
}

#[tokio::test]
async fn flow_specs_of_a_sandbox_are_part_of_its_state() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let made = tenant.post("/flowSpecs", &spec("WeatherToAEP")).await.expect_status(201).json();
    put(&tenant, CRM, &spec("Replaced")).await.expect_status(200);
    let exported: Value = serde_json::from_str(&Control::of(&mock).export().await).unwrap();
    let stored = &exported["organisations"][0]["sandboxes"][0]["flowSpecs"];
    assert_eq!(stored.as_array().unwrap().len(), 2, "{exported}");
    assert!(stored.as_array().unwrap().contains(&made));
    for merge in [true, false] {
        let other = support::server(|_| {});
        let control = Control::of(&other);
        let answer = if merge { control.merge(&exported).await } else { control.replace(&exported).await };
        answer.expect_status(204);
        let there = Tenant::on(&other).of_org(&tenant.ims_org).in_sandbox(&tenant.sandbox);
        assert_eq!(items(&there, "").await, items(&tenant, "").await);
        control.post("/reset").await.expect_status(204);
        assert!(names(&there, "").await.contains(&"CRMToAEP".to_owned()));
        assert_eq!(names(&there, "").await.len(), NUMBER_OF_BUILT_IN);
    }
    let doubled = state_of(
        &tenant.ims_org,
        "other",
        json!({"flowSpecs": [
            {"id": "mine", "name": "CRMToAEP", "version": "1.0", "providerId": BATCH}
        ]}),
    );
    let refused = Control::of(&mock).merge(&doubled).await;
    let problems = refused.problems(400);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].0, "/organisations/0/sandboxes/0/flowSpecs/0/name");
    assert!(problems[0].1.contains(CRM), "{problems:?}");
    let one = json!({"id": "a", "name": "A", "version": "1.0", "providerId": BATCH, "createdAt": "now"});
    let twin = json!({"id": "b", "name": "A", "version": "1.0", "providerId": BATCH});
    let document = state_of(&tenant.ims_org, "other", json!({"flowSpecs": [one]}));
    let problems = Control::of(&mock).merge(&document).await.problems(400);
    assert_eq!(problems[0].0, "/organisations/0/sandboxes/0/flowSpecs/0/createdAt");
    let first = support::with(twin.clone(), "/id", "a".into());
    let document = state_of(&tenant.ims_org, "other", json!({"flowSpecs": [first, twin]}));
    let problems = Control::of(&mock).merge(&document).await.problems(400);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].0, "/organisations/0/sandboxes/0/flowSpecs/1/name");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_stays_unique_while_a_state_document_is_added() {
    let mock = support::server(|config| config.worker_threads = 2);
    let control = Control::of(&mock);
    for round in 0..8 {
        let tenant = Tenant::on(&mock).in_sandbox(&format!("round-{round}"));
        let seeded: Vec<Value> = (0..60)
            .map(|n| json!({"id": format!("z{n}"), "name": format!("Z{n}"), "version": "1.0", "providerId": "p"}))
            .collect();
        let connections = vec![support::ats("seeded"); 200];
        let contents = json!({"flowSpecs": seeded, "connections": connections});
        let document = state_of(&tenant.ims_org, &tenant.sandbox, contents);
        let same_name = spec("Z59");
        let (merged, created) = tokio::join!(control.merge(&document), tenant.post("/flowSpecs", &same_name));
        assert!([204, 400].contains(&merged.status.as_u16()), "{merged}");
        assert!([201, 400].contains(&created.status.as_u16()), "{created}");
        assert_eq!(names(&tenant, "?property=name==Z59").await, ["Z59"], "round {round}");
    }
    let exported: Value = serde_json::from_str(&control.export().await).unwrap();
    control.replace(&exported).await.expect_status(204);
}

#[tokio::test]
async fn a_page_of_large_flow_specs_ends_before_it_is_too_large() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let text = "x".repeat(900_000);
    let specs: Vec<Value> = (0..20)
        .map(|n| json!({"id": format!("s{n}"), "name": format!("S{n}"), "version": "1", "providerId": "p", "own": text}))
        .collect();
    let document = state_of(&tenant.ims_org, &tenant.sandbox, json!({"flowSpecs": specs}));
    Control::of(&mock).merge(&document).await.expect_status(204);
    let page = tenant.get("/flowSpecs?limit=1000&property=providerId==p").await.expect_status(200).json();
    let shown = page["items"].as_array().unwrap().len();
    assert!((10..20).contains(&shown), "{shown}");
    let next = page["_links"]["next"]["href"].as_str().unwrap();
    let rest = tenant.get(next).await.expect_status(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 20 - shown);
}

#[tokio::test]
async fn flow_specs_in_a_folder_add_to_the_built_in_ones() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("flow-specs");
    fs::create_dir(&specs).unwrap();
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/flow-specs.md")).unwrap();
    let example = document.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    fs::write(specs.join("weather.json"), example).unwrap();
    let mock = support::server(|config| config.fixtures = Some(folder.path().to_owned()));
    let tenant = Tenant::on(&mock);
    assert_eq!(names(&tenant, "?property=name==WeatherToAEP").await, ["WeatherToAEP"]);
    assert_eq!(names(&tenant, "").await.len(), NUMBER_OF_BUILT_IN + 1);
    let named = |name: &str| {
        format!("{{\"id\": \"a\",\n\"name\": {name}, \"version\": \"1.0\", \"providerId\": \"p\"}}")
    };
    for (name, reason) in [
        ("1", "must be a string"),
        ("\"CRMToAEP\"", CRM),
        ("\"WeatherToAEP\"", "3c1a527d-0b52-4d0e-9d0a-4c1f3f5f9a10"),
    ] {
        fs::write(specs.join("z-broken.json"), named(name)).unwrap();
        let config = Config::default().with_fixtures(folder.path());
        let error = FlowMock::with_config(config).expect_err(name).to_string();
        assert!(error.contains("z-broken.json: line 2: at /name"), "{error}");
        assert!(error.contains(reason), "{error}");
    }
}

/// The built-in flow specs as a table: name, id, and the names of their transformations.
fn table(specs: &[Value]) -> String {
    let mut table = "| name | id | transformations | schedule |\n|---|---|---|---|\n".to_owned();
    for spec in specs {
        let transformations = spec["transformationSpecs"].as_array().unwrap().iter();
        let transformations: Vec<_> = transformations.map(|spec| spec["name"].as_str().unwrap()).collect();
        let schedule = if spec["scheduleSpec"].is_object() { "yes" } else { "" };
        table += &format!(
            "| `{}` | `{}` | {} | {schedule} |\n",
            spec["name"].as_str().unwrap(),
            spec["id"].as_str().unwrap(),
            transformations.join(", ")
        );
    }
    table
}

#[tokio::test]
async fn the_documentation_lists_the_built_in_flow_specs() {
    support::assert_documented("flow-specs", &table(&items(&support::tenant().await, "").await));
}
