//! What a server holds as a document, snapshots, the clock.

use super::connections::DEFINITION as CONNECTION;
use super::etag;
use super::specs::DEFINITION as SPEC;
use crate::http::openapi::schema::{
    Component, Schema, all_of, any_of, anything, array, boolean, integer, map, object, one_of, string, uuid,
};
use crate::store::State;
use crate::store::sequence::Counters;

pub(super) const ALL: &[Component] =
    &[STATE, CLIENT, SEEDED_CONNECTION, SEEDED_SOURCE, SNAPSHOTS, CLOCK, CLOCK_CHANGE];

pub(in crate::http::openapi) const STATE: Component = Component {
    name: "State",
    schema: || {
        let count = || integer().with("minimum", 0).with("maximum", 1_u64 << 53);
        let counters =
            Counters::NAMES.into_iter().fold(object(), |schema, name| schema.may_have(name, count()));
        let sandbox = about(object().has("name", name().example("prod")))
            .may_have("connectionSpecs", array(SPEC.named()))
            .may_have("connections", array(SEEDED_CONNECTION.named()))
            .may_have("sources", map(SEEDED_SOURCE.named()).about("By the name of the connection spec."))
            .may_have(
                "counters",
                counters.and_nothing_else().about("How many ids a seeded generator has made."),
            )
            .and_nothing_else();
        let organisation = object()
            .has("imsOrgId", name().example("ACME@AdobeOrg"))
            .may_have("sandboxes", array(sandbox))
            .and_nothing_else();
        object()
            .about("What a server holds, or is to hold. An export seeds another server to an equal state.")
            .may_have(
                "clients",
                array(CLIENT.named()).about("Who may ask for tokens; anyone while there are none."),
            )
            .may_have("organisations", array(organisation))
            .and_nothing_else()
    },
};

const CLIENT: Component = Component {
    name: "Client",
    schema: || {
        object()
            .about("A client of the token endpoints.")
            .has("clientId", name().about("Its requests carry the same as `x-api-key`."))
            .has("clientSecret", string().not_empty())
            .has(
                "imsOrgId",
                name().about("The organisation that its tokens are for.").example("ACME@AdobeOrg"),
            )
            .may_have("userId", name().about("Whom its tokens name.").example("jane@AdobeID"))
            .may_have(
                "scopes",
                array(string().not_empty()).about("What it may ask for; without any: anything."),
            )
            .may_have("kind", one_of(["user", "service"]).default_is("user"))
            .and_nothing_else()
    },
};

/// What sandbox management says of a sandbox that a document declares, added to `schema`.
fn about(schema: Schema) -> Schema {
    let date = || string().example("2019-09-04 04:57:24");
    schema
        .may_have("title", string())
        .may_have("type", one_of(["production", "development"]))
        .may_have("state", string())
        .may_have("region", string())
        .may_have("isDefault", boolean())
        .may_have("eTag", integer().with("minimum", 0))
        .may_have("createdDate", date())
        .may_have("lastModifiedDate", date())
        .may_have("createdBy", string())
        .may_have("modifiedBy", string())
}

pub(in crate::http::openapi) const SEEDED_CONNECTION: Component = Component {
    name: "SeededConnection",
    schema: || {
        let time = || any_of([integer().with("minimum", 0), string()]);
        let facts = object()
            .may_have("id", uuid())
            .may_have("state", one_of(State::ALL.map(State::name)))
            .may_have("createdAt", time())
            .may_have("updatedAt", time())
            .may_have("createdBy", string())
            .may_have("updatedBy", string())
            .may_have("createdClient", string())
            .may_have("updatedClient", string())
            .may_have("etag", etag());
        all_of([CONNECTION.named(), facts])
            .about("A connection as a read answers it, or as much of it as there is to say. Of a list the last is the newest.")
    },
};

pub(in crate::http::openapi) const SEEDED_SOURCE: Component = Component {
    name: "SeededSource",
    schema: || {
        let account = object()
            .may_have("sees", array(string()).about("Tables, folders and files."))
            .may_have("unreachable", string().about("Why it cannot be reached."))
            .and_nothing_else();
        let column =
            object().has("name", string()).has("type", string().example("Edm.String")).and_nothing_else();
        let table = object()
            .may_have("columns", array(column))
            .may_have("rows", array(map(anything())))
            .and_nothing_else();
        object()
            .about("What a source shows, in the place of the fixtures of its name.")
            .may_have("accounts", map(account))
            .may_have("tables", map(table))
            .may_have("files", map(string()).about("Texts by path."))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const SNAPSHOTS: Component = Component {
    name: "Snapshots",
    schema: || {
        let snapshot = object()
            .has("name", string())
            .has("takenAt", time())
            .may_have("imsOrgId", string().about("The organisation that it is of; without one everything."))
            .may_have(
                "sandbox",
                string().about("The sandbox that it is of; without one the whole organisation."),
            )
            .and_nothing_else();
        object().has("snapshots", array(snapshot)).and_nothing_else()
    },
};

pub(in crate::http::openapi) const CLOCK: Component = Component {
    name: "Clock",
    schema: || {
        object()
            .about("What time it is for the server.")
            .has("now", time())
            .has("epochMs", integer().about("The same in milliseconds since the epoch."))
            .has("running", boolean().about("Whether it goes on by itself."))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const CLOCK_CHANGE: Component = Component {
    name: "ClockChange",
    schema: || {
        object()
            .about("How the clock is to change: all that is given, in this order.")
            .may_have(
                "now",
                any_of([time(), integer()]).about("What it is to show. It stands still then, unless told."),
            )
            .may_have("advanceMs", integer().about("How far it is to go forwards, in milliseconds."))
            .may_have("running", boolean())
            .with("minProperties", 1)
            .and_nothing_else()
    },
};

fn time() -> Schema {
    string().with("format", "date-time").example("2026-01-01T00:00:00Z")
}

/// A name that a header can carry.
fn name() -> Schema {
    string().with("pattern", "^[!-~]([\\t -~]*[!-~])?$")
}
