//! Connection specs: what a connection may connect to, and the JSON Schemas that its `auth.params` must satisfy.
//!
//! They are data: documents under `fixtures/connection-specs/`, compiled into the binary, each the item that
//! `GET /connectionSpecs` is documented to answer with. A folder of the user's adds to them. Reference:
//! "Connection specs", "Azure Table Storage (ATS)".

mod load;
mod registry;
mod validate;

pub use load::FixtureError;
pub(crate) use registry::Registry;
pub(crate) use validate::Completeness;
