//! The entities of the way from a source to a flow: bodies, and calls that create them.

use super::{Answer, DATA_LANDING_ZONE, Tenant, Written, ats};
use crate::common::requests::ATS;
use reqwest::Method;
use serde_json::{Value, json};

/// The connection spec of the data lake as a target.
pub const DATA_LAKE: &str = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";

/// The connection spec of profiles as a source.
pub const PROFILES: &str = "8a9c3494-9708-43d7-ae3f-cda01e5030e1";

/// The flow spec of files.
pub const FILES_FLOW: &str = "9753525b-82c7-4dce-8a9b-5ccfce2b9876";

/// The flow spec of tables.
pub const TABLES_FLOW: &str = "14518937-270c-4525-bdec-c2ba7cce3860";

/// The flow spec of segments to the landing zone.
pub const SEGMENTS_FLOW: &str = "7e635b9f-e59b-4546-8ba8-fce6496693c8";

/// A source connection that needs no base connection: a file of the landing zone.
pub fn file_source(name: &str) -> Value {
    json!({
        "name": name,
        "connectionSpec": { "id": DATA_LANDING_ZONE, "version": "1.0" },
        "data": { "format": "delimited" },
        "params": { "path": "dlz-user-container/orders.csv", "type": "file" }
    })
}

/// A source connection of a table of Azure Table Storage.
pub fn table_source(name: &str, base: &str) -> Value {
    json!({
        "name": name,
        "baseConnectionId": base,
        "connectionSpec": { "id": ATS, "version": "1.0" },
        "data": { "format": "tabular" },
        "params": { "tableName": "Orders" }
    })
}

/// A target connection to the data lake.
pub fn lake_target(name: &str) -> Value {
    json!({
        "name": name,
        "connectionSpec": { "id": DATA_LAKE, "version": "1.0" },
        "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" }
    })
}

/// An hourly flow of files.
pub fn files_flow(name: &str, source: &str, target: &str) -> Value {
    json!({
        "name": name,
        "flowSpec": { "id": FILES_FLOW, "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "scheduleParams": { "startTime": 1_612_310_466, "frequency": "hour", "interval": 1 }
    })
}

/// A flow of a table, every 15 minutes.
pub fn table_flow(name: &str, source: &str, target: &str) -> Value {
    json!({
        "name": name,
        "flowSpec": { "id": TABLES_FLOW, "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [
            { "name": "Copy", "params": { "deltaColumn": { "name": "Timestamp" } } },
            { "name": "Mapping", "params": { "mappingId": "0b090130b58b4e819afc78b6dc98a945", "mappingVersion": "0" } }
        ],
        "scheduleParams": { "startTime": "1612310466", "frequency": "minute", "interval": "15", "backfill": "true" }
    })
}

/// The ids of a chain.
#[derive(Clone, Debug)]
pub struct Chain {
    pub base: String,
    pub source: String,
    pub target: String,
    pub flow: Written,
}

impl Tenant {
    /// Creates a source connection of the landing zone.
    pub async fn file_source(&self) -> String {
        self.create_at("/sourceConnections", &file_source("orders")).await.id
    }

    /// Creates a target connection to the data lake.
    pub async fn lake_target(&self) -> String {
        self.create_at("/targetConnections", &lake_target("orders")).await.id
    }

    /// Creates a flow of files with its source and target connections.
    pub async fn files_flow(&self) -> Written {
        let (source, target) = (self.file_source().await, self.lake_target().await);
        self.create_at("/flows", &files_flow("orders", &source, &target)).await
    }

    /// Creates a flow of a table with all its connections.
    pub async fn table_chain(&self) -> Chain {
        let base = self.create(ats("base")).await.id;
        let source = self.create_at("/sourceConnections", &table_source("orders", &base)).await.id;
        let target = self.lake_target().await;
        let flow = self.create_at("/flows", &table_flow("orders", &source, &target)).await;
        Chain { base, source, target, flow }
    }

    /// Reads an entity by its collection and id.
    pub async fn item(&self, collection: &str, id: &str) -> Value {
        self.get(&format!("/{collection}/{id}")).await.expect_status(200).json()["items"][0].clone()
    }

    /// Patches an entity of that collection, whatever its version.
    pub async fn change(&self, collection: &str, id: &str, operations: Value) -> Answer {
        let request = self.request(Method::PATCH, &format!("/{collection}/{id}")).header("If-Match", "*");
        Answer::to(request.body(operations.to_string())).await
    }

    /// Calls an action of an entity of that collection, without a body and a content type.
    pub async fn act(&self, collection: &str, id: &str, op: &str) -> Answer {
        Answer::to(self.untyped(Method::POST, &format!("/{collection}/{id}/action?op={op}"))).await
    }

    /// Deletes an entity of that collection.
    pub async fn remove(&self, collection: &str, id: &str) -> Answer {
        self.delete(&format!("/{collection}/{id}")).await
    }
}
