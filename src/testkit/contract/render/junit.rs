//! Reports as JUnit XML, in the dialect that GitHub, GitLab and Jenkins share: `testsuites`, `testsuite` and `testcase` with
//! their counts, names and times, `failure`, `error`, `skipped`, `system-out`.
//!
//! Each consumer has a suite with a case for each rule, and one for its coverage if that is required. A consumer with named
//! tests has another suite with a case for each test.

use super::{clean, consumers, place, times, with_counts};
use crate::base::machine;
use crate::base::time;
use crate::testkit::contract::criteria::{PassCriteria, Verdict};
use crate::testkit::contract::report::{BrokenRule, ConsumerReport, Report, Rule, TestReport};
use std::fmt::Write;
use std::time::SystemTime;

impl Report {
    /// The report as JUnit XML: a suite for each consumer with a case for each rule, and one with a case for each test.
    ///
    /// A case fails if it does not meet `criteria`; the case of a rule that is turned off is skipped. If the verdict is
    /// [`Verdict::Unknown`], an extra case has an error. The suites have the time of the call and the name of this machine.
    #[must_use]
    pub fn junit(&self, criteria: &PassCriteria) -> String {
        let mut suites = Vec::new();
        if let Verdict::Unknown(reason) = criteria.evaluate(self) {
            let mut suite = Suite::new("contract");
            suite.case("requests were examined", "contract", &CaseResult::Error(&reason));
            suites.push(suite);
        }
        for consumer in consumers(self) {
            suites.push(rules(self, consumer, criteria));
            if !consumer.tests.is_empty() {
                suites.push(tests(consumer, criteria));
            }
        }
        document(&suites)
    }
}

fn rules(report: &Report, consumer: &ConsumerReport, criteria: &PassCriteria) -> Suite {
    let mut suite = Suite::new(&consumer.name);
    for rule in &report.rules {
        let broken = consumer.broken.iter().find(|broken| broken.rule == rule.id);
        suite.rule(consumer, rule, broken, criteria);
    }
    // Rules of a newer server that are missing from its list.
    for broken in consumer.broken.iter().filter(|one| report.rules.iter().all(|rule| rule.id != one.rule)) {
        suite.broken(consumer, broken, criteria);
    }
    if let Some(least) = criteria.min_coverage {
        let coverage = &consumer.coverage;
        let met = format!(
            "{} % of what is documented was met ({} of {}), of the {least} % that should have been",
            coverage.percent, coverage.met, coverage.of
        );
        let outcome = if criteria.is_below(consumer) {
            CaseResult::Failure("coverage", &met, "")
        } else {
            CaseResult::Passed(&met)
        };
        suite.case("coverage", &consumer.name, &outcome);
    }
    suite
}

fn tests(consumer: &ConsumerReport, criteria: &PassCriteria) -> Suite {
    let mut suite = Suite::new(&format!("{} tests", consumer.name));
    for test in &consumer.tests {
        let (message, details) = (summary(test), all_details(&test.broken));
        let worst = test
            .broken
            .iter()
            .filter(|broken| criteria.counts(broken.severity))
            .map(|broken| broken.severity);
        let worst = worst.max().map(|severity| severity.to_string());
        let outcome = match worst.as_deref() {
            Some(severity) => CaseResult::Failure(severity, &message, &details),
            None => CaseResult::Passed(&details),
        };
        suite.case(&test.name, &format!("{} tests", consumer.name), &outcome);
    }
    suite
}

fn summary(test: &TestReport) -> String {
    let unlisted =
        if test.unlisted > 0 { format!("; others {}", times(test.unlisted)) } else { String::new() };
    with_counts(&test.broken) + &unlisted
}

fn all_details(broken: &[BrokenRule]) -> String {
    broken.iter().map(details).collect::<Vec<_>>().join("\n\n")
}

/// A broken rule, its remedy and its first violation, in lines.
fn details(broken: &BrokenRule) -> String {
    let first = &broken.first;
    format!(
        "{}: {}, {}\n{}\nRemedy: {}\nFirst: {} {}\n{}\nJournal entry {}, request {}, {}\nReference: {}",
        broken.severity,
        clean(&broken.rule),
        times(broken.count),
        clean(&broken.explanation),
        clean(&broken.remedy),
        clean(&first.method),
        clean(&first.path),
        clean(&first.detail),
        place(first),
        clean(&first.request_id),
        clean(&first.time),
        clean(&broken.reference),
    )
}

