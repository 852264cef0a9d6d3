//! `/_flowmock/contract`: [contract reports](crate::testkit::contract) over HTTP.

use super::body::blocking;
use super::scope::{FAIL_STATUS, choice, flag, parameters};
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::http::answer;
use crate::store::query::Parameters;
use crate::testkit::contract::criteria::{PassCriteria, Verdict};
use crate::testkit::contract::render::text::TextOptions;
use crate::testkit::contract::report::{Report, Severity};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

/// The parameter that names one consumer instead of all.
const CONSUMER: &str = "consumer";
/// The form of the report.
const FORMAT: &str = "format";
/// The lowest severity of a broken rule that fails a consumer.
const FAIL_ON: &str = "failOn";
/// The coverage that every consumer has to reach, in percent.
const MIN_COVERAGE: &str = "minCoverage";
/// Whether the text lists every outcome that was never met.
const FULL: &str = "full";

/// The forms of a report.
#[derive(Clone, Copy)]
enum ReportForm {
    Json,
    Junit,
    Markdown,
    Text,
}

/// The query of a report, without the consumer.
struct ReportQuery {
    format: ReportForm,
    criteria: PassCriteria,
    /// Whether the status shall say that somebody failed.
    fails_by_status: bool,
    text: TextOptions,
}

/// `GET /_flowmock/contract`.
pub(super) async fn report(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let query = parameters(uri.query(), &[CONSUMER, FORMAT, FAIL_STATUS, FAIL_ON, MIN_COVERAGE, FULL])?;
    let wanted = ReportQuery::read(&query)?;
    let consumer = query.last(CONSUMER).map(str::to_owned);
    app.journal.settled().await;
    // The journal is examined first, and a report may have thousands of tests, so it is also serialised there.
    blocking(move || {
        let report = match consumer {
            Some(consumer) => app.contract_report_of(&consumer)?,
            None => app.contract_report(),
        };
        Ok(wanted.response(&report))
    })
    .await
}

/// `DELETE /_flowmock/contract`.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri) -> Result<StatusCode, Refused> {
    let consumer = parameters(uri.query(), &[CONSUMER])?.last(CONSUMER).map(str::to_owned);
    app.journal.settled().await;
    blocking(move || match consumer {
        Some(consumer) => app.forget_consumer(&consumer),
        None => {
            app.reset_contract();
            Ok(())
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

impl ReportQuery {
    fn read(query: &Parameters) -> Result<Self, Refused> {
        let formats = [
            ("json", ReportForm::Json),
            ("junit", ReportForm::Junit),
            ("markdown", ReportForm::Markdown),
            ("text", ReportForm::Text),
        ];
        let severities =
            [("error", Some(Severity::Error)), ("warning", Some(Severity::Warning)), ("never", None)];
        let criteria = PassCriteria {
            fail_on: choice(query, FAIL_ON, &severities)?,
            min_coverage: query.last(MIN_COVERAGE).map(percent).transpose()?,
        };
        let text = TextOptions { full: flag(query, FULL)?, colours: false };
        let (format, fails_by_status) = (choice(query, FORMAT, &formats)?, flag(query, FAIL_STATUS)?);
        Ok(Self { format, criteria, fails_by_status, text })
    }

    fn response(&self, report: &Report) -> Response {
        let mut response = match self.format {
            ReportForm::Json => answer::ok(report),
            ReportForm::Junit => answer::text("application/xml", report.junit(&self.criteria)),
            ReportForm::Markdown => {
                answer::text("text/markdown; charset=utf-8", report.markdown(&self.criteria))
            }
            ReportForm::Text => {
                answer::text("text/plain; charset=utf-8", report.text(&self.criteria, self.text))
            }
        };
        // An unknown run never passes.
        if self.fails_by_status && self.criteria.evaluate(report) != Verdict::Passed {
            *response.status_mut() = StatusCode::EXPECTATION_FAILED;
        }
        response
    }
}

fn percent(text: &str) -> Result<f64, Refused> {
    let percent: Option<f64> = text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| {
        Refused::because("", format!("{MIN_COVERAGE}={} is not a number from 0 to 100", excerpt(text)))
    })
}
