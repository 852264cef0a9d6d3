//! A report as text of 80 columns, coloured if wanted.

use super::{called, clean, consumers, never_met, tally, times, with_counts, worst_first};
use crate::base::operation::BASE_PATH;
use crate::testkit::contract::criteria::{PassCriteria, Verdict, counted};
use crate::testkit::contract::report::{
    BrokenRule, ConsumerReport, NamedBy, Report, Severity, TestReport, Violation,
};
use unicode_width::UnicodeWidthStr;

/// How wide the text is, in columns.
const WIDTH: usize = 80;
/// Where what is said of a rule begins.
const MARGIN: usize = 11;
/// How many tests of a consumer are listed.
const MAX_TESTS: usize = 20;

/// What a report's text looks like. Start from [`TextOptions::default`] and change what differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextOptions {
    /// Colour it, by the escape sequences that terminals know. Default: `false`.
    pub colours: bool,
    /// Say all of the coverage: each operation, and what was never met with the way to provoke it. Without, that is said
    /// of those consumers alone that have met less than they should. Default: `false`.
    pub full: bool,
}

impl Report {
    /// The report as text of at most 80 columns, worst first, with what `criteria` makes of it in the end.
    ///
    /// No control character of what clients sent is in it.
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

#[derive(Clone, Copy)]
enum Style {
    Plain,
    Strong,
    Quiet,
    Good,
    Of(Severity),
}

impl Style {
    /// The parameters of the escape sequence that begins it.
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Quiet => "2",
            Self::Good => "32",
            Self::Of(Severity::Error) => "1;31",
            Self::Of(Severity::Warning) => "33",
            Self::Of(Severity::Info) => "36",
        }
    }
}

struct Page {
    text: String,
    colours: bool,
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
        let found = format!("journal entry {} of {}", first.entry, first.time);
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
                self.paragraph(0, Style::Of(Severity::Error), "BrokenRule:");
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

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A text, from a column on.
    fn paragraph(&mut self, column: usize, style: Style, text: &str) {
        self.labelled(column, Style::Plain, "", column, style, text);
    }

    /// A label at `column`, and beside it a text from `margin` on. A label that does not fit stands above it.
    fn labelled(
        &mut self, column: usize, label_style: Style, label: &str, margin: usize, style: Style, text: &str,
    ) {
        let mut at = 0;
        if !label.is_empty() {
            self.indent(column);
            self.paint(label_style, label);
            at = column + label.width();
        }
        if at >= margin && at > 0 {
            self.text.push('\n');
            at = 0;
        }
        for line in wrap(&clean(text), WIDTH - margin) {
            self.indent(margin - at);
            self.paint(style, &line);
            self.text.push('\n');
            at = 0;
        }
    }

    fn indent(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
    }

    fn paint(&mut self, style: Style, text: &str) {
        let code = style.code();
        if self.colours && !code.is_empty() {
            self.text += &format!("\u{1b}[{code}m{text}\u{1b}[0m");
        } else {
            self.text += text;
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

/// The method and the path, which would not fit into a line with the part that all have.
fn request(first: &Violation) -> String {
    match first.path.strip_prefix(BASE_PATH) {
        Some(path) => format!("{} ...{path}", first.method),
        None => format!("{} {}", first.method, first.path),
    }
}

/// What a test broke.
fn broke(test: &TestReport) -> String {
    let mut broke = with_counts(&test.broken);
    if test.unlisted > 0 {
        let comma = if broke.is_empty() { "" } else { ", " };
        broke += &format!("{comma}others {}", times(test.unlisted));
    }
    broke
}

/// Lines of at most that many columns, at least one. Words that are longer are cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let kept = line.len();
        if kept > 0 {
            line.push(' ');
        }
        line.push_str(word);
        if line.width() <= width {
            continue;
        }
        if kept > 0 {
            line.truncate(kept);
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
        while line.width() > width {
            let rest = line.split_off(cut(&line, width));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// How many bytes of a text fit into that many columns: at least its first character.
fn cut(text: &str, width: usize) -> usize {
    let mut ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let first = ends.next().unwrap_or_default();
    // Of a character with marks on it the parts have no width of their own: what fits is asked of the whole.
    ends.take_while(|&end| text.get(..end).is_some_and(|part| part.width() <= width)).last().unwrap_or(first)
}
