//! Base connections. Reference: "A base connection", "Operations on /connections".
//!
//! [`definition`] is the part that a client defines, `added_params` the part that the service adds, [`spec`] how connections
//! differ from other kinds of entity.

pub(crate) mod added_params;
pub(crate) mod definition;
mod inlet;
pub(crate) mod spec;

pub(crate) use definition::Connection;
pub(crate) use spec::SPEC;
