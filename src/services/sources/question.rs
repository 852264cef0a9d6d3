//! The query of explore.
//!
//! Reference: "Operations on /connections", `provider-errors.csv` (1334-400, 1337-400, 1358-400, 1359-400).
//! Decided where the reference is silent:
//! - An empty `objectType` is 1334-400 and an absent one 1359-400, although an empty parameter counts as absent elsewhere.
//!   `object` is 1337-400 in both cases.
//! - `fileType` and `compressionType` may also be spelt as in the vendor's description (`FileType`), and `type` is another
//!   name of `fileType`. If several are present, the lower-case spelling counts.
//! - `compressionType` is validated and otherwise ignored: fixtures contain the decompressed data.
//! - `sourceParams` and `queryParams`, which describe requests of self-service sources, are accepted and ignored.

use super::object::{File, FileType, Location, Object};
use super::source::{Access, Source};
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::store::query::{Parameters, boolean};
use hyper::body::Bytes;
use serde::Serialize;

/// The query parameters of explore.
pub(crate) const EXPLORE_PARAMETERS: [&str; 12] = [
    "objectType",
    "object",
    "preview",
    "fileType",
    "FileType",
    "type",
    "compressionType",
    "CompressionType",
    "columnDelimiter",
    "determineProperties",
    "sourceParams",
    "queryParams",
];

/// The values of `compressionType`.
pub(crate) const COMPRESSIONS: [&str; 7] =
    ["none", "bzip2", "gzip", "deflate", "zipDeflate", "tarGzip", "tar"];

/// A request of explore.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ExploreQuestion {
    /// List the entries at a place.
    List(Location),
    /// Read the columns of an object and, with `preview`, its first rows.
    Read { object: Object, preview: bool },
}

/// The values of `objectType`.
#[derive(Clone, Copy)]
pub(super) enum ObjectType {
    Root,
    Table,
    File,
    Folder,
    Rest,
}

impl ObjectType {
    /// # Errors
    /// FLOW-1100-400 with 1358-400.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "root" => Self::Root,
            "table" => Self::Table,
            "file" => Self::File,
            "folder" => Self::Folder,
            "rest" => Self::Rest,
            _ => {
                let detail = format!(
                    "objectType={} is none of root, table, file, folder, rest, in any letter case",
                    excerpt(text)
                );
                return Err(Error::provider(ProviderCode::ObjectTypeUnknown, detail));
            }
        })
    }
}

impl ExploreQuestion {
    /// Reads a query, whose parameters must be among [`EXPLORE_PARAMETERS`]; `text` is the query as sent.
    ///
    /// # Errors
    /// FLOW-1452-400, FLOW-1100-400 with 1334-400, 1337-400, 1358-400 or 1359-400.
    pub(crate) fn read(query: &Parameters, text: Option<&str>) -> Result<Self, Error> {
        let Some(object_type) = query.last("objectType") else {
            return Err(no_object_type(text.unwrap_or_default()));
        };
        let preview = flag(query, "preview")?;
        let object = match ObjectType::parse(object_type)? {
            ObjectType::Root => return Ok(Self::List(Location::Root)),
            ObjectType::Folder => {
                return Ok(Self::List(Location::Folder(object(query, object_type)?.to_owned())));
            }
            ObjectType::Table => Object::Table(object(query, object_type)?.to_owned()),
            ObjectType::Rest => Object::Resource(object(query, object_type)?.to_owned()),
            ObjectType::File => Object::File(File::read(query, object(query, object_type)?)?),
        };
        Ok(Self::Read { object, preview })
    }

    /// Asks the source; returns JSON.
    ///
    /// # Errors
    /// The source's refusal.
    pub(crate) async fn ask(&self, source: &dyn Source, access: &Access<'_>) -> Result<Bytes, Error> {
        match self {
            Self::List(place) => json(&source.list(access, place).await?),
            Self::Read { object, preview } => Ok(source.read(access, object, *preview).await?.body),
        }
    }
}

impl File {
    /// The file at `path`, with the query's options.
    pub(super) fn read(query: &Parameters, path: &str) -> Result<Self, Error> {
        let compression = query.last("compressionType").or_else(|| query.last("CompressionType"));
        if let Some(compression) = compression
            && !COMPRESSIONS.iter().any(|known| known.eq_ignore_ascii_case(compression))
        {
            let expected = format!("one of {}", COMPRESSIONS.join(", "));
            return Err(Error::invalid_parameter("compressionType", compression, &expected));
        }
        let file_type = ["fileType", "FileType", "type"].iter().find_map(|name| query.last(name));
        Ok(Self {
            path: path.to_owned(),
            file_type: file_type.map(FileType::parse).transpose()?,
            column_delimiter: query.last("columnDelimiter").map(delimiter).transpose()?,
            determine_properties: flag(query, "determineProperties")?,
        })
    }
}

