//! The params that the service adds to `auth.params`.
//!
//! Reference: "Items of base connections". A connection of HTTP API gets its [inlet](super::inlet), and the params that its
//! client left out: `sourceId` and `name`, both the connection's name, and `authenticationRequired`. Decided: `dataType`
//! is not among them, since the auth spec requires it. Salesforce with OAuth2 JWT gets `orgId`, the organisation. All of
//! them outlast a PATCH that replaces the params; the client can change them, except for the inlet.

use super::inlet;
use crate::base::tenant::Tenant;
use crate::services::inlets::url::InletUrls;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The connection spec of HTTP API.
pub(crate) const HTTP_API: &str = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";

/// The connection spec of Salesforce, and its auth spec whose params the service completes.
const SALESFORCE: &str = "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5";
const JWT: &str = "OAuth2 JWT Token Credential";

/// The params that the service adds to some connections.
#[derive(Clone, Copy)]
enum Added {
    Streaming,
    Organisation,
}

impl Added {
    /// The params that the service adds to a connection of that connection spec and auth spec.
    fn of(spec_id: &str, auth_spec: Option<&str>) -> Option<Self> {
        match (spec_id, auth_spec) {
            (HTTP_API, _) => Some(Self::Streaming),
            (SALESFORCE, Some(JWT)) => Some(Self::Organisation),
            _ => None,
        }
    }

    /// The params that a client may leave out.
    fn optional(self) -> &'static [&'static str] {
        match self {
            Self::Streaming => &["sourceId", "name", "authenticationRequired"],
            Self::Organisation => &["orgId"],
        }
    }

    /// The value of one of the [`optional`](Self::optional) params for a new connection.
    fn default(self, param: &str, connection_name: &str, tenant: &Tenant) -> Value {
        match (self, param) {
            (Self::Streaming, "authenticationRequired") => false.into(),
            (Self::Streaming, _) => connection_name.into(),
            (Self::Organisation, _) => (*tenant.ims_org).into(),
        }
    }
}

/// The params of the item of a connection that the service adds, if it adds any.
pub(super) fn of_item(item: &Value) -> Option<Value> {
    let added = Added::of(item["connectionSpec"]["id"].as_str()?, item["auth"]["specName"].as_str())?;
    let params = item["auth"]["params"].as_object()?;
    let inlet: &[&str] = match added {
        Added::Streaming => &inlet::PARAMS,
        Added::Organisation => &[],
    };
    let keys = added.optional().iter().chain(inlet);
    let known = keys.filter_map(|key| Some(((*key).to_owned(), params.get(*key)?.clone())));
    Some(Value::Object(known.collect()))
}

/// The connection whose params are completed.
pub(super) struct Target<'a> {
    pub(super) id: Uuid,
    pub(super) tenant: &'a Tenant,
    pub(super) inlet_urls: InletUrls<'a>,
    pub(super) name: &'a str,
    pub(super) spec_id: &'a str,
    pub(super) auth_spec: Option<&'a str>,
}

/// Adds the params that the service adds to those of a connection. `made` has the values that [`of_item`] found in the
/// stored item.
pub(super) fn add(params: &mut Map<String, Value>, target: &Target<'_>, made: Option<Value>) {
    let Some(added) = Added::of(target.spec_id, target.auth_spec) else { return };
    let mut made = match made {
        Some(Value::Object(made)) => made,
        _ => Map::new(),
    };
    if let Added::Streaming = added {
        inlet::set(params, target.id, target.tenant, &target.inlet_urls, &made);
    }
    for key in added.optional() {
        if !params.contains_key(*key) {
            let default = || added.default(key, target.name, target.tenant);
            let value = made.shift_remove(*key).unwrap_or_else(default);
            params.insert((*key).to_owned(), value);
        }
    }
}
