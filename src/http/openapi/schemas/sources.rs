//! What a source answers. Reference: "Operations on /connections".

use crate::http::openapi::schema::{Component, Schema, any_of, array, boolean, object, one_of, only, string};
use crate::services::sources::{ColumnType, FileType};

pub(super) const ALL: &[Component] = &[LISTING, TABLE, FLAT, HIERARCHICAL, COLUMN, CONFIGS];

pub(in crate::http::openapi) const LISTING: Component = Component {
    name: "SourceListing",
    schema: || {
        let entry = object()
            .has("type", one_of(["table", "folder", "file"]))
            .has("name", string())
            .has("path", string().about("What the parameter `object` names it by."))
            .has("canPreview", boolean())
            .has("canFetchSchema", boolean())
            .and_nothing_else();
        array(entry).about("What is in the source, or in one of its folders.")
    },
};

pub(in crate::http::openapi) const TABLE: Component = Component {
    name: "SourceTable",
    schema: || any_of([FLAT.named(), HIERARCHICAL.named()]).about("What a table or file holds."),
};

const FLAT: Component = Component {
    name: "FlatTable",
    schema: || {
        let columns = object().has("columns", array(COLUMN.named())).and_nothing_else();
        content("flat", columns).about("Columns side by side.")
    },
};

const HIERARCHICAL: Component = Component {
    name: "HierarchicalTable",
    schema: || {
        let record = object().about("The JSON Schema of a record.");
        content("hierarchical", record).about("Records with levels.")
    },
};

pub(in crate::http::openapi) const COLUMN: Component = Component {
    name: "Column",
    schema: || {
        let kinds = || one_of(ColumnType::ALL.map(ColumnType::json));
        let formats = || one_of(ColumnType::ALL.iter().filter_map(|kind| kind.format()));
        object()
            .has("name", string())
            .has("type", kinds())
            .may_have("meta:xdmType", formats().about("Of dates alone."))
            .has("xdm", object().has("type", kinds()).may_have("format", formats()).and_nothing_else())
            .and_nothing_else()
    },
};

pub(in crate::http::openapi) const CONFIGS: Component = Component {
    name: "Configs",
    schema: || {
        let kinds = ColumnType::ALL.map(|kind| kind.format().unwrap_or(kind.json()));
        let column = object().has("columnName", string()).has("columnType", one_of(kinds)).and_nothing_else();
        object()
            .about("The columns of one table or file, by name and type.")
            .has("items", array(column))
            .and_nothing_else()
    },
};

fn content(format: &str, schema: Schema) -> Schema {
    let properties = object()
        .about("What was found out about a file, with `determineProperties=true`.")
        .has("fileType", one_of(FileType::ALL.map(FileType::name)))
        .may_have("columnDelimiter", string().with("minLength", 1).with("maxLength", 1))
        .and_nothing_else();
    object()
        .has("format", only(format))
        .has("schema", schema)
        .may_have("data", array(object()).about("The first rows, with `preview=true`: values by column."))
        .may_have("properties", properties)
        .and_nothing_else()
}
