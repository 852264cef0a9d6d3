//! Validates a connection's `connectionSpec` and `auth` against its connection spec.
//!
//! Reference: "Operations on /connections" (what a POST needs), `errors.csv` (FLOW-1413-400, FLOW-1415-400,
//! FLOW-1100-400), `provider-errors.csv` (1304-400, 1312-400).

use super::document::ConnectionSpec;
use super::registry::TenantSpecs;
use crate::base::config::Leniency;
use crate::base::error::{Code, Error, ProviderCode, excerpt};
use crate::base::json::{kind_of, pointer_token};
use crate::base::spelling::{meant, nearest};
use crate::services::sources;
use flowmock_json_schema::error::{TypeKind, ValidationErrorKind as Kind};
use flowmock_json_schema::{Schema, ValidationError};
use serde_json::Value;

/// The connection spec of a connection: all documents with one id and version. There is at least one, and two for an id
/// that the vendor's documentation has for two sources. A connection must be valid by one of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolved<'a> {
    specs: &'a [ConnectionSpec],
    /// Whether it is the sandbox's own spec.
    is_own: bool,
}

impl TenantSpecs<'_> {
    /// The spec with this id, of `version` or else of the newest one.
    ///
    /// # Errors
    /// FLOW-1413-400 for an unknown id or version.
    pub(crate) fn resolve(&self, id: &str, version: Option<&str>) -> Result<Resolved<'_>, Error> {
        let specs = self.versions(id);
        let Some(newest) = specs.first() else {
            let error = Error::quoting(
                Code::SpecUnknown,
                format!("connectionSpec.id {} is not the id of any connection spec", excerpt(id)),
                "connectionSpec.id is not the id of any connection spec".to_owned(),
            );
            return Err(error.adding(&self.hint(id)).at("/connectionSpec/id"));
        };
        let is_own = self.has_own(id);
        let version = version.unwrap_or(&newest.version);
        let mut versions = specs.chunk_by(|one, next| one.version == next.version);
        let found = versions.clone().find(|specs| specs[0].version == version);
        found.map(|specs| Resolved { specs, is_own }).ok_or_else(|| {
            let known: Vec<_> = versions.by_ref().map(|specs| specs[0].version.as_str()).collect();
            let known = format!("is not a version of {}; those known are {}", newest.name, known.join(", "));
            let unquoted = if is_own { "is not a version of that connection spec" } else { &known };
            let error = Error::quoting(
                Code::SpecUnknown,
                format!("connectionSpec.version {} {known}", excerpt(version)),
                format!("connectionSpec.version {unquoted}"),
            );
            error.at("/connectionSpec/version")
        })
    }
}

impl<'a> Resolved<'a> {
    /// The document that determines the source. Decided: of two documents with one id, it is the first by name.
    pub(crate) fn spec(self) -> &'a ConnectionSpec {
        &self.specs[0]
    }
}

impl Resolved<'_> {
    /// The version, for example `1.0`.
    pub(crate) fn version(&self) -> &str {
        &self.spec().version
    }

    /// The name, for messages: that of the first document.
    pub(crate) fn name(&self) -> &str {
        &self.spec().name
    }

    /// Whether its connections can be patched; if not, a PATCH is FLOW-1445-400.
    pub(crate) fn patch_allowed(&self) -> bool {
        self.specs.iter().all(|spec| spec.extension.patch_allowed)
    }

    /// Checks a connection's `auth`: the name of its auth spec, if it has one, and its params. If several auth specs have
    /// that name, the params must satisfy one of them.
    ///
    /// # Errors
    /// FLOW-1415-400 for an unknown auth spec, and for a missing one if the spec has any; FLOW-1100-400 for invalid params,
    /// at most `most` of them.
    pub(crate) fn check_auth(
        &self, spec_name: Option<&str>, params: &Value, leniency: Leniency, most: usize,
    ) -> Result<(), Vec<Error>> {
        let Some(spec_name) = spec_name.filter(|name| !name.is_empty()) else {
            return if self.specs.iter().any(|spec| spec.auth_specs.is_empty()) {
                Ok(())
            } else {
                Err(vec![self.no_such_auth_spec(None)])
            };
        };
        let mut refusals = Vec::new();
        for (schema, properties) in self.schemas(spec_name) {
            // Cheaper than `violations`: stops at the first one and allocates nothing.
            if schema.is_valid(params) {
                return self.check_source(params, leniency).map_err(|error| vec![error]);
            }
            if refusals.is_empty() {
                let known = &properties;
                refusals.extend(
                    schema.violations(params, most).iter().map(|violation| refusal_of(violation, known)),
                );
            }
        }
        if refusals.is_empty() {
            refusals.push(self.no_such_auth_spec(Some(spec_name)));
        }
        Err(refusals)
    }

    /// The schemas of all auth specs with this name, each with the `properties` of its document.
    fn schemas(&self, name: &str) -> impl Iterator<Item = (&Schema, &Value)> {
        self.specs.iter().flat_map(move |spec| {
            let named =
                spec.auth_specs.iter().enumerate().filter(move |(_, auth_spec)| auth_spec.name == name);
            let properties = move |index: usize| &spec.document()["authSpec"][index]["spec"]["properties"];
            named.map(move |(index, _)| (spec.params(index), properties(index)))
        })
    }

    /// The additional checks of the source, for params that satisfy the schema.
    fn check_source(&self, params: &Value, leniency: Leniency) -> Result<(), Error> {
        match sources::of_spec(&self.spec().id) {
            Some(source) => source.check(params, leniency).map_err(Error::from),
            None => Ok(()),
        }
    }

    fn no_such_auth_spec(&self, given: Option<&str>) -> Error {
        let mut names: Vec<_> = self
            .specs
            .iter()
            .flat_map(|spec| &spec.auth_specs)
            .map(|auth_spec| auth_spec.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        let meant = given.and_then(|given| meant(given, names.iter().copied()));
        let (spec, names) = (self.name(), names.join(", "));
        let fault = match given {
            None => format!("is absent or empty; {spec} takes one of: {names}"),
            Some(_) if names.is_empty() => {
                format!("is not an auth spec of {spec}, which has none; leave auth out")
            }
            Some(_) => match meant {
                Some(meant) => {
                    format!("is not an auth spec of {spec}; did you mean {meant}? {spec} has: {names}")
                }
                None => format!("is not an auth spec of {spec}; it has: {names}"),
            },
        };
        let unquoted = match given {
            _ if !self.is_own => &fault,
            None => "is absent or empty",
            Some(_) => "is not an auth spec of that connection spec",
        };
        let quoted = given.map_or(String::new(), |given| format!(" {}", excerpt(given)));
        let error = Error::quoting(
            Code::AuthSpecUnknown,
            format!("auth.specName{quoted} {fault}"),
            format!("auth.specName {unquoted}"),
        );
        error.at("/auth/specName")
    }
}

