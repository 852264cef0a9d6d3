//! Bodies that many tests send.

use serde_json::{Value, json};

/// A whole ATS connection with that name.
pub fn ats(name: &str) -> Value {
    json!({
        "name": name,
        "description": "for a test",
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": { "connectionString": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0IGtleQ==" }
        },
        "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" }
    })
}

/// A PATCH that changes the name.
pub fn rename(name: &str) -> Value {
    json!([{ "op": "replace", "path": "/name", "value": name }])
}
