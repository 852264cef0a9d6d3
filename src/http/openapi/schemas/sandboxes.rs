//! What sandbox management answers.

use crate::http::openapi::schema::{Component, array, boolean, integer, object, one_of, string, uuid};
use crate::http::sandboxes::list::MAX_LIMIT;

pub(super) const ALL: &[Component] = &[SANDBOX, SANDBOXES];

pub(in crate::http::openapi) const SANDBOX: Component = Component {
    name: "Sandbox",
    schema: || {
        let date = || string().with("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$");
        object()
            .has("id", uuid().about("The `sandboxId` of its connections."))
            .has("name", string().not_empty().about("As `x-sandbox-name` names it.").example("prod"))
            .has("title", string())
            .has("state", string().example("active"))
            .has("type", one_of(["production", "development"]))
            .has("region", string().example("VA7"))
            .has("isDefault", boolean())
            .has("eTag", integer().with("minimum", 0))
            .has("createdDate", date())
            .has("lastModifiedDate", date())
            .has("createdBy", string())
            .has("modifiedBy", string())
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const SANDBOXES: Component = Component {
    name: "Sandboxes",
    schema: || {
        let count = || integer().within(0, MAX_LIMIT as u64);
        let page = object()
            .has("limit", count().about("The limit that was applied."))
            .has("count", count().about("How many sandboxes there are in this answer."))
            .and_nothing_else();
        object()
            .has("sandboxes", array(SANDBOX.named()))
            .has("_page", page)
            .has("_links", object().and_nothing_else().about("Always empty."))
            .and_nothing_else()
    },
};
