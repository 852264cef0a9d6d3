//! Source connections, target connections and flows in the conversations that the document is compared with.

use super::conversation::{Answered, id};
use super::probe::Probe;
use crate::support::{
    self, Tenant, ats, document, draft, file_source, files_flow, lake_target, landing_zone, rename, state_of,
    table_flow, table_source, with, without,
};
use reqwest::Method;
use serde_json::{Value, json};

/// A state document with the entities that the examples of the document name.
pub fn named_in_examples(ims_org: &str) -> Value {
    let base = with(ats("named"), "/id", json!("4cb0c374-d3bb-4557-b139-5712880adc55"));
    let source = table_source("named", "4cb0c374-d3bb-4557-b139-5712880adc55");
    let source = with(source, "/id", json!("26b53912-1005-49f0-b539-12100559f0e2"));
    let target = with(lake_target("named"), "/id", json!("f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"));
    let flow =
        table_flow("named", "26b53912-1005-49f0-b539-12100559f0e2", "f7eb08fa-5f04-4e45-ab08-fa5f046e45ee");
    let flow = with(flow, "/id", json!("5e7c9bd8-2c19-4a46-a8b9-f2b2ba1fca2c"));
    let on_demand = json!({"startTime": 1_612_310_466, "frequency": "once"});
    let contents = json!({
        "connections": [base],
        "sourceConnections": [source],
        "targetConnections": [target],
        "flows": [with(flow, "/scheduleParams", on_demand)],
    });
    state_of(ims_org, "prod", contents)
}

/// Makes every call of a kind succeed.
pub async fn successes(tenant: &Tenant, answered: &mut Answered) {
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    for (collection, schema, body) in [
        ("sourceConnections", "SourceConnection", file_source("orders")),
        ("targetConnections", "TargetConnection", lake_target("orders")),
        ("flows", "Flow", files_flow("orders", &source, &target)),
    ] {
        let list = format!("/{collection}");
        let made = answered.post(tenant, &list, &body).await;
        let path = format!("{list}/{}", id(&made));
        let read = answered.get(tenant, &path).await;
        let faults = document().violations(&format!("#/components/schemas/{schema}"), &read["items"][0]);
        assert!(faults.is_empty(), "{faults:#?}");
        for query in ["", "?limit=1", "?property=name,state", "?count=true"] {
            answered.get(tenant, &format!("{list}{query}")).await;
        }
        let patch = tenant.request(Method::PATCH, &path).header("If-Match", "*");
        answered.send(patch.body(rename("sales").to_string())).await;
        let unfinished = answered.post(tenant, &format!("{list}?mode=draft"), &body).await;
        let publish = format!("{list}/{}/action?op=publish", id(&unfinished));
        answered.send(tenant.untyped(Method::POST, &publish)).await;
        answered.send(tenant.request(Method::DELETE, &path)).await;
    }
    answered.post(tenant, "/flows/search", &json!({"limit": 1, "projectionFields": "name,state"})).await;
}

const COLLECTIONS: [(&str, &str); 3] =
    [("sourceConnections", "SourceConnection"), ("targetConnections", "TargetConnection"), ("flows", "Flow")];

impl Probe {
    /// Provokes the errors that only these kinds have, or that they have for reasons of their own.
    pub async fn send_wrong_chains(&mut self) {
        self.send_wrong_ends().await;
        self.send_wrong_flows().await;
        self.send_wrong_changes().await;
        self.send_wrong_drafts().await;
        self.send_transitional_states().await;
        let chain = self.tenant.table_chain().await;
        for (name, held) in [
            ("deleteConnection", &chain.base),
            ("deleteSourceConnection", &chain.source),
            ("deleteTargetConnection", &chain.target),
        ] {
            self.send(self.named(name).await.id(held)).await;
        }
    }

    /// Names mapping sets that do not fit, on a server that checks references.
    pub async fn send_broken_references(&mut self) {
        let schema = |number: u32| json!({"id": format!("https://ns.adobe.com/acme/schemas/{number}")});
        let schemas = [1, 2].map(|number| json!({"$id": schema(number)["id"], "title": "x"}));
        let mapping_sets = [1, 2].map(|number: u32| {
            let output = json!({"schemaRef": schema(number)});
            json!({"id": number.to_string(), "mappings": [], "outputSchema": output})
        });
        let contents = json!({
            "schemas": schemas,
            "dataSets": [{"id": "5f3c3cedb2805c194ff0b69a", "name": "x", "schemaRef": schema(1)}],
            "mappingSets": mapping_sets,
        });
        self.mock.seed(&state_of(&self.tenant.ims_org, "prod", contents)).expect("a seed");
        let flow = self.tenant.files_flow().await.id;
        let ends = self.tenant.item("flows", &flow).await;
        let id = |key: &str| ends[key][0].as_str().expect("an id").to_owned();
        let body = files_flow("x", &id("sourceConnectionIds"), &id("targetConnectionIds"));
        for params in [
            json!({"mappingId": "unknown"}),
            json!({"mappingId": "1", "mappingVersion": 7}),
            json!({"mappingId": "2"}),
        ] {
            let transformations = json!([{"name": "Mapping", "params": params}]);
            let wrong = with(body.clone(), "/transformations", transformations.clone());
            self.send(self.named("createFlow").await.body(&wrong)).await;
            let patch = json!([{"op": "add", "path": "/transformations", "value": transformations}]);
            self.send(self.named("updateFlow").await.body(patch)).await;
            let unfinished = self.tenant.create_at("/flows?mode=draft", &wrong).await.id;
            self.send(self.named("actOnFlow").await.id(&unfinished).query("op=publish")).await;
        }
    }

