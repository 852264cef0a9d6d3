//! The query of configs, which returns the names and types of an object's columns.
//!
//! Reference: "Operations on /connections". Decided: the vendor's description has no parameter for the object, so without
//! `object` it is the first one that the source lists. `object` and the parameters of a file select another.

use super::content::{Column, EntryKind};
use super::object::{File, Format, Location, Object};
use super::preview::Preview;
use super::question::{ObjectType, json, object};
use super::source::{Access, Layout, Source};
use crate::base::error::Error;
use crate::store::query::Parameters;
use hyper::body::Bytes;
use serde::Serialize;

/// The query parameters of configs.
pub(crate) const CONFIGS_PARAMETERS: [&str; 9] = [
    "objectType",
    "object",
    "fileType",
    "FileType",
    "type",
    "compressionType",
    "CompressionType",
    "columnDelimiter",
    "encoding",
];

/// A request for the columns of an object, or of the first object with columns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigsQuestion(Option<Object>);

impl ConfigsQuestion {
    /// Reads a query, whose parameters must be among [`CONFIGS_PARAMETERS`]. Without `objectType`, `layout` decides whether
    /// `object` is a table, a file or a resource.
    ///
    /// # Errors
    /// FLOW-1452-400, FLOW-1100-400 with 1337-400 or 1358-400.
    pub(crate) fn read(query: &Parameters, layout: Layout) -> Result<Self, Error> {
        let sent = query.last("objectType");
        let object_type = match (sent.map(ObjectType::parse).transpose()?, query.last("object")) {
            (Some(ObjectType::Root), _) | (None, None) => return Ok(Self(None)),
            (Some(ObjectType::Folder), _) => {
                let expected = "root, table, view, file or rest: a folder has no columns";
                return Err(Error::invalid_parameter("objectType", "folder", expected));
            }
            (Some(object_type), _) => object_type,
            (None, Some(_)) if layout == Layout::FileSystem => ObjectType::File,
            (None, Some(_)) if layout == Layout::Rest => ObjectType::Rest,
            (None, Some(_)) => ObjectType::Table,
        };
        let object = object(query, sent.unwrap_or_default())?;
        Ok(Self(Some(match object_type {
            ObjectType::File => Object::File(File::configured(query, object)?),
            ObjectType::Rest => Object::Resource(object.to_owned()),
            ObjectType::View => Object::View(object.to_owned()),
            _ => Object::Table(object.to_owned()),
        })))
    }

    /// A request for the columns of the first object.
    pub(crate) const FIRST: Self = Self(None);

    /// Asks the source; returns JSON: `{"items":[{"columnName","columnType"}]}`.
    ///
    /// # Errors
    /// The source's refusal.
    pub(crate) async fn ask(&self, source: &dyn Source, access: &Access<'_>) -> Result<Bytes, Error> {
        let first = match &self.0 {
            Some(_) => None,
            None => first_with_columns(source, access).await?,
        };
        let Some(object) = self.0.as_ref().or(first.as_ref()) else { return json(&Configs::of(&[])) };
        json(&Configs::of(&source.read(access, object, &Preview::default()).await?.columns))
    }
}

/// The first object with columns. In a folder without any, the search continues in its first subfolder.
async fn first_with_columns(source: &dyn Source, access: &Access<'_>) -> Result<Option<Object>, Error> {
    const MAX_DEPTH: usize = 16;
    let mut place = Location::Root;
    for _ in 0..MAX_DEPTH {
        let entries = source.list(access, &place).await?;
        if let Some(entry) = entries.iter().find(|entry| entry.can_fetch_schema) {
            let path = entry.path.to_string();
            return Ok(Some(match entry.kind {
                EntryKind::File => Object::File(File { path, format: Format::Named }),
                EntryKind::View => Object::View(path),
                EntryKind::Rest => Object::Resource(path),
                _ => Object::Table(path),
            }));
        }
        let folder = entries.iter().find(|entry| entry.kind == EntryKind::Folder);
        let Some(path) = folder.map(|folder| folder.path.to_string()) else { return Ok(None) };
        drop(entries);
        place = Location::Folder(path);
    }
    Ok(None)
}

#[derive(Serialize)]
struct Configs<'a> {
    items: Vec<Config<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    column_name: &'a str,
    column_type: &'static str,
}

impl<'a> Configs<'a> {
    fn of(columns: &'a [Column]) -> Self {
        let config = |column: &'a Column| Config {
            column_name: &column.name,
            // The vendor's example has the format (`date`) as the type, unlike explore.
            column_type: column.kind.format().unwrap_or(column.kind.name()),
        };
        Self { items: columns.iter().map(config).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(query: &str, layout: Layout) -> Option<Object> {
        ConfigsQuestion::read(&Parameters::parse(query).unwrap(), layout).unwrap().0
    }

    #[test]
    fn an_object_without_a_type_has_the_type_of_the_sources_layout() {
        assert_eq!(read("object=a", Layout::Tabular), Some(Object::Table("a".into())));
        let file = File { path: "a".into(), format: Format::Named };
        assert_eq!(read("object=a", Layout::FileSystem), Some(Object::File(file)));
        assert_eq!(read("objectType=TABLE&object=a", Layout::FileSystem), Some(Object::Table("a".into())));
        assert_eq!(read("objectType=Root&object=a", Layout::Tabular), None);
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(kind in "(?i)root|table|file|folder|rest|.{0,9}", rest in "[a-zA-Z=&]{0,60}") {
            if let Ok(parameters) = Parameters::parse(&format!("objectType={kind}&{rest}")) {
                let _ = ConfigsQuestion::read(&parameters, Layout::Rest);
            }
        }
    }
}
