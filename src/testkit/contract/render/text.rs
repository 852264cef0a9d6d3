//! Reports as text of 80 columns, with optional colours.

use super::page::{Page, Style};
use super::{called, consumers, never_met, place, tally, times, with_counts, worst_first};
use crate::base::operation::BASE_PATH;
use crate::testkit::contract::criteria::{PassCriteria, Verdict, counted};
use crate::testkit::contract::report::{
    BrokenRule, ConsumerReport, NamedBy, Report, Severity, TestReport, Violation,
};

/// The column at which texts about a rule begin.
const MARGIN: usize = 11;
/// Number of tests of a consumer that are listed.
const MAX_TESTS: usize = 20;

/// Options of [`Report::text`]. Start from [`TextOptions::default`] and change fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextOptions {
    /// Colour the text with terminal escape sequences. Default: `false`.
    pub colours: bool,
    /// For every consumer, list the outcomes that it has not met and how to meet them. Without this, the list is there only
    /// for consumers below the required coverage. Default: `false`.
    pub full: bool,
}

impl Report {
    /// The report as text of at most 80 columns, worst first, with the verdict by `criteria` at the end. It contains no
    /// control characters from clients.
    #[must_use]
    pub fn text(&self, criteria: &PassCriteria, options: TextOptions) -> String {
        let mut page = Page { text: String::new(), colours: options.colours };
        let examined = counted(self.examined, "request");
        page.paragraph(
            0,
            Style::Plain,
            &format!("Contract report of flowmock {}: {examined} examined", self.server),
        );
        for consumer in consumers(self) {
            page.blank();
            page.consumer(consumer, criteria, options);
        }
        page.blank();
        page.verdict(criteria, self);
        page.text
    }
}

impl Page {
    fn consumer(&mut self, consumer: &ConsumerReport, criteria: &PassCriteria, options: TextOptions) {
        let coverage = &consumer.coverage;
        let met = format!("{} % ({} of {})", coverage.percent, coverage.met, coverage.of);
        let is_said = options.full || criteria.is_below(consumer);
        if consumer.broken.is_empty() && !is_said {
            let requests = counted(consumer.requests, "request");
            let line = format!("{}: {requests}, every rule kept, coverage {met}", consumer.name);
            self.paragraph(0, Style::Plain, &line);
            return;
        }
        self.paragraph(0, Style::Strong, &consumer.name);
        self.paragraph(2, Style::Quiet, &about(consumer));
        for broken in worst_first(&consumer.broken, std::slice::from_ref) {
            self.blank();
            self.broken(broken);
        }
        self.tests(&consumer.tests);
        self.blank();
        self.paragraph(
            2,
            Style::Strong,
            &format!("Coverage {met} of what is documented of the calls it made"),
        );
        for operation in called(coverage) {
            let figures =
                format!("{:>5.1} %  {:>3} of {:<3}", operation.percent, operation.met, operation.of);
            self.labelled(4, Style::Plain, &figures, 24, Style::Plain, &operation.operation);
        }
        if is_said {
            self.never_met(consumer);
        } else {
            let missed = counted(coverage.of.saturating_sub(coverage.met), "outcome");
            self.paragraph(
                4,
                Style::Quiet,
                &format!("{missed} never met: the full report (--full) says how"),
            );
        }
    }

    fn broken(&mut self, broken: &BrokenRule) {
        let first = &broken.first;
        let what = Style::Of(broken.severity);
        let severity = broken.severity.to_string();
        let title = format!("{}, {}", broken.rule, times(broken.count));
        self.labelled(2, what, &severity, MARGIN, Style::Strong, &title);
        self.paragraph(MARGIN, Style::Plain, &broken.explanation);
        self.labelled(MARGIN, Style::Quiet, "remedy", MARGIN + 8, Style::Plain, &broken.remedy);
        self.labelled(MARGIN, Style::Quiet, "first", MARGIN + 8, Style::Plain, &request(first));
        self.paragraph(MARGIN + 8, Style::Plain, &first.detail);
        let found = format!("journal entry {} of {}", place(first), first.time);
        self.paragraph(MARGIN + 8, Style::Quiet, &found);
        self.paragraph(MARGIN + 8, Style::Quiet, &format!("x-request-id: {}", first.request_id));
        self.labelled(
            MARGIN,
            Style::Quiet,
            "see",
            MARGIN + 8,
            Style::Quiet,
            &format!("reference, {}", broken.reference),
        );
    }

