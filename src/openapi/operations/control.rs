//! flowmock's own calls.

use crate::openapi::describe::{Answer, Description, Tag};
use crate::openapi::schema::object;
use crate::openapi::schemas::control::{CATALOGUE, HEALTH, REFUSED};

pub(super) const TAG: Tag = Tag { name: "flowmock", about: "flowmock's own calls, which need no headers." };

pub(super) fn health() -> Description {
    Description::new(TAG, "Ask whether the server answers").answers(Answer::json(
        200,
        HEALTH.named(),
        "It does.",
    ))
}

pub(super) fn errors() -> Description {
    Description::new(TAG, "List the errors that there are").answers(Answer::json(
        200,
        CATALOGUE.named(),
        "The catalogue.",
    ))
}

/// What any control call answers that cannot be done.
pub(super) fn refused() -> Answer {
    Answer::json(
        400,
        REFUSED.named(),
        "It cannot be done as asked: every reason at once. Nothing is changed.",
    )
}

pub(super) fn openapi() -> Description {
    let document = object().about("An OpenAPI 3.1 document.");
    Description::new(TAG, "Read this document").answers(Answer::json(200, document, "This document."))
}
