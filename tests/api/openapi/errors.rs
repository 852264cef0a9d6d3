//! Every error that the document promises of an operation can be met there. That no other can is what `Answer::to`
//! sees to.

use super::{filled, flow_service};
use crate::support::{self, ATS, Answer, Described, Tenant, ats, document, draft, landing_zone, with};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Errors that no request can bring about at will: a fault of ours, a slow network, and the states in which a
/// connection is while a provider works on it.
const OUT_OF_REACH: [&str; 6] =
    ["FLOW-1400-500", "FLOW-1004-408", "FLOW-1416-400", "FLOW-1420-400", "FLOW-1457-400", "FLOW-1458-400"];

/// A request that an operation takes, to be spoilt.
#[derive(Clone)]
struct Call {
    operation: Described,
    id: String,
    query: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Call {
    /// Sends it, and notes the error that is answered.
    async fn send(self, tenant: &Tenant, met: &mut Met) {
        let path = self.operation.path.strip_prefix(flowmock::BASE_PATH).expect("of the Flow Service");
        let path = format!("{}{}", filled(path, &self.id), self.query);
        let request =
            tenant.bare(self.operation.method.parse().expect("a method"), &path).headers(self.headers);
        let request = self.body.into_iter().fold(request, |request, body| request.body(body));
        met.note(self.operation, &Answer::to(request).await);
    }

    fn header(mut self, name: &str, value: Option<&[u8]>) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers.remove(&name);
        if let Some(value) = value {
            self.headers.insert(name, HeaderValue::from_bytes(value).expect("a header's value"));
        }
        self
    }

    fn query(self, query: &str) -> Self {
        Self { query: format!("?{query}"), ..self }
    }

