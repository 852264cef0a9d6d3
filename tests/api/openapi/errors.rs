//! Every error that the document promises of an operation can be met there. That no other can is what `Answer::to`
//! sees to.

use super::filled;
use crate::support::{self, ATS, Answer, Described, Raw, Tenant, ats, document, draft, landing_zone, with};
use flowmock::{Auth, FlowMock};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Errors that no request can bring about at will: a fault of ours, and a slow network.
const OUT_OF_REACH: [&str; 2] = ["FLOW-1400-500", "FLOW-1004-408"];

/// Who asks, of a server of their own, and what came of it.
struct Probe {
    mock: FlowMock,
    tenant: Tenant,
    client: Client,
    /// Operations, and the errors that they answered.
    met: BTreeSet<(String, String)>,
}

/// A request that an operation takes, to be spoilt.
#[derive(Clone)]
struct Call {
    operation: Described,
    id: String,
    query: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

/// Whether it is a call to a service of the platform's, whose gateway checks headers.
fn is_behind_gateway(operation: Described) -> bool {
    operation.path.starts_with("/data/")
}

/// A form that the token endpoint takes.
fn grant(operation: Described) -> String {
    let grant =
        if operation.path.ends_with("/v1") { "authorization_code&code=one" } else { "client_credentials" };
    format!("client_id=key&client_secret=secret&grant_type={grant}")
}

impl Call {
    /// A call that goes no further than the gateway.
    fn of(operation: Described) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", HeaderValue::from_static("key"));
        headers.insert("x-sandbox-name", HeaderValue::from_static("prod"));
        Self { operation, id: "an-id".to_owned(), query: String::new(), headers, body: None }
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

/// The errors that the document promises of that operation.
fn promised(operation: Described) -> impl Iterator<Item = (String, String)> {
    let responses = operation.json["responses"].as_object().expect("responses").values();
    let codes = responses.flat_map(|response| {
        let codes = &document().resolved(response)["x-flowmock-codes"];
        codes.as_array().into_iter().flatten().map(|code| code.as_str().expect("a code"))
    });
    codes.map(move |code| (operation.name().to_owned(), code.to_owned()))
}

#[tokio::test]
async fn every_error_that_is_promised_can_be_met() {
    let mut probe = Probe::of(support::server(|_| {}));
    for operation in document().operations() {
        if is_behind_gateway(operation) {
            probe.spoil_headers(operation).await;
            probe.spoil_query(operation).await;
        }
        if operation.path.starts_with("/ims/") {
            probe.spoil_tokens(operation).await;
        }
        probe.spoil_path(operation).await;
        probe.spoil_body(operation).await;
    }
    probe.spoil_chunks();
    probe.spoil_lists().await;
    probe.spoil_definitions().await;
    probe.spoil_patches().await;
    probe.spoil_states().await;
    probe.spoil_actions().await;
    probe.spoil_sources().await;
    let mut full = Probe::of(support::server(|config| config.max_connections_per_sandbox = 1));
    let create = full.named("createConnection").await.body(ats("one too many"));
    full.send(create).await;

    let mut choosy = Probe::of(support::server(|config| {
        config.auth = Auth::Issued;
        config.allow_organisations = vec!["A@AdobeOrg".into(), "B@AdobeOrg".into()];
    }));
    let service =
        json!({"clientId": "key", "clientSecret": "secret", "imsOrgId": "A@AdobeOrg", "kind": "service"});
    let mut of_service = Probe::of(support::server(|_| {}));
    of_service.mock.seed(&json!({"clients": [service]})).expect("a seed");
    let call = of_service.named("createTokenV1").await;
    of_service.send(call).await;
    let mut silent = Probe::of(support::server(|config| config.control = false));
    for operation in document().operations() {
        if is_behind_gateway(operation) {
            choosy.ask_as_another(operation).await;
        } else {
            let call = silent.call(operation).await;
            silent.send(call).await;
        }
    }

    let probes = [probe, full, choosy, of_service, silent];
    let met: BTreeSet<_> = probes.iter().flat_map(|probe| &probe.met).cloned().collect();
    let promised: BTreeSet<_> = document().operations().flat_map(promised).collect();
    let missing: Vec<_> =
        promised.difference(&met).filter(|(_, code)| !OUT_OF_REACH.contains(&code.as_str())).collect();
    assert!(missing.is_empty(), "promised, and not met: {missing:#?}");
}

impl Probe {
    fn of(mock: FlowMock) -> Self {
        Self { tenant: Tenant::on(&mock), mock, client: Client::new(), met: BTreeSet::new() }
    }