/// The result of a case.
enum CaseResult<'a> {
    /// With text for `system-out`, which may be empty.
    Passed(&'a str),
    /// The type, the message and the text of the failure.
    Failure(&'a str, &'a str, &'a str),
    Error(&'a str),
    Skipped(&'a str),
}

/// A suite that is being written.
struct Suite {
    name: String,
    cases: String,
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
}

impl Suite {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), cases: String::new(), tests: 0, failures: 0, errors: 0, skipped: 0 }
    }

    fn rule(
        &mut self, consumer: &ConsumerReport, rule: &Rule, broken: Option<&BrokenRule>,
        criteria: &PassCriteria,
    ) {
        match broken {
            Some(broken) => self.broken(consumer, broken, criteria),
            None if consumer.switched_off.contains(&rule.id) => {
                self.case(&rule.id, &consumer.name, &CaseResult::Skipped("switched off by --contract-rule"));
            }
            None if consumer.not_judged.contains(&rule.id) => {
                let reason = "not judged: its requests went to several replicas";
                self.case(&rule.id, &consumer.name, &CaseResult::Skipped(reason));
            }
            None => self.case(&rule.id, &consumer.name, &CaseResult::Passed("")),
        }
    }

    fn broken(&mut self, consumer: &ConsumerReport, broken: &BrokenRule, criteria: &PassCriteria) {
        let (severity, details) = (broken.severity.to_string(), details(broken));
        let message = format!("{} ({})", broken.first.detail, times(broken.count));
        let outcome = if criteria.counts(broken.severity) {
            CaseResult::Failure(&severity, &message, &details)
        } else {
            CaseResult::Passed(&details)
        };
        self.case(&broken.rule, &consumer.name, &outcome);
    }

    fn case(&mut self, name: &str, class: &str, outcome: &CaseResult<'_>) {
        self.tests += 1;
        let (name, class) = (attribute(name), attribute(class));
        let open = format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\"");
        // Writing to a String cannot fail.
        _ = match outcome {
            CaseResult::Passed("") => writeln!(self.cases, "{open}/>"),
            CaseResult::Passed(text) => {
                writeln!(
                    self.cases,
                    "{open}>\n      <system-out>{}</system-out>\n    </testcase>",
                    content(text)
                )
            }
            CaseResult::Failure(kind, message, text) => {
                self.failures += 1;
                let (kind, message) = (attribute(kind), attribute(message));
                writeln!(
                    self.cases,
                    "{open}>\n      <failure type=\"{kind}\" message=\"{message}\">{}</failure>\n    </testcase>",
                    content(text)
                )
            }
            CaseResult::Error(message) => {
                self.errors += 1;
                let message = attribute(message);
                writeln!(
                    self.cases,
                    "{open}>\n      <error type=\"unknown\" message=\"{message}\"/>\n    </testcase>"
                )
            }
            CaseResult::Skipped(message) => {
                self.skipped += 1;
                let message = attribute(message);
                writeln!(self.cases, "{open}>\n      <skipped message=\"{message}\"/>\n    </testcase>")
            }
        };
    }

    fn counts(&self) -> String {
        let Self { tests, failures, errors, skipped, .. } = self;
        format!(
            "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\""
        )
    }
}

fn document(suites: &[Suite]) -> String {
    let mut all = Suite::new("flowmock contract");
    // The JUnit format has times in UTC, without fractions and zone.
    let timestamp = time::rfc3339(time::millis(SystemTime::now()));
    let timestamp = timestamp.get(..19).unwrap_or_default();
    let hostname = machine::host_name().unwrap_or_else(|| "localhost".to_owned());
    let hostname = attribute(&hostname);
    for suite in suites {
        all.tests += suite.tests;
        all.failures += suite.failures;
        all.errors += suite.errors;
        all.skipped += suite.skipped;
        let (name, counts) = (attribute(&suite.name), suite.counts());
        _ = writeln!(
            all.cases,
            "  <testsuite name=\"{name}\" {counts} timestamp=\"{timestamp}\" hostname=\"{hostname}\">"
        );
        all.cases += &suite.cases;
        all.cases += "  </testsuite>\n";
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {}>\n{}</testsuites>\n",
        all.name,
        all.counts(),
        all.cases
    )
}

/// Escapes a text for an attribute in double quotes.
fn attribute(text: &str) -> String {
    // `clean` removes control characters and noncharacters, which XML 1.0 forbids.
    escape(&clean(text))
}

/// Escapes a text of several lines, whose parts are clean, for an element.
fn content(text: &str) -> String {
    escape(text)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            c => escaped.push(c),
        }
    }
    escaped
}
