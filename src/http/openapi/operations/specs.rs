//! Connection specs. Reference: "Connection specs".

use super::{limit, listing};
use crate::http::openapi::describe::{Answer, Body, Description, Parameter, Tag};
use crate::http::openapi::schema::{any_of, array, object, string};
use crate::http::openapi::schemas::COUNT;
use crate::http::openapi::schemas::specs::{DEFINITION, PAGE, SPEC};
use serde_json::json;

pub(super) const TAG: Tag = Tag {
    name: "Connection specs",
    about: "What can be connected to. Those that a client writes are its sandbox's alone.",
};

pub(super) fn list() -> Description {
    Description::new(TAG, "List connection specs")
        .detail("All of them, ordered by name, unless the client says otherwise.")
        .takes_all(listing(limit()))
        .answers(Answer::json(
            200,
            any_of([PAGE.named(), COUNT.named()]),
            "The connection specs; with `count=true` a number.",
        ))
}

pub(super) fn create() -> Description {
    Description::new(TAG, "Create a connection spec").reads(body()).answers(
        Answer::json(201, SPEC.named(), "The connection spec as it is now.").header(
            "Location",
            string().with("format", "uri-reference"),
            "Its path, base path included.",
        ),
    )
}

pub(super) fn get() -> Description {
    let items = array(SPEC.named()).with("minItems", 1);
    Description::new(TAG, "Read a connection spec").takes(id()).answers(Answer::json(
        200,
        object().has("items", items).and_nothing_else(),
        "Every version of it, the newest first.",
    ))
}

pub(super) fn replace() -> Description {
    Description::new(TAG, "Replace a connection spec")
        .detail("All versions of it, be it built in or the sandbox's own. An `id` in the body must be the path's.")
        .takes(id())
        .reads(body())
        .answers(Answer::json(200, SPEC.named(), "The connection spec as it is now."))
}

fn body() -> Body {
    let example = json!({
        "name": "weather-station",
        "version": "1.0",
        "authSpec": [{
            "name": "Token",
            "spec": {
                "type": "object",
                "properties": {"token": {"type": "string", "format": "password"}},
                "required": ["token"]
            }
        }],
        "exploreSpec": {"type": "Tabular"}
    });
    Body::json(DEFINITION.named(), "The connection spec.").example("with a token", example)
}

/// The id of a connection spec.
pub(super) fn id() -> Parameter {
    Parameter::path("id", string(), "The connection spec's id.")
}
