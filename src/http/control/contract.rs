//! `/_flowmock/contract`: [contract reports](crate::testkit::contract) over HTTP.

use super::large::large_answer;
use super::scope::{FAIL_STATUS, REPLICAS, all_replicas, choice, flag, parameters};
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::http::answer;
use crate::http::blocking::blocking;
use crate::http::layers::time_limit;
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
/// Whether the text lists every outcome that the client never met.
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
    /// Whether the status code tells that a consumer failed.
    fails_by_status: bool,
    text: TextOptions,
}

/// `GET /_flowmock/contract`.
pub(super) async fn report(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let known = [CONSUMER, FORMAT, FAIL_STATUS, FAIL_ON, MIN_COVERAGE, FULL, REPLICAS];
    let query = parameters(uri.query(), &known)?;
    let wanted = ReportQuery::read(&query)?;
    let consumer = query.last(CONSUMER).map(str::to_owned);
    let gathered = if all_replicas(&query)? {
        Some(app.contract_of_all().await?)
    } else {
        app.journal.settled().await;
        None
    };
    // The journal is examined first, and a report may have thousands of tests, so it is also serialised there.
    let shared = Shared::clone(&app);
    let form = wanted.format;
    let (document, status) = large_answer(&app, move || {
        let report = match (gathered, consumer) {
            (Some(gathered), consumer) => shared.report_of_all(gathered, consumer.as_deref())?,
            (None, Some(consumer)) => shared.contract_report_of(&consumer)?,
            (None, None) => shared.contract_report(),
        };
        Ok(wanted.document(&report))
    })
    .await?;
    let mut response = match form {
        ReportForm::Json => answer::json(StatusCode::OK, document),
        ReportForm::Junit => answer::text("application/xml", document),
        ReportForm::Markdown => answer::text("text/markdown; charset=utf-8", document),
        ReportForm::Text => answer::text("text/plain; charset=utf-8", document),
    };
    *response.status_mut() = status;
    Ok(response)
}

/// `DELETE /_flowmock/contract`.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri) -> Result<StatusCode, Refused> {
    let query = parameters(uri.query(), &[CONSUMER, REPLICAS])?;
    let consumer = query.last(CONSUMER).map(str::to_owned);
    if all_replicas(&query)? {
        time_limit::lift(); // a 408 would say that nothing was done
        app.empty_contract_of_all(consumer).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
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

    /// The report in the requested form, and the status of the response.
    fn document(&self, report: &Report) -> (Vec<u8>, StatusCode) {
        let document = match self.format {
            ReportForm::Json => serde_json::to_vec(report).unwrap_or_default(),
            ReportForm::Junit => report.junit(&self.criteria).into(),
            ReportForm::Markdown => report.markdown(&self.criteria).into(),
            ReportForm::Text => report.text(&self.criteria, self.text).into(),
        };
        // An unknown run never passes.
        let failed = self.fails_by_status && self.criteria.evaluate(report) != Verdict::Passed;
        (document, if failed { StatusCode::EXPECTATION_FAILED } else { StatusCode::OK })
    }
}

fn percent(text: &str) -> Result<f64, Refused> {
    let percent: Option<f64> = text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| {
        Refused::because("", format!("{MIN_COVERAGE}={} is not a number from 0 to 100", excerpt(text)))
    })
}
