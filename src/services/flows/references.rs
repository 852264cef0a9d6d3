//! The references of a flow to other services, which are checked with `--check-references` alone. Reference: "Flows" (checks at
//! creation); `flows-errors.csv`, FLOW-1412-400, FLOW-1419-400, FLOW-1425-400, 1203-400, 1310-400.

use super::transformations::{POINTER, params_of};
use crate::base::error::{Code, Error, ProviderCode, excerpt};
use crate::base::time::Millis;
use crate::services::connectors::encryption;
use crate::services::neighbours::Neighbours;
use crate::services::references::{BrokenReference, check_mapping};
use serde_json::Value;

/// Checks the mapping set and the encryption key that the transformations name, and that the mapping leads to the schema of
/// the data set.
///
/// # Errors
/// The first reference that does not hold.
pub(super) fn check(
    transformations: &[Value], data_set: Option<&str>, neighbours: &Neighbours, now: Millis,
) -> Result<(), Error> {
    if let Some(mapping) = params_of(transformations, "Mapping") {
        // Flows that need a mapping are refused without one.
        let id = mapping["mappingId"].as_str().unwrap_or_default();
        let version = mapping.get("mappingVersion");
        check_mapping(neighbours, id, version, data_set).map_err(|broken| refusal(broken, id, data_set))?;
    }
    let Some(key) = params_of(transformations, "Encryption") else { return Ok(()) };
    let id = key["publicKeyId"].as_str().unwrap_or_default();
    let (code, detail) = match encryption::expiry(&neighbours.encryption_keys, id) {
        None => (ProviderCode::PublicKeyUnknown, "is no key of POST .../encryption/keys"),
        Some(expiry) if expiry <= now => (ProviderCode::PublicKeyExpired, "has expired"),
        Some(_) => return Ok(()),
    };
    Err(Error::provider(code, format!("publicKeyId {} {detail}", excerpt(id))).at(POINTER))
}

fn refusal(broken: BrokenReference, id: &str, data_set: Option<&str>) -> Error {
    let id = excerpt(id);
    let error = match broken {
        BrokenReference::MappingSetUnknown => {
            let detail = format!("mappingId {id} is no mapping set of this sandbox (--check-references)");
            Error::new(Code::MappingInvalid, detail)
        }
        BrokenReference::VersionUnknown { newest } => {
            let detail =
                format!("mappingVersion is no version of the mapping set {id}, whose newest is {newest}");
            Error::new(Code::MappingVersionUnknown, detail)
        }
        BrokenReference::SchemaDiffers { of_mapping_set, of_data_set } => {
            let data_set = excerpt(data_set.unwrap_or_default());
            let detail = format!(
                "the mapping set {id} maps to the schema {of_mapping_set}, and the data set {data_set} has the schema \
                 {of_data_set}"
            );
            Error::new(Code::MappingSchemaDiffers, detail).report("dataSetId", data_set)
        }
    };
    error.report("mappingId", id).at(POINTER)
}