    fn tests(&mut self, tests: &[TestReport]) {
        let bad = |test: &&TestReport| !test.broken.is_empty() || test.unlisted > 0;
        let tests = worst_first(tests.iter().filter(bad), |test| &test.broken);
        if tests.is_empty() {
            return;
        }
        self.blank();
        self.paragraph(2, Style::Strong, "In its tests");
        for test in tests.iter().take(MAX_TESTS) {
            let worst = test.broken.iter().map(|broken| broken.severity).max();
            let (style, label) =
                worst.map_or((Style::Plain, String::new()), |worst| (Style::Of(worst), worst.to_string()));
            self.labelled(
                4,
                style,
                &label,
                MARGIN + 2,
                Style::Plain,
                &format!("{}: {}", test.name, broke(test)),
            );
        }
        if tests.len() > MAX_TESTS {
            let more = counted((tests.len() - MAX_TESTS) as u64, "more test");
            self.paragraph(4, Style::Quiet, &format!("and {more}: the JUnit form lists them all"));
        }
    }

    fn never_met(&mut self, consumer: &ConsumerReport) {
        let never = never_met(&consumer.coverage);
        if never.is_empty() {
            return;
        }
        self.blank();
        self.paragraph(2, Style::Strong, "Never met, and how to meet it");
        for outcome in &never {
            let way = if outcome.provoke.is_empty() { outcome.code } else { outcome.provoke };
            self.labelled(4, Style::Plain, &outcome.status.to_string(), 9, Style::Plain, way);
            if !outcome.about.is_empty() {
                self.paragraph(9, Style::Quiet, outcome.about);
            }
            self.paragraph(9, Style::Quiet, &outcome.operations.join(", "));
        }
    }

    fn verdict(&mut self, criteria: &PassCriteria, report: &Report) {
        match criteria.evaluate(report) {
            Verdict::Passed => self.paragraph(0, Style::Good, "Kept."),
            Verdict::Failed(reasons) => {
                self.paragraph(0, Style::Of(Severity::Error), "Broken:");
                for reason in reasons {
                    self.paragraph(2, Style::Plain, &reason);
                }
                if let Some(reason) = criteria.missing_requests(report) {
                    self.paragraph(2, Style::Plain, &format!("Besides, {reason}"));
                }
            }
            Verdict::Unknown(reason) => {
                self.paragraph(0, Style::Of(Severity::Warning), &format!("Could not tell: {reason}"));
            }
        }
    }
}

fn about(consumer: &ConsumerReport) -> String {
    let named = match consumer.named_by {
        NamedBy::Header => "named by x-flowmock-consumer",
        NamedBy::ApiKey => "named by its API key and User-Agent",
        NamedBy::Nobody => "those for whom there was no room",
    };
    let mut about = format!("{named}; {}", counted(consumer.requests, "request"));
    if !consumer.tests.is_empty() {
        about += &format!(" in {}", counted(consumer.tests.len() as u64, "test"));
    }
    let tally = tally(&consumer.broken);
    let tally = if tally.is_empty() { "every rule kept" } else { &tally };
    format!("{about}: {tally}")
}

/// The method and the path. The base path is abbreviated, to fit the line.
fn request(first: &Violation) -> String {
    match first.path.strip_prefix(BASE_PATH) {
        Some(path) => format!("{} ...{path}", first.method),
        None => format!("{} {}", first.method, first.path),
    }
}

/// The rules that a test broke.
fn broke(test: &TestReport) -> String {
    let mut broke = with_counts(&test.broken);
    if test.unlisted > 0 {
        let comma = if broke.is_empty() { "" } else { ", " };
        broke += &format!("{comma}others {}", times(test.unlisted));
    }
    broke
}