impl FileType {
    fn parse(text: &str) -> Result<Self, Error> {
        match text {
            _ if text.eq_ignore_ascii_case("delimited") => Ok(Self::Delimited),
            _ if text.eq_ignore_ascii_case("json") => Ok(Self::Json),
            _ => Err(Error::invalid_parameter(
                "fileType",
                text,
                "delimited or json, the types that flowmock reads",
            )),
        }
    }

    pub(crate) const ALL: [Self; 2] = [Self::Delimited, Self::Json];

    /// The value of `fileType`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Delimited => "delimited",
            Self::Json => "json",
        }
    }
}

/// The error for a query without `objectType`.
fn no_object_type(query: &str) -> Error {
    let remedy = "send objectType=root, table, file, folder or rest";
    if query.split('&').any(|pair| pair.split('=').next() == Some("objectType")) {
        Error::provider(ProviderCode::ExploreParamEmpty, format_args!("objectType is empty; {remedy}"))
    } else {
        Error::provider(ProviderCode::ExploreParamMissing, format_args!("objectType is absent; {remedy}"))
    }
}

/// The value of `object`, which `object_type` requires.
///
/// # Errors
/// FLOW-1100-400 with 1337-400.
pub(super) fn object<'a>(query: &'a Parameters, object_type: &str) -> Result<&'a str, Error> {
    query.last("object").ok_or_else(|| {
        let detail = format!(
            "object is empty or absent; objectType={} needs one, the path that a listing gave",
            excerpt(object_type)
        );
        Error::provider(ProviderCode::ObjectMissing, detail)
    })
}

fn flag(query: &Parameters, name: &str) -> Result<bool, Error> {
    Ok(query.last(name).map(|value| boolean(name, value)).transpose()?.unwrap_or(false))
}

fn delimiter(text: &str) -> Result<char, Error> {
    let text = if text == "\\t" { "\t" } else { text };
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(delimiter), None) if !matches!(delimiter, '"' | '\r' | '\n') => Ok(delimiter),
        _ => Err(Error::invalid_parameter(
            "columnDelimiter",
            text,
            "a single character other than a quote or a line end; write %09 for a tab",
        )),
    }
}

/// Serialises to JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Bytes, Error> {
    serde_json::to_vec(value).map(Bytes::from).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(query: &str) -> Result<ExploreQuestion, Error> {
        ExploreQuestion::read(&Parameters::parse(query).unwrap(), Some(query))
    }

    #[test]
    fn an_object_type_is_accepted_in_any_letter_case_and_needs_its_object() {
        assert_eq!(read("objectType=ROOT").unwrap(), ExploreQuestion::List(Location::Root));
        assert_eq!(
            read("objectType=Folder&object=a").unwrap(),
            ExploreQuestion::List(Location::Folder("a".into()))
        );
        let table = ExploreQuestion::Read { object: Object::Table("t".into()), preview: true };
        assert_eq!(read("objectType=table&object=t&preview=TRUE").unwrap(), table);
        let resource = ExploreQuestion::Read { object: Object::Resource("r".into()), preview: false };
        assert_eq!(read("objectType=Rest&object=r&sourceParams=e30=").unwrap(), resource);
    }

    #[test]
    fn file_options_are_accepted_in_either_spelling() {
        for query in [
            "fileType=DELIMITED&compressionType=GZIP",
            "FileType=Delimited&CompressionType=gzip",
            "type=delimited",
        ] {
            let asked = read(&format!("objectType=file&object=a&{query}&columnDelimiter=%09")).unwrap();
            let ExploreQuestion::Read { object: Object::File(file), .. } = asked else { panic!("{asked:?}") };
            assert_eq!((file.file_type, file.column_delimiter), (Some(FileType::Delimited), Some('\t')));
        }
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(kind in "(?i)root|table|file|folder|rest|.{0,9}", rest in "[a-zA-Z=&]{0,60}") {
            let query = format!("objectType={kind}&object=x&{rest}");
            if let Ok(parameters) = Parameters::parse(&query) {
                let _ = ExploreQuestion::read(&parameters, Some(&query));
            }
        }
    }
}
