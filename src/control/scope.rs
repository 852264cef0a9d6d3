//! Which part of a server a control call is about: everything, or what `imsOrgId` and `sandbox` name.

use super::Refused;
use crate::query::Parameters;
use crate::tenant::Tenant;
use crate::world::Part;

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
/// For a query that cannot be read, and for each parameter that is not one of `known`: it would be a wish that does
/// nothing.
pub(super) fn parameters(query: Option<&str>, known: &[&str]) -> Result<Parameters, Refused> {
    let parameters = Parameters::parse(query.unwrap_or_default())
        .map_err(|error| Refused::because("", error.detail().to_owned()))?;
    match parameters.only(known) {
        Ok(()) => Ok(parameters),
        Err(_) if known.is_empty() => Err(Refused::because("", "this call takes no parameters")),
        Err(_) => {
            Err(Refused::because("", format!("a parameter is not known; there are {}", known.join(", "))))
        }
    }
}
