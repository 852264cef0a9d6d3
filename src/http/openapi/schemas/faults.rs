//! Rules by which requests fail on purpose.

use super::expectations::PATTERN;
use crate::http::openapi::schema::{
    Component, Schema, any_of, anything, array, integer, map, number, object, one_of, only, string,
};
use crate::testkit::faults::MAX_DELAY_MS;
use crate::testkit::faults::rule::MAX_RULES;

pub(super) const ALL: &[Component] = &[ACTION, RULE, FAULT, FAULTS, WANTED];

pub(in crate::http::openapi) const ACTION: Component = Component {
    name: "FaultAction",
    schema: || {
        let ms = || integer().within(0, MAX_DELAY_MS);
        let bytes =
            |key: &str, least: u64| object().has(key, integer().with("minimum", least)).and_nothing_else();
        let uniform = object().has("min", ms()).has("max", ms()).and_nothing_else();
        let sigma = number().with("minimum", 0).with("maximum", 10);
        let log_normal = object().has("median", ms()).has("sigma", sigma).and_nothing_else();
        let delay = any_of([
            ms(),
            object().has("uniform", uniform).and_nothing_else(),
            object().has("logNormal", log_normal).and_nothing_else(),
        ]);
        let per_second = number().with("minimum", 0.001).with("maximum", 1_000_000);
        let rate_limit = object()
            .has("perSecond", per_second)
            .may_have("per", one_of(["organisation", "sandbox", "apiKey"]).default_is("organisation"))
            .and_nothing_else();
        let value = any_of([string(), array(string()).with("minItems", 1)]);
        object()
            .about("What happens: one answer at most, one damage at most, and a delay.")
            .may_have("delayMs", delay.about("How long the answer is held back, in milliseconds."))
            .may_have("error", string().about("An error of the catalogue, by its `onDemand` name."))
            .may_have("status", integer().within(200, 599))
            .may_have("headers", map(value).about("Of the answer with that status."))
            .may_have(
                "body",
                anything().about("Of the answer with that status: a string is text, the rest JSON."),
            )
            .may_have("rateLimit", rate_limit.about("429 with `Retry-After` for who sends more."))
            .may_have(
                "reset",
                any_of([only(true), bytes("afterBytes", 0)]).about("Instead of the answer, or in its body."),
            )
            .may_have(
                "truncate",
                any_of([only(true), bytes("afterBytes", 0)])
                    .about("Close behind that much, or half, of the body."),
            )
            .may_have("malformedJson", only(true))
            .may_have("drip", bytes("bytesPerSecond", 1))
            .may_have(
                "effect",
                one_of(["before", "none"])
                    .about("Whether the service does its work although its answer is lost."),
            )
            .with("minProperties", 1)
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const RULE: Component = Component {
    name: "FaultRule",
    schema: || {
        rule(object())
            .may_have("matched", anything().about("Passed over, as in a list that is sent back."))
            .may_have("fired", anything().about("Passed over, as in a list that is sent back."))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const FAULT: Component = Component {
    name: "Fault",
    schema: || {
        let count = || integer().with("minimum", 0);
        rule(object())
            .about("A rule that is in force.")
            .has("matched", count().about("How many requests it matched."))
            .has("fired", count().about("How many it struck."))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const FAULTS: Component =
    Component { name: "Faults", schema: || object().has("faults", array(FAULT.named())).and_nothing_else() };

pub(in crate::http::openapi) const WANTED: Component = Component {
    name: "WantedFaults",
    schema: || {
        let several = || array(RULE.named()).with("maxItems", MAX_RULES);
        any_of([RULE.named(), several(), object().has("faults", several()).and_nothing_else()])
    },
};

fn rule(schema: Schema) -> Schema {
    let id = string().with("pattern", "^[A-Za-z0-9._-]{1,64}$");
    schema
        .may_have("id", id.about("Unique. Without it: `fault-1`, `fault-2` and so on."))
        .may_have("match", PATTERN.named())
        .may_have("after", integer().with("minimum", 0).about("How many matches are left alone first."))
        .may_have("times", integer().with("minimum", 1).about("How often it strikes; without it always."))
        .may_have("probability", number().with("minimum", 0).with("maximum", 1))
        .has("action", ACTION.named())
}
