//! The parts that connection specs and flow specs share: documents that come with flowmock, that a user's folder adds to, and
//! that tenants add to by POST and PUT.
//!
//! [`spec`] says how a kind of spec differs; [`registry`] has the specs that each tenant sees; [`load`] reads files.
//! Reference: "Connection specs"; "Flow specs".

pub(crate) mod load;
pub(crate) mod registry;
pub(crate) mod spec;

pub(crate) use registry::{MAX_OWN, NotAdded, OwnSpecs, Registry, TenantSpecs};
pub(crate) use spec::{Compile, Layer, Spec};
