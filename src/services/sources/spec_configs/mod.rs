//! What `GET /connectionSpecs/{id}/configs` answers about a connection spec itself, without any table or file.
//!
//! Reference: "Explore" (the role of an auth type, the data sets that a destination can export), "Destinations". The
//! answers are documents, `fixtures/configs/<spec name>.json`; one in `configs/` of the user's folder replaces the
//! built-in one of its name.

mod load;
mod page;

use super::configs::CONFIGS_PARAMETERS;
use super::question;
use crate::base::error::{Error, excerpt};
use crate::store::query::Parameters;
use hyper::body::Bytes;
use load::Configs;
use page::Page;
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) use load::SpecConfigs;
pub(crate) use page::MAX_LIMIT;

/// The document that answers about data sets for every destination without a document of its own.
const DATA_SETS: &str = "activation-datalake";

/// The query parameter for auth types.
const AUTH_TYPE: [&str; 1] = ["authType"];
/// The query parameters for outputs.
const OUTPUT: [&str; 5] = ["outputType", "outputField", "start", "limit", "properties"];

/// A query for such an answer.
#[derive(Debug)]
pub(crate) enum SpecConfigsQuestion {
    AuthType(String),
    Output { output_type: String, output_field: Option<String>, page: Page },
}

impl SpecConfigsQuestion {
    /// Reads a query; `None` if it has neither `authType` nor `outputType`, and is one about columns.
    ///
    /// # Errors
    /// FLOW-1451-400 for a parameter that does not go with the others, FLOW-1452-400; FLOW-1100-400 with 1394-400.
    pub(crate) fn read(query: &Parameters) -> Result<Option<Self>, Error> {
        query.only(&[&CONFIGS_PARAMETERS[..], &AUTH_TYPE, &OUTPUT].concat())?;
        if let Some(auth_type) = query.last("authType") {
            query.only(&AUTH_TYPE)?;
            return Ok(Some(Self::AuthType(auth_type.to_owned())));
        }
        let Some(output_type) = query.last("outputType") else {
            query.only(&CONFIGS_PARAMETERS)?;
            return Ok(None);
        };
        query.only(&OUTPUT)?;
        Ok(Some(Self::Output {
            output_type: output_type.to_owned(),
            output_field: query.last("outputField").map(str::to_owned),
            page: Page::read(query)?,
        }))
    }

    /// The answer about the connection spec of that name, in JSON.
    ///
    /// # Errors
    /// FLOW-1452-400 for a type or field that the spec does not have.
    pub(crate) fn answer(
        &self, configs: &SpecConfigs, spec_name: &str, is_destination: bool,
    ) -> Result<Bytes, Error> {
        let own = configs.of(spec_name);
        match self {
            Self::AuthType(auth_type) => {
                let params = chosen(spec_name, "authType", auth_type, own.map(|own| &own.auth_types))?;
                question::json(&json!({"configParams": params}))
            }
            Self::Output { output_type, output_field, page } => {
                let of_destinations = || configs.of(DATA_SETS).filter(|_| is_destination);
                let has_outputs = |own: &&Configs| !own.output_types.is_empty();
                let types = own.filter(has_outputs).or_else(of_destinations).map(|own| &own.output_types);
                let fields = chosen(spec_name, "outputType", output_type, types)?;
                let items = match output_field {
                    Some(field) => chosen(spec_name, "outputField", field, Some(fields))?,
                    None => fields.values().next().map_or(&[][..], Vec::as_slice),
                };
                page.answer(items)
            }
        }
    }
}

/// The entry whose name is `value`, in any letter case.
///
/// # Errors
/// FLOW-1452-400 that names the entries.
fn chosen<'a, T>(
    spec_name: &str, parameter: &str, value: &str, known: Option<&'a BTreeMap<String, T>>,
) -> Result<&'a T, Error> {
    let known = known.filter(|known| !known.is_empty());
    let found = known.and_then(|known| known.iter().find(|(name, _)| name.eq_ignore_ascii_case(value)));
    found.map(|(_, entry)| entry).ok_or_else(|| {
        let expected = match known {
            Some(known) => {
                let names: Vec<_> = known.keys().map(|name| excerpt(name)).collect();
                format!("one that {spec_name} has configs for: {}", names.join(", "))
            }
            None => format!("one that {spec_name} has configs for; it has none for any {parameter}"),
        };
        Error::invalid_parameter(parameter, value, &expected)
    })
}
