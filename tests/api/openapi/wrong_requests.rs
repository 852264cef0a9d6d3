//! Invalid requests for each part of the API, with which a [`Probe`] provokes errors.

use super::filled;
use super::probe::{Call, Probe, grant, is_behind_gateway};
use crate::support::{
    self, Answer, Control, Operation, RawConnection, ats, document, draft, landing_zone, private_endpoint,
    with,
};
use reqwest::Method;
use serde_json::{Value, json};

impl Probe {
    pub async fn send_wrong_headers(&mut self, operation: Operation) {
        let not_ascii: Option<&[u8]> = Some(b"\xe9");
        let wrong: [(&str, Option<&[u8]>); 12] = [
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
        for (name, value) in wrong {
            self.send(call.clone().header(name, value)).await;
        }
    }

    pub async fn send_wrong_tokens(&mut self, operation: Operation) {
        let (call, grant) = (self.call(operation).await, grant(operation));
        if operation.method == "GET" {
            self.send(call.clone().query("type=nonsense")).await;
            for wrong in [&b"unsigned"[..], b"Basic nonsense"] {
                self.send(call.clone().header("authorization", Some(wrong))).await;
            }
            return;
        }
        self.send(call.clone().body(&grant)).await; // this uses up the code
        self.send(call.clone().header("authorization", Some(b"Basic nonsense"))).await;
        for body in [
            "grant_type=nonsense&client_id=key&client_secret=secret".to_owned(),
            format!("{grant}&scope=%22"),
            format!("{grant}&type=nonsense"),
            "client_id=key&client_secret=secret&grant_type=authorization_code&code=one".to_owned(),
            "client_id=key&client_secret=secret&jwt_token=nonsense".to_owned(),
            grant,
        ] {
            self.send(call.clone().body(body)).await;
        }
    }

    pub async fn send_wrong_messages(&mut self, operation: Operation) {
        self.send_wrong_query(operation).await;
        let call = self.call(operation).await;
        let locked = json!({"dataType": "raw", "authenticationRequired": true});
        let locked = self.tenant.create(support::streaming(&locked)).await;
        let params = self.tenant.read(&locked.id).await["auth"]["params"].clone();
        let call = call.id(params["inletId"].as_str().expect("an id"));
        self.send(call.header("authorization", None)).await;
    }

    /// Calls with an organisation that is not allowed, with one for which the token is not valid, and with a sandbox id.
    pub async fn send_for_other_organisations(&mut self, operation: Operation) {
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

    pub async fn send_wrong_query(&mut self, operation: Operation) {
        let call = self.call(operation).await;
        let long = format!("nonsense={}", "x".repeat(20_000));
        for query in ["nonsense=1", "nonsense=%zz", &long] {
            self.send(call.clone().query(query)).await;
        }
    }

    pub async fn send_wrong_path(&mut self, operation: Operation) {
        if operation.path.contains('{') {
            let call = self.call(operation).await;
            let patch = json!([{"op": "add", "path": "/x", "value": 1}]);
            let call = if operation.method == "PATCH" { call.body(patch) } else { call };
            for id in ["%ff", "nobody"] {
                self.send(call.clone().id(id)).await;
            }
        }
    }

    pub async fn send_wrong_body(&mut self, operation: Operation) {
        if operation.method == "GET" || operation.method == "DELETE" {
            return;
        }
        let call = self.call(operation).await;
        self.send(call.clone().header("content-type", Some(b"text/plain"))).await;
        self.send(call.clone().header("content-encoding", Some(b"br"))).await;
        let large = format!("\"{}\"", "x".repeat(1024 * 1024));
        for body in ["", "{", &large] {
            self.send(call.clone().body(body)).await;
        }
    }

    /// Sends unreadable bodies to operations that take none.
    pub fn send_wrong_chunks(&mut self) {
        for operation in document().operations() {
            if is_behind_gateway(operation) || matches!(operation.method, "GET" | "DELETE") {
                continue;
            }
            let (method, path) = (operation.method, filled(operation.path, "a-name"));
            let head =
                format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            let answer = RawConnection::to(self.mock.address()).send(head).send("nonsense\r\n").answer();
            document().assert_describes(method, &path, &answer);
            self.met.extend(answer.code().map(|code| (operation.name().to_owned(), code)));
        }
    }

    pub async fn send_wrong_lists(&mut self) {
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
            "property=name==[1]",
            "property=connectionSpec.foo==1",
        ];
        for query in queries {
            for name in [
                "listConnections",
                "listConnectionSpecs",
                "listFlowSpecs",
                "listPrivateEndpoints",
                "listSourceConnections",
                "listTargetConnections",
                "listFlows",
            ] {
                self.send(self.named(name).await.query(&query.replace('<', "%3C").replace('>', "%3E"))).await;
            }
            for name in ["searchConnections", "searchFlowSpecs", "searchFlows"] {
                self.send(self.named(name).await.body(json!({"queryString": query}))).await;
            }
        }
        for group in ["median(name)", "max(createdAt)", "count(id)"] {
            self.send(self.named("searchFlowSpecs").await.body(json!({"groupByProperty": group}))).await;
        }
    }

    /// Writes specs with a user's token, on a server that checks kinds of tokens.
    pub async fn send_tokens_of_users(&mut self) {
        let form = "grant_type=client_credentials&client_id=key&client_secret=s&scope=openid";
        let request = support::client().post(format!("{}/ims/token/v3", self.mock.url()));
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form);
        let token = Answer::to(request).await.json()["access_token"].as_str().expect("a token").to_owned();
        for name in ["createConnectionSpec", "replaceConnectionSpec", "createFlowSpec", "replaceFlowSpec"] {
            let call =
                self.named(name).await.header("Authorization", Some(format!("Bearer {token}").as_bytes()));
            self.send(call).await;
        }
        self.send_run_of_user(&token).await;
    }

