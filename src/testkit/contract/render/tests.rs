//! Renders hand-made reports: with hostile names, endless details, no contents, thousands of findings.

use super::text::TextOptions;
use super::{MAX_TEXT_CHARS, clean};
use crate::base::time;
use crate::testkit::contract::criteria::{PassCriteria, Verdict};
use crate::testkit::contract::report::*;
use proptest::prelude::*;
use std::time::SystemTime;
use unicode_width::UnicodeWidthStr;

/// Text that would do harm if it reached a terminal, a table or a tag unescaped.
const HOSTILE: &str =
    "a|b`c` <b>&amp;\"'\\ \u{1b}[31m\r\n\t\u{202e}\u{0}]]> @everyone #1 ![x](https://evil.example) |";

fn rule(id: &str, severity: Severity) -> Rule {
    Rule {
        id: id.to_owned().into(),
        severity,
        explanation: format!("What is wrong with {id}.").into(),
        remedy: format!("What to do about {id}.").into(),
        reference: "Updating".into(),
    }
}

fn violation(entry: u64, detail: &str) -> Violation {
    Violation {
        entry,
        replica: None,
        request_id: format!("request-{entry}"),
        time: "2026-01-01T00:00:00.000Z".to_owned(),
        operation: Some("patchConnection".into()),
        method: "PATCH".to_owned(),
        path: "/data/foundation/flowservice/connections/139f6a5f-a78b-4744-9f6a-5fa78bd74431".to_owned(),
        detail: detail.to_owned(),
    }
}

fn broken(id: &str, severity: Severity, count: u64, detail: &str) -> BrokenRule {
    let Rule { id, severity, explanation, remedy, reference } = rule(id, severity);
    BrokenRule { rule: id, severity, explanation, remedy, reference, count, first: violation(7, detail) }
}

fn outcome(status: u16, code: Option<&str>, count: u64) -> OutcomeCoverage {
    let provoke = (count == 0).then(|| format!("x-flowmock-error: {}", code.unwrap_or_default()).into());
    OutcomeCoverage {
        status,
        code: code.map(|code| code.to_owned().into()),
        form: code.map(|_| "flow".into()),
        about: None,
        count,
        provoke,
    }
}

fn operation(name: &str, requests: u64, outcomes: Vec<OutcomeCoverage>) -> OperationCoverage {
    let (met, of) = (outcomes.iter().filter(|one| one.count > 0).count() as u64, outcomes.len() as u64);
    OperationCoverage {
        operation: name.to_owned().into(),
        method: "GET".into(),
        path: "/connections".into(),
        requests,
        percent: (met * 100 / of.max(1)) as f64,
        met,
        of,
        outcomes,
    }
}

fn coverage() -> Coverage {
    let (both, uncalled) = (outcome(412, Some("EtagMismatch"), 0), outcome(404, Some("EntityNotFound"), 0));
    Coverage {
        percent: 50.0,
        met: 2,
        of: 4,
        of_all: 6,
        operations: vec![
            operation("patchConnection", 3, vec![outcome(200, None, 3), both.clone()]),
            operation("deleteConnection", 1, vec![outcome(200, None, 1), both]),
            operation("getConnection", 0, vec![outcome(200, None, 0), uncalled]),
        ],
        undocumented: Vec::new(),
    }
}

fn consumer(name: &str, broken: Vec<BrokenRule>) -> ConsumerReport {
    ConsumerReport {
        name: name.to_owned(),
        named_by: NamedBy::Header,
        requests: 12,
        switched_off: vec!["own-field".into()],
        not_judged: Vec::new(),
        broken,
        tests: Vec::new(),
        coverage: coverage(),
    }
}

fn test(name: &str, broken: Vec<BrokenRule>) -> TestReport {
    TestReport { name: name.to_owned(), requests: 3, broken, unlisted: 0 }
}

fn report(consumers: Vec<ConsumerReport>) -> Report {
    Report {
        version: Report::VERSION,
        server: "0.1.0".into(),
        enabled: true,
        examined: consumers.iter().map(|consumer| consumer.requests).sum(),
        skipped: 0,
        rules: vec![
            rule("if-match-missing", Severity::Error),
            rule("if-match-any", Severity::Warning),
            rule("own-field", Severity::Info),
        ],
        consumers,
        replicas: Vec::new(),
    }
}

