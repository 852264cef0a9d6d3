//! [`Tally`]: how often the clients did what.

use std::fmt;
use std::iter::Sum;

/// Counts of requests by their purpose. Every request counts in `requests`.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub requests: u64,
    pub writes: u64,
    /// Requests that the service had to refuse.
    pub refusals: u64,
    /// Requests that asked for an error by `x-flowmock-error`.
    pub injected_errors: u64,
    pub resets: u64,
    pub restores: u64,
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |one, other| Self {
            requests: one.requests + other.requests,
            writes: one.writes + other.writes,
            refusals: one.refusals + other.refusals,
            injected_errors: one.injected_errors + other.injected_errors,
            resets: one.resets + other.resets,
            restores: one.restores + other.restores,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, writes, refusals, injected_errors, resets, restores } = self;
        write!(
            f,
            "{requests} requests, all answered as expected: {writes} writes, {refusals} refusals, \
             {injected_errors} injected errors, {resets} resets of a sandbox, {restores} restored snapshots"
        )
    }
}
