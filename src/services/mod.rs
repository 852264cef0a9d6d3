//! The domain: what the emulated services do, without HTTP.

pub(crate) mod activation;
pub(crate) mod allow;
pub(crate) mod batches;
pub(crate) mod catalog;
pub(crate) mod connection_specs;
pub(crate) mod connections;
pub(crate) mod connectors;
pub(crate) mod data_prep;
pub(crate) mod documents;
pub(crate) mod entities;
pub(crate) mod flow_ends;
pub(crate) mod flow_specs;
pub(crate) mod flows;
pub(crate) mod identity;
pub(crate) mod inlets;
pub(crate) mod kinds;
pub(crate) mod neighbours;
pub(crate) mod notifications;
pub(crate) mod private_endpoints;
pub(crate) mod references;
pub(crate) mod runs;
pub(crate) mod sandboxes;
pub(crate) mod schema_registry;
pub(crate) mod source_connections;
pub(crate) mod sources;
pub(crate) mod specs;
pub(crate) mod target_connections;
#[cfg(test)]
pub(crate) mod widgets;
pub(crate) mod world;
