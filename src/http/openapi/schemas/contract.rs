//! The contract report: [`Report`](crate::testkit::contract::Report), version 1.

use crate::http::openapi::schema::{
    Component, Schema, array, boolean, integer, number, object, one_of, only, string,
};
use crate::testkit::contract::Report;

pub(super) const ALL: &[Component] = &[REPORT, RULE, CONSUMER, TEST, BROKEN, OFFENCE, COVERAGE, OPERATION];

pub(in crate::http::openapi) const REPORT: Component = Component {
    name: "ContractReport",
    schema: || {
        object()
            .about("What clients did. A later flowmock may add keys; `version` grows if one changes or goes.")
            .has("version", only(Report::VERSION))
            .has("server", string().about("The version of this flowmock."))
            .has("enabled", boolean().about("Whether requests are examined at all."))
            .has("examined", count().about("Requests that were examined."))
            .has("skipped", count().about("Requests that the journal had forgotten before their turn came."))
            .has("rules", array(RULE.named()))
            .has("consumers", array(CONSUMER.named()).about("By name."))
            .and_nothing_else()
    },
};

const RULE: Component = Component {
    name: "ContractRule",
    schema: || {
        described(object())
            .about("Something that a client must or should not do.")
            .has("id", string().not_empty().example("etag-never-read"))
            .has("severity", severity().about("Unless `--contract-rule` says otherwise."))
            .and_nothing_else()
    },
};

const CONSUMER: Component = Component {
    name: "ContractConsumer",
    schema: || {
        object()
            .about("What one client did.")
            .has("name", string().about("`(others)` are those for whom there was no room."))
            .has("namedBy", one_of(["header", "apiKey", "nobody"]))
            .has("requests", count())
            .has("switchedOff", array(string()).about("The ids of the rules that do not count for it."))
            .has("broken", array(BROKEN.named()).about("Worst first."))
            .has("tests", array(TEST.named()).about("By name."))
            .has("coverage", COVERAGE.named())
            .and_nothing_else()
    },
};

const TEST: Component = Component {
    name: "ContractTest",
    schema: || {
        object()
            .about("What a client did in one test. What it broke is among what the client broke, too.")
            .has("name", string().about("`(others)` are those for which there was no room."))
            .has("requests", count())
            .has("broken", array(BROKEN.named()).about("Worst first."))
            .has("unlisted", count().about("How often it broke rules that are not listed for want of room."))
            .and_nothing_else()
    },
};

const BROKEN: Component = Component {
    name: "BrokenContractRule",
    schema: || {
        described(object())
            .about("A rule that was broken.")
            .has("rule", string().not_empty().about("Its id.").example("etag-never-read"))
            .has("severity", severity().about("What it counts as for this client."))
            .has("count", integer().with("minimum", 1))
            .has("first", OFFENCE.named())
            .and_nothing_else()
    },
};

const OFFENCE: Component = Component {
    name: "ContractOffence",
    schema: || {
        object()
            .about("The first request that broke the rule.")
            .has("entry", count().about("Its number in the journal, while that has it."))
            .has("requestId", string())
            .has("time", string().example("2026-01-01T00:00:00.000Z"))
            .may_have("operation", string().about("Absent for what the API does not have."))
            .has("method", string())
            .has("path", string())
            .has("detail", string().about("What exactly was wrong."))
            .and_nothing_else()
    },
};

const COVERAGE: Component = Component {
    name: "ContractCoverage",
    schema: || {
        let undocumented = object()
            .may_have("operation", string().about("Absent for what the API does not have."))
            .may_have("status", integer().about("Absent if there was no answer."))
            .may_have("code", string())
            .has("count", integer().with("minimum", 1))
            .and_nothing_else();
        object()
            .about("What a client has met of what is documented.")
            .has("percent", percent().about("Of the operations that it called."))
            .has("met", count())
            .has("of", count())
            .has("ofAll", count().about("Outcomes of all operations, called or not."))
            .has("operations", array(OPERATION.named()))
            .has("undocumented", array(undocumented).about("Answers that are not documented."))
            .and_nothing_else()
    },
};

const OPERATION: Component = Component {
    name: "ContractOperation",
    schema: || {
        let code = string().not_empty().about("As in `GET /_flowmock/errors`; absent for a success.");
        let outcome = object()
            .has("status", integer().within(200, 599))
            .may_have("code", code)
            .may_have("about", string().about("When the error is raised; absent for a success."))
            .has("count", count().about("How often the client met it."))
            .may_have(
                "provoke",
                string().about("The header, or the call, that leads to it; absent if it was met."),
            )
            .and_nothing_else();
        object()
            .about("What a client has met of one operation.")
            .has("operation", string().example("createConnection"))
            .has("method", string())
            .has("path", string())
            .has("requests", count().about("0: the client never called it."))
            .has("percent", percent())
            .has("met", count())
            .has("of", count())
            .has("outcomes", array(outcome))
            .and_nothing_else()
    },
};

fn described(schema: Schema) -> Schema {
    let sentence = || string().not_empty();
    schema
        .has("explanation", sentence().about("What is wrong."))
        .has("remedy", sentence().about("What to do instead."))
        .has("reference", sentence().about("The section of the reference that says so."))
}

fn severity() -> Schema {
    one_of(["error", "warning", "info"])
}

fn percent() -> Schema {
    number().within(0, 100)
}

fn count() -> Schema {
    integer().with("minimum", 0)
}