    async fn send_wrong_ends(&mut self) {
        let nobody = json!("6d0f6a1e-43c4-4b52-8f7c-9f2c1a3f5e10");
        let unfinished = json!(self.tenant.create_draft(draft("later")).await.id);
        let base = self.tenant.create(ats("base")).await.id;
        for (name, body) in [
            ("createSourceConnection", table_source("x", &base)),
            ("createTargetConnection", with(lake_target("x"), "/baseConnectionId", json!(base))),
        ] {
            let ats = with(body.clone(), "/connectionSpec/id", json!(support::ATS));
            for wrong in [
                with(body.clone(), "/connectionSpec/id", json!("unknown")),
                without(body.clone(), "/params"),
                with(body, "/baseConnectionId", nobody.clone()),
                with(ats, "/baseConnectionId", unfinished.clone()),
            ] {
                self.send(self.named(name).await.body(wrong)).await;
            }
        }
    }

    async fn send_wrong_flows(&mut self) {
        let (source, target) = (self.tenant.file_source().await, self.tenant.lake_target().await);
        let unfinished = self.tenant.create_at("/sourceConnections?mode=draft", &file_source("x")).await.id;
        let flow = || files_flow("x", &source, &target);
        for wrong in [
            with(flow(), "/flowSpec/id", json!("unknown")),
            without(flow(), "/sourceConnectionIds"),
            with(flow(), "/sourceConnectionIds", json!(["unknown"])),
            with(flow(), "/sourceConnectionIds", json!([unfinished])),
            with(flow(), "/state", json!("enabled")),
            with(flow(), "/policy", json!({"fields": []})),
        ] {
            self.send(self.named("createFlow").await.body(wrong)).await;
        }
    }

    async fn send_wrong_changes(&mut self) {
        let set = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
        let base = self.tenant.create(ats("another spec")).await.id;
        let update = self.named("updateSourceConnection").await;
        self.send(update.body(set("/baseConnectionId", json!(base)))).await;
        let landing = self.tenant.create_at("/targetConnections", &landing_zone("x")).await.id;
        let update = self.named("updateTargetConnection").await.id(&landing);
        self.send(update.body(set("/baseConnectionId", json!(base)))).await;

        let table = self.tenant.create_at("/sourceConnections", &table_source("x", &base)).await.id;
        let unfinished = self.tenant.create_at("/sourceConnections?mode=draft", &file_source("x")).await.id;
        let update = self.named("updateFlow").await;
        for patch in [
            set("/sourceConnectionIds", json!([table])),
            set("/sourceConnectionIds", json!([unfinished])),
            set("/flowSpec", json!({})),
            set("/policy", json!({"fields": []})),
        ] {
            self.send(update.clone().body(patch)).await;
        }
    }

    async fn send_wrong_drafts(&mut self) {
        let enable = json!([{"op": "replace", "path": "/state", "value": "enabled"}]);
        for (collection, kind) in COLLECTIONS {
            let bare = match collection {
                "sourceConnections" => without(file_source("x"), "/params"),
                "targetConnections" => without(lake_target("x"), "/params"),
                _ => json!({"name": "x", "flowSpec": {"id": support::FILES_FLOW}}),
            };
            let bare = self.tenant.create_at(&format!("/{collection}?mode=draft"), &bare).await.id;
            let update = self.named(&format!("update{kind}")).await;
            self.send(update.id(&bare).body(&enable)).await;
            let act = self.named(&format!("actOn{kind}")).await;
            self.send(act.clone().id(&bare).query("op=publish")).await;
            let wrong = match collection {
                "flows" => {
                    let base = self.tenant.create(ats("x")).await.id;
                    let table = table_source("x", &base);
                    let table = self.tenant.create_at("/sourceConnections", &table).await.id;
                    let target = self.tenant.lake_target().await;
                    let flow = files_flow("x", &table, &target);
                    self.tenant.create_at("/flows?mode=draft", &flow).await.id
                }
                _ => self.draft_of_lost_version(collection).await,
            };
            self.send(act.id(&wrong).query("op=publish")).await;
        }
    }

    async fn send_transitional_states(&mut self) {
        let (source, target) = (self.tenant.file_source().await, self.tenant.lake_target().await);
        for (collection, kind) in COLLECTIONS {
            let mut seeded = match collection {
                "sourceConnections" => file_source("x"),
                "targetConnections" => lake_target("x"),
                _ => files_flow("x", &source, &target),
            };
            seeded["id"] = "5a1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68".into();
            seeded["state"] = "updating".into();
            let document = state_of(&self.tenant.ims_org, "prod", json!({ collection: [seeded] }));
            self.mock.seed(&document).expect("a seed");
            for verb in ["update", "delete", "actOn"] {
                let call =
                    self.named(&format!("{verb}{kind}")).await.id("5a1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68");
                let call = if verb == "update" { call.body(rename("sales")) } else { call };
                self.send(call).await;
            }
        }
    }
}
