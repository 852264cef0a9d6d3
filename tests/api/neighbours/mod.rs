//! The services beside the Flow Service. Reference: "The other services, minimally".

mod batches;
mod catalog;
mod connectors;
mod data_prep;
mod gateway;
mod references;
mod schema_registry;
mod state;

use crate::support::{self, Answer, Tenant};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const SCHEMAS: &str = "/schemaregistry/tenant/schemas";
const DATA_SETS: &str = "/catalog/dataSets";
const MAPPING_SETS: &str = "/conversion/mappingSets";
const FORM: &str = "application/vnd.adobe.xed-full+json;version=1";

/// A request to a path below `/data/foundation`, with the four headers.
fn request(tenant: &Tenant, method: Method, path: &str) -> RequestBuilder {
    let request = tenant.absolute(method, &format!("/data/foundation{path}"));
    support::with_headers(request, tenant.headers())
}

async fn get(tenant: &Tenant, path: &str) -> Answer {
    Answer::to(request(tenant, Method::GET, path)).await
}

async fn post(tenant: &Tenant, path: &str, body: &Value) -> Answer {
    let request = request(tenant, Method::POST, path).header("Content-Type", "application/json");
    Answer::to(request.body(body.to_string())).await
}

/// A schema with this title, as a client writes it.
fn schema(title: &str) -> Value {
    json!({
        "title": title,
        "type": "object",
        "description": "What was ordered.",
        "allOf": [
            {"$ref": "https://ns.adobe.com/xdm/context/profile"},
            {"$ref": "https://ns.adobe.com/xdm/context/profile-person-details"},
        ],
    })
}

/// Reads the schema that is named in a path by this text.
async fn read_schema(tenant: &Tenant, id: &str) -> Answer {
    let request = request(tenant, Method::GET, &format!("{SCHEMAS}/{id}"));
    Answer::to(request.header("Accept", "application/vnd.adobe.xed+json; version=1")).await
}

/// Creates a schema and returns its `$id`.
async fn create_schema(tenant: &Tenant, title: &str) -> String {
    let made = post(tenant, SCHEMAS, &schema(title)).await.expect_status(201).json();
    made["$id"].as_str().expect("an id").to_owned()
}

/// Creates a data set with this schema and returns its id.
async fn create_data_set(tenant: &Tenant, name: &str, schema: &str) -> String {
    let body = json!({"name": name, "schemaRef": {"id": schema, "contentType": FORM}});
    let made = post(tenant, DATA_SETS, &body).await.expect_status(201).json();
    made[0].as_str().and_then(|reference| reference.strip_prefix("@/dataSets/")).expect("an id").to_owned()
}

/// A mapping set to this schema, as a client writes it.
fn mapping_set(schema: &str) -> Value {
    json!({
        "version": 0,
        "xdmSchema": schema,
        "xdmVersion": "1.0",
        "id": null,
        "mappings": [{"destinationXdmPath": "_id", "sourceAttribute": "RowKey", "identity": false}],
    })
}

/// Creates a mapping set to this schema and returns its id.
async fn create_mapping_set(tenant: &Tenant, schema: &str) -> String {
    let made = post(tenant, MAPPING_SETS, &mapping_set(schema)).await.expect_status(200).json();
    made["id"].as_str().expect("an id").to_owned()
}

/// `id` percent-encoded as a segment of a path.
fn encoded(id: &str) -> String {
    id.replace('%', "%25").replace(':', "%3A").replace('/', "%2F")
}

/// Asserts that the Catalog says that it has no such data set.
fn assert_no_data_set(answer: Answer, id: &str) {
    let body = answer.clone().expect_status(404).json();
    assert_eq!((&body["status"], &body["title"]), (&json!(404), &json!("NotFoundError")), "{answer}");
    assert!(body["detail"].as_str().is_some_and(|detail| detail.contains(id)), "{answer}");
    assert_eq!(answer.header("content-type"), "application/json");
}
