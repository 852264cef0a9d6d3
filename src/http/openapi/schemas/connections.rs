//! Base connections. Reference: "A base connection", "Operations on /connections", "Updating".

use super::{etag, links, stamped};
use crate::http::openapi::schema::{
    Component, Schema, any_of, anything, array, boolean, integer, number, object, one_of, only, string, uuid,
};
use crate::services::entities::patch::MAX_OPERATIONS as MAX_PATCH_OPERATIONS;
use crate::services::entities::progress::STATUSES as ACTION_STATUSES;
use crate::store::State;
use crate::store::query::Limit;

pub(super) const ALL: &[Component] = &[
    CONNECTION,
    PROJECTED,
    PAGE,
    DEFINITION,
    SPEC_REFERENCE,
    AUTH,
    PATCH,
    PATCH_OPERATION,
    SEARCH,
    PROGRESS,
    TEST_RESULT,
];

pub(in crate::http::openapi) const CONNECTION: Component = Component {
    name: "Connection",
    schema: || connection().about("A base connection. Keys that its client sent beside these are there too."),
};

pub(in crate::http::openapi) const PROJECTED: Component = Component {
    name: "ProjectedConnection",
    schema: || {
        connection()
            .without_required()
            .about("The keys of a connection that a bare `property=name,state` asked for.")
    },
};

pub(in crate::http::openapi) const PAGE: Component = Component {
    name: "ConnectionPage",
    schema: || {
        object()
            .about("A page of connections.")
            .has("items", array(any_of([CONNECTION.named(), PROJECTED.named()])))
            .has("_links", links("connections"))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const DEFINITION: Component = Component {
    name: "ConnectionDefinition",
    schema: || {
        object()
            .about(
                "What a client says of a connection. Other keys are kept and answered; those that the service owns \
                 are passed over. A `null` counts as absent.",
            )
            .has("name", string().not_empty())
            .has("connectionSpec", SPEC_REFERENCE.named())
            .may_have("description", string().or_null())
            .may_have("auth", AUTH.named().or_null())
    },
};

pub(in crate::http::openapi) const SPEC_REFERENCE: Component = Component {
    name: "ConnectionSpecReference",
    schema: || {
        object()
            .about("The connection spec of the source.")
            .has("id", string().not_empty().example("ecde33f2-c56f-46cc-bdea-ad151c16cd69"))
            .may_have("version", string().or_null().about("The newest if it is left out. Answers have it."))
    },
};

pub(in crate::http::openapi) const AUTH: Component = Component {
    name: "Auth",
    schema: || {
        object()
            .about(
                "How to authenticate: an auth spec of the connection spec, and the params that its JSON Schema asks \
                 for. Needed where the connection spec has auth specs, but for drafts.",
            )
            .may_have("specName", string().or_null().example("Connection String Based Authentication"))
            .may_have("params", object().or_null())
    },
};

pub(in crate::http::openapi) const PATCH: Component = Component {
    name: "Patch",
    schema: || {
        let operations =
            array(PATCH_OPERATION.named()).with("minItems", 1).with("maxItems", MAX_PATCH_OPERATIONS);
        any_of([operations, PATCH_OPERATION.named()]).about("All operations apply, or none.")
    },
};

pub(in crate::http::openapi) const PATCH_OPERATION: Component = Component {
    name: "PatchOperation",
    schema: || {
        let path = || {
            string()
                .with("pattern", "^/")
                .about(
                    "A JSON pointer. `/connectionSpec` and the keys that the service owns cannot be changed.",
                )
                .example("/description")
        };
        let set = object()
            .has("op", one_of(["add", "replace"]))
            .has("path", path())
            .has("value", anything().about("`null` takes the key away."));
        let remove = object()
            .has("op", only("remove"))
            .has("path", path())
            .may_have("value", anything().about("Passed over."));
        any_of([set, remove]).about("An operation of JSON Patch. `op` may be in any letter case.")
    },
};

pub(in crate::http::openapi) const SEARCH: Component = Component {
    name: "Search",
    schema: || {
        let limit = integer().within(1, Limit::MAX.into());
        object()
            .about(
                "The question of a list. `limit`, `orderby` and `count` win over the same in `queryString`.",
            )
            .may_have("queryString", string().about("What would stand behind `?` in a GET of the list."))
            .may_have("limit", any_of([limit, string()]))
            .may_have("orderby", string())
            .may_have("count", any_of([boolean(), string()]))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const PROGRESS: Component = Component {
    name: "Progress",
    schema: || {
        let status = object().may_have("value", one_of(ACTION_STATUSES.map(|(name, _)| name)));
        object()
            .about("What a provider says of its work. It is checked, and nothing of it is kept.")
            .may_have("status", status)
            .may_have("percentCompleted", number().about("100 where the status says that the work is over."))
    },
};

pub(in crate::http::openapi) const TEST_RESULT: Component = Component {
    name: "TestResult",
    schema: || {
        let result = boolean().about("`false` when the source cannot be reached with these credentials.");
        object().has("result", result).and_nothing_else()
    },
};

fn connection() -> Schema {
    let schema = stamped(object().has("id", uuid()), Schema::has)
        .has("name", string())
        .may_have("description", string())
        .has("connectionSpec", SPEC_REFERENCE.named())
        .has("state", one_of(State::ALL.map(State::name)))
        .may_have("auth", AUTH.named());
    schema.has("version", etag().about("The same as `etag`.")).has("etag", etag())
}
