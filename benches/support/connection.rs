//! A typical connection.

use serde_json::{Value, json};

/// The body of the request that creates it.
pub fn connection() -> Value {
    json!({
        "name": "orders",
        "description": "Orders of the web shop",
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": {
                "connectionString":
                    "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0IGtleQ==;EndpointSuffix=core.windows.net"
            }
        },
        "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" }
    })
}