/// A report on a client that broke an error and a warning, in two of its three tests.
fn bad() -> Report {
    let missing = || broken("if-match-missing", Severity::Error, 3, "If-Match is missing");
    let any = || broken("if-match-any", Severity::Warning, 1, "If-Match is *");
    let mut client = consumer("importer", vec![any(), missing()]);
    client.tests = vec![test("a", vec![any()]), test("b", vec![missing()]), test("c", Vec::new())];
    report(vec![consumer("other", Vec::new()), client])
}

fn criteria(fail_on: Option<Severity>, min_coverage: Option<f64>) -> PassCriteria {
    PassCriteria { fail_on, min_coverage }
}

fn plain(report: &Report) -> String {
    report.text(&PassCriteria::default(), TextOptions::default())
}

const FULL: TextOptions = TextOptions { colours: false, full: true };

#[track_caller]
fn assert_narrow(text: &str) {
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
    }
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}

#[test]
fn the_text_lists_the_worst_rule_first_with_its_first_request_and_remedy() {
    let text = plain(&bad());
    assert_narrow(&text);
    let expected = [
        "Contract report of flowmock 0.1.0: 24 requests examined\n\nimporter\n",
        "  named by x-flowmock-consumer; 12 requests in 3 tests: 1 error, 1 warning\n",
        "  error    if-match-missing, 3 times\n           What is wrong with if-match-missing.\n",
        "           remedy  What to do about if-match-missing.\n",
        "           first   PATCH .../connections/139f6a5f-a78b-4744-9f6a-5fa78bd74431\n",
        "                   If-Match is missing\n",
        "journal entry 7 of 2026-01-01T00:00:00.000Z\n                   x-request-id: request-7\n",
        "  warning  if-match-any, once\n",
        "  In its tests\n    error    b: if-match-missing (3 times)\n    warning  a: if-match-any (once)\n",
        "  Coverage 50 % (2 of 4) of what is documented of the calls it made\n",
        "     50.0 %    1 of 2   patchConnection\n",
        "    2 outcomes never met: the full report (--full) says how\n",
        "other: 12 requests, every rule kept, coverage 50 % (2 of 4)\n",
        "Broken:\n  importer broke 1 rule: if-match-missing\n",
    ];
    let mut rest = text.as_str();
    for part in expected {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is not next in\n{text}"));
        rest = after;
    }
    assert!(!text.contains("getConnection") && !text.contains("x-flowmock-error"), "{text}");
}

#[test]
fn a_report_without_violations_is_short() {
    let text = plain(&report(vec![consumer("importer", Vec::new())]));
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(text.ends_with("\nKept.\n"), "{text}");
}

#[test]
fn an_unmet_outcome_is_listed_once_if_requested_or_if_coverage_is_too_low() {
    let clean = report(vec![consumer("importer", Vec::new())]);
    let too_little = clean.text(&criteria(None, Some(50.1)), TextOptions::default());
    for text in [clean.text(&PassCriteria::default(), FULL), too_little.clone()] {
        assert_narrow(&text);
        let list = "  Never met, and how to meet it\n    412  x-flowmock-error: EtagMismatch\n         \
                    patchConnection, deleteConnection\n";
        assert!(text.contains(list), "{text}");
    }
    assert!(
        too_little.ends_with(
            "Broken:\n  importer has met 50 % of what is documented, of the 50.1 % that it should\n"
        )
    );
    let enough = clean.text(&criteria(None, Some(50.0)), TextOptions::default());
    assert!(!enough.contains("Never met") && enough.ends_with("Kept.\n"), "{enough}");
}

#[test]
fn criteria_decide_the_verdict_and_an_empty_report_never_passes() {
    let bad = bad();
    assert!(matches!(criteria(Some(Severity::Info), None).evaluate(&bad), Verdict::Failed(_)));
    assert!(matches!(criteria(Some(Severity::Error), None).evaluate(&bad), Verdict::Failed(_)));
    assert_eq!(criteria(None, None).evaluate(&bad), Verdict::Passed);
    assert_eq!(criteria(None, Some(50.0)).evaluate(&bad), Verdict::Passed);
    let Verdict::Failed(reasons) = criteria(Some(Severity::Warning), Some(60.0)).evaluate(&bad) else {
        panic!()
    };
    assert_eq!(
        reasons,
        [
            "other has met 50 % of what is documented, of the 60 % that it should",
            "importer broke 2 rules: if-match-any, if-match-missing",
            "importer has met 50 % of what is documented, of the 60 % that it should",
        ]
    );
    let nothing = report(Vec::new());
    let off = Report { enabled: false, ..report(vec![consumer("importer", Vec::new())]) };
    for unknown in [&nothing, &off] {
        for criteria in [PassCriteria::default(), criteria(None, None)] {
            assert!(matches!(criteria.evaluate(unknown), Verdict::Unknown(_)), "{unknown:?}");
        }
    }
}

