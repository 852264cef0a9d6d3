//! A conversation in which every success occurs that the document describes. `Answer::to` checks each answer against the
//! document; this test checks that none is missing.

use super::{document, filled, id_for};
use crate::support::{
    self, ATS, Answer, Control, DATA_LANDING_ZONE, PRIVATE_ENDPOINTS, Tenant, Webhook, ats, draft,
    form_encoded, landing_zone, private_endpoint, rename, service_jwt, streaming,
};
use flowmock::FlowMock;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The operations that were called, each with the statuses that were answered.
#[derive(Default)]
pub struct Answered(BTreeSet<(String, String)>);

impl Answered {
    pub async fn send(&mut self, request: RequestBuilder) -> Value {
        let sent = request.try_clone().and_then(|request| request.build().ok()).expect("a request");
        let answer = Answer::to(request).await;
        let operation =
            document().operation(sent.method().as_str(), sent.url().path()).expect("an operation");
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{answer}");
        self.0.insert((operation.name().to_owned(), answer.status.as_str().to_owned()));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    pub async fn get(&mut self, tenant: &Tenant, path: &str) -> Value {
        self.send(tenant.request(Method::GET, path)).await
    }

    pub async fn post(&mut self, tenant: &Tenant, path: &str, body: &Value) -> Value {
        self.send(tenant.request(Method::POST, path).body(body.to_string())).await
    }
}

pub fn id(body: &Value) -> &str {
    body["id"].as_str().expect("an id")
}

#[tokio::test]
async fn every_described_success_occurs() {
    let own = support::server(|_| {});
    let tenant = Tenant::on(&own);
    let mut answered = Answered::default();
    connections(&tenant, &mut answered).await;
    sources(&tenant, &mut answered).await;
    specs(&tenant, &mut answered).await;
    control(&own, &mut answered).await;
    tokens_and_sandboxes(&own, &mut answered).await;
    private_endpoints(&tenant, &mut answered).await;
    super::chain::successes(&tenant, &mut answered).await;
    super::runs::successes(&own, &tenant, &mut answered).await;
    notifications(&own, &tenant, &mut answered).await;
    neighbours(&tenant, &mut answered).await;
    batches(&own, &tenant, &mut answered).await;
    messages(&own, &tenant, &mut answered).await;
    contract(&own, &mut answered).await;
    let described: BTreeSet<(String, String)> = document()
        .operations()
        .flat_map(|operation| {
            let statuses = operation.json["responses"].as_object().expect("responses").keys();
            let successes = statuses.filter(|status| status.starts_with(['2', '3']));
            successes.map(move |status| (operation.name().to_owned(), status.clone()))
        })
        .collect();
    let missing: Vec<_> = described.difference(&answered.0).collect();
    assert!(missing.is_empty(), "described, but not answered: {missing:#?}");
}

async fn connections(tenant: &Tenant, answered: &mut Answered) {
    let mut own = ats("orders");
    own["ownKey"] = json!({"kept": [1, 2]});
    let made = answered.post(tenant, "/connections", &own).await;
    let path = format!("/connections/{}", id(&made));
    let read = answered.get(tenant, &path).await;
    let faults = document().violations("#/components/schemas/Connection", &read["items"][0]);
    assert!(faults.is_empty(), "{faults:#?}");
    answered.post(tenant, "/connections", &landing_zone("landing")).await;
    let unfinished = answered.post(tenant, "/connections?mode=draft", &draft("later")).await;
    let questions =
        ["", "?limit=1", "?property=name,state", "?count=True", "?property=state==draft&orderby=-name"];
    for query in questions {
        answered.get(tenant, &format!("/connections{query}")).await;
        let body = json!({"queryString": query.trim_start_matches('?')});
        answered.post(tenant, "/connections/search", &body).await;
    }
    let patch = tenant.request(Method::PATCH, &path).header("If-Match", "*");
    answered.send(patch.body(rename("sales").to_string())).await;
    let action = tenant.request(Method::POST, &format!("{path}/action?op=disable"));
    answered.send(action).await;
    for path in [&path, &format!("/connections/{}", id(&unfinished))] {
        answered.get(tenant, &format!("{path}/test")).await;
        answered.send(tenant.request(Method::DELETE, path)).await;
    }
}

const AMAZON_S3: &str = "ecadc60c-7455-4d87-84dc-2a0e293d997b";
const DATA_LAKE: &str = "23598e46-f560-407b-88d5-ea6207e49db0";

async fn private_endpoints(tenant: &Tenant, answered: &mut Answered) {
    let request = |method, rest: &str| {
        let request = tenant.absolute(method, &format!("{PRIVATE_ENDPOINTS}{rest}"));
        support::with_headers(request, tenant.headers()).header("Content-Type", "application/json")
    };
    let create = request(Method::POST, "").body(private_endpoint("orders").to_string());
    let made = answered.send(create).await;
    let path = format!("/{}", id(&made));
    let read = answered.send(request(Method::GET, &path)).await;
    let faults = document().violations("#/components/schemas/PrivateEndpoint", &read["items"][0]);
    assert!(faults.is_empty(), "{faults:#?}");
    for query in ["", "?limit=1", "?property=name,state", "?count=true"] {
        answered.send(request(Method::GET, query)).await;
    }
    let patch = request(Method::PATCH, &path).header("If-Match", "*");
    answered.send(patch.body(rename("sales").to_string())).await;
    answered.send(request(Method::DELETE, &path)).await;
}

async fn neighbours(tenant: &Tenant, answered: &mut Answered) {
    let request = |method, path: &str| {
        let request = tenant.absolute(method, &format!("/data/foundation/{path}"));
        support::with_headers(request, tenant.headers()).header("Content-Type", "application/json")
    };
    let post = |path: &str, body: Value| request(Method::POST, path).body(body.to_string());
    let parts = json!([{"$ref": "https://ns.adobe.com/xdm/context/profile"}]);
    let schemas = "schemaregistry/tenant/schemas";
    let schema = answered.send(post(schemas, json!({"title": "orders", "allOf": parts}))).await;
    let read = request(Method::GET, &format!("{schemas}/{}", schema["meta:altId"].as_str().expect("an id")));
    answered.send(read.header("Accept", "application/vnd.adobe.xed-full+json; version=1")).await;
    answered.send(post(schemas, json!({"title": "others"}))).await;
    for query in ["", "?limit=1"] {
        answered.send(request(Method::GET, &format!("{schemas}{query}"))).await;
    }
    answered.send(request(Method::GET, "schemaregistry/stats")).await;
    let data_set = json!({"name": "orders", "schemaRef": {"id": schema["$id"]}});
    let made = answered.send(post("catalog/dataSets?requestDataSource=true", data_set)).await;
    let data_set = made[0].as_str().and_then(|reference| reference.strip_prefix("@/")).expect("a reference");
    for path in [data_set, "dataSets"] {
        answered.send(request(Method::GET, &format!("catalog/{path}"))).await;
    }
    for path in ["conversion/mappingSets", "mappingSets"] {
        let set = json!({"xdmSchema": schema["$id"], "xdmVersion": "1.0", "mappings": [{"version": 0}]});
        let made = answered.send(post(path, set)).await;
        answered.send(request(Method::GET, &format!("{path}/{}", id(&made)))).await;
    }
    let zone = "connectors/landingzone";
    answered.send(request(Method::GET, &format!("{zone}?type=dlz_destination"))).await;
    answered.send(request(Method::GET, &format!("{zone}/credentials?type=dlz_destination"))).await;
    answered.send(post(&format!("{zone}/credentials?type=dlz_destination&action=refresh"), json!({}))).await;
    let key = json!({"encryptionAlgorithm": "GPG", "params": {"passPhrase": "open sesame"}});
    answered.send(post("connectors/encryption/keys", key)).await;
}

async fn notifications(mock: &FlowMock, tenant: &Tenant, answered: &mut Answered) {
    let webhook = Webhook::new().await;
    let part = format!("imsOrgId={}&sandbox={}", tenant.ims_org, tenant.sandbox);
    let request = |method, path: String| support::request(mock, method, &format!("/_flowmock/{path}"));
    let target = json!({"url": webhook.url, "headers": {"x-secret": "s"}}).to_string();
    answered.send(request(Method::POST, format!("notification-targets?{part}")).body(target)).await;
    answered.send(request(Method::GET, format!("notification-targets?{part}"))).await;
    tenant.files_flow().await;
    let list =
        answered.send(request(Method::GET, format!("notifications?{part}&waitMs=10000&event=start"))).await;
    let id = list["notifications"][0]["id"].as_u64().expect("a notification");
    answered.send(request(Method::GET, format!("notifications/{id}"))).await;
    answered.send(request(Method::POST, format!("notifications/{id}/replay"))).await;
    answered.send(request(Method::GET, format!("state?{part}"))).await;
    answered.send(request(Method::DELETE, format!("notification-targets/target-1?{part}"))).await;
    answered.send(request(Method::DELETE, format!("notifications?{part}"))).await;
}

async fn batches(mock: &FlowMock, tenant: &Tenant, answered: &mut Answered) {
    let batch = support::batch(&Control::of(mock), tenant).await;
    for path in [
        format!("catalog/batches/{batch}"),
        format!("export/batches/{batch}/meta?path=row_errors"),
        format!("export/batches/{batch}/meta?path=input_files%2FfileMetaData1.json"),
    ] {
        let request = tenant.absolute(Method::GET, &format!("/data/foundation/{path}"));
        answered.send(support::with_headers(request, tenant.headers())).await;
    }
}

async fn messages(mock: &FlowMock, tenant: &Tenant, answered: &mut Answered) {
    let made = answered.post(tenant, "/connections", &streaming(&json!({"dataType": "raw"}))).await;
    let read = answered.get(tenant, &format!("/connections/{}", id(&made))).await;
    let inlet = read["items"][0]["auth"]["params"]["inletId"].as_str().expect("an id");
    let request = |method, path: String| support::request(mock, method, &path);
    let batch = json!({"messages": [{}]}).to_string();
    answered.send(request(Method::POST, format!("/collection/{inlet}?x-adobe-flow-id=f")).body("{}")).await;
    answered.send(request(Method::POST, format!("/collection/batch/{inlet}")).body(batch)).await;
    for method in [Method::GET, Method::DELETE] {
        answered.send(request(method, format!("/_flowmock/inlets/{inlet}/messages"))).await;
    }
}

async fn sources(tenant: &Tenant, answered: &mut Answered) {
    let tables = answered.post(tenant, "/connections", &ats("tables")).await;
    let files = json!({"name": "files", "connectionSpec": {"id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8"}});
    let files = answered.post(tenant, "/connections", &files).await;
    let (tables, files) = (format!("/connections/{}", id(&tables)), format!("/connections/{}", id(&files)));
    let listing = answered.get(tenant, &format!("{tables}/explore?objectType=root")).await;
    let table = listing[0]["path"].as_str().expect("a table");
    let file = |name: &str| format!("{files}/explore?objectType=file&object=/events/{name}&preview=true");
    for path in [
        format!("{tables}/explore?objectType=table&object={table}&preview=true"),
        format!("{tables}/configs"),
        format!("{files}/explore?objectType=root"),
        format!("{files}/explore?objectType=folder&object=/events/"),
        format!(
            "{tables}/explore?objectType=table&object={table}&preview=true&previewCount=1&primaryKey=RowKey"
        ),
        format!("{tables}/explore?objectType=rest&object={table}&sourceParams=e30="),
        file("purchases.json&fileType=json"),
        file("clicks.jsonl&determineProperties=true"),
        file("clicks.jsonl&fileType=json&encoding=ISO-8859-1&compressionType=none"),
        format!("{files}/configs"),
        format!("/connectionSpecs/{DATA_LANDING_ZONE}/explore"),
        format!("/connectionSpecs/{DATA_LANDING_ZONE}/explore?objectType=root"),
        format!("/connectionSpecs/{AMAZON_S3}/configs?authType=IamBasedAuthentication"),
        format!(
            "/connectionSpecs/{DATA_LAKE}/configs?outputType=activationDatasets&outputField=datasets&start=1&limit=1"
        ),
        format!("/connectionSpecs/{DATA_LAKE}/configs?outputType=activationDatasets&properties=name,state"),
        format!("/connectionSpecs/{ATS}/configs?object={table}"),
    ] {
        answered.get(tenant, &path).await;
    }
}

async fn specs(tenant: &Tenant, answered: &mut Answered) {
    for (collection, schema) in [("connectionSpecs", "ConnectionSpec"), ("flowSpecs", "FlowSpec")] {
        let list = format!("/{collection}");
        let operation =
            document().operation("POST", &format!("{}{list}", flowmock::BASE_PATH)).expect("an operation");
        let examples = &operation.json["requestBody"]["content"]["application/json"]["examples"];
        for example in examples.as_object().expect("examples").values() {
            let made = answered.post(tenant, &list, &example["value"]).await;
            let path = format!("{list}/{}", id(&made));
            answered.send(tenant.request(Method::PUT, &path).body(example["value"].to_string())).await;
            answered.get(tenant, &path).await;
        }
        for query in ["", "?limit=2", "?property=name,version", "?count=true"] {
            answered.get(tenant, &format!("{list}{query}")).await;
        }
        for spec in answered.get(tenant, &list).await["items"].as_array().expect("items") {
            let faults = document().violations(&format!("#/components/schemas/{schema}"), spec);
            assert!(faults.is_empty(), "{faults:#?} in {spec}");
        }
    }
    answered.post(tenant, "/flowSpecs/search", &json!({"limit": 1, "projectionFields": "name"})).await;
}

/// Calls every control operation of a server.
async fn control(mock: &FlowMock, answered: &mut Answered) {
    let client = support::client();
    let request = |method, path: &str| client.request(method, format!("{}/_flowmock/{path}", mock.url()));
    let tenant = Tenant::on(mock);
    tenant.create(ats("orders")).await;
    tenant.post("/connectionSpecs", &json!({"name": "mine", "authSpec": []})).await.expect_status(201);
    let mut looks = vec!["health", "errors", "openapi.json", "clock", "metrics", "info"];
    looks.extend(["requests", "requests?replicas=all", "requests/1", "requests.har", "events"]);
    for path in looks {
        answered.send(request(Method::GET, path)).await;
    }
    answered.send(request(Method::POST, "requests/1/replay")).await;
    let mut state = answered.send(request(Method::GET, "state")).await;
    state["clients"] =
        json!([{"clientId": "key", "clientSecret": "secret", "imsOrgId": "A@AdobeOrg", "scopes": ["a"]}]);
    state["organisations"][0]["sandboxes"][0]["title"] = "Production".into();
    let sandbox = state.pointer_mut("/organisations/0/sandboxes/0").expect("a sandbox");
    sandbox["sources"] = json!({"salesforce": {
        "accounts": {"acme": {"sees": ["leads"]}},
        "tables": {"leads": {"columns": [{"name": "a", "type": "string"}], "rows": [{"a": "b"}]}}
    }});
    for method in [Method::POST, Method::PUT] {
        answered.send(request(method, "state").body(state.to_string())).await;
    }
    answered.send(request(Method::GET, "state")).await;
    for (method, path) in [
        (Method::PUT, "snapshots/before"),
        (Method::GET, "snapshots"),
        (Method::GET, "snapshots/before"),
        (Method::POST, "snapshots/before/restore"),
        (Method::DELETE, "snapshots/before"),
        (Method::POST, "reset"),
        (Method::DELETE, "requests?replicas=all"),
        (Method::DELETE, "requests"),
        (Method::DELETE, "clock"),
        (Method::GET, "faults"),
        (Method::DELETE, "faults"),
    ] {
        answered.send(request(method, path)).await;
    }
    let rule = json!({"id": "slow", "match": {"sandbox": "slow"}, "action": {"delayMs": 1}}).to_string();
    for method in [Method::PUT, Method::DELETE, Method::POST] {
        let request = request(method.clone(), "faults");
        answered.send(if method == Method::DELETE { request } else { request.body(rule.clone()) }).await;
    }
    for method in [Method::GET, Method::DELETE] {
        answered.send(request(method, "faults/slow")).await;
    }
    Tenant::on(mock).create(ats("orders")).await;
    answered.send(request(Method::GET, "pact")).await;
    answered.send(request(Method::POST, "pact/state").body(json!({"state": ""}).to_string())).await;
    answered.send(request(Method::POST, "verify").body("{}")).await;
    answered.send(request(Method::POST, "verify?replicas=all").body(r#"{"method": "BREW"}"#)).await;
    answered.send(request(Method::GET, "contract?replicas=all")).await;
    answered.send(request(Method::PUT, "clock").body(json!({"running": true}).to_string())).await;
}

async fn tokens_and_sandboxes(mock: &FlowMock, answered: &mut Answered) {
    let client = support::client();
    for (version, grant) in
        [("v1", "authorization_code&code=x"), ("v2", "client_credentials"), ("v3", "client_credentials")]
    {
        let query = format!("client_id=key&client_secret=secret&grant_type={grant}");
        answered.send(client.post(format!("{}/ims/token/{version}?{query}", mock.url()))).await;
    }
    let user = identity(mock, &client, answered).await;
    for path in ["userinfo/v2", "profile/v1", "organizations/v6", "validate_token/v1"] {
        answered.send(client.get(format!("{}/ims/{path}", mock.url())).bearer_auth(&user)).await;
    }
    let tenant = Tenant::on(mock);
    tenant.in_sandbox("dev").create(ats("orders")).await;
    for path in ["sandboxes", "sandboxes?limit=1&offset=1", "sandboxes/dev"] {
        let request = client.get(format!("{}/data/foundation/sandbox-management/{path}", mock.url()));
        let headers = tenant.headers_except("x-sandbox-name");
        answered.send(support::with_headers(request, headers)).await;
    }
}

/// Logs a user in with every scope; returns the access token.
async fn identity(mock: &FlowMock, client: &Client, answered: &mut Answered) -> String {
    let url = |path: &str| format!("{}/ims/{path}", mock.url());
    for path in ["keys", ".well-known/openid-configuration"] {
        answered.send(client.get(url(path))).await;
    }
    let login = "authorize/v2?client_id=key&redirect_uri=http%3A%2F%2Flocalhost%2F";
    answered.send(client.get(url(login))).await;
    let jwt = service_jwt("key");
    let post = |path: &str, parameters: &[(&str, &str)]| {
        let request = client.post(url(path)).header("Content-Type", "application/x-www-form-urlencoded");
        request.body(form_encoded(parameters))
    };
    let client_of_jwt = [("client_id", "key"), ("client_secret", "secret"), ("jwt_token", &jwt)];
    answered.send(post("exchange/jwt", &client_of_jwt)).await;
    let scope = "openid,profile,email,address,offline_access";
    let code = [("grant_type", "authorization_code"), ("code", "c"), ("scope", scope)];
    let tokens = answered.send(post("token/v3", &code).basic_auth("key", Some("secret"))).await;
    let access = tokens["access_token"].as_str().expect("a token").to_owned();
    for kind in ["access_token", "refresh_token"] {
        let token = tokens[kind].as_str().expect("a token");
        answered.send(post("validate_token/v1", &[("token", token), ("type", kind)])).await;
    }
    let refresh = tokens["refresh_token"].as_str().expect("a token");
    answered.send(post("revoke", &[("client_id", "key"), ("token", refresh)])).await;
    access
}

/// Reads the contract report, which has counted each success.
async fn contract(mock: &FlowMock, answered: &mut Answered) {
    let client = support::client();
    let request = |method| client.request(method, mock.url() + "/_flowmock/contract");
    let report = answered.send(request(Method::GET)).await;
    let operations =
        |consumer: &Value| consumer["coverage"]["operations"].as_array().cloned().unwrap_or_default();
    let met: BTreeSet<(String, u64)> = report["consumers"]
        .as_array()
        .expect("consumers")
        .iter()
        .flat_map(operations)
        .filter(|operation| operation["outcomes"][0]["count"] != 0)
        .map(|operation| {
            (operation["operation"].to_string(), operation["outcomes"][0]["status"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(met.len(), operations(&report["consumers"][0]).len(), "{met:#?}");
    answered.send(request(Method::DELETE)).await;
}

#[tokio::test]
async fn every_example_of_a_request_is_accepted() {
    let client = support::client();
    for operation in document().operations() {
        let examples = &operation.json["requestBody"]["content"]["application/json"]["examples"];
        for (name, example) in examples.as_object().into_iter().flatten() {
            let mock = support::server(|_| {}); // a new server for each example, which may be a fault rule
            let tenant = Tenant::on(&mock);
            mock.seed(&super::chain::named_in_examples(&tenant.ims_org)).expect("a seed");
            if operation.name() == "runAdHoc" {
                super::runs::seed_examples(&mock, &tenant).await;
            }
            let id = id_for(operation, &tenant).await;
            let query = match name.as_str() {
                "draft" => "?mode=draft".to_owned(),
                "all runs of a sandbox are over at once" | "failures of a flow" | "the older form" => {
                    format!("?imsOrgId={}&sandbox=prod", tenant.ims_org)
                }
                _ => String::new(),
            };
            let url = format!("{}{}{query}", mock.url(), filled(operation.path, &id));
            let request = client.request(operation.method.parse().unwrap(), url);
            let headers = tenant
                .headers()
                .into_iter()
                .chain([("Content-Type", "application/json".to_owned()), ("If-Match", "*".to_owned())]);
            let request = support::with_headers(request, headers);
            let request = request.body(example["value"].to_string());
            let answer = Answer::to(request).await;
            assert!(answer.status.is_success(), "{name}\n{answer}");
        }
    }
}
