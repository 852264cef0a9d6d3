//! Connection specs. Reference: "Connection specs".

use super::{links, stamped};
use crate::http::openapi::schema::{Component, Schema, any_of, array, boolean, object, string};

pub(super) const ALL: &[Component] = &[SPEC, PROJECTED, PAGE, DEFINITION, AUTH_SPEC];

pub(in crate::http::openapi) const SPEC: Component = Component {
    name: "ConnectionSpec",
    schema: || {
        let schema = known_keys().has("id", id()).has("version", string()).has("providerId", string());
        stamped(schema, Schema::may_have).about(
            "What can be connected to, and the params that this takes. Those that a client made say who wrote them.",
        )
    },
};

pub(in crate::http::openapi) const PROJECTED: Component = Component {
    name: "ProjectedConnectionSpec",
    schema: || (SPEC.schema)().without_required().about("The keys of a connection spec that were asked for."),
};

pub(in crate::http::openapi) const PAGE: Component = Component {
    name: "ConnectionSpecPage",
    schema: || {
        let links =
            links("connectionSpecs").about("There with `limit` alone: without one the list is whole.");
        object()
            .about("Connection specs, ordered by name unless the client says otherwise.")
            .has("items", array(any_of([SPEC.named(), PROJECTED.named()])))
            .may_have("_links", links)
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const DEFINITION: Component = Component {
    name: "ConnectionSpecDefinition",
    schema: || {
        let extension = object()
            .about("What flowmock alone is told; it is never answered.")
            .may_have(
                "patchAllowed",
                boolean().default_is(true).about("`false` makes each PATCH a FLOW-1445-400."),
            )
            .may_have("sharesId", boolean().default_is(false))
            .and_nothing_else();
        known_keys()
            .about("A connection spec as its client writes it.")
            .may_have("id", id().about("A new UUID if it is left out."))
            .may_have("version", string().not_empty().default_is("1.0"))
            .may_have("providerId", string().not_empty())
            .may_have("x-flowmock", extension)
    },
};

pub(in crate::http::openapi) const AUTH_SPEC: Component = Component {
    name: "AuthSpec",
    schema: || {
        object()
            .about("A way to authenticate.")
            .has("name", string().not_empty().about("What `auth.specName` of a connection names."))
            .may_have("type", string().not_empty().example("connectionStringAuth"))
            .has(
                "spec",
                object().about(
                    "The JSON Schema, draft 7, of `auth.params`. Credentials have `format: password`.",
                ),
            )
    },
};

/// What definition and answer have alike.
fn known_keys() -> Schema {
    object()
        .has("name", string().not_empty().example("azure-table-storage"))
        .may_have("type", string().not_empty().example("Tabular"))
        .may_have("authSpec", array(AUTH_SPEC.named()))
        .may_have("sourceSpec", object())
        .may_have(
            "exploreSpec",
            object().may_have("type", string().not_empty()).about("Without one there is nothing to explore."),
        )
        .may_have("attributes", object())
        .may_have("permissionsInfo", object())
}

fn id() -> Schema {
    string()
        .with("pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")
        .example("ecde33f2-c56f-46cc-bdea-ad151c16cd69")
}
