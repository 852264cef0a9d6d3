//! The kinds under test, each with a body and what is its own.

use crate::base::operation::Kind;
use serde_json::{Value, json};

/// A kind under test.
pub(super) struct Subject {
    pub(super) kind: Kind,
    /// The body of a POST with that name.
    pub(super) body: fn(name: &str) -> Value,
    /// A key that no entity may lack, except for drafts.
    pub(super) required: &'static str,
    /// An indexed field with one value in every [`body`](Self::body).
    pub(super) shared: &'static str,
    /// A key that a client can set only once.
    pub(super) fixed: &'static str,
    /// The error of a PATCH of a key that the client cannot change.
    pub(super) of_fixed: &'static str,
    /// Whether a PATCH must leave an entity that could be created.
    pub(super) is_checked_after_patch: bool,
    /// The entities that the body refers to, as members of a sandbox in a state document.
    pub(super) seed: fn() -> Value,
}

pub(super) fn nothing() -> Value {
    json!({})
}

/// Every kind.
pub(super) const SUBJECTS: [Subject; 6] = [
    Subject {
        kind: Kind::Connection,
        body: |name| {
            json!({
                "name": name,
                "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" },
                "auth": {
                    "specName": "Connection String Based Authentication",
                    "params": { "connectionString": "AccountName=acme;AccountKey=c2VjcmV0IGtleQ==" }
                }
            })
        },
        required: "auth",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: true,
        seed: nothing,
    },
    Subject {
        kind: Kind::PrivateEndpoint,
        body: |name| {
            json!({
                "name": name,
                "subscriptionId": "4281a16a-696f-4993-a7d3-a3da4b846345",
                "resourceGroupName": "shop",
                "resourceName": "shopstorage",
                "fqdns": ["shopstorage.table.core.windows.net"],
                "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" }
            })
        },
        required: "resourceName",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: true,
        seed: nothing,
    },
    Subject {
        kind: Kind::SourceConnection,
        body: |name| {
            json!({
                "name": name,
                "connectionSpec": { "id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8", "version": "1.0" },
                "data": { "format": "delimited" },
                "params": { "path": "dlz-user-container/orders.csv", "type": "file" }
            })
        },
        required: "params",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: false,
        seed: nothing,
    },
    Subject {
        kind: Kind::TargetConnection,
        body: |name| {
            json!({
                "name": name,
                "connectionSpec": { "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0" },
                "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" }
            })
        },
        required: "params",
        shared: "connectionSpec.id",
        fixed: "connectionSpec",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: false,
        seed: nothing,
    },
    Subject {
        kind: Kind::Flow,
        body: |name| {
            json!({
                "name": name,
                "flowSpec": { "id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "version": "1.0" },
                "sourceConnectionIds": ["26b53912-1005-49f0-b539-12100559f0e2"],
                "targetConnectionIds": ["f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"],
                "scheduleParams": { "startTime": 1612310466, "frequency": "hour", "interval": 1 }
            })
        },
        required: "scheduleParams",
        shared: "flowSpec.id",
        fixed: "flowSpec",
        of_fixed: "FLOW-1100-400",
        is_checked_after_patch: true,
        seed: || {
            let source = json!({
                "id": "26b53912-1005-49f0-b539-12100559f0e2",
                "name": "orders",
                "connectionSpec": { "id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8" },
                "data": { "format": "delimited" },
                "params": { "path": "dlz-user-container/orders.csv" }
            });
            let target = json!({
                "id": "f7eb08fa-5f04-4e45-ab08-fa5f046e45ee",
                "connectionSpec": { "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c" },
                "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" }
            });
            json!({ "sourceConnections": [source], "targetConnections": [target] })
        },
    },
    Subject {
        kind: Kind::Widget,
        body: |name| json!({ "name": name, "colour": "red", "size": 3 }),
        required: "size",
        shared: "colour",
        fixed: "colour",
        of_fixed: "FLOW-1414-400",
        is_checked_after_patch: true,
        seed: nothing,
    },
];
