//! The provider's error for violations of the schema of an auth spec.
//!
//! Reference: `provider-errors.csv` (1304-400, 1312-400), `flows-errors.csv` (1318-400).

use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::json::{kind_of, pointer_token};
use crate::base::spelling::nearest;
use flowmock_json_schema::ValidationError;
use flowmock_json_schema::error::{TypeKind, ValidationErrorKind as Kind};
use flowmock_json_schema::pattern::MAX_BACKTRACKS;
use serde_json::Value;

/// The number of keys among which a misspelt param is looked for.
const MAX_KEYS: usize = 100;

/// The most violations that one message tells.
pub(super) const MAX_TOLD: usize = 10;

/// A violation of the schema, in the provider's terms. Unlike the schema library's messages it does not repeat values.
pub(super) struct Violation {
    code: ProviderCode,
    detail: String,
    pointer: String,
}

impl From<Violation> for Error {
    fn from(Violation { code, detail, pointer }: Violation) -> Self {
        Self::provider(code, detail).at(pointer)
    }
}

/// One error for the violations of a request: the first of them, or 1318-400 with all of them if some params are missing
/// and others invalid. `None` if there are none.
pub(super) fn as_one(violations: Vec<Violation>) -> Option<Error> {
    let first = violations.first()?;
    if violations.iter().all(|violation| violation.code == first.code) {
        return violations.into_iter().next().map(Error::from);
    }
    let details: Vec<&str> = violations.iter().map(|violation| &*violation.detail).collect();
    let error = Error::provider(ProviderCode::SeveralViolations, details.join("; "));
    Some(error.at(first.pointer.clone()))
}

/// The violation that the schema library reports. `properties` are those that the schema knows.
pub(super) fn violation_of(violation: &ValidationError<'_>, properties: &Value) -> Violation {
    let path = violation.instance_path().to_string();
    let name = format!("auth.params{}", path.replace('/', "."));
    let pointer = format!("/auth/params{path}");
    if let Kind::Required { property } = violation.kind() {
        let property = property.as_str().unwrap_or_default();
        let mut detail = format!("{name}.{property} is required and absent");
        let keys = violation.instance().as_object().into_iter().flat_map(|params| params.keys());
        let unknown = keys.map(String::as_str).filter(|key| properties.get(key).is_none());
        // A key that is nearly the name of a param is no credential.
        if let Some(key) = nearest(property, unknown.take(MAX_KEYS)) {
            detail.push_str(&format!("; {key} is there: did you mean {property}?"));
        }
        let pointer = format!("{pointer}/{}", pointer_token(property));
        return Violation { code: ProviderCode::ParamMissing, detail, pointer };
    }
    if let Kind::AnyOf { context } = violation.kind()
        && let Some(alternatives) = alternatives(context)
    {
        let detail = format!("{name} needs {alternatives}");
        return Violation { code: ProviderCode::ParamMissing, detail, pointer };
    }
    let expected = match violation.kind() {
        Kind::Type { kind: TypeKind::Single(expected) } => {
            format!("must be of type {expected}, not {}", kind_of(violation.instance()))
        }
        Kind::Type { kind: TypeKind::Multiple(expected) } => {
            let expected: Vec<_> = expected.iter().map(|expected| expected.to_string()).collect();
            format!("must be of type {}, not {}", expected.join(" or "), kind_of(violation.instance()))
        }
        Kind::Enum { options } => format!("must be one of {}", excerpt(&options.to_string())),
        Kind::Constant { expected_value } => format!("must be {}", excerpt(&expected_value.to_string())),
        Kind::Pattern { pattern } => format!("must match the pattern {}", excerpt(pattern)),
        Kind::BacktrackLimitExceeded { .. } => format!(
            "cannot be matched with a pattern of the auth spec in {MAX_BACKTRACKS} attempts; write the pattern without \
             back references and nested repetitions"
        ),
        Kind::Format { format } => format!("must be of the format {}", excerpt(format)),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::AdditionalProperties { unexpected } => {
            format!("has keys that the auth spec does not know: {}", excerpt(&unexpected.join(", ")))
        }
        other => format!("does not satisfy the keyword \"{}\" of the auth spec", other.keyword()),
    };
    Violation { code: ProviderCode::ParamInvalid, detail: format!("{name} {expected}"), pointer }
}

/// The params that each alternative lacks: "connectionString, or host, username and password". `None` if an alternative
/// requires anything but params.
fn alternatives(context: &[Vec<ValidationError<'_>>]) -> Option<String> {
    let missing = |violation: &ValidationError<'_>| match violation.kind() {
        Kind::Required { property } => property.as_str().map(excerpt),
        _ => None,
    };
    let alternative = |violations: &Vec<ValidationError<'_>>| -> Option<String> {
        let mut names = violations.iter().map(missing).collect::<Option<Vec<_>>>()?;
        let last = names.pop()?;
        Some(if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) })
    };
    Some(context.iter().map(alternative).collect::<Option<Vec<_>>>()?.join(", or "))
}
