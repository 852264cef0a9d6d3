//! Injected faults, described in `docs/faults.md`.

mod actions;
mod calls;
mod on_demand;
mod rules;
mod warnings;
