//! The query of a control call, in which `imsOrgId` and `sandbox` may restrict the call to a part of the server.

use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::error::{Error, excerpt};
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use crate::store::query::Parameters;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The parameters that restrict a call.
pub(super) const SCOPE: [&str; 2] = ["imsOrgId", "sandbox"];

/// The part of the server that the query names; everything if it names none.
///
/// # Errors
/// For a sandbox without its organisation.
pub(super) fn part(query: &Parameters) -> Result<Part, Refused> {
    match (query.last("imsOrgId"), query.last("sandbox")) {
        (None, None) => Ok(Part::All),
        (Some(ims_org), None) => Ok(Part::Organisation(ims_org.to_owned())),
        (Some(ims_org), Some(sandbox)) => Ok(Part::Sandbox(Tenant::new(ims_org, sandbox))),
        (None, Some(_)) => {
            Err(Refused::because("", "sandbox is given without imsOrgId; give both, or imsOrgId alone"))
        }
    }
}

/// The part of the server that the query names. Any other parameter is refused. It is read before the body.
pub(super) struct InPart(pub(super) Part);

impl FromRequestParts<Shared> for InPart {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Refused> {
        part(&parameters(parts.uri.query(), &SCOPE)?).map(Self)
    }
}

/// The query of a verification. Any other parameter is refused. It is read before the body.
pub(super) struct VerificationQuery {
    /// Whether a failed verification is a 417.
    pub(super) fails_by_status: bool,
    /// Whether the requests of all replicas are meant.
    pub(super) all_replicas: bool,
}

/// The parameter that turns the response to a failed check into a 417, for clients that look only at the status.
pub(super) const FAIL_STATUS: &str = "failStatus";

/// The parameter that asks for the requests of all replicas instead of those of this server.
pub(super) const REPLICAS: &str = "replicas";

impl FromRequestParts<Shared> for VerificationQuery {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Refused> {
        let query = parameters(parts.uri.query(), &[FAIL_STATUS, REPLICAS])?;
        Ok(Self { fails_by_status: flag(&query, FAIL_STATUS)?, all_replicas: all_replicas(&query)? })
    }
}

/// Whether the requests of all replicas are meant.
///
/// # Errors
/// For any value but `all`.
pub(super) fn all_replicas(query: &Parameters) -> Result<bool, Refused> {
    match query.last(REPLICAS) {
        None => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("all") => Ok(true),
        Some(value) => {
            let value = excerpt(value);
            let reason =
                format!("{REPLICAS}={value} is not all; leave it out for the requests of this server");
            Err(Refused::because("", reason))
        }
    }
}

/// Whether the parameter is `true`; it may be `false` or absent.
///
/// # Errors
/// For another value.
pub(super) fn flag(query: &Parameters, name: &str) -> Result<bool, Refused> {
    choice(query, name, &[("false", false), ("true", true)])
}

/// The choice that the parameter's value names; the first choice if the parameter is absent.
///
/// # Errors
/// For a value that is none of the choices.
pub(super) fn choice<T: Copy>(query: &Parameters, name: &str, choices: &[(&str, T)]) -> Result<T, Refused> {
    let value = query.last(name);
    let chosen =
        choices.iter().find(|(choice, _)| value.is_none_or(|value| value.eq_ignore_ascii_case(choice)));
    chosen.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(choice, _)| *choice).collect();
        let value = excerpt(value.unwrap_or_default());
        Refused::because("", format!("{name}={value} is none of {}", names.join(", ")))
    })
}

/// Reads the parameters of a control call, all of which must be `known`.
///
/// # Errors
/// For a query that cannot be read, and for a parameter that is unknown, has no value, or is given twice. The Flow Service
/// is less strict about values, but here a script with an empty variable would reset everything.
pub(super) fn parameters(query: Option<&str>, known: &[&str]) -> Result<Parameters, Refused> {
    let query = query.unwrap_or_default();
    let refuse = |error: Error| Refused::because("", error.detail().to_owned());
    let parameters = Parameters::parse(query).map_err(refuse)?;
    parameters.only(known).map_err(refuse)?;
    for name in known {
        let is_empty = |pair: &str| pair.strip_prefix(name).is_some_and(|rest| matches!(rest, "" | "="));
        if query.split('&').any(is_empty) {
            return Err(Refused::because("", format!("{name} has no value; give it one, or leave it out")));
        }
        if parameters.all(name).count() > 1 {
            return Err(Refused::because("", format!("{name} is given twice")));
        }
    }
    Ok(parameters)
}
