//! Request bodies that many tests send.

pub use crate::common::requests::ATS;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The connection spec of the source Data Landing Zone, which needs no base connection.
/// The connection spec of streaming connections.
pub const HTTP_API: &str = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";
pub const DATA_LANDING_ZONE: &str = "26f526f2-58f4-4712-961d-e41bf1ccc0e8";

/// The connection spec of the destination Data Landing Zone, which has no auth spec.
const LANDING_ZONE: &str = "10440537-2a7b-4583-ac39-ed38d4b848e8";

/// The account key in [`ats`].
pub const CREDENTIAL: &str = "c2VjcmV0IGtleQ==";

/// A complete ATS connection named `name`.
pub fn ats(name: &str) -> Value {
    let connection_string =
        format!("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={CREDENTIAL}");
    json!({
        "name": name,
        "description": "for a test",
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": { "connectionString": connection_string }
        },
        "connectionSpec": { "id": ATS, "version": "1.0" }
    })
}

/// A connection whose connection spec needs no `auth`.
pub fn landing_zone(name: &str) -> Value {
    json!({ "name": name, "connectionSpec": { "id": LANDING_ZONE, "version": "1.0" } })
}

/// A draft without `auth`.
pub fn draft(name: &str) -> Value {
    json!({ "name": name, "connectionSpec": { "id": ATS } })
}

/// A connection of HTTP API with these params besides `sourceId` and `name`.
pub fn streaming(params: &Value) -> Value {
    let mut all = json!({"sourceId": "s", "name": "s"});
    for (key, value) in params.as_object().expect("an object") {
        all[key] = value.clone();
    }
    json!({
        "name": "stream",
        "auth": {"specName": "Streaming Connection", "params": all},
        "connectionSpec": {"id": HTTP_API, "version": "1.0"}
    })
}

/// A complete private endpoint named `name`.
pub fn private_endpoint(name: &str) -> Value {
    json!({
        "name": name,
        "subscriptionId": "4281a16a-696f-4993-a7d3-a3da4b846345",
        "resourceGroupName": "shop",
        "resourceName": "shopstorage",
        "fqdns": ["shopstorage.table.core.windows.net"],
        "connectionSpec": { "id": ATS, "version": "1.0" }
    })
}

/// A PATCH that changes the name.
pub fn rename(name: &str) -> Value {
    json!([{ "op": "replace", "path": "/name", "value": name }])
}

/// `body` with `value` at `pointer`, a JSON pointer whose parent exists.
pub fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer below the root");
    body.pointer_mut(parent).expect("the parent exists")[key] = value;
    body
}

/// `body` without the value at `pointer`, a JSON pointer.
pub fn without(mut body: Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer below the root");
    let parent = body.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent exists");
    parent.remove(key).expect("the value exists");
    body
}

/// Encodes parameters as a query or an urlencoded form.
pub fn form_encoded(parameters: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://localhost", parameters).expect("a URL");
    url.query().unwrap_or_default().to_owned()
}

/// The JWT with which a client's service account asks for a token of the organisation `A@AdobeOrg`. Its signature is not
/// verified.
pub fn service_jwt(client_id: &str) -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = json!({
        "exp": 4_102_444_800_u64, // in the year 2100
        "iss": "A@AdobeOrg",
        "sub": "ACCOUNT@techacct.adobe.com",
        "aud": format!("https://ims-na1.adobelogin.com/c/{client_id}"),
        "https://ims-na1.adobelogin.com/s/ent_dataservices_sdk": true,
    });
    format!("{}.{}.c2lnbmF0dXJl", part(json!({"alg": "RS256", "typ": "JWT"})), part(claims))
}
