//! The query of configs, which returns the names and types of an object's columns.
//!
//! Reference: "Operations on /connections". Decided: the vendor's description has no parameter for the object, so without
//! `object` it is the first one that the source lists and that can be read. `object` and the parameters of a file select another.

use super::content::{Column, EntryKind, ListingEntry};
use super::object::{File, Format, Location, Object};
use super::preview::Preview;
use super::question::{ObjectType, json, object};
use super::source::{Access, Layout, Source};
use crate::base::error::Error;
use crate::store::query::Parameters;
use hyper::body::Bytes;
use serde::Serialize;
use std::sync::Arc;

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

/// A request for the columns of the first of these objects that exists; of the first object that the source lists with
/// columns, if there are none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigsQuestion(Vec<Object>);

impl ConfigsQuestion {
    /// Reads a query, whose parameters must be among [`CONFIGS_PARAMETERS`]. Without `objectType`, `layout` decides whether
    /// `object` is a table or view, a file or a resource.
    ///
    /// # Errors
    /// FLOW-1452-400, FLOW-1100-400 with 1337-400 or 1358-400.
    pub(crate) fn read(query: &Parameters, layout: Layout) -> Result<Self, Error> {
        let sent = query.last("objectType");
        let object_type = match (sent.map(ObjectType::parse).transpose()?, query.last("object")) {
            (Some(ObjectType::Root), _) | (None, None) => return Ok(Self::FIRST),
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
        Ok(Self(match object_type {
            ObjectType::File => vec![Object::File(File::configured(query, object)?)],
            ObjectType::Rest => vec![Object::Resource(object.to_owned())],
            ObjectType::View => vec![Object::View(object.to_owned())],
            _ if sent.is_none() => vec![Object::Table(object.to_owned()), Object::View(object.to_owned())],
            _ => vec![Object::Table(object.to_owned())],
        }))
    }

    /// A request for the columns of the first object.
    pub(crate) const FIRST: Self = Self(Vec::new());

    /// Asks the source; returns JSON: `{"items":[{"columnName","columnType"}]}`.
    ///
    /// # Errors
    /// The source's refusal.
    pub(crate) async fn ask(&self, source: &dyn Source, access: &Access<'_>) -> Result<Bytes, Error> {
        let columns = match &self.0[..] {
            [] => first_with_columns(source, access).await?,
            objects => first_readable(source, access, objects).await?,
        };
        json(&Configs::of(&columns))
    }
}

/// The columns of the first object that can be read; none if there are no objects.
///
/// # Errors
/// The refusal of the first object, if none can be read.
async fn first_readable(
    source: &dyn Source, access: &Access<'_>, objects: &[Object],
) -> Result<Arc<[Column]>, Error> {
    let mut refusal = None;
    for object in objects {
        match source.read(access, object, &Preview::default()).await {
            Ok(content) => return Ok(content.columns),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal.map_or_else(|| Ok(Arc::default()), Err)
}

/// The columns of the first object that has some and can be read. In a folder without any, the search continues in its first
/// subfolder.
async fn first_with_columns(source: &dyn Source, access: &Access<'_>) -> Result<Arc<[Column]>, Error> {
    const MAX_DEPTH: usize = 16;
    /// The largest number of files in a folder that are tried, since reading each takes time.
    const MAX_TRIED: usize = 20;
    let mut place = Location::Root;
    for _ in 0..MAX_DEPTH {
        let entries = source.list(access, &place).await?;
        let object = |entry: &ListingEntry<'_>| {
            let path = entry.path.to_string();
            match entry.kind {
                EntryKind::File => Object::File(File { path, format: Format::Named }),
                EntryKind::View => Object::View(path),
                EntryKind::Rest => Object::Resource(path),
                _ => Object::Table(path),
            }
        };
        let readable = entries.iter().filter(|entry| entry.can_fetch_schema).take(MAX_TRIED);
        let objects: Vec<Object> = readable.map(object).collect();
        if !objects.is_empty() {
            return first_readable(source, access, &objects).await;
        }
        let folder = entries.iter().find(|entry| entry.kind == EntryKind::Folder);
        let Some(path) = folder.map(|folder| folder.path.to_string()) else { break };
        drop(entries);
        place = Location::Folder(path);
    }
    Ok(Arc::default())
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

    fn read(query: &str, layout: Layout) -> Vec<Object> {
        ConfigsQuestion::read(&Parameters::parse(query).unwrap(), layout).unwrap().0
    }

    #[test]
    fn an_object_without_a_type_has_the_type_of_the_sources_layout() {
        let (table, view) = (Object::Table("a".into()), Object::View("a".into()));
        assert_eq!(read("object=a", Layout::Tabular), [table, view]);
        let file = File { path: "a".into(), format: Format::Named };
        assert_eq!(read("object=a", Layout::FileSystem), [Object::File(file)]);
        assert_eq!(read("objectType=TABLE&object=a", Layout::FileSystem), [Object::Table("a".into())]);
        assert_eq!(read("objectType=Root&object=a", Layout::Tabular), []);
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