    fn id(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    fn body(self, body: impl ToString) -> Self {
        Self { body: Some(body.to_string().into_bytes()), ..self }
    }
}

/// Operations, and the errors that they answered.
#[derive(Default)]
struct Met(BTreeSet<(String, String)>);

impl Met {
    fn note(&mut self, operation: Described, answer: &Answer) {
        if answer.status.is_client_error() {
            self.0.insert((operation.name().to_owned(), code(&answer.json())));
        }
    }
}

/// What the document calls the error.
fn code(body: &Value) -> String {
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    let flow =
        text("type").and_then(|kind| Some(kind.strip_prefix("https://ns.adobe.com/aep/errors/")?.to_owned()));
    flow.or(text("error_code")).or(text("title")).expect("an error")
}

/// The errors that the document promises of that operation.
fn promised(operation: Described) -> impl Iterator<Item = (String, String)> {
    let responses = operation.json["responses"].as_object().expect("responses").values();
    let examples = responses.flat_map(|response| {
        let content = &document().resolved(response)["content"]["application/json"];
        content["examples"].as_object().into_iter().flat_map(|examples| examples.keys())
    });
    examples.map(move |code| (operation.name().to_owned(), code.clone()))
}

#[tokio::test]
async fn every_error_that_is_promised_can_be_met() {
    let tenant = support::tenant().await;
    let mut met = Met::default();
    for operation in flow_service() {
        spoil_headers(&tenant, operation, &mut met).await;
        spoil_path_and_query(&tenant, operation, &mut met).await;
        if operation.json["requestBody"].is_object() {
            spoil_body(&tenant, operation, &mut met).await;
        }
    }
    spoil_lists(&tenant, &mut met).await;
    spoil_definitions(&tenant, &mut met).await;
    spoil_patches(&tenant, &mut met).await;
    spoil_actions(&tenant, &mut met).await;
    spoil_sources(&tenant, &mut met).await;

    let promised: BTreeSet<_> = flow_service().flat_map(promised).collect();
    let missing: Vec<_> =
        promised.difference(&met.0).filter(|(_, code)| !OUT_OF_REACH.contains(&code.as_str())).collect();
    assert!(missing.is_empty(), "promised, and not met: {missing:#?}");
}

/// A request that the operation takes, on an entity of its own.
async fn call(tenant: &Tenant, operation: Described) -> Call {
    let id = match operation.path.contains("/connectionSpecs/") {
        true => ATS.to_owned(),
        false => tenant.create(ats("orders")).await.id,
    };
    let mut headers: HeaderMap = tenant
        .headers()
        .into_iter()
        .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
        .collect();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    if operation.parameters("header").contains(&"If-Match") {
        headers.insert("if-match", HeaderValue::from_static("*"));
    }
    let query = match operation.name() {
        "actOnConnection" => "?op=disable",
        "exploreConnection" => "?objectType=root",
        _ => "",
    };
    let body = operation.json["requestBody"].is_object().then(|| b"{}".to_vec());
    Call { operation, id, query: query.to_owned(), headers, body }
}

/// The same by the operation's name.
async fn named(tenant: &Tenant, name: &str) -> Call {
    let operation = document().operations().find(|operation| operation.name() == name).expect("an operation");
    call(tenant, operation).await
}

async fn spoil_headers(tenant: &Tenant, operation: Described, met: &mut Met) {
    let not_ascii: Option<&[u8]> = Some(b"\xe9");
    let spoilt: [(&str, Option<&[u8]>); 12] = [
        ("x-api-key", None),
        ("x-api-key", not_ascii),
        ("authorization", None),
        ("authorization", Some(b"token")),
        ("authorization", Some(b"Bearer")),
        ("x-gw-ims-org-id", None),
        ("x-gw-ims-org-id", Some(b"")),
        ("x-gw-ims-org-id", not_ascii),
        ("x-sandbox-name", None),
        ("x-sandbox-name", Some(b"*")),
        ("x-sandbox-name", not_ascii),
        ("x-sandbox-id", Some(b"another")),
    ];
    let call = call(tenant, operation).await;
    for (name, value) in spoilt {
        call.clone().header(name, value).send(tenant, met).await;
    }
}

async fn spoil_path_and_query(tenant: &Tenant, operation: Described, met: &mut Met) {
    let call = call(tenant, operation).await;
    let long = format!("nonsense={}", "x".repeat(20_000));
    for query in ["nonsense=1", "nonsense=%zz", &long] {
        call.clone().query(query).send(tenant, met).await;
    }
    if operation.path.contains('{') {
        let patch = json!([{"op": "add", "path": "/x", "value": 1}]);
        let call = if operation.method == "PATCH" { call.body(patch) } else { call };
        for id in ["%ff", "nobody"] {
            call.clone().id(id).send(tenant, met).await;
        }
    }
}

async fn spoil_body(tenant: &Tenant, operation: Described, met: &mut Met) {
    let call = call(tenant, operation).await;
    call.clone().header("content-type", Some(b"text/plain")).send(tenant, met).await;
    call.clone().header("content-encoding", Some(b"gzip")).send(tenant, met).await;
    let large = format!("\"{}\"", "x".repeat(1024 * 1024));
    for body in ["", "{", &large] {
        call.clone().body(body).send(tenant, met).await;
    }
}

async fn spoil_lists(tenant: &Tenant, met: &mut Met) {
    let queries = [
        "count=true&limit=5",
        "orderby=*name",
        "orderby=unknown",
        "property=name~ord",
        "property=version>1,2",
        "property=name<a,b",
        "property=id>=a",
        "property=unknown==1",
        "property=name<>orders",
        "property=name==",
    ];
    for query in queries {
        for name in ["listConnections", "listConnectionSpecs"] {
            named(tenant, name)
                .await
                .query(&query.replace('<', "%3C").replace('>', "%3E"))
                .send(tenant, met)
                .await;
        }
        named(tenant, "searchConnections").await.body(json!({"queryString": query})).send(tenant, met).await;
    }
}

async fn spoil_definitions(tenant: &Tenant, met: &mut Met) {
    for (pointer, value) in [
        ("/connectionSpec/id", "unknown"),
        ("/auth/specName", "unknown"),
        ("/auth/params/connectionString", "nonsense"),
    ] {
        let body = with(ats("orders"), pointer, value.into());
        named(tenant, "createConnection").await.body(body).send(tenant, met).await;
    }
}

async fn spoil_patches(tenant: &Tenant, met: &mut Met) {
    let set = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let update = named(tenant, "updateConnection").await;
    for patch in [
        json!([{"op": "move", "from": "/a", "path": "/b"}]),
        set("/createdAt", json!(1)),
        set("/nowhere", json!(1)),
        set("/state", json!("draft")),
        set("/auth/specName", json!("unknown")),
        set("/auth/params/connectionString", json!("nonsense")),
    ] {
        update.clone().body(patch).send(tenant, met).await;
    }
    let rename = support::rename("sales");
    update.clone().header("if-match", None).body(&rename).send(tenant, met).await;
    update.clone().header("if-match", Some(b"\"another\"")).body(&rename).send(tenant, met).await;
    let unfinished = tenant.create_draft(draft("later")).await.id;
    update.clone().id(&unfinished).body(set("/state", json!("enabled"))).send(tenant, met).await;
    let fixed = json!({"name": "fixed", "x-flowmock": {"patchAllowed": false}});
    let fixed = of_own_spec(tenant, &fixed).await;
    update.clone().id(&fixed).body(&rename).send(tenant, met).await;
    update.clone().id(&of_lost_version(tenant).await).body(&rename).send(tenant, met).await;

    update.clone().body(set("/state", json!("initializing"))).send(tenant, met).await;
    update.clone().body(&rename).send(tenant, met).await;
    for name in ["deleteConnection", "actOnConnection"] {
        named(tenant, name).await.id(&update.id).send(tenant, met).await;
    }
}

async fn spoil_actions(tenant: &Tenant, met: &mut Met) {
    let act = named(tenant, "actOnConnection").await;
    for query in [
        "op=nonsense",
        "op=finalize",
        "op=publish&subOp=apply",
        "op=finalize&subOp=nonsense",
        "op=finalize&subOp=progress,apply",
        "op=enable",
    ] {
        act.clone().query(query).send(tenant, met).await;
    }
    for body in [
        json!({"status": {"value": "nonsense"}}),
        json!({"status": {"value": "FAILED"}}),
        json!({"status": {"value": "COMPLETED"}, "percentCompleted": 7}),
    ] {
        act.clone().query("op=finalize&subOp=progress").body(body).send(tenant, met).await;
    }
    let bare = tenant.create_draft(draft("bare")).await.id;
    let refused = with(ats("refused"), "/auth/params/connectionString", "nonsense".into());
    let refused = tenant.create_draft(refused).await.id;
    for id in [bare, refused] {
        act.clone().id(&id).query("op=publish").send(tenant, met).await;
    }
    act.id(&of_lost_version(tenant).await).send(tenant, met).await;
}

async fn spoil_sources(tenant: &Tenant, met: &mut Met) {
    for name in
        ["exploreConnection", "getConnectionConfigs", "exploreConnectionSpec", "getConnectionSpecConfigs"]
    {
        let call = named(tenant, name).await;
        for query in ["objectType=nonsense", "objectType=table&object=nowhere"] {
            call.clone().query(query).send(tenant, met).await;
        }
        if call.operation.path.contains("/connections/") {
            let bare = tenant.create_draft(draft("bare")).await.id;
            for id in [bare, of_lost_version(tenant).await] {
                call.clone().id(&id).send(tenant, met).await;
            }
        }
    }
}

/// The id of a connection of a connection spec of the tenant's own.
async fn of_own_spec(tenant: &Tenant, spec: &Value) -> String {
    let spec = tenant.post("/connectionSpecs", spec).await.expect_status(201).json();
    tenant.create(with(landing_zone("own"), "/connectionSpec/id", spec["id"].clone())).await.id
}

/// The id of a connection whose connection spec has no such version any more.
async fn of_lost_version(tenant: &Tenant) -> String {
    let id = of_own_spec(tenant, &json!({"name": "versioned", "version": "1.0"})).await;
    let spec = tenant.read(&id).await["connectionSpec"]["id"].as_str().expect("an id").to_owned();
    let newer = json!({"name": "versioned", "version": "2.0"});
    let request = tenant.request(Method::PUT, &format!("/connectionSpecs/{spec}")).body(newer.to_string());
    Answer::to(request).await.expect_status(200);
    id
}