#[test]
fn skipped_requests_prevent_a_pass_but_not_a_failure() {
    let mut partly = report(vec![consumer("importer", Vec::new())]);
    partly.skipped = 2;
    let Verdict::Unknown(reason) = PassCriteria::default().evaluate(&partly) else { panic!() };
    assert!(reason.starts_with("the journal had forgotten 2 requests before their turn came"), "{reason}");
    assert_eq!(criteria(None, None).evaluate(&partly), Verdict::Passed);
    partly.consumers = bad().consumers;
    assert!(matches!(PassCriteria::default().evaluate(&partly), Verdict::Failed(_)));
    assert!(plain(&partly).contains("\n  Besides, the journal had forgotten 2 requests"));
}

#[test]
fn colours_are_optional_and_change_nothing_else() {
    let report = bad();
    let coloured = report.text(&PassCriteria::default(), TextOptions { colours: true, full: true });
    assert!(coloured.contains("\u{1b}[1;31merror\u{1b}[0m"), "{coloured}");
    let mut bare = String::new();
    for (index, part) in coloured.split('\u{1b}').enumerate() {
        bare += if index == 0 { part } else { part.split_once('m').unwrap().1 };
    }
    assert_eq!(bare, report.text(&PassCriteria::default(), FULL));
}

#[test]
fn names_and_details_of_any_kind_stay_text_in_every_form() {
    let mut client = consumer(HOSTILE, vec![broken("if-match-missing", Severity::Error, 1, HOSTILE)]);
    client.tests = vec![test(HOSTILE, client.broken.clone())];
    client.broken[0].first.path = HOSTILE.to_owned();
    client.broken[0].first.method = HOSTILE.to_owned();
    let report = report(vec![client]);

    let text = report.text(&PassCriteria::default(), FULL);
    assert_narrow(&text);
    assert!(text.contains("\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"), "{text}");

    let junit = report.junit(&PassCriteria::default());
    let document = roxmltree::Document::parse(&junit).expect("well-formed");
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    assert_eq!(suite.attribute("name"), Some(&*clean(HOSTILE)));

    let markdown = report.markdown(&PassCriteria::default());
    assert!(!markdown.contains("<b>") && !markdown.contains("![") && !markdown.contains("://"), "{markdown}");
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with("| error")).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].matches('|').count(), 7, "{rows:?}");
    assert!(markdown.contains("<code>&#64;everyone</code>") || !markdown.contains("everyone"), "{markdown}");
}

#[test]
fn thousands_of_findings_and_endless_details_stay_readable() {
    let endless = "x".repeat(100_000);
    let mut all = Vec::new();
    for number in 0..100 {
        let any = |detail| broken("if-match-any", Severity::Warning, 9, detail);
        let mut client = consumer(&format!("client {number}"), vec![any(&endless)]);
        client.tests =
            (0..1000).map(|number| test(&format!("test {number}"), vec![any("If-Match is *")])).collect();
        all.push(client);
    }
    all.push(consumer("worst", vec![broken("if-match-missing", Severity::Error, 1, "none")]));
    let report = report(all);
    let text = plain(&report);
    assert_narrow(&text);
    assert!(text.contains("and 980 more tests: the JUnit form lists them all"));
    assert!(text.find("\nworst\n").unwrap() < text.find("\nclient 0\n").unwrap());
    assert!(text.len() < 100 * (MAX_TEXT_CHARS * 2 + 10_000), "{}", text.len());
    let markdown = report.markdown(&PassCriteria::default());
    assert!(markdown.len() <= 64 * 1024, "{}", markdown.len());
    assert!(markdown.contains("of the report would be too long here"), "{markdown}");
    assert!(markdown.find("worst").unwrap() < markdown.find("client 0<").unwrap());
    assert_eq!(markdown.matches("<details>").count(), markdown.matches("</details>").count());
    let junit = report.junit(&PassCriteria::default());
    let limits = roxmltree::ParsingOptions { nodes_limit: 1_000_000, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&junit, limits).expect("well-formed");
    assert_eq!(document.root_element().attribute("failures"), Some("1"));
}

