//! Flow specs: the kinds of flow, each with the connection specs that its source and its target may have.
//!
//! They are JSON documents in `fixtures/flow-specs/`, compiled into the binary, in the form of an item of `GET /flowSpecs`. A
//! folder of the user adds to them, and so does each tenant by POST and PUT. [`document`] is one flow spec. Reference: "Flow
//! specs"; `flow-specs.csv`.

pub(crate) mod document;
#[cfg(test)]
mod tests;

pub(crate) use document::FlowSpec;

use crate::services::specs;

/// The flow specs of all tenants of a server.
pub(crate) type FlowSpecs = specs::Registry<FlowSpec>;

/// The flow specs that a tenant sees, at one moment.
pub(crate) type TenantFlowSpecs<'a> = specs::TenantSpecs<'a, FlowSpec>;

/// The flow specs of one sandbox.
pub(crate) type OwnFlowSpecs = specs::OwnSpecs<FlowSpec>;
