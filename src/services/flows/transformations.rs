//! The transformations of a flow. Reference: "Flows" (checks at creation, `transformations`); `flows-errors.csv`, 1202-400,
//! 1311-400, 1328-400, 1329-400, 1367-400, 1369-400, 1370-400, 1392-400.

use super::schedule::Frequency;
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::json::kind_of;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::flow_specs::FlowSpec;
use crate::services::specs::Spec as _;
use serde_json::Value;

/// The pointer to the transformations.
pub(super) const POINTER: &str = "/transformations";

/// The largest number of transformations.
const MAX: usize = 100;

/// 1392-400: the transformations cannot be read.
fn malformed(detail: String, pointer: &str) -> Error {
    Error::provider(ProviderCode::TransformationsMalformed, detail).at(pointer)
}

/// The transformations, each an object with a name.
///
/// # Errors
/// FLOW-1100-400 with 1392-400.
pub(super) fn read(json: Option<Value>) -> Result<Vec<Value>, Error> {
    let elements = match json {
        None => return Ok(Vec::new()),
        Some(Value::Array(elements)) if elements.len() <= MAX => elements,
        Some(Value::Array(_)) => {
            return Err(malformed(format!("transformations has more than {MAX} elements"), POINTER));
        }
        Some(other) => {
            let detail = format!("transformations must be an array, not {}", kind_of(&other));
            return Err(malformed(detail, POINTER));
        }
    };
    for (place, element) in elements.iter().enumerate() {
        let is_named = element["name"].as_str().is_some_and(|name| !name.is_empty());
        let has_params = element.get("params").is_none_or(Value::is_object);
        if !is_named || !has_params {
            let detail =
                "a transformation must be an object with a name and, if it has params, an object of them";
            return Err(malformed(detail.to_owned(), &format!("{POINTER}/{place}")));
        }
    }
    Ok(elements)
}

/// The params of the transformation with that name.
pub(super) fn params_of<'t>(transformations: &'t [Value], name: &str) -> Option<&'t Value> {
    transformations.iter().find(|transformation| transformation["name"] == name).map(|found| &found["params"])
}

/// The name of the column by which later runs of a table's flow find new rows.
pub(super) fn delta_column(transformations: &[Value]) -> Option<&str> {
    params_of(transformations, "Copy")?["deltaColumn"]["name"].as_str().filter(|name| !name.is_empty())
}

/// Checks the transformations of a new flow. `is_table` says whether its source is a table.
///
/// # Errors
/// FLOW-1100-400 with the codes in the module's documentation.
pub(super) fn check(
    transformations: &[Value], spec: &FlowSpec, is_table: bool, frequency: Option<Frequency>, is_strict: bool,
) -> Result<(), Error> {
    check_names(transformations, spec)?;
    let refuse = |code, detail: &str, pointer: &str| Err(Error::provider(code, detail).at(pointer));
    if is_table && params_of(transformations, "Mapping").is_none() {
        let detail = "transformations has no Mapping, which every flow of a table source needs";
        return refuse(ProviderCode::MappingMissing, detail, POINTER);
    }
    check_mapping(transformations)?;
    let is_once = frequency == Some(Frequency::Once);
    if is_strict && is_once && delta_column(transformations).is_some() {
        let detail = "a Copy with a deltaColumn has no use with the frequency once (--strict)";
        return refuse(ProviderCode::CopyWithOnce, detail, POINTER);
    }
    if is_table && frequency.is_some() && !is_once && delta_column(transformations).is_none() {
        let detail = "transformations has no Copy with params.deltaColumn.name, by which the later runs of a flow of a \
                      table source find new rows";
        return refuse(ProviderCode::DeltaColumnMissing, detail, POINTER);
    }
    check_encryption(transformations)
}

/// Decided: a flow spec without `transformationSpecs` takes any transformation, and names are compared without white space.
fn check_names(transformations: &[Value], spec: &FlowSpec) -> Result<(), Error> {
    let Some(known) = spec.document()["transformationSpecs"].as_array() else { return Ok(()) };
    let plain = |name: &str| name.chars().filter(|character| !character.is_whitespace()).collect::<String>();
    let names: Vec<&str> = known.iter().filter_map(|known| known["name"].as_str()).collect();
    for (place, transformation) in transformations.iter().enumerate() {
        let name = transformation["name"].as_str().unwrap_or_default();
        if !names.iter().any(|known| plain(known) == plain(name)) {
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let detail = format!(
                "the flow spec {} has no transformation {}; it has {known}",
                spec.name(),
                excerpt(name)
            );
            return Err(malformed(detail, &format!("{POINTER}/{place}/name")));
        }
    }
    Ok(())
}

/// Decided: a Mapping names its mapping set; its version may be absent, which means the newest.
fn check_mapping(transformations: &[Value]) -> Result<(), Error> {
    let place = transformations.iter().position(|transformation| transformation["name"] == "Mapping");
    let Some(place) = place else { return Ok(()) };
    let pointer = format!("{POINTER}/{place}/params");
    let Some(params) = transformations[place].get("params") else {
        let detail = "a Mapping needs params with a mappingId, the id of a mapping set";
        return Err(Error::provider(ProviderCode::MappingWithoutParams, detail).at(pointer));
    };
    match &params["mappingId"] {
        Value::Null => {}
        Value::String(id) if id.is_empty() => {}
        Value::String(_) => return Ok(()),
        other => {
            let detail = format!("params.mappingId of a Mapping must be a string, not {}", kind_of(other));
            return Err(malformed(detail, &format!("{pointer}/mappingId")));
        }
    }
    let detail = "a Mapping needs params.mappingId, the id of a mapping set";
    Err(Error::provider(ProviderCode::NeededParamEmpty, detail).at(format!("{pointer}/mappingId")))
}

fn check_encryption(transformations: &[Value]) -> Result<(), Error> {
    let place = transformations.iter().position(|transformation| transformation["name"] == "Encryption");
    let Some(place) = place else { return Ok(()) };
    let pointer = format!("{POINTER}/{place}/params/publicKeyId");
    match &transformations[place]["params"]["publicKeyId"] {
        Value::String(id) if !id.is_empty() => Ok(()),
        Value::Null | Value::String(_) => {
            let detail =
                "an Encryption needs params.publicKeyId, the id of a key of POST .../encryption/keys";
            Err(Error::provider(ProviderCode::PublicKeyMissing, detail).at(pointer))
        }
        other => {
            let detail = format!("params.publicKeyId must be a string, not {}", kind_of(other));
            Err(Error::provider(ProviderCode::PublicKeyMalformed, detail).at(pointer))
        }
    }
}