    /// Wrong calls of the services beside the Flow Service.
    pub async fn send_wrong_calls_of_neighbours(&mut self) {
        let read = self.named("getSchema").await;
        self.send(read.header("accept", Some(b"application/json"))).await;
        for name in ["getLandingZone", "getLandingZoneCredentials", "refreshLandingZoneCredentials"] {
            let call = self.named(name).await;
            self.send(call.query("type=nonsense")).await;
        }
        let batch = support::batch(&Control::of(&self.mock), &self.tenant).await;
        let meta = self.named("getBatchMeta").await;
        self.send(meta.id(&batch)).await;
        let create = self.named("createEncryptionKey").await;
        self.send(create.body("{}")).await;
    }

    pub async fn send_wrong_definitions(&mut self) {
        for (pointer, value) in [
            ("/connectionSpec/id", "unknown"),
            ("/auth/specName", "unknown"),
            ("/auth/params/connectionString", "nonsense"),
        ] {
            let body = with(ats("orders"), pointer, value.into());
            self.send(self.named("createConnection").await.body(body)).await;
        }
        let body = with(private_endpoint("orders"), "/connectionSpec/id", "unknown".into());
        self.send(self.named("createPrivateEndpoint").await.body(body)).await;
    }

    pub async fn send_wrong_patches(&mut self) {
        let set = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
        let rename = support::rename("sales");
        for name in [
            "updateConnection",
            "updatePrivateEndpoint",
            "updateSourceConnection",
            "updateTargetConnection",
            "updateFlow",
        ] {
            let update = self.named(name).await;
            for patch in [
                json!([{"op": "move", "from": "/a", "path": "/b"}]),
                set("/createdAt", json!(1)),
                set("/description", json!("there is none to replace")),
                set("/name/first", json!(1)),
                set("/state", json!("draft")),
                set("/auth/specName", json!("unknown")),
                set("/auth/params/connectionString", json!("nonsense")),
            ] {
                self.send(update.clone().body(patch)).await;
            }
            self.send(update.clone().header("if-match", None).body(&rename)).await;
            self.send(update.clone().header("if-match", Some(b"\"another\"")).body(&rename)).await;
        }
        let update = self.named("updateConnection").await;
        let unfinished = self.tenant.create_draft(draft("later")).await.id;
        self.send(update.clone().id(&unfinished).body(set("/state", json!("enabled")))).await;
        let fixed = json!({"name": "fixed", "x-flowmock": {"patchAllowed": false}});
        let fixed = self.of_own_spec(&fixed).await;
        self.send(update.clone().id(&fixed).body(&rename)).await;
        self.send(update.clone().id(&self.of_lost_version().await).body(&rename)).await;
        let spec = json!({"name": "versioned", "version": "1.0"});
        let spec = self.tenant.post("/connectionSpecs", &spec).await.expect_status(201).json()["id"].clone();
        let endpoint = with(private_endpoint("own"), "/connectionSpec/id", spec.clone());
        let endpoint = self.tenant.create_private_endpoint(&endpoint).await.id;
        self.lose_version(spec.as_str().expect("an id")).await;
        let update = self.named("updatePrivateEndpoint").await;
        self.send(update.id(&endpoint).body(&rename)).await;
    }

