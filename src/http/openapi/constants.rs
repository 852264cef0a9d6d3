//! Limits, enumerations and names that the chapters take from the code. `$NAME` in a YAML file stands for the constant
//! `NAME`.

use crate::base::headers;
use crate::base::operation::Operation;
use crate::http::catalog::MAX_LIMIT as MAX_DATA_SETS;
use crate::http::data_access::MAX_LIMIT as MAX_BATCH_FILES;
use crate::http::sandboxes::list::MAX_LIMIT as MAX_SANDBOXES;
use crate::http::schema_registry::MAX_LIMIT as MAX_SCHEMAS;
use crate::services::entities::lifecycle::Lifecycle;
use crate::services::entities::patch::MAX_OPERATIONS as MAX_PATCH_OPERATIONS;
use crate::services::entities::progress::STATUSES as ACTION_STATUSES;
use crate::services::entities::settle::MAX_INITIALIZING_MS;
use crate::services::sources::{
    COMPRESSIONS, ColumnType, Encoding, FileType, MAX_PREVIEW_ROWS, MAX_SPEC_CONFIGS,
};
use crate::store::query::Limit;
use crate::store::sequence::Counters;
use crate::testkit::contract::Report;
use crate::testkit::faults::{MAX_DELAY_MS, rule::MAX_RULES};
use serde_json::{Map, Value, json};

/// The value of a constant, or `None` if there is no such constant.
pub(super) fn constant(name: &str) -> Option<Value> {
    Some(match name {
        "VERSION" => env!("CARGO_PKG_VERSION").into(),
        "SUMMARY" => env!("CARGO_PKG_DESCRIPTION").into(),
        "API_KEY_HEADER" => headers::API_KEY.into(),
        "CONTROL_TOKEN_HEADER" => headers::CONTROL_TOKEN.into(),
        "OPERATIONS" => names(Operation::ALL.iter().map(|operation| operation.name())),
        "DEFAULT_LIMIT" => Limit::DEFAULT.into(),
        "MAX_LIMIT" => Limit::MAX.into(),
        "MAX_PATCH_OPERATIONS" => MAX_PATCH_OPERATIONS.into(),
        "CONNECTION_STATES" => names(Lifecycle::BASE.states.iter().map(|allows| allows.state.name())),
        "ACTION_STATUSES" => names(ACTION_STATUSES.map(|(name, _)| name)),
        "FILE_TYPES" => names(FileType::ALL.map(FileType::name)),
        "COMPRESSIONS" => names(COMPRESSIONS),
        "ENCODINGS" => names(Encoding::ALL.map(Encoding::name)),
        "COLUMN_TYPES" => names(ColumnType::ALL.map(ColumnType::name)),
        "XDM_TYPES" => names(ColumnType::ALL.map(ColumnType::json)),
        "COLUMN_FORMATS" => names(ColumnType::ALL.iter().filter_map(|column| column.format())),
        "CONFIG_TYPES" => names(ColumnType::ALL.map(|column| column.format().unwrap_or(column.name()))),
        "MAX_PREVIEW_ROWS" => MAX_PREVIEW_ROWS.into(),
        "MAX_SPEC_CONFIGS" => MAX_SPEC_CONFIGS.into(),
        "MAX_SCHEMAS" => MAX_SCHEMAS.into(),
        "MAX_DATA_SETS" => MAX_DATA_SETS.into(),
        "MAX_BATCH_FILES" => MAX_BATCH_FILES.into(),
        "MAX_SANDBOXES" => MAX_SANDBOXES.into(),
        "MAX_DELAY_MS" => MAX_DELAY_MS.into(),
        "MAX_INITIALIZING_MS" => MAX_INITIALIZING_MS.into(),
        "MAX_FAULT_RULES" => MAX_RULES.into(),
        "REPORT_VERSION" => json!(Report::VERSION),
        "COUNTERS" => {
            Map::from_iter(Counters::NAMES.map(|name| (format!("{name}?"), "counter".into()))).into()
        }
        _ => return None,
    })
}

/// The names without repetitions.
fn names(all: impl IntoIterator<Item = &'static str>) -> Value {
    let mut names = Vec::new();
    for name in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into()
}
