//! Runs of flows as a pure projection: which runs exist and how far they are follows from the flow, the clock and what tests
//! and calls have added, computed when somebody asks. No thread waits and no data moves.
//!
//! Reference: "Runs", "A simulation of runs".
//!
//! ```text
//! Plan      the facts of a flow, with its Timeline of slots   immutable, kept beside the stored flow
//! FlowBook  outcomes, ends, runs on demand, hours of events   in Runs, a field of the sandbox
//! Calendar  start, end and outcome of each scheduled run      computed from Plan, FlowBook and Defaults
//! FlowRuns  the runs of a flow at one moment                  computed; a page of them costs its own length
//! Merged    the runs of several flows as one list
//! Item      a run as JSON: a Template with RunValues in its Slots, or a FlowTemplate, which costs less
//! ```
//!
//! # For flows
//! A flow that is created enabled or disabled, and a draft that is published, begins with [`Plan::begin`](plan::Plan::begin); drafts have no
//! plan. Every later write of the flow, also one that changes nothing here, makes the next plan with [`Plan::then`](plan::Plan::then) from the
//! plan of the version that it replaces; the stored entity keeps the plan as an `Arc`. [`Facts::generation`](plan::Facts::generation) is
//! [`Runs::generation`](ledger::Runs::generation) at that moment. The deletion of a flow calls [`Runs::flow_deleted`](ledger::Runs::flow_deleted) with its last plan. A plan is
//! serialisable; a state document keeps it with the flow.

pub(crate) mod additions;
pub(crate) mod batch_id;
pub(crate) mod book;
pub(crate) mod calendar;
mod defaults;
mod durations;
mod export_run;
pub(crate) mod extra;
mod flow_list;
pub(crate) mod flow_parts;
pub(crate) mod flow_runs;
mod flow_template;
mod full;
pub(crate) mod item;
pub(crate) mod last_run;
pub(crate) mod ledger;
pub(crate) mod merged;
mod messages;
mod metrics;
pub(crate) mod on_demand;
pub(crate) mod orders;
pub(crate) mod outcome;
pub(crate) mod outcome_document;
pub(crate) mod plan;
pub(crate) mod put;
mod run;
mod run_filter;
pub(crate) mod run_id;
mod run_json;
mod run_values;
pub(crate) mod sandbox_runs;
pub(crate) mod schedule;
pub(crate) mod selection;
pub(crate) mod shape;
pub(crate) mod shared;
mod slot;
mod source_parts;
pub(crate) mod source_run;
mod stages;
pub(crate) mod state_document;
mod template;
#[cfg(test)]
mod tests;
pub(crate) mod timeline;

pub(crate) use extra::Events;
pub(crate) use flow_runs::Run;
pub(crate) use item::{Item, ItemPlace, ItemWriter};
pub(crate) use sandbox_runs::SandboxRuns;
pub(crate) use shape::Shape;
