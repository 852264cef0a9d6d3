//! Reports as Markdown for GitHub and GitLab, in a job summary or a comment. Parts that would exceed the limit of a comment
//! are left out, and the text says so.

use super::{NeverMet, called, clean, consumers, never_met, place, tally, times, with_counts, worst_first};
use crate::testkit::contract::criteria::{PassCriteria, Verdict, counted};
use crate::testkit::contract::report::{ConsumerReport, Report};
use std::fmt::Write;

/// The longest text, in bytes. A comment on GitHub has at most 65,536 characters.
const MAX_BYTES: usize = 60_000;
/// Number of tests of a consumer that are listed.
const MAX_TESTS: usize = 50;

impl Report {
    /// The report as Markdown, of at most 64 KiB: the verdict by `criteria`, then a table of broken rules for each consumer,
    /// worst first, then its tests and its coverage, folded.
    #[must_use]
    pub fn markdown(&self, criteria: &PassCriteria) -> String {
        let mut page = verdict(self, criteria);
        let consumers = consumers(self);
        // Broken rules of all consumers come first, since the end may be left out.
        let mut parts: Vec<String> = Vec::new();
        for consumer in &consumers {
            parts.push(broken(consumer));
        }
        for consumer in &consumers {
            parts.extend(tests(consumer));
            parts.push(coverage(consumer));
        }
        let mut left_out = 0;
        for part in parts {
            if page.len() + part.len() <= MAX_BYTES {
                page += &part;
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            let parts = counted(left_out, "part");
            _ = write!(
                page,
                "\n{parts} of the report would be too long here: the JSON form has all of it.\n"
            );
        }
        page
    }
}

fn verdict(report: &Report, criteria: &PassCriteria) -> String {
    let verdict = criteria.evaluate(report);
    let word = match &verdict {
        Verdict::Passed => "kept",
        Verdict::Failed(_) => "broken",
        Verdict::Unknown(_) => "could not tell",
    };
    let mut text = format!("## Contract report: {word}\n\n");
    match &verdict {
        Verdict::Passed => {}
        Verdict::Unknown(reason) => _ = write!(text, "{}\n\n", prose(reason)),
        Verdict::Failed(reasons) => {
            for reason in reasons {
                _ = writeln!(text, "- {}", prose(reason));
            }
            if let Some(reason) = criteria.missing_requests(report) {
                _ = writeln!(text, "- Besides, {}", prose(&reason));
            }
            text.push('\n');
        }
    }
    let (requests, consumers) =
        (counted(report.examined, "request"), counted(report.consumers.len() as u64, "consumer"));
    _ = writeln!(text, "{requests} of {consumers} examined by flowmock {}.", prose(&report.server));
    text
}

/// A consumer and the rules that it broke.
fn broken(consumer: &ConsumerReport) -> String {
    let tally = tally(&consumer.broken);
    let tally = if tally.is_empty() { "every rule kept" } else { &tally };
    let mut text = format!(
        "\n### {}\n\n{}: {tally}; coverage {} %.\n",
        code(&consumer.name),
        counted(consumer.requests, "request"),
        consumer.coverage.percent
    );
    if consumer.broken.is_empty() {
        return text;
    }
    text += "\n| | rule | times | what is wrong | what to do | first request |\n|---|---|---|---|---|---|\n";
    for broken in worst_first(&consumer.broken, std::slice::from_ref) {
        let first = &broken.first;
        _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {}<br>{}<br>journal entry {}, request {} |",
            broken.severity,
            code(&broken.rule),
            broken.count,
            prose(&broken.explanation),
            prose(&broken.remedy),
            code(&format!("{} {}", first.method, first.path)),
            prose(&first.detail),
            prose(&place(first)),
            code(&first.request_id),
        );
    }
    text
}

/// The tests that broke rules, if there are any.
fn tests(consumer: &ConsumerReport) -> Option<String> {
    let bad = consumer.tests.iter().filter(|test| !test.broken.is_empty() || test.unlisted > 0);
    let bad = worst_first(bad, |test| &test.broken);
    if bad.is_empty() {
        return None;
    }
    let (name, all) = (code(&consumer.name), counted(consumer.tests.len() as u64, "test"));
    let mut rows = String::new();
    for test in bad.iter().take(MAX_TESTS) {
        let mut broke = with_counts(&test.broken);
        if test.unlisted > 0 {
            let comma = if broke.is_empty() { "" } else { ", " };
            _ = write!(broke, "{comma}others {}", times(test.unlisted));
        }
        _ = writeln!(rows, "| {} | {} | {} |", code(&test.name), test.requests, prose(&broke));
    }
    if bad.len() > MAX_TESTS {
        _ = writeln!(rows, "| and {} | | |", counted((bad.len() - MAX_TESTS) as u64, "more test"));
    }
    let summary = format!("Tests of {name} that broke rules: {} of {all}", bad.len());
    Some(folded(&summary, &format!("| test | requests | broke |\n|---|---|---|\n{rows}")))
}

fn coverage(consumer: &ConsumerReport) -> String {
    let coverage = &consumer.coverage;
    let mut text = "| operation | requests | met | of | |\n|---|---|---|---|---|\n".to_owned();
    for operation in called(coverage) {
        _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} % |",
            code(&operation.operation),
            operation.requests,
            operation.met,
            operation.of,
            operation.percent
        );
    }
    let never = never_met(coverage);
    if !never.is_empty() {
        text += "\n| never met | how to meet it | of |\n|---|---|---|\n";
        never.iter().for_each(|outcome| text += &never_row(outcome));
    }
    let summary = format!(
        "Coverage of {}: {} % of what is documented of the calls it made, {} of {}",
        code(&consumer.name),
        coverage.percent,
        coverage.met,
        coverage.of
    );
    folded(&summary, &text)
}

fn never_row(outcome: &NeverMet<'_>) -> String {
    let about = if outcome.about.is_empty() { outcome.code } else { outcome.about };
    format!(
        "| {} {} | {} | {} |\n",
        outcome.status,
        prose(about),
        code(outcome.provoke),
        prose(&outcome.operations.join(", "))
    )
}

fn folded(summary: &str, text: &str) -> String {
    format!("\n<details><summary>{summary}</summary>\n\n{text}\n</details>\n")
}

/// Formats a name as `<code>`, in which mentions and links do not work.
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", escape(&clean(text))) }
}

/// Formats a sentence. Words that could be mentions are formatted as code.
fn prose(text: &str) -> String {
    let word = |word: &str| if word.contains(['@', '#']) { code(word) } else { escape(word) };
    clean(text).split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Escapes characters with a meaning in Markdown or HTML as entities. Backslashes would not do: they work differently in
/// tables and in code.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let means_something = match c {
            '&' | '<' | '>' | '"' | '\'' | '|' | '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '$' | '@'
            | '#' | '!' => true,
            // The scheme of a link, or the name of an emoji.
            ':' => characters.peek().is_some_and(|next| !next.is_whitespace()),
            _ => false,
        };
        if means_something {
            // Writing to a String cannot fail.
            _ = write!(escaped, "&#{};", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped.replace("www.", "www&#46;")
}
