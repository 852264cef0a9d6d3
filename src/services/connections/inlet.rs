//! The inlet of a streaming connection: the address to which its data is sent.
//!
//! Reference: "Items of base connections" (HTTP API). The service creates the inlet with the connection and returns it in
//! `auth.params`. Decided: the inlet is derived from the sandbox and the connection's id, so equal ids get equal inlets. A
//! seeded connection keeps its inlet. A client cannot choose the inlet, and a PATCH does not change it.

use crate::base::tenant::Tenant;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use uuid::Uuid;

/// The params of an inlet.
pub(super) const PARAMS: [&str; 2] = [URL, ID];
const URL: &str = "inletUrl";
const ID: &str = "inletId";

/// Sets the inlet in the params of the connection with that id: the one in `made` if there is one, or else a new one.
pub(super) fn set(params: &mut Map<String, Value>, id: Uuid, tenant: &Tenant, made: &Map<String, Value>) {
    let known = |key| made.get(key).filter(|value| value.is_string()).cloned();
    let inlet = known(URL).zip(known(ID)).map_or_else(|| new(id, tenant), |(url, id)| [url, id]);
    for (key, value) in PARAMS.into_iter().zip(inlet) {
        params.insert(key.to_owned(), value);
    }
}

/// The address and the id of a new inlet.
fn new(id: Uuid, tenant: &Tenant) -> [Value; 2] {
    // Headers cannot contain a line feed, so different connections have different texts.
    let text = format!("inlet\n{}\n{}\n{id}", tenant.ims_org, tenant.sandbox);
    let mut digits = String::with_capacity(64);
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        _ = write!(digits, "{byte:02x}"); // writing to a String cannot fail
    }
    [format!("https://dcs.adobedc.net/collection/{digits}").into(), digits.into()]
}
