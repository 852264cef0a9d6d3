//! `/_flowmock/contract`: [contract reports](crate::testkit::contract) over HTTP.

use super::body::blocking;
use super::scope::parameters;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

/// The parameter that names one consumer instead of all.
const CONSUMER: &str = "consumer";

/// `GET /_flowmock/contract`.
pub(super) async fn report(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let consumer = consumer(&uri)?;
    app.journal.settled().await;
    // The journal is examined first, and a report may have thousands of tests, so it is also serialised there.
    blocking(move || {
        let report = match consumer {
            Some(consumer) => app.contract_report_of(&consumer)?,
            None => app.contract_report(),
        };
        Ok(answer::ok(&report))
    })
    .await
}

/// `DELETE /_flowmock/contract`.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri) -> Result<StatusCode, Refused> {
    let consumer = consumer(&uri)?;
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

fn consumer(uri: &Uri) -> Result<Option<String>, Refused> {
    Ok(parameters(uri.query(), &[CONSUMER])?.last(CONSUMER).map(str::to_owned))
}
