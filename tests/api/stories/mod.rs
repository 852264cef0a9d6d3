//! The four documented chains from a base connection to monitored runs, call by call over HTTP. Reference: "Chain".

mod amazon_s3;
mod azure_tables;
mod http_api;
mod segments;

use crate::support::{self, Answer, Control, Tenant};
use flowmock::{Config, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};

/// The data lake's connection spec.
const DATA_LAKE: &str = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";

/// When every story begins, in seconds since the epoch.
const NOW: i64 = 1_795_860_000;

/// A server whose clock stands still, and a tenant of it.
struct Story {
    mock: FlowMock,
    tenant: Tenant,
    control: Control,
}

impl Story {
    async fn begin(change: impl FnOnce(&mut Config)) -> Self {
        let mock = support::server(change);
        let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
        control.set_clock(json!({ "now": NOW * 1000 })).await;
        Self { mock, tenant, control }
    }

    /// Lets that many seconds pass.
    async fn wait(&self, seconds: i64) {
        self.control.set_clock(json!({ "advanceMs": seconds * 1000 })).await;
    }

    /// A call of another service than the Flow Service.
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.tenant.absolute(method, path);
        let request = support::with_headers(request, self.tenant.headers());
        Answer::to(match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        })
        .await
    }

    async fn get(&self, path: &str) -> Value {
        self.tenant.get(path).await.expect_status(200).json()
    }

    /// The entity at `path`.
    async fn item(&self, path: &str) -> Value {
        self.get(path).await["items"][0].clone()
    }

    /// Creates an entity and returns its id.
    async fn create(&self, path: &str, body: Value) -> String {
        self.tenant.create_at(path, &body).await.id
    }

    /// A schema, a data set with it, a target connection to that, and a mapping set for it: the ids of the last two.
    async fn target_and_mapping(&self, format: Option<&str>) -> (String, String) {
        let schema = json!({
            "type": "object",
            "title": "Customers",
            "allOf": [{ "$ref": "https://ns.adobe.com/xdm/context/profile" }]
        });
        let schemas = "/data/foundation/schemaregistry/tenant/schemas";
        let schema = self.call(Method::POST, schemas, Some(&schema)).await.expect_status(201).json();
        let schema = schema["$id"].as_str().expect("an id");
        let full = "application/vnd.adobe.xed-full+json;version=1";
        let data_set =
            json!({ "name": "Customers", "schemaRef": { "id": schema, "contentType": full }, "tags": {} });
        let data_sets = "/data/foundation/catalog/dataSets?requestDataSource=true";
        let made = self.call(Method::POST, data_sets, Some(&data_set)).await.expect_status(201).json();
        let data_set =
            made[0].as_str().and_then(|made| made.strip_prefix("@/dataSets/")).expect("a reference");
        let mut target = json!({
            "name": "target",
            "connectionSpec": { "id": DATA_LAKE, "version": "1.0" },
            "data": { "schema": { "id": schema, "version": full } },
            "params": { "dataSetId": data_set }
        });
        if let Some(format) = format {
            target["data"]["format"] = json!(format);
        }
        let target = self.create("/targetConnections", target).await;
        let mapping = json!({
            "version": 0,
            "xdmSchema": schema,
            "xdmVersion": "1.0",
            "id": null,
            "mappings": [{
                "destinationXdmPath": "person.name.fullName",
                "sourceAttribute": "Name",
                "identity": false,
                "version": 0
            }]
        });
        let sets = "/data/foundation/conversion/mappingSets";
        let mapping = self.call(Method::POST, sets, Some(&mapping)).await.expect_status(200).json();
        (target, mapping["id"].as_str().expect("an id").to_owned())
    }

    /// The id of the flow spec with that name.
    async fn flow_spec(&self, name: &str) -> String {
        let found = self.get(&format!("/flowSpecs?property=name==%22{name}%22")).await;
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
        found["items"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// The runs of a flow, newest first.
    async fn runs(&self, flow: &str) -> Vec<Value> {
        let (runs, next) = self.tenant.page(&format!("/runs?property=flowId=={flow}")).await;
        assert_eq!(next, None);
        runs
    }

    /// The statuses of a flow's runs, newest first.
    async fn statuses(&self, flow: &str) -> Vec<String> {
        let status =
            |run: &Value| run["metrics"]["statusSummary"]["status"].as_str().expect("a status").to_owned();
        self.runs(flow).await.iter().map(status).collect()
    }

    /// An action of an entity.
    async fn act(&self, path: &str, op: &str) -> Answer {
        Answer::to(self.tenant.untyped(Method::POST, &format!("{path}/action?op={op}"))).await
    }

    /// Deletes entities in that order.
    async fn delete_all(&self, paths: &[String]) {
        for path in paths {
            self.tenant.delete(path).await.expect_status(204);
        }
    }

    /// Asserts that each interaction of the story's Pact file can be verified alone, on a new server, and that these are among
    /// them.
    async fn assert_pact_has(&self, wanted: &[&str]) {
        let file = self.control.get("/pact?consumer=key").await.expect_status(200);
        let file = String::from_utf8(file.body).expect("text");
        let file = crate::pact::assert_verified(&file).await;
        let interactions = file["interactions"].as_array().expect("interactions");
        let described: Vec<&str> =
            interactions.iter().filter_map(|one| one["description"].as_str()).collect();
        for wanted in wanted {
            assert!(described.contains(wanted), "{wanted} is none of {described:#?}");
        }
    }
}
