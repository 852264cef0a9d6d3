//! The inlet of a streaming connection: the address to which its data is sent.
//!
//! Reference: "Items of base connections" (HTTP API). The service creates the inlet with the connection and returns it in
//! `auth.params`. Decided: the inlet is derived from the sandbox and the connection's id, so equal ids get equal inlets. A
//! seeded connection keeps its inlet. A client cannot choose the inlet, and a PATCH does not change it.

use crate::base::tenant::Tenant;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use uuid::Uuid;

/// The connection spec of HTTP API, whose connections have inlets.
const HTTP_API: &str = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";

/// The params that the service adds.
const URL: &str = "inletUrl";
const ID: &str = "inletId";

/// Whether connections of that connection spec have inlets.
pub(super) fn is_for(spec_id: &str) -> bool {
    spec_id == HTTP_API
}

/// The inlet in the item of a connection, if it has one.
pub(super) fn of_item(item: &Value) -> Option<Value> {
    if !item["connectionSpec"]["id"].as_str().is_some_and(is_for) {
        return None;
    }
    let params = &item["auth"]["params"];
    let (url, id) = (params[URL].as_str()?, params[ID].as_str()?);
    Some(json!({ URL: url, ID: id }))
}

/// Sets the inlet in the params of the connection with that id: the earlier one if there is one, or else a new one.
pub(super) fn set(params: &mut Map<String, Value>, id: Uuid, tenant: &Tenant, made: Option<Value>) {
    let inlet = made.unwrap_or_else(|| new(id, tenant));
    for key in [URL, ID] {
        params.insert(key.to_owned(), inlet[key].clone());
    }
}

fn new(id: Uuid, tenant: &Tenant) -> Value {
    // Headers cannot contain a line feed, so different connections have different texts.
    let text = format!("inlet\n{}\n{}\n{id}", tenant.ims_org, tenant.sandbox);
    let mut digits = String::with_capacity(64);
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        _ = write!(digits, "{byte:02x}"); // writing to a String cannot fail
    }
    json!({ URL: format!("https://dcs.adobedc.net/collection/{digits}"), ID: digits })
}
