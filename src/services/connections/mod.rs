//! Base connections. Reference: "A base connection", "Operations on /connections".
//!
//! [`definition`] is what a client says of a connection, `inlet` what the service adds to it, [`spec`] how connections differ from other kinds of entity.

pub(crate) mod definition;
mod inlet;
pub(crate) mod spec;

pub(crate) use definition::Connection;
pub(crate) use spec::SPEC;
