//! The data that sources return: listings, columns with their types, and rows.
//!
//! Reference: "Operations on /connections" (the shapes), "Azure Table Storage (ATS)" (the Edm types).
//! Decided: `type` and `xdm.type` are the JSON type of the column's values, so `Edm.Int32` and `Edm.Int64` are both
//! `integer`, and `Edm.Guid` and `Edm.Binary` are `string`. Dates have the format `date`, dates with a time `date-time`.

use crate::base::error::Error;
use hyper::body::Bytes;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// The kind of a listing's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EntryKind {
    Table,
    Folder,
    File,
}

/// An entry of a listing, in its wire form.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingEntry<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: EntryKind,
    pub(crate) name: Cow<'a, str>,
    /// The value of the parameter `object` that selects it.
    pub(crate) path: Cow<'a, str>,
    pub(crate) can_preview: bool,
    pub(crate) can_fetch_schema: bool,
}

/// The XDM type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum XdmType {
    Text,
    Boolean,
    Integer,
    Number,
    Date,
    DateTime,
    /// In JSON files only.
    Object,
    /// In JSON files only.
    Array,
}

impl XdmType {
    /// Every type.
    pub(crate) const ALL: [Self; 8] = [
        Self::Text,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::Date,
        Self::DateTime,
        Self::Object,
        Self::Array,
    ];

    /// The JSON type of the values.
    pub(crate) fn json(self) -> &'static str {
        match self {
            Self::Text | Self::Date | Self::DateTime => "string",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Object => "object",
            Self::Array => "array",
        }
    }

    /// The JSON Schema format of the values, for dates.
    pub(crate) fn format(self) -> Option<&'static str> {
        match self {
            Self::Date => Some("date"),
            Self::DateTime => Some("date-time"),
            _ => None,
        }
    }

    /// The narrowest type that has the values of both.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Self::Number,
            _ => Self::Text,
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: XdmType,
}

impl Column {
    pub(crate) fn new(name: impl Into<String>, kind: XdmType) -> Self {
        Self { name: name.into(), kind }
    }
}

/// In the form of explore.
impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, format) = (self.kind.json(), self.kind.format());
        let mut column = serializer.serialize_map(None)?;
        column.serialize_entry("name", &self.name)?;
        column.serialize_entry("type", kind)?;
        if let Some(format) = format {
            column.serialize_entry("meta:xdmType", format)?;
        }
        column.serialize_entry("xdm", &Xdm { kind, format })?;
        column.end()
    }
}

#[derive(serde::Serialize)]
struct Xdm {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
}

/// A row: values by column name, in the order of the columns.
pub(crate) type Row = Map<String, Value>;

/// The columns of a table or file, and the response to the request as JSON.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) body: Bytes,
}

/// The response to exploring a table or file.
#[derive(serde::Serialize)]
pub(crate) struct Explored<'a> {
    pub(crate) format: &'static str,
    pub(crate) schema: ContentSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<&'a [Row]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<Properties>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
pub(crate) enum ContentSchema<'a> {
    /// `flat`: a list of columns.
    Flat { columns: &'a [Column] },
    /// `hierarchical`: a JSON Schema.
    Nested(&'a Value),
}

/// The detected properties of a file, for `determineProperties`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Properties {
    pub(crate) file_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column_delimiter: Option<char>,
}

impl<'a> Explored<'a> {
    /// A flat list of columns, with rows if a preview is requested.
    pub(crate) fn flat(columns: &'a [Column], data: Option<&'a [Row]>) -> Self {
        Self { format: "flat", schema: ContentSchema::Flat { columns }, data, properties: None }
    }

    /// Serialises to JSON.
    ///
    /// # Errors
    /// FLOW-1400-500 if that fails, which none of these values can cause.
    pub(crate) fn body(&self) -> Result<Bytes, Error> {
        serde_json::to_vec(self).map(Bytes::from).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_have_a_format() {
        let columns = [Column::new("n", XdmType::Integer), Column::new("t", XdmType::DateTime)];
        let body = Explored::flat(&columns, None).body().unwrap();
        let expected = concat!(
            r#"{"format":"flat","schema":{"columns":[{"name":"n","type":"integer","xdm":{"type":"integer"}},"#,
            r#"{"name":"t","type":"string","meta:xdmType":"date-time","#,
            r#""xdm":{"type":"string","format":"date-time"}}]}}"#
        );
        assert_eq!(body, expected);
    }
}
