//! Connection specs: the sources that connections can have, with the JSON Schemas of their `auth.params`.
//!
//! They are JSON documents in `fixtures/connection-specs/`, compiled into the binary, in the form of an item of
//! `GET /connectionSpecs`. A folder of the user adds to them, and so does each tenant by POST and PUT. [`document`] is one
//! spec, [`registry`] all of them; [`load`] reads the files, [`validate`] checks connections. Reference: "Connection specs".

pub(crate) mod bounds;
pub(crate) mod cost;
pub(crate) mod document;
pub(crate) mod extension;
pub(crate) mod load;
pub(crate) mod registry;
pub(crate) mod validate;
mod violation;

pub(crate) use document::ConnectionSpec;
pub(crate) use registry::{COLLECTION, OwnSpecs, Registry, TenantSpecs};
