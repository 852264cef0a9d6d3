//! What a source connection needs, by the shape of its source. Reference: "Source connections" (checks, what `data` and
//! `params` hold); `flows-errors.csv`, 1323-400, 1327-400, 1331-400, 1332-400, 1349-400 to 1357-400, 1377-400
//! to 1379-400, 1390-400, 1391-400.
//!
//! Decided: `params.columns` may be a selection of the table's columns, so filters are not compared with them, but with the
//! columns that the user's own seed or fixture gives the table.

use super::platform;
use super::shape::SourceShape;
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::operation::Kind;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::entities::{Completeness, Definition as _, Write};
use crate::services::flow_ends::base::POINTER as BASE;
use crate::services::flow_ends::{BaseConnection, Checked, FlowEnd, Side};
use crate::services::sources::filters::{Filter, FilterAtSource, Refusal};
use crate::services::specs::Spec as _;
use serde_json::{Value, json};

/// The source of a flow.
pub(crate) struct Source;

/// A source connection.
pub(crate) type SourceConnection = FlowEnd<Source>;

impl Side for Source {
    const KIND: Kind = Kind::SourceConnection;
    const DATA_KEYS: &'static [&'static str] = &["format", "properties", "columnDelimiter", "schema"];
    const PARAMS_KEYS: &'static [&'static str] =
        &["tableName", "columns", "cdcEnabled", "filters", "path", "type", "recursive", "datasets"];
    const NEEDS_NAME: bool = true;
    const NOUN: &'static str = "source connection";

    fn check(end: &FlowEnd<Self>, checked: &Checked<'_>, errors: &mut Vec<Error>) {
        let shape = SourceShape::of(checked.spec, &checked.context.flow_specs);
        check_base(end, shape, checked, errors);
        check_format(end, shape, checked, errors);
        check_params(end, shape, checked, errors);
        check_delimiter(end, errors);
        errors.extend(check_columns(end).err());
        errors.extend(check_filters(end, shape, checked).err());
    }

    fn adds_params(spec_id: &str) -> bool {
        SourceShape::by_id(spec_id) == Some(SourceShape::HttpApi)
    }

    fn added_params(spec_id: &str, base: Option<&BaseConnection>) -> Option<(&'static str, Value)> {
        Some(("inletUrl", base.filter(|_| Self::adds_params(spec_id))?.inlet_url()?.into()))
    }

    fn type_info(spec_id: &str) -> Option<Value> {
        let is_profiles = SourceShape::by_id(spec_id) == Some(SourceShape::ProfileStore);
        is_profiles.then(|| json!({ "type": "ProfileFragments", "id": "ups" }))
    }

    fn prepare(json: &mut Value, completeness: Completeness, write: &Write<'_>) -> Result<(), Error> {
        platform::add_base_connection(json, write, |json| {
            SourceConnection::read(json.clone(), completeness, &write.context()).map(drop)
        })
    }
}

/// 1323-400: the source connection lacks something that its source needs.
fn missing(what: &str, pointer: &str, checked: &Checked<'_>) -> Error {
    let detail =
        format!("{what} is absent or empty; a source connection of {} needs it", checked.spec.name());
    Error::provider(ProviderCode::SourcePartMissing, detail).at(pointer)
}

fn check_base(end: &FlowEnd<Source>, shape: SourceShape, checked: &Checked<'_>, errors: &mut Vec<Error>) {
    let has_base = end.base_connection_id().is_some_and(|id| !id.is_empty());
    match shape {
        SourceShape::LandingZone if has_base => {
            let detail = "a source connection of Data Landing Zone has no baseConnectionId; leave it out";
            errors.push(Error::provider(ProviderCode::LandingZoneBase, detail).at(BASE));
        }
        SourceShape::LandingZone | SourceShape::ProfileStore | SourceShape::DataLake => {}
        _ if !has_base && checked.spec.has_auth_specs() => {
            errors.push(missing("baseConnectionId", BASE, checked));
        }
        _ => {}
    }
}

fn check_format(end: &FlowEnd<Source>, shape: SourceShape, checked: &Checked<'_>, errors: &mut Vec<Error>) {
    let Some(allowed) = shape.formats() else { return };
    match end.value("/data/format") {
        None if !shape.needs_format() => {}
        None if end.value("/data").is_none() => errors.push(missing("data", "/data", checked)),
        None => errors.push(missing("data.format", "/data/format", checked)),
        Some(Value::String(format)) if allowed.iter().any(|known| format.eq_ignore_ascii_case(known)) => {}
        Some(other) => {
            let other = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            let (source, allowed) = (checked.spec.name(), allowed.join(", "));
            let detail = format!("data.format {} is not one of {source}: {allowed}", excerpt(&other));
            errors.push(Error::provider(ProviderCode::FormatUnsupported, detail).at("/data/format"));
        }
    }
}

