//! The arguments of the subcommands.

pub(crate) mod contract;
pub(crate) mod pact;
pub(crate) mod remote;
pub(crate) mod server;
pub(crate) mod values;
pub(crate) mod verify;
