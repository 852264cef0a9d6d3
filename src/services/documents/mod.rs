//! The documents of the services beside the Flow Service: schemas, data sets, mapping sets and the like. A document is a
//! JSON object with an id that the service makes; nothing changes it afterwards but a seed.
//!
//! [`DocumentKind`] says how the documents of a kind differ from others, [`Documents`] keeps those of a sandbox.

mod document;
mod kind;
mod seed;
mod store;

pub(crate) use document::{Document, MAX_DOCUMENTS};
pub(crate) use kind::{DocumentKind, Writing};
pub(crate) use store::Documents;
