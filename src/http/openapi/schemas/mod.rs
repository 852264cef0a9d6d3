//! The shapes of bodies, by what they are about.

pub(crate) mod connections;
pub(crate) mod contract;
pub(crate) mod control;
pub(crate) mod expectations;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod sandboxes;
pub(crate) mod sources;
pub(crate) mod specs;
pub(crate) mod state;
pub(crate) mod tokens;

use super::errors::{CONTENT_TYPE_PROBLEM, FLOW_ERROR, GATEWAY_ERROR, OAUTH_ERROR, SANDBOX_PROBLEM};
use super::schema::{Component, Schema, integer, object, string, uuid};

/// Every shape that has a name.
pub(super) fn all() -> impl Iterator<Item = &'static Component> {
    const OWN: &[Component] =
        &[COUNT, WRITTEN, FLOW_ERROR, GATEWAY_ERROR, CONTENT_TYPE_PROBLEM, SANDBOX_PROBLEM, OAUTH_ERROR];
    let services = [connections::ALL, specs::ALL, sources::ALL, sandboxes::ALL, tokens::ALL];
    let own = [control::ALL, state::ALL, journal::ALL, expectations::ALL, faults::ALL, contract::ALL, OWN];
    services.into_iter().chain(own).flatten()
}

pub(super) const WRITTEN: Component = Component {
    name: "Written",
    schema: || {
        object()
            .about("What was written, and the version that it is at now.")
            .has("id", uuid())
            .has("etag", etag())
            .and_nothing_else()
    },
};

pub(super) const COUNT: Component = Component {
    name: "Count",
    schema: || {
        object()
            .about("The answer to `count=true`.")
            .has("count", integer().with("minimum", 0).about("How many entities the filters leave."))
            .and_nothing_else()
    },
};

/// A version. Its double quotes are part of it.
fn etag() -> Schema {
    string()
        .with("pattern", "^\"[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{8}0000\"$")
        .about("The version, its double quotes included. It changes with every write.")
        .example("\"1400dd53-0000-0200-0000-5f3f23450000\"")
}

/// The keys in which the service says who wrote an entity, when and where, to be added to its schema.
fn stamped(schema: Schema, add: fn(Schema, &str, Schema) -> Schema) -> Schema {
    let time = || integer().about("Milliseconds since the epoch.").example(1_597_973_312_000_u64);
    let user =
        || string().about("Stands for the API key, unless the token that it was written with names a user.");
    let client = || string().about("The `x-api-key` of the write.");
    let stamps = [
        ("createdAt", time()),
        ("updatedAt", time()),
        ("createdBy", user()),
        ("updatedBy", user()),
        ("createdClient", client()),
        ("updatedClient", client()),
        ("sandboxId", uuid().about("Always the same for an organisation and a sandbox's name.")),
        ("sandboxName", string().example("prod")),
        ("imsOrgId", string().example("ACME@AdobeOrg")),
    ];
    stamps.into_iter().fold(schema, |schema, (name, stamp)| add(schema, name, stamp))
}

/// The `_links` of a page whose next one is below `collection`.
fn links(collection: &str) -> Schema {
    let href = string()
        .with("pattern", format!("^/{collection}\\?continuationToken="))
        .about("The next page, relative to the Flow Service's base path.");
    object()
        .about("Empty on the last page.")
        .may_have("next", object().has("href", href).and_nothing_else())
        .and_nothing_else()
}