    /// Sends it, and notes the error that is answered.
    async fn send(&mut self, call: Call) {
        let url = format!("{}{}{}", self.mock.url(), filled(call.operation.path, &call.id), call.query);
        let method = call.operation.method.parse().expect("a method");
        let request = self.client.request(method, url).headers(call.headers);
        let request = call.body.into_iter().fold(request, |request, body| request.body(body));
        let answer = Answer::to(request).await;
        if answer.status.is_client_error() {
            self.met.extend(answer.code().map(|code| (call.operation.name().to_owned(), code)));
        }
    }

    /// A request that the operation takes, on an entity of its own.
    async fn call(&self, operation: Described) -> Call {
        let id = match operation.path.contains("/connectionSpecs/") {
            true => ATS.to_owned(),
            false => self.tenant.create(ats("orders")).await.id,
        };
        let mut headers: HeaderMap = self
            .tenant
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
        let mut body = operation.json["requestBody"].is_object().then(|| b"{}".to_vec());
        if operation.path.starts_with("/ims/") {
            let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert("content-type", content_type);
            body = Some(grant(operation).into_bytes());
        }
        Call { operation, id, query: query.to_owned(), headers, body }
    }

    /// The same by the operation's name.
    async fn named(&self, name: &str) -> Call {
        let operation =
            document().operations().find(|operation| operation.name() == name).expect("an operation");
        self.call(operation).await
    }

    async fn spoil_headers(&mut self, operation: Described) {
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
        let call = self.call(operation).await;
        for (name, value) in spoilt {
            self.send(call.clone().header(name, value)).await;
        }
    }

    async fn spoil_tokens(&mut self, operation: Described) {
        let (call, grant) = (self.call(operation).await, grant(operation));
        self.send(call.clone().body(&grant)).await; // a code is used up by this
        self.send(call.clone().header("authorization", Some(b"Basic nonsense"))).await;
        for body in [
            "grant_type=nonsense&client_id=key&client_secret=secret".to_owned(),
            format!("{grant}&scope=%22"),
            grant,
        ] {
            self.send(call.clone().body(body)).await;
        }
    }

    /// With a token of another organisation, for one that nobody knows, and as a user who names a sandbox's id.
    async fn ask_as_another(&mut self, operation: Described) {
        let token = self.mock.access_token("key", "A@AdobeOrg").expect("a token");
        let bearer = format!("Bearer {token}");
        for (name, value) in
            [("x-gw-ims-org-id", "C@AdobeOrg"), ("x-gw-ims-org-id", "B@AdobeOrg"), ("x-sandbox-id", "an-id")]
        {
            let call = Call::of(operation).header("x-gw-ims-org-id", Some(b"A@AdobeOrg"));
            let call =
                call.header("authorization", Some(bearer.as_bytes())).header(name, Some(value.as_bytes()));
            self.send(call).await;
        }
    }

    async fn spoil_query(&mut self, operation: Described) {
        let call = self.call(operation).await;
        let long = format!("nonsense={}", "x".repeat(20_000));
        for query in ["nonsense=1", "nonsense=%zz", &long] {
            self.send(call.clone().query(query)).await;
        }
    }

    async fn spoil_path(&mut self, operation: Described) {
        if operation.path.contains('{') {
            let call = self.call(operation).await;
            let patch = json!([{"op": "add", "path": "/x", "value": 1}]);
            let call = if operation.method == "PATCH" { call.body(patch) } else { call };
            for id in ["%ff", "nobody"] {
                self.send(call.clone().id(id)).await;
            }
        }
    }

    async fn spoil_body(&mut self, operation: Described) {
        if operation.method == "GET" || operation.method == "DELETE" {
            return;
        }
        let call = self.call(operation).await;
        self.send(call.clone().header("content-type", Some(b"text/plain"))).await;
        self.send(call.clone().header("content-encoding", Some(b"gzip"))).await;
        let large = format!("\"{}\"", "x".repeat(1024 * 1024));
        for body in ["", "{", &large] {
            self.send(call.clone().body(body)).await;
        }
    }

    /// Bodies that cannot be read, for calls that want none.
    fn spoil_chunks(&mut self) {
        for operation in document().operations() {
            if is_behind_gateway(operation) || matches!(operation.method, "GET" | "DELETE") {
                continue;
            }
            let (method, path) = (operation.method, filled(operation.path, "a-name"));
            let head =
                format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            let answer = Raw::to(&self.mock).send(head).send("nonsense\r\n").answer();
            document().allows(method, &path, &answer);
            self.met.extend(answer.code().map(|code| (operation.name().to_owned(), code)));
        }
    }

    async fn spoil_lists(&mut self) {
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
                self.send(self.named(name).await.query(&query.replace('<', "%3C").replace('>', "%3E"))).await;
            }
            self.send(self.named("searchConnections").await.body(json!({"queryString": query}))).await;
        }
    }

    async fn spoil_definitions(&mut self) {
        for (pointer, value) in [
            ("/connectionSpec/id", "unknown"),
            ("/auth/specName", "unknown"),
            ("/auth/params/connectionString", "nonsense"),
        ] {
            let body = with(ats("orders"), pointer, value.into());
            self.send(self.named("createConnection").await.body(body)).await;
        }
    }

