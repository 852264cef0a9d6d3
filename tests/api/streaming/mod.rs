//! The streaming endpoint: `POST /collection/{inletId}`. Reference: "Streaming endpoint"; `flows-errors.csv`, layer inlet.

mod addresses;
mod batch;
mod faults;
mod hours;
mod lookup;
mod mailbox;
mod single;

use crate::support::{Answer, Tenant, Written, client, request, streaming};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

/// A stored streaming connection.
struct Stream<'a> {
    mock: &'a FlowMock,
    tenant: Tenant,
    connection: Written,
    /// The id of its inlet.
    inlet: String,
    /// The address of its inlet.
    url: String,
}

impl<'a> Stream<'a> {
    async fn of(mock: &'a FlowMock, params: Value) -> Self {
        Self::by(mock, Tenant::on(mock), params).await
    }

    /// A connection that `tenant` creates.
    async fn by(mock: &'a FlowMock, tenant: Tenant, params: Value) -> Self {
        let connection = tenant.create(streaming(&params)).await;
        let params = tenant.read(&connection.id).await["auth"]["params"].clone();
        let text = |key: &str| params[key].as_str().expect("a text").to_owned();
        let (inlet, url) = (text("inletId"), text("inletUrl"));
        Self { mock, tenant, connection, inlet, url }
    }

    async fn raw(mock: &'a FlowMock) -> Self {
        Self::of(mock, json!({"dataType": "raw"})).await
    }

    async fn xdm(mock: &'a FlowMock) -> Self {
        Self::of(mock, json!({"dataType": "xdm"})).await
    }

    /// A request to the inlet; `query` begins with its question mark.
    fn request(&self, query: &str) -> reqwest::RequestBuilder {
        request(self.mock, Method::POST, &format!("/collection/{}{query}", self.inlet))
    }

    async fn send(&self, message: &Value) -> Answer {
        self.send_to("", message).await
    }

    async fn send_to(&self, query: &str, message: &Value) -> Answer {
        Answer::to(self.request(query).body(message.to_string())).await
    }

    async fn send_batch(&self, query: &str, body: &Value) -> Answer {
        let path = format!("/collection/batch/{}{query}", self.inlet);
        Answer::to(request(self.mock, Method::POST, &path).body(body.to_string())).await
    }

    /// An XDM message of the connection's organisation.
    fn xdm_message(&self, entity: &Value) -> Value {
        json!({
            "header": {
                "schemaRef": {"id": "https://ns.adobe.com/acme/schemas/1", "contentType": "application/vnd.adobe.xed-full+json;version=1"},
                "imsOrgId": self.tenant.ims_org,
                "datasetId": "5e8605d7b2f8f318aab29a1c",
                "source": {"name": "s"},
            },
            "body": {"xdmMeta": {"schemaRef": {"id": "https://ns.adobe.com/acme/schemas/1"}}, "xdmEntity": entity},
        })
    }

    /// The messages in the mailbox.
    fn messages(&self) -> Vec<Value> {
        self.mock.inlet_messages(&self.inlet).iter().map(|message| message.json()).collect()
    }
}

/// Asserts an error of the streaming endpoint, whose message contains `text`.
#[track_caller]
fn expect_inlet_error(answer: Answer, status: u16, title: &str, text: &str) {
    let answer = answer.expect_status(status);
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    let (kind, shown) = match status {
        401 => {
            ("https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization", json!("401"))
        }
        _ => ("http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet", json!(status)),
    };
    let message = body["report"]["message"].as_str().expect("a message").to_owned();
    assert_eq!(body, json!({"type": kind, "status": shown, "title": title, "report": {"message": message}}));
    assert!(message.contains(text), "no {text:?} in\n{answer}");
}

/// A POST to a whole URL.
async fn post_to(url: &str, message: &Value) -> Answer {
    Answer::to(client().post(url).body(message.to_string())).await
}
