//! Validates a connection's `connectionSpec` and `auth` against its connection spec.
//!
//! Reference: "Operations on /connections" (what a POST needs), `errors.csv` (FLOW-1413-400, FLOW-1415-400,
//! FLOW-1100-400), `provider-errors.csv` (1304-400, 1312-400), `flows-errors.csv` (1318-400).

use super::TenantSpecs;
use super::cost::{self, MAX_STEPS, MAX_STEPS_TELLING_ALL, ValueSize};
use super::document::{ConnectionSpec, ParamsSchema};
use super::violation::{MAX_TOLD, Violation, as_one, violation_of};
use crate::base::config::Leniency;
use crate::base::error::{Code, Error, excerpt};
use crate::services::entities::documents::JsonDocument as _;
use crate::services::sources;
use crate::services::specs::Spec as _;
use flowmock_json_schema::TIME_LIMIT;
use flowmock_json_schema::time_limit::Interrupted;
use serde_json::Value;

/// The connection spec of a connection: all documents with one id and version. There is at least one, and two for an id
/// that the vendor's documentation has for two sources. A connection must be valid by one of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolved<'a> {
    pub(super) specs: &'a [ConnectionSpec],
    /// Whether it is the sandbox's own spec.
    pub(super) is_own: bool,
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
        let version = version.unwrap_or(newest.version());
        let mut versions = specs.chunk_by(|one, next| one.version() == next.version());
        let found = versions.clone().find(|specs| specs[0].version() == version);
        found.map(|specs| Resolved { specs, is_own }).ok_or_else(|| {
            let known: Vec<_> = versions.by_ref().map(|specs| specs[0].version()).collect();
            let known =
                format!("is not a version of {}; those known are {}", newest.name(), known.join(", "));
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
        self.spec().version()
    }

    /// The name, for messages: that of the first document.
    pub(crate) fn name(&self) -> &str {
        self.spec().name()
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
    /// at most `most` of them. A single error tells of all params if some are missing and others invalid.
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
        let steps = self.steps(spec_name, params);
        if steps > MAX_STEPS {
            return Err(vec![cost::too_many_steps(&excerpt(self.name()), self.own_or_name(), steps)]);
        }
        // A request gets one error, which may tell several violations.
        let told = if steps > MAX_STEPS_TELLING_ALL { 1 } else { most.max(MAX_TOLD) };
        // Of several auth specs with the name, the client meant the one that the params violate least.
        let mut nearest: Option<Vec<Violation>> = None;
        for (ParamsSchema { schema, .. }, properties) in self.schemas(spec_name) {
            let checked = schema.is_valid(params).and_then(|is_valid| {
                // This is cheaper than `violations`: it stops at the first violation and allocates nothing.
                if !is_valid {
                    let violations = schema.violations(params, told)?;
                    if nearest.as_ref().is_none_or(|nearest| violations.len() < nearest.len()) {
                        nearest = Some(violations.iter().map(|one| violation_of(one, properties)).collect());
                    }
                }
                Ok(is_valid)
            });
            match checked {
                Ok(true) => {
                    let checked = self.check_source(params, leniency);
                    let more = || self.others(spec_name, params);
                    return checked.map_err(|error| vec![self.adding(error, &more())]);
                }
                Ok(false) => {}
                Err(Interrupted) => return Err(vec![self.interrupted()]),
            }
        }
        let Some(violations) = nearest else { return Err(vec![self.no_such_auth_spec(Some(spec_name))]) };
        let more = self.others(spec_name, params);
        if most == 1 {
            return Err(as_one(violations).map(|error| self.adding(error, &more)).into_iter().collect());
        }
        Err(violations.into_iter().take(most).map(|one| self.adding(one.into(), &more)).collect())
    }

    /// The schemas of all auth specs with this name, each with the `properties` of its document.
    fn schemas(&self, name: &str) -> impl Iterator<Item = (&ParamsSchema, &Value)> {
        self.specs.iter().flat_map(move |spec| {
            let named =
                spec.auth_specs.iter().enumerate().filter(move |(_, auth_spec)| auth_spec.name == name);
            let properties = move |index: usize| &spec.document()["authSpec"][index]["spec"]["properties"];
            named.map(move |(index, _)| (spec.params(index), properties(index)))
        })
    }

    /// The steps of a check of the params with all auth specs of this name; 0 if these are built in.
    fn steps(&self, name: &str, params: &Value) -> u64 {
        if self.schemas(name).all(|(schema, _)| schema.cost.values == 0) {
            return 0;
        }
        let size = ValueSize::of(params);
        self.schemas(name).fold(0, |steps, (schema, _)| steps.saturating_add(schema.cost.steps(size)))
    }

    /// The additional checks of the source, for params that satisfy the schema.
    fn check_source(&self, params: &Value, leniency: Leniency) -> Result<(), Error> {
        match sources::of_spec(self.spec().id()) {
            Some(source) => source.check(params, leniency).map_err(Error::from),
            None => Ok(()),
        }
    }

    /// FLOW-1004-408: a check took longer than its time limit.
    fn interrupted(&self) -> Error {
        let detail = |spec: &str| {
            format!(
                "checking auth.params with the schema of {spec} takes longer than the request may, at most {} s; send \
                 smaller params, or simplify the schema and its patterns",
                TIME_LIMIT.as_secs()
            )
        };
        let error =
            Error::quoting(Code::RequestTimeout, detail(&excerpt(self.name())), detail(self.own_or_name()));
        error.at("/auth/params")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::connection_specs::{OwnSpecs, Registry};
    use crate::services::specs::Compile;
    use flowmock_json_schema::time_limit::{TimeLimit, within};
    use serde_json::json;
    use std::time::Duration;

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
            let end = " is there: did you mean connectionString?); b has the auth spec Any";
            assert_eq!(detail.ends_with(end), hint, "{detail}");
            assert!(detail.ends_with("; b has the auth spec Any"), "{detail}");
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
    fn one_refusal_names_all_params_that_are_missing() {
        let schema = |required: Value| json!({"required": required, "properties": {"a": {}}});
        for (required, expected) in [
            (json!(["a"]), "1304-400: auth.params.a is required and absent; b has"),
            (json!(["a", "b"]), "1304-400: auth.params.a and auth.params.b are required and absent; b has"),
            (
                json!(["longer", "b", "c"]),
                "1304-400: auth.params.longer, auth.params.b and auth.params.c are required and absent (loger is \
                 there: did you mean longer?); b has",
            ),
        ] {
            let (detail, _) = refusal(schema(required), json!({"loger": 1}));
            assert!(detail.contains(expected), "{detail}");
        }
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
    fn a_check_that_would_take_too_much_or_takes_too_long_is_refused_with_the_spec_the_bound_and_the_remedy()
    {
        let named = |schema: Value| {
            let auth_spec = json!([{"name": "Any", "spec": schema}]);
            let document = json!({"id": "a", "name": "acme", "version": "1.0", "authSpec": auth_spec});
            [ConnectionSpec::read(document, Compile::Now).unwrap()]
        };
        let specs =
            named(json!({"properties": {"p": {"items": {"allOf": vec![json!({"minLength": 0}); 4000]}}}}));
        let params = |count: usize| json!({"p": vec!["x"; count]});
        check(&own(&specs), Some("Any"), params(100)).unwrap();
        let error = check(&own(&specs), Some("Any"), params(200_000)).unwrap_err();
        assert_eq!((error.code(), error.pointer()), (Code::ProviderRefused, Some("/auth/params")));
        for part in ["1312-400", "schema of acme", "at most 20000000 are taken", "send smaller params"] {
            assert!(error.detail().contains(part), "{error:?}");
        }
        assert!(!error.unquoted().contains("acme"), "{}", error.unquoted());

        let error = within(TimeLimit::of(Duration::ZERO), || check(&own(&specs), Some("Any"), params(100)));
        let error = error.unwrap_err();
        assert_eq!((error.code(), error.pointer()), (Code::RequestTimeout, Some("/auth/params")));
        for part in ["schema of acme", "at most 5 s", "simplify the schema"] {
            assert!(error.detail().contains(part), "{error:?}");
        }
        check(&own(&specs), Some("Any"), params(100)).unwrap();

        // Only the first violation is reported, which saves the memory for the others.
        let specs =
            named(json!({"properties": {"p": {"items": {"allOf": vec![json!({"minLength": 2}); 1000]}}}}));
        let refusals =
            own(&specs).check_auth(Some("Any"), &params(5_000), Leniency::Strict, 100).unwrap_err();
        assert_eq!(refusals.len(), 1);

        let specs = named(json!({"properties": {"p": {"pattern": "^(a|a)*\\1b"}}}));
        let error = check(&own(&specs), Some("Any"), json!({"p": "a".repeat(300) + "!"})).unwrap_err();
        assert!(error.detail().contains("in 50000 attempts"), "{error:?}");
    }

    #[test]
    fn the_built_in_specs_have_no_bounds() {
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        let spec = specs.resolve(ATS, None).unwrap();
        assert_eq!(spec.steps("Connection String Based Authentication", &json!({})), 0);
        let params =
            json!({"connectionString": "AccountName=acme;AccountKey=YQ==", "more": vec![0; 500_000]});
        check(&spec, Some("Connection String Based Authentication"), params).unwrap();
        assert!(!specs.have_brought() && !specs.is_brought(ATS));
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
        own.insert(ConnectionSpec::read(mine, Compile::Now).unwrap()).unwrap();
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
        // The refusal is that of the auth spec which the params violate least.
        let ads = specs.resolve("d771e9c1-4f26-40dc-8617-ce58c4b53702", None).unwrap();
        let params =
            json!({"clientCustomerID": "a", "developerToken": "b", "clientId": "c", "refreshToken": "d"});
        let error = check(&ads, Some("Basic Authentication"), params).unwrap_err();
        assert_eq!(error.pointer(), Some("/auth/params/clientSecret"));
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
