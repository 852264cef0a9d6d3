//! Faults: requests that fail on purpose. `docs/faults.md`.

mod actions;
mod calls;
mod on_demand;
mod rules;
