//! Which requests are meant, and whether they came.

use crate::http::openapi::schema::{
    Component, Schema, any_of, anything, array, boolean, integer, map, object, only, string,
};

pub(super) const ALL: &[Component] = &[PATTERN, MATCHER, EXPECTATION, EXPECTED, VERIFICATION];

pub(in crate::http::openapi) const PATTERN: Component = Component {
    name: "RequestPattern",
    schema: || {
        pattern(object())
            .about("Which requests are meant: those of which all of it holds.")
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const MATCHER: Component = Component {
    name: "Matcher",
    schema: || {
        let form = object()
            .may_have("equal", anything())
            .may_have("contains", string())
            .may_have("matches", string().about("A regular expression, found anywhere in it."))
            .may_have("subset", anything().about("JSON that is in it."))
            .may_have("present", only(true))
            .may_have("absent", only(true))
            .may_have("not", MATCHER.named())
            .may_have("all", array(MATCHER.named()).with("minItems", 1))
            .with("minProperties", 1)
            .and_nothing_else();
        any_of([form, anything().with("not", object())])
            .about("What a value has to be. Anything but an object is what it has to equal.")
    },
};

pub(in crate::http::openapi) const EXPECTATION: Component = Component {
    name: "Expectation",
    schema: || {
        let count = || integer().with("minimum", 0);
        let exactly = object().has("exactly", count()).and_nothing_else();
        let between = object()
            .may_have("atLeast", count())
            .may_have("atMost", count())
            .with("minProperties", 1)
            .and_nothing_else();
        pattern(object())
            .about("Requests that should have come.")
            .may_have("times", any_of([exactly, between]).about("How often. Without it: at least once."))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const EXPECTED: Component = Component {
    name: "Expected",
    schema: || {
        let several = array(EXPECTATION.named()).with("minItems", 1).with("maxItems", 100);
        any_of([EXPECTATION.named(), object().has("inOrder", several).and_nothing_else()])
    },
};

pub(in crate::http::openapi) const VERIFICATION: Component = Component {
    name: "Verification",
    schema: || {
        let count = || integer().with("minimum", 0);
        let difference = object()
            .has("field", string().about("A part of the expectation; of a body with the JSON pointer."))
            .has("expected", string())
            .has("actual", string().about("JSON, or `absent`. Credentials are redacted."))
            .and_nothing_else();
        let miss = object()
            .has("requestId", string())
            .has("method", string())
            .has("path", string())
            .has("matched", count().about("How many parts of the expectation hold."))
            .has("of", count().about("How many parts the expectation has."))
            .has("differences", array(difference))
            .and_nothing_else();
        object()
            .has("passed", boolean())
            .has("count", count().about("How many requests matched."))
            .has("requests", array(string()).about("Their ids."))
            .may_have("failed", count().about("Of several in order: the index of the one that was not met."))
            .has("nearest", array(miss).about("The requests that came nearest, if there were too few."))
            .has("message", string().about("All of that as text; empty if it passed."))
            .and_nothing_else()
    },
};

fn pattern(schema: Schema) -> Schema {
    schema
        .may_have("operation", string().about("An `operationId` of this document."))
        .may_have("method", string().about("In any letter case."))
        .may_have(
            "path",
            string()
                .with("pattern", "^/[^?#]*$")
                .about("With or without the base path. `*` and `{name}` stand for a segment, `**` for all that follow."),
        )
        .may_have("imsOrgId", string().not_empty())
        .may_have("sandbox", string().not_empty())
        .may_have("headers", map(MATCHER.named()).about("By name, in any letter case."))
        .may_have("query", map(MATCHER.named()).about("Decoded parameters by name."))
        .may_have("body", map(MATCHER.named()).about("By JSON pointer; the empty one is the whole body."))
}