fn check_params(end: &FlowEnd<Source>, shape: SourceShape, checked: &Checked<'_>, errors: &mut Vec<Error>) {
    let needed = shape.needed_params();
    if shape == SourceShape::DataLake {
        let datasets = end.value("/params/datasets").and_then(Value::as_array);
        let ids = datasets.into_iter().flatten().map(|dataset| dataset["dataSetId"].as_str());
        if datasets.is_none() && end.value("/params").is_none() {
            return errors.push(missing("params", "/params", checked));
        } else if datasets.is_none_or(Vec::is_empty) {
            return errors.push(missing("params.datasets", "/params/datasets", checked));
        } else if ids.clone().any(|id| id.is_none_or(str::is_empty)) {
            let place = ids.clone().position(|id| id.is_none_or(str::is_empty)).unwrap_or_default();
            let pointer = format!("/params/datasets/{place}/dataSetId");
            return errors.push(missing("params.datasets[].dataSetId", &pointer, checked));
        }
    }
    if !needed.is_empty() && end.value("/params").is_none() {
        return errors.push(missing("params", "/params", checked));
    }
    for alternatives in needed {
        let value = |key: &str| end.value(&format!("/params/{key}"));
        let wrong = alternatives.iter().find(|key| value(key).is_some_and(|value| !value.is_string()));
        if let Some(key) = wrong {
            let detail = format!(
                "params.{key} must be a string that is not empty; a source connection of {} needs it",
                checked.spec.name()
            );
            let refused = Error::provider(ProviderCode::SourcePartMissing, detail);
            errors.push(refused.at(format!("/params/{key}")));
        } else if !alternatives.iter().any(|key| value(key).is_some_and(|value| *value != "")) {
            let key = alternatives[0];
            errors.push(missing(&format!("params.{key}"), &format!("/params/{key}"), checked));
        }
    }
}

fn check_delimiter(end: &FlowEnd<Source>, errors: &mut Vec<Error>) {
    for pointer in ["/data/properties/columnDelimiter", "/data/columnDelimiter"] {
        let Some(delimiter) = end.value(pointer) else { continue };
        if delimiter.as_str().is_none_or(|text| text.chars().count() > 1) {
            let detail = format!("{} must be one character", pointer[1..].replace('/', "."));
            errors.push(Error::provider(ProviderCode::DelimiterInvalid, detail).at(pointer));
        }
    }
}

fn check_columns(end: &FlowEnd<Source>) -> Result<(), Error> {
    const COLUMNS: &str = "/params/columns";
    let Some(columns) = end.value(COLUMNS) else { return Ok(()) };
    let refuse = |detail: &str, pointer: String| {
        Err(Error::provider(ProviderCode::ColumnsMalformed, detail).at(pointer))
    };
    let Some(columns) = columns.as_array() else {
        return refuse(
            "params.columns must be an array of columns, each an object with a name",
            COLUMNS.to_owned(),
        );
    };
    let is_named = |column: &Value| column["name"].as_str().is_some_and(|name| !name.is_empty());
    match columns.iter().position(|column| !is_named(column)) {
        None => Ok(()),
        Some(place) => {
            refuse("a column of params.columns must be an object with a name", format!("{COLUMNS}/{place}"))
        }
    }
}

fn check_filters(end: &FlowEnd<Source>, shape: SourceShape, checked: &Checked<'_>) -> Result<(), Error> {
    const FILTERS: &str = "/params/filters";
    let Some(filters) = end.value(FILTERS) else { return Ok(()) };
    let refuse = |refusal: Refusal| refusal.into_error("params.filters").at(FILTERS);
    let source = FilterAtSource::of(checked.spec.name(), checked.spec.document()).map_err(refuse)?;
    let filter = Filter::read(filters, &source).map_err(refuse)?;
    let table = end.text("/params/tableName").or_else(|| end.text("/params/path"));
    if shape == SourceShape::Table
        && let Some(table) = table
        && let Some(columns) = checked.context.source_data.own_columns(checked.spec.source(), table)
    {
        filter.on(columns).map_err(refuse)?;
    }
    Ok(())
}
