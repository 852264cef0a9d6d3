//! Base connections. Reference: "Operations on /connections", "Updating".

use super::{continuation, limit, listing};
use crate::http::openapi::describe::{Answer, Body, Description, Parameter, Tag};
use crate::http::openapi::schema::{any_of, array, object, one_of, string, uuid};
use crate::http::openapi::schemas::connections::{CONNECTION, DEFINITION, PAGE, PATCH, PROGRESS, SEARCH};
use crate::http::openapi::schemas::{COUNT, WRITTEN};
use crate::store::query::Limit;
use serde_json::json;

pub(super) const TAG: Tag =
    Tag { name: "Connections", about: "Base connections of an organisation's sandbox." };

pub(super) fn list() -> Description {
    Description::new(TAG, "List connections")
        .detail("The newest first, unless the client says otherwise.")
        .takes_all(listing(limit().default_is(Limit::DEFAULT)))
        .answers(page())
}

pub(super) fn create() -> Description {
    let example = json!({
        "name": "orders",
        "description": "the shop's orders",
        "connectionSpec": {"id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0"},
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": {"connectionString": "AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY}"}
        }
    });
    let draft = json!({"name": "later", "connectionSpec": {"id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69"}});
    Description::new(TAG, "Create a connection")
        .takes(Parameter::query(
            "mode",
            one_of(["draft"]),
            "A connection in state `draft`, whose `auth` is not looked at before it is published.",
        ))
        .reads(
            Body::json(DEFINITION.named(), "The connection.")
                .example("whole", example)
                .example("draft", draft),
        )
        .answers(Answer::json(201, WRITTEN.named(), "The connection is stored.").header(
            "Location",
            string().with("format", "uri-reference"),
            "Its path, base path included.",
        ))
}

pub(super) fn search() -> Description {
    let example = json!({"queryString": "property=name==orders&orderby=-createdAt", "limit": 10});
    Description::new(TAG, "List connections, asked in a body")
        .detail("The links of its pages are the list's, to be followed by GET.")
        .takes(continuation())
        .reads(Body::json(SEARCH.named(), "The question.").example("by name", example))
        .answers(page())
}

pub(super) fn get() -> Description {
    let item = array(CONNECTION.named()).with("minItems", 1).with("maxItems", 1);
    Description::new(TAG, "Read a connection").takes(id()).answers(Answer::json(
        200,
        object().has("items", item).and_nothing_else(),
        "An array of one: the connection.",
    ))
}

pub(super) fn update() -> Description {
    let rename = json!([{"op": "replace", "path": "/name", "value": "sales"}]);
    let forget = json!([{"op": "remove", "path": "/description"}]);
    Description::new(TAG, "Change a connection")
        .detail("Afterwards the connection must be valid against its auth spec, as at its creation.")
        .takes(id())
        .takes(
            Parameter::header(
                "If-Match",
                string(),
                "The etag that was read last, or `*` for whichever it is now.",
            )
            .required(),
        )
        .takes(
            Parameter::query(
                "if-match",
                string(),
                "What some clients send in the place of the header, which wins.",
            )
            .deprecated(),
        )
        .reads(
            Body::json(PATCH.named(), "The operations.")
                .or_as("application/json-patch+json")
                .example("rename", rename)
                .example("forget", forget),
        )
        .answers(Answer::json(200, WRITTEN.named(), "All operations are applied."))
}

pub(super) fn delete() -> Description {
    Description::new(TAG, "Delete a connection").takes(id()).answers(Answer::empty(204, "It is gone."))
}

pub(super) fn act() -> Description {
    let ops = one_of(["publish", "enable", "disable", "finalize", "finalize_update"]);
    Description::new(TAG, "Change a connection's state")
        .detail(
            "`publish` makes a draft a connection in use, whose params must then be valid; `enable` and `disable` \
             switch it. `finalize` and `finalize_update` are for providers.",
        )
        .takes(id())
        .takes(Parameter::query("op", ops, "What to do, in any letter case.").required())
        .takes(Parameter::query(
            "subOp",
            array(one_of(["apply", "rollback", "progress"])),
            "What providers send with `finalize`, in any letter case.",
        ))
        .reads(Body::json(PROGRESS.named(), "No body is needed.").optional())
        .answers(Answer::json(200, WRITTEN.named(), "The connection is in its new state."))
}

fn page() -> Answer {
    let schema = any_of([PAGE.named(), COUNT.named()]);
    Answer::json(200, schema, "A page of connections; with `count=true` a number.")
}

/// The id of a connection.
pub(super) fn id() -> Parameter {
    Parameter::path("id", uuid(), "The connection's id, in lower case with hyphens.")
}
