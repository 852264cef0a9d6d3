//! Compares a body with the schema that the OpenAPI description has for it.

use crate::base::operation::Verb;
use crate::testkit::contract::description::Description;
use crate::testkit::contract::exchange::{Exchange, RequestBody};
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use flowmock_json_schema::ValidationError;
use flowmock_json_schema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::cmp::Reverse;

/// Compares the body with its schema, unless a more specific rule has found a mistake in it.
pub(super) fn check(exchange: &Exchange<'_>, description: &Description, found: &mut Findings) {
    let explained = [RuleId::ContentTypeWrong, RuleId::BodyFieldUnknown, RuleId::ValueUndocumented];
    let Some(operation) = exchange.operation.filter(|_| !found.have_any(&explained)) else { return };
    let described = description.of(operation);
    let Some(schema) = &described.body else { return };
    match &exchange.body {
        RequestBody::Absent if described.needs_body => {
            found.add(RuleId::OpenApiMismatch, "the body is missing")
        }
        RequestBody::Malformed(reason) => {
            found.add(RuleId::OpenApiMismatch, format!("the body is not JSON: {}", exchange.shown(reason)));
        }
        RequestBody::Json(body) => {
            let lowercase = (operation.verb() == Some(Verb::Update)).then(|| with_lowercase_ops(body));
            let body = lowercase.as_ref().unwrap_or(body);
            if let Some(violation) = schema.violations(body, 1).first() {
                found.add(RuleId::OpenApiMismatch, exchange.shown(&sentence(violation)));
            }
        }
        RequestBody::Absent | RequestBody::Unknown => {}
    }
}

/// The body of a PATCH with each `op` in lower case, as in the schema.
fn with_lowercase_ops(body: &Value) -> Value {
    let mut body = body.clone();
    let operations = match &mut body {
        Value::Array(operations) => operations.as_mut_slice(),
        single => std::slice::from_mut(single),
    };
    for operation in operations {
        if let Some(Value::String(op)) = operation.get_mut("op") {
            op.make_ascii_lowercase();
        }
    }
    body
}

/// A sentence about a violation, without values of the body.
fn sentence(violation: &ValidationError<'_>) -> String {
    let path = violation.instance_path().as_str();
    let place = if path.is_empty() { "the body" } else { path };
    match violation.kind() {
        Kind::AnyOf { context } => {
            // Picks the alternative that was most likely meant: one whose fixed words match, with the fewest violations, the
            // most deeply nested ones.
            let nearest = context.iter().filter(|branch| !branch.is_empty()).min_by_key(|branch| {
                let is_word = |error: &ValidationError<'_>| {
                    matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. })
                };
                let depth = |error: &ValidationError<'_>| error.instance_path().as_str().matches('/').count();
                (branch.iter().any(is_word), branch.len(), Reverse(branch.iter().map(depth).max()))
            });
            nearest
                .and_then(|branch| branch.first())
                .map_or_else(|| format!("{place} is of no known form"), sentence)
        }
        Kind::Required { property } => {
            format!("{place} has no {}", property.as_str().unwrap_or_default())
        }
        Kind::Type { .. } => format!("{place} is of another JSON type than it must be"),
        Kind::MinLength { .. } | Kind::MinItems { .. } => format!("{place} is empty"),
        Kind::MaxItems { limit } => format!("{place} has more than {limit} elements"),
        Kind::Minimum { limit } => format!("{place} is less than {limit}"),
        Kind::Maximum { limit } => format!("{place} is more than {limit}"),
        Kind::Pattern { pattern } => format!("{place} does not match {pattern}"),
        other => format!("{place} does not satisfy {}", other.keyword()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::operation::Operation;
    use crate::http::openapi::DESCRIPTION;
    use crate::testkit::contract::description::Values;
    use serde_json::json;

    #[test]
    fn every_call_with_a_body_has_a_schema_and_the_list_its_parameters() {
        for operation in [
            Operation::CreateConnection,
            Operation::UpdateConnection,
            Operation::SearchConnections,
            Operation::ActOnConnection,
            Operation::CreateConnectionSpec,
            Operation::ReplaceConnectionSpec,
        ] {
            assert!(DESCRIPTION.of(operation).body.is_some(), "{operation:?}");
        }
        let list = DESCRIPTION.of(Operation::ListConnections);
        assert_eq!(list.names(), "property, orderby, limit, count, continuationToken");
        assert!(matches!(list.parameter("limit"), Some(Values::Number)));
        assert!(matches!(list.parameter("count"), Some(Values::Boolean)));
        assert!(list.parameter("limt").is_none());
        let action = DESCRIPTION.of(Operation::ActOnConnection);
        assert!(matches!(action.parameter("subOp"), Some(Values::Words(words)) if words.len() == 3));
        assert_eq!(action.required().collect::<Vec<_>>(), ["op"]);
    }

    #[test]
    fn a_violation_names_the_place_and_what_was_most_likely_meant() {
        let sentences = |operation: Operation, body: Value| {
            let schema = DESCRIPTION.of(operation).body.as_ref().unwrap();
            schema.violations(&body, 1).first().map(sentence)
        };
        let create = |body| sentences(Operation::CreateConnection, body);
        assert_eq!(create(json!({"name": "a", "connectionSpec": {"id": "b"}})), None);
        assert_eq!(create(json!({"name": "a"})).unwrap(), "the body has no connectionSpec");
        assert_eq!(create(json!({"name": "", "connectionSpec": {"id": "b"}})).unwrap(), "/name is empty");
        let patch = |body| sentences(Operation::UpdateConnection, body);
        assert_eq!(patch(json!([{"op": "remove", "path": "/a"}])), None);
        assert_eq!(patch(json!({"op": "add", "path": "/a", "value": null})), None);
        assert_eq!(patch(json!([])).unwrap(), "the body is empty");
        assert_eq!(patch(json!([{"op": "remove"}])).unwrap(), "/0 has no path");
        assert_eq!(patch(json!([{"op": "add", "path": "/a"}])).unwrap(), "/0 has no value");
    }
}
