//! The inlet of a streaming connection: the address to which its data is sent.
//!
//! Reference: "Items of base connections" (HTTP API). The service creates the inlet with the connection and returns it in
//! `auth.params`. Decided: the inlet is derived from the sandbox and the connection's id, so equal ids get equal inlets. A
//! seeded connection keeps its inlet. A client cannot choose the inlet, and a PATCH does not change it.

use crate::base::tenant::Tenant;
use crate::services::inlets::url::InletUrls;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use uuid::Uuid;

/// The params of an inlet.
pub(super) const PARAMS: [&str; 2] = [URL, ID];
const URL: &str = "inletUrl";
const ID: &str = "inletId";

/// Sets the inlet in the params of the connection with that id: the one in `made` if there is one, or else a new one.
pub(super) fn set(
    params: &mut Map<String, Value>, id: Uuid, tenant: &Tenant, urls: &InletUrls<'_>,
    made: &Map<String, Value>,
) {
    let known = |key| made.get(key).and_then(Value::as_str);
    let [url, inlet] = match known(URL).zip(known(ID)) {
        Some((_, inlet)) if urls.replaces() => [urls.of(inlet), inlet.to_owned()],
        Some((url, inlet)) => [url, inlet].map(str::to_owned),
        None => {
            let inlet = new(id, tenant);
            [urls.of(&inlet), inlet]
        }
    };
    params.insert(URL.to_owned(), url.into());
    params.insert(ID.to_owned(), inlet.into());
}

/// The id of the inlet in those params.
pub(super) fn id_in(params: &Value) -> Option<&str> {
    params[ID].as_str()
}

/// The id of a new inlet.
fn new(id: Uuid, tenant: &Tenant) -> String {
    // Headers cannot contain a line feed, so different connections have different texts.
    let text = format!("inlet\n{}\n{}\n{id}", tenant.ims_org, tenant.sandbox);
    let mut digits = String::with_capacity(64);
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        _ = write!(digits, "{byte:02x}"); // writing to a String cannot fail
    }
    digits
}
