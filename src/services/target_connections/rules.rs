//! What a target connection needs. Reference: "Target connections"; `flows-errors.csv`, 1320-400, 1325-400.
//!
//! Decided: nothing is checked of a destination but its base connection, since printed calls differ in all its params. The
//! base connection of a data lake target may be any.

use crate::base::error::{Error, ProviderCode};
use crate::base::operation::Kind;
use crate::services::connection_specs::ConnectionSpec;
use crate::services::flow_ends::base::POINTER as BASE;
use crate::services::flow_ends::{Checked, FlowEnd, Side};
use crate::services::neighbours::Neighbours;
use crate::services::references::{data_set_exists, schema_exists};
use crate::services::specs::Spec as _;

/// The connection spec of the data lake.
pub(crate) const DATA_LAKE: &str = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";

/// The connection spec of the landing zone as a destination, the only one without a base connection.
const LANDING_ZONE: &str = "10440537-2a7b-4583-ac39-ed38d4b848e8";

/// The target of a flow.
pub(crate) struct Target;

/// Checks that the data set and the schema exist (`--check-references`).
///
/// Decided: both are FLOW-1439-404, as for other entities that are named and missing.
fn check_references(end: &FlowEnd<Target>, neighbours: &Neighbours, errors: &mut Vec<Error>) {
    if let Some(id) = end.text("/params/dataSetId")
        && !data_set_exists(neighbours, id)
    {
        errors.push(Error::not_found("dataSets", id).at("/params/dataSetId"));
    }
    if let Some(id) = end.text("/data/schema/id")
        && end.connection_spec.id == DATA_LAKE
        && !schema_exists(neighbours, id)
    {
        errors.push(Error::not_found("schemas", id).at("/data/schema/id"));
    }
}

impl Side for Target {
    const KIND: Kind = Kind::TargetConnection;
    const DATA_KEYS: &'static [&'static str] = &["format", "schema"];
    const PARAMS_KEYS: &'static [&'static str] =
        &["dataSetId", "mode", "bucketName", "path", "compression", "fileType", "csvOptions"];
    const NEEDS_NAME: bool = false;
    const NOUN: &'static str = "target connection";

    fn check(end: &FlowEnd<Self>, checked: &Checked<'_>, errors: &mut Vec<Error>) {
        let has_base = end.base_connection_id().is_some_and(|id| !id.is_empty());
        match checked.spec.id() {
            DATA_LAKE if end.text("/params/dataSetId").is_none() => {
                let detail =
                    "params.dataSetId is absent or empty; a target connection to the data lake needs it";
                errors.push(Error::provider(ProviderCode::DataSetIdMissing, detail).at("/params/dataSetId"));
            }
            DATA_LAKE | LANDING_ZONE => {}
            _ if !has_base => {
                let name = checked.spec.name();
                let detail =
                    format!("baseConnectionId is absent or empty; a target connection of {name} needs it");
                errors.push(Error::provider(ProviderCode::IdEmpty, detail).at(BASE));
            }
            _ => {}
        }
        if let Some(neighbours) = checked.context.neighbours {
            check_references(end, neighbours, errors);
        }
    }

    fn takes_any_base(spec: &ConnectionSpec) -> bool {
        spec.id() == DATA_LAKE
    }
}
