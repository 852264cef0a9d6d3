//! The text of a verification that failed.

use super::Expectation;
use super::verification::{Miss, Verification};
use crate::testkit::matching::difference::{Difference, Redact, abridged, beginning};

/// The width of a message, in characters.
pub(super) const WIDTH: usize = 100;

/// Describes what was expected and what came, in lines of at most [`WIDTH`] characters.
pub(super) fn message(
    expectation: &Expectation, place: Option<(usize, usize)>, count: u64, journal: &str, redact: &dyn Redact,
    verification: &Verification,
) -> String {
    let mut lines = Lines(String::new());
    let place = place.map(|(step, steps)| format!(", step {step} of {steps} in order")).unwrap_or_default();
    lines.add(0, &format!("expected {}{place}:", expectation.times));
    for part in expectation.pattern.describe(redact) {
        lines.add(1, &part);
    }
    lines.add(0, &format!("received {count}, of {journal}"));
    if count > 0 && verification.nearest.is_empty() {
        let ids = &verification.requests;
        // The ids of earlier steps are first.
        ids.iter().rev().take(count.min(20) as usize).rev().for_each(|id| lines.add(1, &named(id)));
    }
    for (index, miss) in verification.nearest.iter().enumerate() {
        let Miss { request_id, replica, method, path, matched, of, differences } = miss;
        let rank = if index == 0 { "nearest" } else { "then" };
        lines.add(0, "");
        lines.add(0, &format!("{rank}, {matched} of {of} parts match: {method} {path}"));
        let replica = replica.as_ref().map(|replica| format!(", at replica {replica}")).unwrap_or_default();
        lines.add(1, &(named(request_id) + &replica));
        for Difference { field, expected, actual } in differences {
            const LABEL: usize = "expected ".len() + 2 * INDENT;
            let (expected, actual) = abridged(expected, actual, WIDTH - LABEL);
            lines.add(1, field);
            lines.add(2, &format!("expected {expected}"));
            lines.add(2, &format!("received {actual}"));
        }
    }
    lines.0
}

/// Names a request by its id, which is empty if it was not answered.
fn named(request_id: &str) -> String {
    if request_id.is_empty() { "without a request id".to_owned() } else { format!("request id {request_id}") }
}

/// The indentation of a level, in characters.
const INDENT: usize = 4;

/// Text in lines of at most [`WIDTH`] characters.
struct Lines(String);

impl Lines {
    fn add(&mut self, levels: usize, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        let indent = if text.is_empty() { 0 } else { levels * INDENT };
        self.0.extend(std::iter::repeat_n(' ', indent));
        self.0.push_str(&beginning(text, WIDTH - indent));
    }
}
