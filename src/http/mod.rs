//! What happens around a handler, one thing a file: [`finish`] (request id, errors to bytes, panics,
//! time-out, log line, journal), [`faults`] and [`damage`] (what goes wrong on purpose), [`gateway`] (the header checks),
//! [`extract`] (what a handler takes), [`answer`] and [`page`] (what it gives), [`outgoing`] (what that leaves as),
//! [`routes`] (what may be routed), [`refuse`] (the paths and methods that nobody handles), [`linger`] (the bodies that
//! nobody reads).

pub(crate) mod answer;
pub(crate) mod connection_specs;
pub(crate) mod connections;
pub(crate) mod control;
pub(crate) mod entities;
pub(crate) mod extract;
pub(crate) mod layers;
pub(crate) mod list;
pub(crate) mod openapi;
pub(crate) mod page;
pub(crate) mod refuse;
pub(crate) mod router;
pub(crate) mod routes;
pub(crate) mod sandboxes;
pub(crate) mod tokens;
