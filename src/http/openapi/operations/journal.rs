//! What the server has seen: the journal, metrics, and what is running.

use super::control::refused;
use crate::base::operation::Operation;
use crate::http::openapi::describe::{Answer, Description, Parameter, Tag};
use crate::http::openapi::schema::{integer, object, one_of, string};
use crate::http::openapi::schemas::control::REFUSED;
use crate::http::openapi::schemas::journal::{HAR, INFO, RECORDED_REQUEST, REQUESTS};

pub(super) const TAG: Tag =
    Tag { name: "Journal", about: "The requests that were answered, metrics, and what is running." };

pub(super) fn list() -> Description {
    Description::new(TAG, "List the last requests")
        .detail("Newest first, without credentials unless the server is told to show them.")
        .takes_all(filter())
        .answers(Answer::json(200, REQUESTS.named(), "Those that fit all that is asked for."))
        .answers(refused())
}

pub(super) fn get() -> Description {
    Description::new(TAG, "Read a request of the journal")
        .takes(Parameter::path("id", integer().with("minimum", 1), "Its number in the journal."))
        .answers(Answer::json(200, RECORDED_REQUEST.named(), "The request and its answer."))
        .answers(Answer::json(404, REFUSED.named(), "The journal has none with that number, or no longer."))
}

pub(super) fn clear() -> Description {
    let cleared = object().has("cleared", integer().with("minimum", 0)).and_nothing_else();
    Description::new(TAG, "Empty the journal")
        .takes_all(tenant())
        .answers(Answer::json(200, cleared, "How many requests it forgot."))
        .answers(refused())
}

pub(super) fn export() -> Description {
    Description::new(TAG, "Export the last requests as a HAR file")
        .detail("HAR 1.2, as browsers' tools open it; oldest first.")
        .takes_all(filter())
        .answers(Answer::json(200, HAR.named(), "Those that fit all that is asked for."))
        .answers(refused())
}

pub(super) fn metrics() -> Description {
    Description::new(TAG, "Read the metrics").answers(Answer::text(
        200,
        "text/plain",
        "In Prometheus' text format, version 0.0.4.",
    ))
}

pub(super) fn info() -> Description {
    Description::new(TAG, "Ask what is running").answers(Answer::json(
        200,
        INFO.named(),
        "The version and how it was told to behave, without secrets.",
    ))
}

/// Which requests.
fn filter() -> impl Iterator<Item = Parameter> {
    let names = Operation::ALL.iter().map(|operation| operation.name());
    let others = [
        Parameter::query("operation", one_of(names), "Those of one operation."),
        Parameter::query("method", string(), "Those with one method."),
        Parameter::query(
            "path",
            string(),
            "Those with one path, or with a `*` at its end all that begin so.",
        ),
        Parameter::query(
            "status",
            string().example("4xx"),
            "Those answered with one status, or one class of them.",
        ),
        Parameter::query("errorCode", string().example("FLOW-1404-412"), "Those answered with one error."),
        Parameter::query("requestId", string(), "The one with that request id."),
        Parameter::query("since", string(), "Those since a time: RFC 3339, or milliseconds since the epoch."),
        Parameter::query("sinceId", integer().with("minimum", 0), "Those after the one with that number."),
        Parameter::query("limit", integer().with("minimum", 1), "How many at most."),
    ];
    others.into_iter().chain(tenant())
}

fn tenant() -> [Parameter; 2] {
    [
        Parameter::query("imsOrgId", string(), "Those for one organisation."),
        Parameter::query("sandbox", string(), "Those for one sandbox."),
    ]
}
