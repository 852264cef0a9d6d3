//! Sandbox management. Reference: "Tokens and sandboxes".

use crate::http::openapi::describe::{Answer, Description, Parameter, Tag};
use crate::http::openapi::schema::{integer, string};
use crate::http::openapi::schemas::sandboxes::{SANDBOX, SANDBOXES};
use crate::http::sandboxes::list::MAX_LIMIT;

pub(super) const TAG: Tag = Tag { name: "Sandboxes", about: "Which sandboxes an organisation has." };

pub(super) fn list() -> Description {
    let limit = integer().within(1, MAX_LIMIT as u64).default_is(MAX_LIMIT);
    let offset = integer().with("minimum", 0).default_is(0);
    Description::new(TAG, "List sandboxes")
        .detail("The default first, the others by name.")
        .takes(Parameter::query("limit", limit, "How many sandboxes the answer has at most."))
        .takes(Parameter::query("offset", offset, "How many to pass over."))
        .answers(Answer::json(200, SANDBOXES.named(), "The organisation's sandboxes."))
}

pub(super) fn get() -> Description {
    Description::new(TAG, "Read a sandbox")
        .takes(Parameter::path("name", string().not_empty(), "Its name."))
        .answers(Answer::json(200, SANDBOX.named(), "The sandbox."))
}