#[test]
fn junit_has_a_case_per_rule_and_per_test_and_counts_them() {
    let mut report = bad();
    report.consumers[1].broken.push(broken("new-rule", Severity::Info, 1, "new"));
    let junit = report.junit(&criteria(Some(Severity::Error), Some(60.0)));
    let document = roxmltree::Document::parse(&junit).expect("well-formed");
    let root = document.root_element();
    for suite in root.children().filter(|node| node.has_tag_name("testsuite")) {
        let timestamp = suite.attribute("timestamp").expect("a timestamp").to_owned() + "Z";
        let made = time::parse(&timestamp).expect("a time");
        assert!((time::millis(SystemTime::now()) - made).abs() < 600_000, "{timestamp}");
        assert!(!suite.attribute("hostname").expect("a host name").is_empty());
    }
    let counts = |node: roxmltree::Node<'_, '_>| {
        ["tests", "failures", "errors", "skipped", "time"]
            .map(|name| node.attribute(name).unwrap().to_owned())
    };
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_eq!(counts(root), ["12", "4", "0", "2", "0"]);
    let mut found = Vec::new();
    for suite in root.children().filter(|node| node.is_element()) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
        for case in cases {
            assert_eq!(case.attribute("time"), Some("0"));
            let result = case.children().find(|node| node.is_element()).map(|node| node.tag_name().name());
            let name = |node: roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap().to_owned();
            found.push((name(case, "classname"), name(case, "name"), result.unwrap_or("passed").to_owned()));
        }
    }
    let found: Vec<_> =
        found.iter().map(|(class, name, result)| (&class[..], &name[..], &result[..])).collect();
    assert_eq!(
        found,
        [
            ("importer", "if-match-missing", "failure"),
            ("importer", "if-match-any", "system-out"),
            ("importer", "own-field", "skipped"),
            ("importer", "new-rule", "system-out"),
            ("importer", "coverage", "failure"),
            ("importer tests", "a", "system-out"),
            ("importer tests", "b", "failure"),
            ("importer tests", "c", "passed"),
            ("other", "if-match-missing", "passed"),
            ("other", "if-match-any", "passed"),
            ("other", "own-field", "skipped"),
            ("other", "coverage", "failure"),
        ]
    );
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("type"), Some("error"));
    assert_eq!(failure.attribute("message"), Some("If-Match is missing (3 times)"));
    let story = failure.text().unwrap();
    assert!(
        story.contains("\nRemedy: What to do") && story.contains("\nJournal entry 7, request request-7"),
        "{story}"
    );
}

#[test]
fn an_empty_report_is_an_error_in_junit_and_mentioned_in_every_form() {
    let empty = report(Vec::new());
    let junit = empty.junit(&PassCriteria::default());
    let document = roxmltree::Document::parse(&junit).expect("well-formed");
    assert_eq!(document.root_element().attribute("errors"), Some("1"));
    assert!(document.descendants().any(|node| node.has_tag_name("error")));
    assert!(plain(&empty).contains("Could not tell: no request was examined"));
    assert!(
        empty
            .markdown(&PassCriteria::default())
            .starts_with("## Contract report: could not tell\n\nno request")
    );
}

#[test]
fn cleaning_is_idempotent() {
    let once = clean(HOSTILE).into_owned();
    assert_eq!(clean(&once), once);
    assert_eq!(clean("é 👩‍👩‍👧 中文"), "é 👩‍👩‍👧 中文");
}

/// Arbitrary texts, with many words, long ones, wide ones and ones without a width.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z中👩\u{200d}\u{301}\u{1b}\u{202e}<&|` -]{0,300}", "(\\PC{0,20} ){0,20}",]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_line_is_narrow_and_every_document_well_formed(name in texts(), detail in texts(), path in texts(), id in texts()) {
        let mut client = consumer(&name, vec![broken(&id, Severity::Error, 2, &detail)]);
        client.broken[0].first.path = path;
        client.tests = vec![test(&detail, client.broken.clone())];
        client.coverage.operations[0].operation = name.into();
        client.coverage.operations[1].outcomes[1].provoke = Some(detail.into());
        let report = report(vec![client]);
        let text = report.text(&PassCriteria::default(), FULL);
        for line in text.lines() {
            prop_assert!(line.width() <= 80, "{} columns: {line:?}", line.width());
        }
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        let junit = report.junit(&criteria(Some(Severity::Warning), Some(99.0)));
        prop_assert!(roxmltree::Document::parse(&junit).is_ok(), "{}", junit);
        let markdown = report.markdown(&PassCriteria::default());
        let row = markdown.lines().find(|line| line.starts_with("| error")).unwrap_or_default();
        prop_assert_eq!(row.matches('|').count(), 7);
    }
}
