//! A [`Report`](super::report::Report) in other forms: [`text`] for a terminal, [`markdown`] for a job
//! summary or a comment, [`junit`] for test results.
//!
//! Reports contain text from clients, and may come from any server. So each form escapes the characters that have a meaning
//! in it, and limits the length of what has no bound.

pub(crate) mod junit;
pub(crate) mod markdown;
mod page;
#[cfg(test)]
mod tests;
pub(crate) mod text;

use super::report::{
    BrokenRule, ConsumerReport, Coverage, OperationCoverage, OutcomeCoverage, Severity, Violation,
};
use crate::base::printable::printable;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The longest text that is shown, in characters. Texts of flowmock itself are shorter.
const MAX_TEXT_CHARS: usize = 2000;

/// The beginning of a text, all of it [`printable`].
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => Cow::Owned(format!("{}…", printable(&text[..end]))),
        None => printable(text),
    }
}

/// `2 errors, 1 warning`; empty if every rule was kept.
fn tally(broken: &[BrokenRule]) -> String {
    let mut tally = String::new();
    for (severity, one, more) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "remark", "remarks"),
    ] {
        let count = broken.iter().filter(|broken| broken.severity == severity).count();
        if count > 0 {
            let comma = if tally.is_empty() { "" } else { ", " };
            _ = write!(tally, "{comma}{count} {}", if count == 1 { one } else { more });
        }
    }
    tally
}

/// `header-missing (3 times), if-match-any (once)`.
fn with_counts(broken: &[BrokenRule]) -> String {
    let one = |broken: &BrokenRule| format!("{} ({})", broken.rule, times(broken.count));
    broken.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Sorts by the worst broken rule, then by name.
fn worst_first<'a, T>(
    all: impl IntoIterator<Item = &'a T>, broken: impl Fn(&T) -> &[BrokenRule],
) -> Vec<&'a T> {
    let mut all: Vec<&T> = all.into_iter().collect();
    all.sort_by_cached_key(|one| Reverse(broken(one).iter().map(|broken| broken.severity).max()));
    all
}

fn consumers(report: &super::report::Report) -> Vec<&ConsumerReport> {
    worst_first(&report.consumers, |consumer| &consumer.broken)
}

/// The operations that the client has called.
fn called(coverage: &Coverage) -> impl Iterator<Item = &OperationCoverage> {
    coverage.operations.iter().filter(|operation| operation.requests > 0)
}

/// A request's place in the journal: its id, and the replica in a report of several.
fn place(first: &Violation) -> String {
    match &first.replica {
        Some(replica) => format!("{} at replica {}", first.entry, clean(replica)),
        None => first.entry.to_string(),
    }
}

/// An outcome that the client has not met. It is the first of the errors that count as one.
struct NeverMet<'a> {
    status: u16,
    code: &'a str,
    about: &'a str,
    provoke: &'a str,
    /// The called operations that can have it.
    operations: Vec<&'a str>,
}

/// The outcomes of called operations that the client has not met. An outcome of several operations is listed once.
fn never_met(coverage: &Coverage) -> Vec<NeverMet<'_>> {
    let mut places = BTreeMap::new();
    let mut all: Vec<NeverMet<'_>> = Vec::new();
    for operation in called(coverage) {
        let met = operation.outcomes.iter().filter(|outcome| outcome.count > 0);
        // The outcomes, by status and form, that were met or are already listed.
        let mut done: BTreeSet<_> = met.map(OutcomeCoverage::kind).collect();
        for outcome in operation.outcomes.iter().filter(|outcome| done.insert(outcome.kind())) {
            let code = outcome.code.as_deref().unwrap_or_default();
            let provoke = outcome.provoke.as_deref().unwrap_or_default();
            let place = *places.entry((outcome.status, code, provoke)).or_insert(all.len());
            match all.get_mut(place) {
                Some(known) => known.operations.push(&operation.operation),
                None => all.push(NeverMet {
                    status: outcome.status,
                    code,
                    about: outcome.about.as_deref().unwrap_or_default(),
                    provoke,
                    operations: vec![&operation.operation],
                }),
            }
        }
    }
    all
}
