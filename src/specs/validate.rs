//! Whether a connection's `connectionSpec` and `auth` satisfy the connection spec that it names.
//!
//! Reference: "Operations on /connections" (what a POST needs), `errors.csv` (FLOW-1413-400, FLOW-1415-400,
//! FLOW-1100-400), `provider-errors.csv` (1304-400, 1312-400).

use super::registry::{AuthSpec, ConnectionSpec, Registry};
use crate::error::{Code, Error, ProviderCode, excerpt};
use crate::json::{kind_of, pointer_token};
use crate::sources::{self, Leniency};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// How much of a connection must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// A draft: what is there must be of the right form, but anything may be missing or not valid yet.
    Draft,
    /// Everything that the spec requires.
    Whole,
}

impl Registry {
    /// The spec of that id: of `version`, or the newest.
    ///
    /// # Errors
    /// FLOW-1413-400 for an unknown id or version.
    pub(crate) fn resolve(&self, id: &str, version: Option<&str>) -> Result<&ConnectionSpec, Error> {
        let versions = self.versions(id);
        let Some(newest) = versions.first() else {
            let detail = format!("connectionSpec.id {} is not the id of any connection spec", excerpt(id));
            return Err(Error::new(Code::SpecUnknown, detail).at("/connectionSpec/id"));
        };
        let Some(version) = version else { return Ok(newest) };
        versions.iter().find(|spec| spec.version == version).ok_or_else(|| {
            let known: Vec<_> = versions.iter().map(|spec| spec.version.as_str()).collect();
            let detail = format!(
                "connectionSpec.version {} is not a version of {}; those known are {}",
                excerpt(version),
                newest.name,
                known.join(", ")
            );
            Error::new(Code::SpecUnknown, detail).at("/connectionSpec/version")
        })
    }
}

impl ConnectionSpec {
    /// Checks a connection's `auth`: the name of the auth spec (`None`: it names none) and its params.
    ///
    /// # Errors
    /// FLOW-1415-400 for an auth spec that this spec does not have, and for none where it has some; FLOW-1100-400
    /// for params that do not satisfy it.
    pub(crate) fn check_auth(
        &self, spec_name: Option<&str>, params: &Value, leniency: Leniency,
    ) -> Result<(), Error> {
        let Some(spec_name) = spec_name.filter(|name| !name.is_empty()) else {
            return if self.auth_specs.is_empty() { Ok(()) } else { Err(self.no_such_auth_spec(None)) };
        };
        let Some(auth_spec) = self.auth_specs.iter().find(|auth_spec| auth_spec.name == spec_name) else {
            return Err(self.no_such_auth_spec(Some(spec_name)));
        };
        auth_spec.check(params)?;
        if let Some(source) = sources::of_spec(&self.id) {
            source.check(params, leniency)?;
        }
        Ok(())
    }

    fn no_such_auth_spec(&self, given: Option<&str>) -> Error {
        let names: Vec<_> = self.auth_specs.iter().map(|auth_spec| auth_spec.name.as_str()).collect();
        let (spec, names) = (&self.name, names.join(", "));
        let detail = match given.map(excerpt) {
            None => format!("auth.specName is absent or empty; {spec} takes one of: {names}"),
            Some(given) if names.is_empty() => {
                format!("auth.specName {given} is not an auth spec of {spec}, which has none; leave auth out")
            }
            Some(given) => format!("auth.specName {given} is not an auth spec of {spec}; it has: {names}"),
        };
        Error::new(Code::AuthSpecUnknown, detail).at("/auth/specName")
    }
}

impl AuthSpec {
    fn check(&self, params: &Value) -> Result<(), Error> {
        match self.params.iter_errors(params).next() {
            None => Ok(()),
            Some(violation) => Err(refusal(&violation)),
        }
    }
}

