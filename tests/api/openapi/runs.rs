//! Runs, their test control and activations in the conversations that the document is compared with.

use super::conversation::{Answered, id};
use super::probe::Probe;
use crate::support::{self, Control, Tenant, files_flow, with};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

const AD_HOC: &str = "/data/core/activation/disflowprovider/adhocrun";
const AMAZON_S3: &str = "4fce964d-3f37-408f-9778-e597338a21ee";
const SEGMENT: &str = "25768be6-ebd5-45cc-8913-12fb3f348613";
const NOBODY: &str = "6d0f6a1e-43c4-4b52-8f7c-9f2c1a3f5e10";

/// The id of the newest run of a new flow, which is in progress for a moment.
pub async fn run_of(tenant: &Tenant) -> String {
    let flow = tenant.files_flow().await.id;
    let (runs, _) = tenant.page(&format!("/runs?property=flowId=={flow}")).await;
    id(&runs[0]).to_owned()
}

/// A flow of files that runs when it is asked to.
async fn on_demand(tenant: &Tenant) -> String {
    let flow = files_flow("on demand", &tenant.file_source().await, &tenant.lake_target().await);
    let once = json!({"startTime": 1_612_310_466, "frequency": "once"});
    tenant.create_at("/flows", &with(flow, "/scheduleParams", once)).await.id
}

/// A flow that sends a segment to a destination.
async fn segments(tenant: &Tenant) -> String {
    let flow = segment_flow(tenant).await;
    tenant.create_at("/flows", &flow).await.id
}

/// Adds the flows that the examples of activations name.
pub async fn seed_examples(mock: &FlowMock, tenant: &Tenant) {
    let flow = segment_flow(tenant).await;
    let flow = with(flow, "/id", json!("d1b5f4c2-0f9a-4f2e-8c3d-6a7b8c9d0e1f"));
    let selector = "/transformations/0/params/segmentSelectors/selectors/0/value/id";
    let segments = with(flow.clone(), selector, json!("f5b0b4a3-6c7d-4e8f-9a0b-1c2d3e4f5a6b"));
    let spec = |id: &str| json!({"id": id, "version": "1.0"});
    let source = json!({
        "name": "data sets",
        "connectionSpec": spec("23598e46-f560-407b-88d5-ea6207e49db0"),
        "params": {"datasets": [{"dataSetId": "5f3c3cedb2805c194ff0b69a"}]}
    });
    let source = tenant.create_at("/sourceConnections", &source).await.id;
    let data_sets = with(flow, "/id", json!("0b1c2d3e-4f5a-4b6c-8d7e-9f0a1b2c3d4e"));
    let data_sets = with(data_sets, "/flowSpec", spec("269ba276-16fc-47db-92b0-c1049a3c131f"));
    let data_sets = with(data_sets, "/transformations", json!([]));
    let data_sets = with(data_sets, "/sourceConnectionIds", json!([source]));
    let contents =
        json!({"flows": [segments, data_sets], "runs": {"default": {"copyMs": 0, "promotionMs": 0}}});
    mock.seed(&support::state_of(&tenant.ims_org, "prod", contents)).expect("a seed");
}

/// The body of a flow that sends a segment to a destination.
async fn segment_flow(tenant: &Tenant) -> Value {
    let base = json!({
        "name": "bucket",
        "connectionSpec": {"id": AMAZON_S3, "version": "1.0"},
        "auth": {"specName": "Access Key", "params": {"s3AccessKey": "key", "s3SecretKey": "secret"}}
    });
    let base = tenant.create(base).await.id;
    let spec = |id: &str| json!({"id": id, "version": "1.0"});
    let source = json!({"name": "profiles", "connectionSpec": spec("8a9c3494-9708-43d7-ae3f-cda01e5030e1")});
    let source = tenant.create_at("/sourceConnections", &source).await.id;
    let target =
        json!({"baseConnectionId": base, "connectionSpec": spec(AMAZON_S3), "params": {"mode": "S3"}});
    let target = tenant.create_at("/targetConnections", &target).await.id;
    let selectors = json!({"selectors": [{"type": "PLATFORM_SEGMENT", "value": {"id": SEGMENT}}]});
    json!({
        "name": "segments",
        "flowSpec": spec("1a0514a6-33d4-4c7f-aff8-594799c47549"),
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [{"name": "GeneralTransform", "params": {"segmentSelectors": selectors}}]
    })
}