    /// Changes connections in the states that only a provider can end.
    pub async fn send_wrong_states(&mut self) {
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

    pub async fn send_wrong_actions(&mut self) {
        for name in ["actOnConnection", "actOnSourceConnection", "actOnTargetConnection", "actOnFlow"] {
            self.send_wrong_words(name).await;
        }
        let act = self.named("actOnConnection").await;
        let bare = self.tenant.create_draft(draft("bare")).await.id;
        let refused = with(ats("refused"), "/auth/params/connectionString", "nonsense".into());
        let refused = self.tenant.create_draft(refused).await.id;
        for id in [bare, refused] {
            self.send(act.clone().id(&id).query("op=publish")).await;
        }
        self.send(act.id(&self.of_lost_version().await)).await;
    }

    /// Calls an action with every word of the protocol that it does not have, and with the etag of another version.
    async fn send_wrong_words(&mut self, name: &str) {
        let act = self.named(name).await;
        for query in [
            "op=nonsense",
            "op=finalize",
            "op=publish&subOp=apply",
            "op=finalize&subOp=nonsense",
            "op=finalize&subOp=progress,apply",
            "op=enable",
            "op=publish",
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
        self.send(act.header("if-match", Some(b"\"another\""))).await;
    }

    pub async fn send_wrong_sources(&mut self) {
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

    /// The id of a connection whose connection spec the tenant created.
    pub async fn of_own_spec(&self, spec: &Value) -> String {
        let spec = self.tenant.post("/connectionSpecs", spec).await.expect_status(201).json();
        self.tenant.create(with(landing_zone("own"), "/connectionSpec/id", spec["id"].clone())).await.id
    }

    /// The id of a connection whose connection spec no longer has the version of the connection.
    pub async fn of_lost_version(&self) -> String {
        let id = self.of_own_spec(&json!({"name": "versioned", "version": "1.0"})).await;
        let spec = self.tenant.read(&id).await["connectionSpec"]["id"].as_str().expect("an id").to_owned();
        self.lose_version(&spec).await;
        id
    }

    /// The id of a draft of that collection whose connection spec no longer has the version of the draft.
    pub async fn draft_of_lost_version(&self, collection: &str) -> String {
        let spec = json!({"name": "versioned", "version": "1.0"});
        let spec = self.tenant.post("/connectionSpecs", &spec).await.expect_status(201).json()["id"].clone();
        let unfinished = json!({"name": "x", "connectionSpec": {"id": spec}});
        let made = self.tenant.create_at(&format!("/{collection}?mode=draft"), &unfinished).await.id;
        self.lose_version(spec.as_str().expect("an id")).await;
        made
    }

    /// Replaces a connection spec of the tenant by one with another version.
    async fn lose_version(&self, spec: &str) {
        let newer = json!({"name": "versioned", "version": "2.0"});
        let request =
            self.tenant.request(Method::PUT, &format!("/connectionSpecs/{spec}")).body(newer.to_string());
        Answer::to(request).await.expect_status(200);
    }
}
