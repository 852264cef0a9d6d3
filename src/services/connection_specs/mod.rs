//! Connection specs: the sources that connections can have, with the JSON Schemas of their `auth.params`.
//!
//! They are JSON documents in `fixtures/connection-specs/`, compiled into the binary, in the form of an item of
//! `GET /connectionSpecs`. A folder of the user adds to them, and so does each tenant by POST and PUT. [`document`] is one
//! spec, [`Registry`] all of them; [`validate`] checks connections, [`auth_refusal`] says which auth specs there are.
//! Reference: "Connection specs".

pub(crate) mod auth_refusal;
pub(crate) mod bounds;
pub(crate) mod cost;
pub(crate) mod document;
pub(crate) mod extension;
#[cfg(test)]
mod tests;
pub(crate) mod validate;
mod violation;

use crate::services::specs;
pub(crate) use document::ConnectionSpec;

/// The connection specs of all tenants of a server.
pub(crate) type Registry = specs::Registry<ConnectionSpec>;

/// The connection specs of one sandbox.
pub(crate) type OwnSpecs = specs::OwnSpecs<ConnectionSpec>;

/// The connection specs that a tenant sees, at one moment.
pub(crate) type TenantSpecs<'a> = specs::TenantSpecs<'a, ConnectionSpec>;