/// The number of keys among which a misspelt param is looked for.
const MAX_KEYS: usize = 100;

/// The provider's error for a violation of the schema. Unlike the schema library's messages it does not repeat values.
/// `properties` are those that the schema knows.
fn refusal_of(violation: &ValidationError<'_>, properties: &Value) -> Error {
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
        return Error::provider(ProviderCode::ParamMissing, detail)
            .at(format!("{pointer}/{}", pointer_token(property)));
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
    Error::provider(ProviderCode::ParamInvalid, format_args!("{name} {expected}")).at(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::connection_specs::document::Compile;
    use crate::services::connection_specs::{OwnSpecs, Registry};
    use serde_json::json;

    const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
    const CAPILLARY: &str = "6360f136-5980-4111-8bdf-15d29eab3b5a";
    const EVENT_HUBS: &str = "bf9f5905-92b7-48bf-bf20-455bc6b60a4e";
    const PROFILE_STORE: &str = "8a9c3494-9708-43d7-ae3f-cda01e5030e1";

    fn refusal(schema: Value, params: Value) -> (String, String) {
        let auth_spec = json!([{"name": "Any", "spec": schema}]);
        let document = json!({"id": "a", "name": "b", "version": "1.0", "authSpec": auth_spec});
        let specs = [ConnectionSpec::read(document, Compile::Now).unwrap()];
        let error = check(&own(&specs), Some("Any"), params).expect_err("must be refused");
        assert_eq!(error.code(), Code::ProviderRefused);
        (error.detail().to_owned(), error.pointer().unwrap_or_default().to_owned())
    }

    fn own(specs: &[ConnectionSpec]) -> Resolved<'_> {
        Resolved { specs, is_own: true }
    }

    fn check(spec: &Resolved<'_>, name: Option<&str>, params: Value) -> Result<(), Error> {
        let refused = |errors: Vec<Error>| errors.into_iter().next().expect("a reason");
        spec.check_auth(name, &params, Leniency::Placeholders, 1).map_err(refused)
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
                json!({"properties": {"p": {"type": ["integer", "string"]}}}),
                json!({"p": true}),
                "must be of type integer or string, not a boolean",
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
            let (detail, at) = refusal(schema, params);
            assert!(detail.starts_with("Error from flow provider: 13"), "{detail}");
            assert!(detail.contains(expected), "{detail}");
            assert!(!detail.contains("hunter2"), "{detail}");
            assert_eq!(at, format!("/auth/params{pointer}"));
        }
    }

    #[test]
    fn a_misspelt_param_and_a_shortened_auth_spec_name_have_a_hint() {
        let schema = json!({"required": ["connectionString"], "properties": {"connectionStrings": {}}});
        for (params, hint) in [
            (json!({"x": 1, "connectionstring": "hunter2"}), true),
            (json!({"conectionString": "hunter2"}), true),
            (json!({"hunter2": "hunter2"}), false),
            (json!({"connectionStrings": "a param of its own"}), false),
        ] {
            let (detail, _) = refusal(schema.clone(), params);
            assert!(detail.contains("auth.params.connectionString is required and absent"), "{detail}");
            assert_eq!(detail.ends_with(" is there: did you mean connectionString?"), hint, "{detail}");
            assert!(!detail.contains("hunter2"), "{detail}");
        }
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        let ats = specs.resolve(ATS, None).unwrap();
        let error = check(&ats, Some("ConnectionString"), json!({})).unwrap_err();
        let hint = "did you mean Connection String Based Authentication?";
        assert!(error.detail().contains(hint) && error.unquoted().contains(hint), "{error:?}");
    }

    #[test]
    fn violations_are_reported_up_to_the_requested_number() {
        let schema = json!({"required": ["a", "b"], "properties": {"c": {"type": "string"}}});
        let auth_spec = json!([{"name": "Any", "spec": schema}]);
        let document = json!({"id": "a", "name": "b", "version": "1.0", "authSpec": auth_spec});
        let specs = [ConnectionSpec::read(document, Compile::Now).unwrap()];
        for (most, told) in [(1, 1), (2, 2), (10, 3)] {
            let check = own(&specs).check_auth(Some("Any"), &json!({"c": 1}), Leniency::Strict, most);
            assert_eq!(check.unwrap_err().len(), told);
        }
    }

    #[test]
    fn specs_are_resolved_by_id_and_version() {
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        assert_eq!(specs.resolve(ATS, None).unwrap().version(), "1.0");
        assert_eq!(specs.resolve(ATS, Some("1.0")).unwrap().version(), "1.0");
        let unknown = specs.resolve("nope", None).unwrap_err();
        assert_eq!((unknown.code(), unknown.pointer()), (Code::SpecUnknown, Some("/connectionSpec/id")));
        let version = specs.resolve(ATS, Some("2.0")).unwrap_err();
        assert_eq!((version.code(), version.pointer()), (Code::SpecUnknown, Some("/connectionSpec/version")));
        assert!(version.detail().contains("those known are 1.0"), "{version:?}");
    }

    #[test]
    fn unquoted_sentences_contain_no_text_of_the_client() {
        let (registry, own) = (Registry::load(None).unwrap(), OwnSpecs::default());
        let auth_spec = json!([{"name": "hunter2", "spec": {}}]);
        let mine = json!({"id": "mine", "name": "hunter2", "version": "hunter2", "authSpec": auth_spec});
        own.replace(ConnectionSpec::read(mine, Compile::Now).unwrap()).unwrap();
        let specs = registry.of(&own);
        let built_in = check(&specs.resolve(ATS, None).unwrap(), Some("hunter2"), json!({})).unwrap_err();
        assert!(
            built_in.unquoted().ends_with("it has: Connection String Based Authentication"),
            "{built_in:?}"
        );
        for error in [
            built_in,
            specs.resolve("hunter2", None).unwrap_err(),
            specs.resolve("mine", Some("hunter2!")).unwrap_err(),
            specs.resolve(ATS, Some("hunter2")).unwrap_err(),
            check(&specs.resolve("mine", None).unwrap(), Some("x"), json!({})).unwrap_err(),
            check(&specs.resolve("mine", None).unwrap(), None, json!({})).unwrap_err(),
        ] {
            assert!(error.detail().contains("hunter2"), "{error:?}");
            assert!(!error.unquoted().contains("hunter2"), "{}", error.unquoted());
        }
    }

    #[test]
    fn params_must_satisfy_one_of_several_auth_specs_with_one_name() {
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        // Two in one document.
        let event_hubs = specs.resolve(EVENT_HUBS, None).unwrap();
        let name = Some("Azure EventHub authentication credentials");
        check(&event_hubs, name, json!({"sasKeyName": "a", "sasKey": "b", "namespace": "c"})).unwrap();
        check(
            &event_hubs,
            name,
            json!({"sasKeyName": "a", "sasKey": "b", "namespace": "c", "eventHubName": "d"}),
        )
        .unwrap();
        let error = check(&event_hubs, name, json!({"sasKeyName": "a", "sasKey": "b"})).unwrap_err();
        assert_eq!(error.pointer(), Some("/auth/params/namespace"));
        // One in each of two documents.
        let capillary = specs.resolve(CAPILLARY, None).unwrap();
        check(&capillary, Some("OAuth generic-rest-connector"), json!({"accessToken": "a"})).unwrap();
        let error = check(&capillary, Some("Other"), json!({})).unwrap_err();
        assert!(error.detail().ends_with("it has: OAuth generic-rest-connector"), "{error:?}");
    }

    #[test]
    fn a_connection_needs_a_spec_name_only_if_there_are_auth_specs() {
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        check(&specs.resolve(PROFILE_STORE, None).unwrap(), None, json!({})).unwrap();
        let error = check(&specs.resolve(ATS, None).unwrap(), None, json!({})).unwrap_err();
        assert_eq!((error.code(), error.pointer()), (Code::AuthSpecUnknown, Some("/auth/specName")));
    }
}
