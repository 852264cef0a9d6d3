//! What clients did, measured by the rules of the API.

use super::control::refused;
use crate::http::openapi::describe::{Answer, Description, Parameter, Tag};
use crate::http::openapi::schema::string;
use crate::http::openapi::schemas::contract::REPORT;
use crate::http::openapi::schemas::control::REFUSED;

pub(super) const TAG: Tag = Tag {
    name: "Contract testing",
    about: "Which rules of the API clients broke, and what they have met of what it documents.",
};

pub(super) fn report() -> Description {
    Description::new(TAG, "Read the contract report")
        .detail("It covers everything up to the last request that was answered.")
        .takes(consumer("Of one consumer only."))
        .answers(Answer::json(200, REPORT.named(), "What every consumer did since the report began."))
        .answers(refused())
        .answers(unknown())
}

pub(super) fn reset() -> Description {
    Description::new(TAG, "Begin the contract report anew")
        .detail("Nothing else empties it: not a reset of the state, nor of the journal.")
        .takes(consumer("Only what that consumer did is forgotten."))
        .answers(Answer::empty(204, "What was in it is forgotten."))
        .answers(refused())
        .answers(unknown())
}

fn consumer(about: &'static str) -> Parameter {
    Parameter::query("consumer", string().not_empty(), about)
}

fn unknown() -> Answer {
    Answer::json(404, REFUSED.named(), "No consumer has that name. The reason names those that there are.")
}
