//! Which part of a server a control call is about: everything, or what `imsOrgId` and `sandbox` name.

use crate::base::document::refusal::Refused;
use crate::base::error::Error;
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use crate::store::query::Parameters;

/// The parameters.
pub(super) const SCOPE: [&str; 2] = ["imsOrgId", "sandbox"];

/// The part that the query names.
///
/// # Errors
/// For a sandbox without its organisation, since each has its own.
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

/// The parameters of a control call, of which it knows those.
///
/// # Errors
/// For a query that cannot be read, and for a parameter that is not one of `known`: it would be a wish that does
/// nothing. For one without a value or given twice as well, unlike in the Flow Service's own calls: a script whose
/// variable is empty does not mean everything.
pub(super) fn parameters(query: Option<&str>, known: &[&str]) -> Result<Parameters, Refused> {
    let query = query.unwrap_or_default();
    let refuse = |error: Error| Refused::because("", error.detail().to_owned());
    let parameters = Parameters::parse(query).map_err(refuse)?;
    parameters.only(known).map_err(refuse)?;
    for name in known {
        let is_empty = |pair: &str| pair.strip_prefix(name).is_some_and(|rest| matches!(rest, "" | "="));
        if query.split('&').any(is_empty) {
            return Err(Refused::because(
                "",
                format!("{name} has no value; leave it out to mean everything"),
            ));
        }
        if parameters.all(name).count() > 1 {
            return Err(Refused::because("", format!("{name} is given twice")));
        }
    }
    Ok(parameters)
}
