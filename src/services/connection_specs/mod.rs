//! Connection specs: what a connection may connect to, and the JSON Schemas that its `auth.params` must
//! satisfy.
//!
//! They are data: documents under `fixtures/connection-specs/`, compiled into the binary, each the item that
//! `GET /connectionSpecs` is documented to answer with. A folder of the user's adds to them, and so does each
//! tenant by POST and PUT. [`document`] is one of them, [`registry`] all of them, [`load`] the files,
//! [`validate`] what they mean for a connection; the other files are an operation each. Reference:
//! "Connection specs".

pub(crate) mod bounds;
pub(crate) mod document;
pub(crate) mod extension;
pub(crate) mod load;
pub(crate) mod registry;
pub(crate) mod validate;

pub(crate) use document::ConnectionSpec;
pub(crate) use registry::{COLLECTION, OwnSpecs, Registry, TenantSpecs};
