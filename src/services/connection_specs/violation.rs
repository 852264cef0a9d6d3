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
    detail: Detail,
    pointer: String,
}

/// The sentence about a violation, without its end.
enum Detail {
    /// The required param with this name is absent; `hint` may say which key was meant for it.
    Absent { name: String, hint: String },
    /// Any other violation.
    Sentence(String),
}

impl From<Violation> for Error {
    fn from(Violation { code, detail, pointer }: Violation) -> Self {
        Self::provider(code, sentences(&[&detail])).at(pointer)
    }
}

/// One error for the violations of a request: 1304-400 with all that is missing, 1312-400 with the first invalid param, or
/// 1318-400 with all violations if some params are missing and others invalid. `None` if there are none.
pub(super) fn as_one(mut violations: Vec<Violation>) -> Option<Error> {
    let code = violations.first()?.code;
    let code = match violations.iter().all(|violation| violation.code == code) {
        true => code,
        false => ProviderCode::SeveralViolations,
    };
    if code == ProviderCode::ParamInvalid {
        violations.truncate(1);
    }
    let details: Vec<&Detail> = violations.iter().map(|violation| &violation.detail).collect();
    let detail = sentences(&details);
    Some(Error::provider(code, detail).at(violations.swap_remove(0).pointer))
}

/// One sentence about the absent params, and one about each other violation.
fn sentences(details: &[&Detail]) -> String {
    let (mut names, mut hints, mut sentences) = (Vec::new(), Vec::new(), Vec::new());
    for detail in details {
        match detail {
            Detail::Absent { name, hint } => {
                names.push(name.as_str());
                hints.push(hint.as_str());
            }
            Detail::Sentence(sentence) => sentences.push(sentence.clone()),
        }
    }
    if !names.is_empty() {
        let verb = if names.len() == 1 { "is" } else { "are" };
        let absent = format!("{} {verb} required and absent{}", enumeration(&names), hints.concat());
        sentences.insert(0, absent);
    }
    sentences.join("; ")
}

/// The names as a list: "a", "a and b", "a, b and c".
fn enumeration(names: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match &names[..] {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The violation that the schema library reports. `properties` are those that the schema knows.
pub(super) fn violation_of(violation: &ValidationError<'_>, properties: &Value) -> Violation {
    let path = violation.instance_path().to_string();
    let name = format!("auth.params{}", path.replace('/', "."));
    let pointer = format!("/auth/params{path}");
    if let Kind::Required { property } = violation.kind() {
        let property = property.as_str().unwrap_or_default();
        let keys = violation.instance().as_object().into_iter().flat_map(|params| params.keys());
        let unknown = keys.map(String::as_str).filter(|key| properties.get(key).is_none());
        // A key that is nearly the name of a param is no credential.
        let hint = nearest(property, unknown.take(MAX_KEYS))
            .map_or(String::new(), |key| format!(" ({key} is there: did you mean {property}?)"));
        let detail = Detail::Absent { name: format!("{name}.{property}"), hint };
        let pointer = format!("{pointer}/{}", pointer_token(property));
        return Violation { code: ProviderCode::ParamMissing, detail, pointer };
    }
    if let Kind::AnyOf { context } = violation.kind()
        && let Some(alternatives) = alternatives(context)
    {
        let detail = Detail::Sentence(format!("{name} needs {alternatives}"));
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
    let detail = Detail::Sentence(format!("{name} {expected}"));
    Violation { code: ProviderCode::ParamInvalid, detail, pointer }
}

/// The params that each alternative lacks: "connectionString, or host, username and password". `None` if an alternative
/// requires anything but params.
fn alternatives(context: &[Vec<ValidationError<'_>>]) -> Option<String> {
    let missing = |violation: &ValidationError<'_>| match violation.kind() {
        Kind::Required { property } => property.as_str().map(excerpt),
        _ => None,
    };
    let alternative = |violations: &Vec<ValidationError<'_>>| -> Option<String> {
        let names = violations.iter().map(missing).collect::<Option<Vec<_>>>()?;
        (!names.is_empty()).then(|| enumeration(&names))
    };
    Some(context.iter().map(alternative).collect::<Option<Vec<_>>>()?.join(", or "))
}