/// The violation of a schema as the provider reports it. The library's own messages repeat values; these do not.
fn refusal(violation: &ValidationError<'_>) -> Error {
    let path = violation.instance_path().to_string();
    let name = format!("auth.params{}", path.replace('/', "."));
    let pointer = format!("/auth/params{path}");
    if let Kind::Required { property } = violation.kind() {
        let property = property.as_str().unwrap_or_default();
        let detail = format!("{name}.{property} is required and absent");
        return Error::provider(ProviderCode::ParamMissing, detail)
            .at(format!("{pointer}/{}", pointer_token(property)));
    }
    let expected = match violation.kind() {
        Kind::Type { kind: TypeKind::Single(expected) } => {
            format!("must be of type {expected}, not {}", kind_of(violation.instance()))
        }
        Kind::Enum { options } => format!("must be one of {options}"),
        Kind::Constant { expected_value } => format!("must be {expected_value}"),
        Kind::Pattern { pattern } => format!("must match the pattern {pattern}"),
        Kind::Format { format } => format!("must be of the format {format}"),
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
    Error::provider(ProviderCode::ParamInvalid, format_args!("{name} {expected}")).at(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

    fn refusal_of(schema: Value, params: Value) -> (String, String) {
        let params_schema =
            jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&schema).unwrap();
        let auth_spec = AuthSpec { name: "Any".into(), params: params_schema };
        let error = auth_spec.check(&params).expect_err("must be refused");
        assert_eq!(error.code(), Code::ProviderRefused);
        (error.detail().to_owned(), error.pointer().unwrap_or_default().to_owned())
    }

    #[test]
    fn each_kind_of_violation_names_the_param_and_what_it_should_be_but_never_its_value() {
        let cases = [
            (
                json!({"required": ["a/b"]}),
                json!({}),
                "1304-400: auth.params.a/b is required and absent",
                "/a~1b",
            ),
            (
                json!({"properties": {"p": {"type": "string"}}}),
                json!({"p": 5}),
                "1312-400: auth.params.p must be of type string, not a number",
                "/p",
            ),
            (
                json!({"properties": {"p": {"enum": ["x"]}}}),
                json!({"p": "hunter2"}),
                "auth.params.p must be one of [\"x\"]",
                "/p",
            ),
            (json!({"properties": {"p": {"const": "x"}}}), json!({"p": "hunter2"}), "must be \"x\"", "/p"),
            (
                json!({"properties": {"p": {"pattern": "^x$"}}}),
                json!({"p": "hunter2"}),
                "must match the pattern ^x$",
                "/p",
            ),
            (json!({"properties": {"p": {"minLength": 1}}}), json!({"p": ""}), "must not be empty", "/p"),
            (
                json!({"properties": {"p": {"minLength": 9}}}),
                json!({"p": "hunter2"}),
                "at least 9 characters",
                "/p",
            ),
            (
                json!({"properties": {"p": {"maxLength": 2}}}),
                json!({"p": "hunter2"}),
                "at most 2 characters",
                "/p",
            ),
            (json!({"properties": {"p": {"minimum": 2}}}), json!({"p": 1}), "must be at least 2", "/p"),
            (json!({"properties": {"p": {"maximum": 2}}}), json!({"p": 3}), "must be at most 2", "/p"),
            (
                json!({"properties": {"q": {}}, "additionalProperties": false}),
                json!({"p": "hunter2"}),
                "does not know: p",
                "",
            ),
            (json!({"properties": {"p": {"not": {}}}}), json!({"p": "hunter2"}), "the keyword \"not\"", "/p"),
        ];
        for (schema, params, expected, pointer) in cases {
            let (detail, at) = refusal_of(schema, params);
            assert!(detail.starts_with("Error from flow provider: 13"), "{detail}");
            assert!(detail.contains(expected), "{detail}");
            assert!(!detail.contains("hunter2"), "{detail}");
            assert_eq!(at, format!("/auth/params{pointer}"));
        }
    }

    #[test]
    fn specs_are_resolved_by_id_and_version() {
        let registry = Registry::load(None).unwrap();
        assert_eq!(registry.resolve(ATS, None).unwrap().version, "1.0");
        assert_eq!(registry.resolve(ATS, Some("1.0")).unwrap().version, "1.0");
        let unknown = registry.resolve("nope", None).unwrap_err();
        assert_eq!((unknown.code(), unknown.pointer()), (Code::SpecUnknown, Some("/connectionSpec/id")));
        let version = registry.resolve(ATS, Some("2.0")).unwrap_err();
        assert_eq!((version.code(), version.pointer()), (Code::SpecUnknown, Some("/connectionSpec/version")));
        assert!(version.detail().contains("those known are 1.0"), "{version:?}");
    }
}
