//! Faults: rules that make requests fail on purpose, to test how a client copes.
//!
//! A [`rule`] says which requests are affected, how often, and by which [`action`]. [`delay`], [`fixed`] and [`limiter`] are
//! three kinds of action, [`dice`] are reproducible random numbers. [`active`] decides which rules in force affect a
//! request, and the layer `http::layers::faults` applies their actions. Rules are tried in their order. The first that
//! applies ends the search, unless it does nothing but delay: then the search goes on, and delays add up.

pub(crate) mod action;
pub(crate) mod active;
pub(crate) mod delay;
pub(crate) mod dice;
pub(crate) mod fixed;
pub(crate) mod limiter;
pub(crate) mod redacted;
pub(crate) mod rule;
pub(crate) mod saved;
pub(crate) mod set;
#[cfg(test)]
mod tests;
pub(crate) mod warning;

pub use action::Effect;
pub use active::Fault;
pub use delay::Delay;
pub use limiter::Per;
pub use rule::FaultRule;

pub(crate) use action::{Damage, FaultAnswer, on_demand};
pub(crate) use active::{ActiveRules, AppliedFaults, AppliedRule, Matching};
pub(crate) use delay::MAX_DELAY_MS;
pub(crate) use dice::Throws;
pub(crate) use fixed::FixedAnswer;
pub(crate) use redacted::restore;
pub(crate) use rule::{NewRule, read};
pub(crate) use saved::SavedFaults;
pub(crate) use set::Faults;
