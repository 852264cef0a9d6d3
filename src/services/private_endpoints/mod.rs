//! Private endpoints, which connections name as `privateEndpointId`. Reference: "Private endpoints".
//!
//! [`definition`] is the part that a client defines, [`spec`] how private endpoints differ from other kinds of entity.
//! Decided: the calls behave like those of connections. A connection may name a private endpoint that does not exist.

pub(crate) mod definition;
pub(crate) mod spec;

pub(crate) use spec::SPEC;
