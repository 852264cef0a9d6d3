//! flowmock's own calls.

use crate::http::openapi::describe::{Answer, Description, Tag};
use crate::http::openapi::schema::{object, string};
use crate::http::openapi::schemas::control::{CATALOGUE, HEALTH, REFUSED};

pub(super) const TAG: Tag = Tag {
    name: "flowmock",
    about: "flowmock's own calls, which need no headers unless there is a control token.",
};

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

/// What a control call that takes a document answers to one that is too large.
pub(super) fn too_large() -> Answer {
    Answer::json(413, REFUSED.named(), "The body has more bytes than is configured. Nothing is changed.")
}

/// What any control call answers, but for the one that asks for health, where the server wants its control token.
pub(in crate::http::openapi) fn unauthorized() -> Answer {
    let challenge = string().not_empty();
    Answer::json(
        401,
        REFUSED.named(),
        "The server was started with a control token, and the request has another or none.",
    )
    .header("WWW-Authenticate", challenge, "Which scheme takes the token.")
}

pub(super) fn openapi() -> Description {
    let document = object().about("An OpenAPI 3.1 document.");
    Description::new(TAG, "Read this document").answers(Answer::json(200, document, "This document."))
}