    async fn spoil_patches(&mut self) {
        let set = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
        let update = self.named("updateConnection").await;
        for patch in [
            json!([{"op": "move", "from": "/a", "path": "/b"}]),
            set("/createdAt", json!(1)),
            set("/nowhere", json!(1)),
            set("/state", json!("draft")),
            set("/auth/specName", json!("unknown")),
            set("/auth/params/connectionString", json!("nonsense")),
        ] {
            self.send(update.clone().body(patch)).await;
        }
        let rename = support::rename("sales");
        self.send(update.clone().header("if-match", None).body(&rename)).await;
        self.send(update.clone().header("if-match", Some(b"\"another\"")).body(&rename)).await;
        let unfinished = self.tenant.create_draft(draft("later")).await.id;
        self.send(update.clone().id(&unfinished).body(set("/state", json!("enabled")))).await;
        let fixed = json!({"name": "fixed", "x-flowmock": {"patchAllowed": false}});
        let fixed = self.of_own_spec(&fixed).await;
        self.send(update.clone().id(&fixed).body(&rename)).await;
        self.send(update.clone().id(&self.of_lost_version().await).body(&rename)).await;
    }

    /// In the states in which a provider has a connection, or will have it.
    async fn spoil_states(&mut self) {
        for state in ["initializing", "updating", "deleting"] {
            let mut connection = ats("seeded");
            connection["id"] = "4f1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68".into();
            connection["state"] = state.into();
            let sandbox = json!({"name": self.tenant.sandbox, "connections": [connection]});
            let seed = json!({"organisations": [{"imsOrgId": self.tenant.ims_org, "sandboxes": [sandbox]}]});
            let url = self.mock.url() + "/_flowmock/state";
            Answer::to(self.client.post(url).body(seed.to_string())).await.expect_status(204);
            for name in ["updateConnection", "deleteConnection", "actOnConnection"] {
                let call = self.named(name).await.id("4f1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68");
                let call =
                    if name == "updateConnection" { call.body(support::rename("sales")) } else { call };
                self.send(call).await;
            }
        }
    }

    async fn spoil_actions(&mut self) {
        let act = self.named("actOnConnection").await;
        for query in [
            "op=nonsense",
            "op=finalize",
            "op=publish&subOp=apply",
            "op=finalize&subOp=nonsense",
            "op=finalize&subOp=progress,apply",
            "op=enable",
        ] {
            self.send(act.clone().query(query)).await;
        }
        for body in [
            json!({"status": {"value": "nonsense"}}),
            json!({"status": {"value": "FAILED"}}),
            json!({"status": {"value": "COMPLETED"}, "percentCompleted": 7}),
        ] {
            self.send(act.clone().query("op=finalize&subOp=progress").body(body)).await;
        }
        let bare = self.tenant.create_draft(draft("bare")).await.id;
        let refused = with(ats("refused"), "/auth/params/connectionString", "nonsense".into());
        let refused = self.tenant.create_draft(refused).await.id;
        for id in [bare, refused] {
            self.send(act.clone().id(&id).query("op=publish")).await;
        }
        self.send(act.id(&self.of_lost_version().await)).await;
    }

    async fn spoil_sources(&mut self) {
        for name in
            ["exploreConnection", "getConnectionConfigs", "exploreConnectionSpec", "getConnectionSpecConfigs"]
        {
            let call = self.named(name).await;
            for query in ["objectType=nonsense", "objectType=table&object=nowhere"] {
                self.send(call.clone().query(query)).await;
            }
            if call.operation.path.contains("/connections/") {
                let bare = self.tenant.create_draft(draft("bare")).await.id;
                for id in [bare, self.of_lost_version().await] {
                    self.send(call.clone().id(&id)).await;
                }
            }
        }
    }

    /// The id of a connection of a connection spec of the tenant's own.
    async fn of_own_spec(&self, spec: &Value) -> String {
        let spec = self.tenant.post("/connectionSpecs", spec).await.expect_status(201).json();
        self.tenant.create(with(landing_zone("own"), "/connectionSpec/id", spec["id"].clone())).await.id
    }

    /// The id of a connection whose connection spec has no such version any more.
    async fn of_lost_version(&self) -> String {
        let id = self.of_own_spec(&json!({"name": "versioned", "version": "1.0"})).await;
        let spec = self.tenant.read(&id).await["connectionSpec"]["id"].as_str().expect("an id").to_owned();
        let newer = json!({"name": "versioned", "version": "2.0"});
        let request =
            self.tenant.request(Method::PUT, &format!("/connectionSpecs/{spec}")).body(newer.to_string());
        Answer::to(request).await.expect_status(200);
        id
    }
}