/// Makes every call on runs succeed.
pub async fn successes(mock: &FlowMock, tenant: &Tenant, answered: &mut Answered) {
    let flow = on_demand(tenant).await;
    let control = |method, rest: &str| support::request(mock, method, &format!("/_flowmock/runs{rest}"));
    let order = json!([{"flowId": flow, "run": "all", "outcome": "nothingNew", "copyMs": 0}]);
    answered.send(control(Method::POST, "").body(order.to_string())).await;
    answered.send(control(Method::GET, "")).await;
    let made = answered.post(tenant, "/runs", &json!({"flowId": flow})).await;
    let path = format!("/runs/{}", id(&made));
    for query in ["", "?limit=1", "?property=flowId,metrics", "?count=true"] {
        answered.get(tenant, &format!("/runs{query}")).await;
    }
    answered.get(tenant, &path).await;
    answered.send(tenant.untyped(Method::POST, &format!("{path}/action?op=re-trigger"))).await;
    let put = tenant.request(Method::PUT, &path).header("If-Match", "*");
    answered.send(put.body(json!({"metrics": {"statusSummary": {"status": "success"}}}).to_string())).await;
    let stuck = json!({"flowId": flow, "run": "now", "stuck": true});
    let ordered = answered.send(control(Method::POST, "").body(stuck.to_string())).await;
    let stuck = ordered["ordered"][0]["id"].as_str().expect("an id");
    let end = json!({"end": "finish"}).to_string();
    answered.send(control(Method::POST, &format!("/{stuck}")).body(end)).await;
    answered.send(control(Method::DELETE, "")).await;

    let flow = segments(tenant).await;
    let request = support::with_headers(tenant.absolute(Method::POST, AD_HOC), tenant.headers());
    let body = json!({"activationInfo": {flow.as_str(): [SEGMENT]}});
    answered.send(request.header("Content-Type", "application/json").body(body.to_string())).await;
}

impl Probe {
    /// Provokes the errors of runs.
    pub async fn send_wrong_runs(&mut self) {
        for query in [
            "count=true&limit=5",
            "orderby=*createdAt",
            "orderby=flowId",
            "property=flowId~x",
            "property=createdAt%3E1,2",
            "property=flowId%3E=a",
            "property=unknown==1",
            "property=flowId%3C%3Ex",
            "property=flowId==",
            "property=flowId==[1]",
        ] {
            self.send(self.named("listRuns").await.query(query)).await;
        }
        let (scheduled, on_demand) = (self.tenant.files_flow().await.id, on_demand(&self.tenant).await);
        let create = self.named("createRun").await;
        for body in [json!({}), json!({"flowId": NOBODY}), json!({"flowId": scheduled})] {
            self.send(create.clone().body(body)).await;
        }
        self.tenant.act("flows", &on_demand, "disable").await.expect_status(200);
        self.send(create.body(json!({"flowId": on_demand}))).await;

        let replace = self.named("replaceRun").await;
        self.send(replace.clone().header("if-match", None)).await;
        for body in [
            json!({"flowId": ""}),
            json!({"flowId": NOBODY}),
            json!({"predecessors": [{"flowId": NOBODY}]}),
            json!({"predecessors": [{"flowRunId": NOBODY}]}),
        ] {
            self.send(replace.clone().body(body)).await;
        }
        let act = self.named("actOnRun").await.query("op=re-trigger");
        for call in [replace, act.clone()] {
            self.send(call.header("if-match", Some(b"\"another\""))).await;
        }
        for call in [act.clone(), act.clone().id(NOBODY)] {
            self.send(call).await;
        }
        self.send(act.body("{")).await;

        let ad_hoc = self.named("runAdHoc").await;
        let flow = segments(&self.tenant).await;
        self.tenant.act("flows", &flow, "disable").await.expect_status(200);
        for flow in [&flow, NOBODY] {
            self.send(ad_hoc.clone().body(json!({"activationInfo": {flow: [SEGMENT]}}))).await;
        }
    }

    /// Makes runs of flows that have as many as they take.
    pub async fn send_runs_to_full_flows(&mut self) {
        const MOST: usize = 10_000;
        let (once, exported) = (on_demand(&self.tenant).await, segments(&self.tenant).await);
        let control = Control::of(&self.mock);
        for flow in [&once, &exported] {
            let order =
                json!({"flowId": flow, "run": "now", "outcome": "nothingNew", "copyMs": 0}).to_string();
            control.send(Method::POST, "/runs", "application/json", order).await.expect_status(201);
        }
        // The run that each of them has is repeated in a state document.
        let mut state: Value = serde_json::from_str(&control.export().await).expect("JSON");
        let sandbox = &mut state["organisations"][0]["sandboxes"][0];
        for flow in [&once, &exported] {
            let extras = &mut sandbox["runs"]["flows"][flow]["book"]["extras"];
            *extras = vec![extras[0].clone(); MOST].into();
        }
        control.replace(&state).await.expect_status(204);
        self.send(self.named("createRun").await.body(json!({"flowId": once}))).await;
        let (runs, _) = self.tenant.page(&format!("/runs?property=flowId=={once}&limit=1")).await;
        self.send(self.named("actOnRun").await.id(id(&runs[0])).query("op=re-trigger")).await;
        let body = json!({"activationInfo": {exported.as_str(): [SEGMENT]}});
        self.send(self.named("runAdHoc").await.body(body)).await;
    }

    /// Writes a run with a user's token, on a server that checks kinds of tokens.
    pub async fn send_run_of_user(&mut self, token: &str) {
        let call = self.named("replaceRun").await;
        self.send(call.header("Authorization", Some(format!("Bearer {token}").as_bytes()))).await;
    }
}
