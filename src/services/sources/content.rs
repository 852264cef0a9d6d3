//! The data that sources return: listings, columns with their types, and rows.
//!
//! Reference: "Operations on /connections" (the shapes), "Explore" (the types and bounds of columns, views), "Azure
//! Table Storage (ATS)" (the Edm types). Decided: `Edm.Guid` and `Edm.Binary` are `string`. Dates have the format `date`,
//! dates with a time `date-time`.

use crate::base::error::{Error, excerpt};
use crate::base::spelling::nearest;
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
    View,
    /// A resource of a REST source.
    Rest,
    Folder,
    File,
}

impl EntryKind {
    /// The name in a listing, which is also the `objectType` that reads the entry.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Rest => "rest",
            Self::Folder => "folder",
            Self::File => "file",
        }
    }

    /// The noun for such an entry, for messages.
    pub(crate) fn noun(self) -> &'static str {
        if self == Self::Rest { "resource" } else { self.name() }
    }
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

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    Double,
    Date,
    DateTime,
    /// In JSON only.
    Object,
    /// In JSON only.
    Array,
}

impl ColumnType {
    /// Every type.
    pub(crate) const ALL: [Self; 9] = [
        Self::Text,
        Self::Boolean,
        Self::Integer,
        Self::Long,
        Self::Double,
        Self::Date,
        Self::DateTime,
        Self::Object,
        Self::Array,
    ];

    /// The name in a column of explore.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Double => "double",
            _ => self.json(),
        }
    }

    /// The JSON type of the values, which is the XDM type too.
    pub(crate) fn json(self) -> &'static str {
        match self {
            Self::Text | Self::Date | Self::DateTime => "string",
            Self::Boolean => "boolean",
            Self::Integer | Self::Long => "integer",
            Self::Double => "number",
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

    /// The smallest and the largest value that the XDM type of a whole number names.
    pub(crate) fn bounds(self) -> Option<(i64, i64)> {
        match self {
            Self::Integer => Some((i32::MIN.into(), i32::MAX.into())),
            // The doubles that are whole numbers without a gap; the service prints them like this.
            Self::Long => Some((-(1 << 53), (1 << 53) - 1)),
            _ => None,
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnType,
    /// The type that the source itself has for it, such as `nvarchar`.
    pub(crate) original_type: Option<String>,
}

impl Column {
    pub(crate) fn new(name: impl Into<String>, kind: ColumnType) -> Self {
        Self { name: name.into(), kind, original_type: None }
    }
}

/// The first columns' names, for a message, and the one that was probably meant by `name`, if there is one.
pub(super) fn listed(columns: &[Column], name: &str) -> (String, Option<String>) {
    const MAX: usize = 20;
    let names = || columns.iter().map(|column| column.name.as_str());
    let shown: Vec<String> = names().take(MAX).map(excerpt).collect();
    let more = match columns.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (format!("{}{more}", shown.join(", ")), nearest(name, names()).map(excerpt))
}

/// In the form of explore.
impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, format) = (self.kind.json(), self.kind.format());
        let mut column = serializer.serialize_map(None)?;
        column.serialize_entry("name", &self.name)?;
        column.serialize_entry("type", self.kind.name())?;
        if let Some(format) = format {
            column.serialize_entry("meta:xdmType", format)?;
        }
        if let Some(original_type) = &self.original_type {
            column.serialize_entry("meta", &Meta { original_type })?;
        }
        let (minimum, maximum) = self.kind.bounds().unzip();
        column.serialize_entry("xdm", &Xdm { kind, format, minimum, maximum })?;
        column.end()
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    original_type: &'a str,
}

#[derive(serde::Serialize)]
struct Xdm {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<i64>,
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
    pub(crate) data: Option<Vec<&'a Row>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<FileProperties>,
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
pub(crate) struct FileProperties {
    pub(crate) file_type: &'static str,
    pub(crate) compression_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column_delimiter: Option<char>,
}

impl<'a> Explored<'a> {
    /// A flat list of columns, with rows if a preview is requested.
    pub(crate) fn flat(columns: &'a [Column], data: Option<Vec<&'a Row>>) -> Self {
        Self { format: "flat", schema: ContentSchema::Flat { columns }, data, properties: None }
    }

    /// The JSON Schema of nested records, with records if a preview is requested.
    pub(crate) fn hierarchical(schema: &'a Value, data: Option<Vec<&'a Row>>) -> Self {
        Self { format: "hierarchical", schema: ContentSchema::Nested(schema), data, properties: None }
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
    fn dates_have_a_format_whole_numbers_have_bounds_and_a_double_is_an_xdm_number() {
        let mut columns = [
            ("n", ColumnType::Integer),
            ("l", ColumnType::Long),
            ("d", ColumnType::Double),
            ("t", ColumnType::DateTime),
        ]
        .map(|(name, kind)| Column::new(name, kind));
        columns[3].original_type = Some("datetime".to_owned());
        let body = Explored::flat(&columns, None).body().unwrap();
        let expected = concat!(
            r#"{"format":"flat","schema":{"columns":["#,
            r#"{"name":"n","type":"integer","xdm":{"type":"integer","minimum":-2147483648,"maximum":2147483647}},"#,
            r#"{"name":"l","type":"long","xdm":{"type":"integer","minimum":-9007199254740992,"#,
            r#""maximum":9007199254740991}},"#,
            r#"{"name":"d","type":"double","xdm":{"type":"number"}},"#,
            r#"{"name":"t","type":"string","meta:xdmType":"date-time","meta":{"originalType":"datetime"},"#,
            r#""xdm":{"type":"string","format":"date-time"}}]}}"#
        );
        assert_eq!(body, expected);
    }
}
