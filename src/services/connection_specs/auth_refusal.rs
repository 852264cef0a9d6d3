//! The refusal of an auth spec that a connection spec does not have, and the end of every refusal of params: the auth specs
//! that there are, and the one that was probably meant.
//!
//! Reference: `errors.csv` (FLOW-1415-400).

use super::document::AuthSpec;
use super::validate::Resolved;
use crate::base::error::{Code, Error, excerpt};
use crate::base::spelling::meant;
use crate::services::entities::documents::JsonDocument as _;
use serde_json::Value;

impl Resolved<'_> {
    /// The spec, for a message that may be logged.
    pub(super) fn own_or_name(&self) -> &str {
        if self.is_own { "that connection spec" } else { self.name() }
    }

    /// The end of a refusal of params: the names of the auth specs, and the one of another auth spec whose required params
    /// are all there.
    pub(super) fn others(&self, spec_name: &str, params: &Value) -> String {
        let has_params_of = |required: &Value| {
            let required = required.as_array().filter(|required| !required.is_empty());
            required.is_some_and(|names| {
                names.iter().all(|name| name.as_str().is_some_and(|name| params.get(name).is_some()))
            })
        };
        let other = self.auth_specs().find(|(auth_spec, document)| {
            auth_spec.name != spec_name && has_params_of(&document["spec"]["required"])
        });
        let meant = other.map_or(String::new(), |(other, _)| {
            format!("; the params are those of {}", excerpt(&other.name))
        });
        let names = self.names();
        let noun = if names.len() == 1 { "auth spec" } else { "auth specs" };
        format!("{meant}; {} has the {noun} {}", excerpt(self.name()), names.join(", "))
    }

    /// Appends text with the names of auth specs, which may be the client's.
    pub(super) fn adding(&self, error: Error, more: &str) -> Error {
        if self.is_own { error.adding_quoted(more) } else { error.adding(more) }
    }

    /// All auth specs, each with its part of the document.
    fn auth_specs(&self) -> impl Iterator<Item = (&AuthSpec, &Value)> {
        self.specs.iter().flat_map(|spec| {
            let part = |index: usize| &spec.document()["authSpec"][index];
            spec.auth_specs.iter().enumerate().map(move |(index, auth_spec)| (auth_spec, part(index)))
        })
    }

    /// The names of the auth specs, in alphabetical order.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.auth_specs().map(|(auth_spec, _)| auth_spec.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names of the auth specs of this type, in alphabetical order.
    fn names_of_type(&self, name: &str) -> Vec<&str> {
        let has_type = |document: &Value| {
            document["type"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        let of_type = self.auth_specs().filter(|(_, document)| has_type(document));
        let mut names: Vec<_> = of_type.map(|(auth_spec, _)| auth_spec.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// FLOW-1415-400: the connection spec does not have the auth spec `given`, or has some and none is given.
    pub(super) fn no_such_auth_spec(&self, given: Option<&str>) -> Error {
        let names = self.names();
        let meant = given.and_then(|given| meant(given, names.iter().copied()));
        let of_type = given.map_or(Vec::new(), |given| self.names_of_type(given));
        let (spec, names) = (self.name(), names.join(", "));
        let fault = match given {
            None => format!("is absent or empty; {spec} takes one of: {names}"),
            Some(_) if names.is_empty() => {
                format!("is not an auth spec of {spec}, which has none; leave auth out")
            }
            Some(_) => match (meant, &of_type[..]) {
                (Some(meant), _) | (None, &[meant]) => {
                    format!("is not an auth spec of {spec}; did you mean {meant}? {spec} has: {names}")
                }
                (None, []) => format!("is not an auth spec of {spec}; it has: {names}"),
                (None, of_type) => {
                    let of_type = of_type.join(" and ");
                    format!("is not an auth spec of {spec} but the type of {of_type}; it has: {names}")
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config::Leniency;
    use crate::services::connection_specs::{OwnSpecs, Registry};
    use serde_json::json;

    const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

    fn check(spec: &Resolved<'_>, name: Option<&str>, params: Value) -> Result<(), Error> {
        let refused = |errors: Vec<Error>| errors.into_iter().next().expect("a reason");
        spec.check_auth(name, &params, Leniency::Placeholders, 1).map_err(refused)
    }

    #[test]
    fn a_near_miss_of_an_auth_spec_name_says_which_was_meant_and_every_refusal_names_the_auth_specs() {
        const SALESFORCE: &str = "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5";
        const SNOWFLAKE: &str = "b2e08744-4f1a-40ce-af30-7abac3e23cf3";
        const PUBSUB: &str = "70116022-a743-464a-bbfe-e226a7f8210c";
        const S3: &str = "4fce964d-3f37-408f-9778-e597338a21ee";
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        for (id, given, hint) in [
            (ATS, "ConnectionString", "did you mean Connection String Based Authentication?"),
            (ATS, "connectionStringAuth", "did you mean Connection String Based Authentication?"),
            (
                ATS,
                "connection string based authentication",
                "did you mean Connection String Based Authentication?",
            ),
            (ATS, "ConnectionStringAuthentication", "did you mean Connection String Based Authentication?"),
            (
                SALESFORCE,
                "Basic",
                "did you mean Basic Authentication? salesforce has: Basic Authentication, OAuth2",
            ),
            (SALESFORCE, "BasicAuthentication", "did you mean Basic Authentication?"),
            (SALESFORCE, "Basic Authentication for Salesforce", "did you mean Basic Authentication?"),
            (SALESFORCE, "OAuth2JwtTokenCredential", "did you mean OAuth2 JWT Token Credential?"),
            (SNOWFLAKE, "Connection String Based Authentication", "did you mean ConnectionString?"),
            (SNOWFLAKE, "Key Pair", "did you mean KeyPair Authentication?"),
            (S3, "S3RoleBased", "did you mean Assumed Role?"),
            (
                PUBSUB,
                "KeyBased",
                "is not an auth spec of google-pubsub but the type of Project Based Authentication and Topic & \
                 Subscription Based Authentication; it has: ",
            ),
            (
                SALESFORCE,
                "OAuth2",
                "is not an auth spec of salesforce; it has: Basic Authentication, OAuth2 Client",
            ),
        ] {
            let error = check(&specs.resolve(id, None).unwrap(), Some(given), json!({})).unwrap_err();
            assert_eq!((error.code(), error.pointer()), (Code::AuthSpecUnknown, Some("/auth/specName")));
            assert!(error.detail().starts_with(&format!("auth.specName {given} is not an auth spec of ")));
            assert!(error.detail().contains(hint), "{error:?}");
        }

        let refused =
            |id, name, params| check(&specs.resolve(id, None).unwrap(), Some(name), params).unwrap_err();
        let error = refused(ATS, "Connection String Based Authentication", json!({"connectionString": "x"}));
        let only = "; azure-table-storage has the auth spec Connection String Based Authentication";
        assert!(error.detail().ends_with(only), "{error:?}");
        let error = refused(SALESFORCE, "Basic Authentication", json!({"username": "u", "password": 5}));
        assert!(
            error.detail().ends_with(
                "; salesforce has the auth specs Basic Authentication, OAuth2 Client Credential, OAuth2 JWT Token \
                 Credential"
            ),
            "{error:?}"
        );
        let error =
            refused(SNOWFLAKE, "Basic Authentication", json!({"connectionString": "jdbc:snowflake://x"}));
        assert!(
            error.detail().contains(
                "required and absent; the params are those of ConnectionString; snowflake has the auth specs Basic"
            ),
            "{error:?}"
        );
    }
}
