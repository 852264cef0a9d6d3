//! Requests as the journal shows them.

use crate::http::openapi::schema::{
    Component, Schema, anything, array, boolean, integer, object, one_of, string,
};

pub(super) const ALL: &[Component] = &[REQUESTS, RECORDED_REQUEST, RECORDED_BODY, HAR, INFO];

pub(in crate::http::openapi) const REQUESTS: Component = Component {
    name: "RecordedRequests",
    schema: || {
        object()
            .has("requests", array(RECORDED_REQUEST.named()))
            .has("lastId", count().about("The newest request's number, to go on from as `sinceId`."))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const RECORDED_REQUEST: Component = Component {
    name: "RecordedRequest",
    schema: || {
        let headers = || array(array(string()).with("minItems", 2).with("maxItems", 2));
        object()
            .about("A request that was answered, and its answer.")
            .has("id", count())
            .has("time", string().example("2026-01-01T00:00:00.000Z"))
            .has("durationMicros", count())
            .may_have("requestId", string())
            .may_have("operation", string())
            .may_have("imsOrgId", string())
            .may_have("sandbox", string())
            .may_have("apiKey", string())
            .has("method", string())
            .has("path", string())
            .has("query", string())
            .has("headers", headers())
            .may_have("body", RECORDED_BODY.named())
            .has("outcome", one_of(["answered", "reset", "clientGone"]))
            .may_have("status", integer())
            .may_have("errorCode", string())
            .has("responseHeaders", headers())
            .may_have("responseBody", RECORDED_BODY.named())
            .and_nothing_else()
    },
};

const RECORDED_BODY: Component = Component {
    name: "RecordedBody",
    schema: || {
        object()
            .about("A body. One of `json`, `text` and `omitted` is there.")
            .has("bytes", count())
            .may_have("truncated", boolean())
            .may_have("json", anything())
            .may_have("text", string())
            .may_have("omitted", string().about("Why it is not shown."))
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const HAR: Component = Component {
    name: "Har",
    schema: || {
        let log = object().has("version", string()).has("creator", object()).has("entries", array(object()));
        object().about("An HTTP archive, version 1.2.").has("log", log)
    },
};

pub(in crate::http::openapi) const INFO: Component = Component {
    name: "Info",
    schema: || {
        object()
            .has("version", string())
            .has("startedAt", string())
            .has("time", string())
            .has("features", array(string()))
            .has("configuration", object().about("Every setting; secrets are not shown."))
            .and_nothing_else()
    },
};

fn count() -> Schema {
    integer().with("minimum", 0)
}
