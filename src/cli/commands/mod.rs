//! The subcommands.

pub(crate) mod contract;
pub(crate) mod healthcheck;
#[cfg(feature = "pact")]
pub(crate) mod pact;
