//! The subcommands.

pub(crate) mod contract;
pub(crate) mod healthcheck;
pub(crate) mod pact;
pub(crate) mod verify;
