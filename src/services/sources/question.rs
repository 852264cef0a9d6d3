//! The query of explore.
//!
//! Reference: "Operations on /connections", "Explore", `provider-errors.csv` (1334-400, 1337-400, 1358-400, 1359-400),
//! `flows-errors.csv` (1371-400, 1376-400). Decided where the reference is silent:
//! - An empty `objectType` is 1334-400 and an absent one 1359-400, although an empty parameter counts as absent elsewhere.
//!   `object` is 1337-400 in both cases.
//! - `sourceParams` must be the base64 of a JSON object, with or without padding, in either alphabet. It and `queryParams`,
//!   which describe requests of REST sources, have no effect.
//! - `determineProperties=true` for a table or view is 1371-400, otherwise for a source without files 1376-400.

use super::content::ListingEntry;
use super::encoded;
use super::file::{determines, is_empty};
use super::filters::{Filter, FilterAtSource, Refusal};
use super::object::{File, Location, Object};
use super::preview::Preview;
use super::source::{Access, Layout, Source};
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::store::query::Parameters;
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

/// The query parameters of explore.
pub(crate) const EXPLORE_PARAMETERS: [&str; 16] = [
    "objectType",
    "object",
    "preview",
    "previewCount",
    "primaryKey",
    "fileType",
    "FileType",
    "type",
    "compressionType",
    "CompressionType",
    "columnDelimiter",
    "encoding",
    "determineProperties",
    "sourceParams",
    "queryParams",
    "filters",
];

/// A request of explore.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ExploreQuestion {
    /// List the entries at a place. `by_name` asks for their types and names alone, in an object.
    List { place: Location, by_name: bool },
    /// Read the columns of an object and, for a preview, its rows.
    Read { object: Object, preview: Preview },
}

/// The values of `objectType`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectType {
    Root,
    Table,
    View,
    File,
    Folder,
    Rest,
}

impl ObjectType {
    const ALL: [(&'static str, Self); 6] = [
        ("root", Self::Root),
        ("table", Self::Table),
        ("view", Self::View),
        ("file", Self::File),
        ("folder", Self::Folder),
        ("rest", Self::Rest),
    ];

    /// # Errors
    /// FLOW-1100-400 with 1358-400.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        known.map(|(_, object_type)| object_type).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name).join(", ");
            let detail = format!("objectType={} is none of {names}, in any letter case", excerpt(text));
            Error::provider(ProviderCode::ObjectTypeUnknown, detail)
        })
    }
}

impl ExploreQuestion {
    /// Reads a query, whose parameters must be among [`EXPLORE_PARAMETERS`], for a source of that layout; `text` is the
    /// query as sent.
    ///
    /// # Errors
    /// FLOW-1452-400; FLOW-1100-400 with the provider's error.
    pub(crate) fn read(query: &Parameters, text: Option<&str>, layout: Layout) -> Result<Self, Error> {
        let text = text.unwrap_or_default();
        let Some(sent) = query.last("objectType") else { return Err(no_object_type(text)) };
        let object_type = ObjectType::parse(sent)?;
        check_not_empty(query, text)?;
        let preview = Preview::read(query)?;
        query.last("sourceParams").map_or(Ok(()), check_source_params)?;
        if determines(query)? {
            check_determinable(object_type, sent, layout)?;
        }
        let by_name = layout == Layout::Streaming;
        let path = || object(query, sent);
        let object = match object_type {
            ObjectType::Root => return Ok(Self::List { place: Location::Root, by_name }),
            ObjectType::Folder => {
                return Ok(Self::List { place: Location::Folder(path()?.to_owned()), by_name });
            }
            ObjectType::Table => Object::Table(path()?.to_owned()),
            ObjectType::View => Object::View(path()?.to_owned()),
            ObjectType::Rest => Object::Resource(path()?.to_owned()),
            ObjectType::File => Object::File(File::explored(query, text, path()?)?),
        };
        Ok(Self::Read { object, preview })
    }

    /// Adds the filter of the query, for the source of a connection spec with that name and document. A listing checks it
    /// and ignores it.
    ///
    /// # Errors
    /// FLOW-1100-400 with the refusal of [`Filter::decode`] or [`FilterAtSource::of`].
    pub(crate) fn filtered(
        mut self, query: &Parameters, spec_name: &str, document: &Value,
    ) -> Result<Self, Error> {
        if let Some(text) = query.last("filters") {
            let source = FilterAtSource::of(spec_name, document);
            let filter =
                source.and_then(|source| Filter::decode(text, &source)).map_err(Refusal::of_query)?;
            if let Self::Read { preview, .. } = &mut self {
                preview.filter = Some(filter);
            }
        }
        Ok(self)
    }

    /// Asks the source; returns JSON.
    ///
    /// # Errors
    /// The source's refusal.
    pub(crate) async fn ask(&self, source: &dyn Source, access: &Access<'_>) -> Result<Bytes, Error> {
        match self {
            Self::List { place, by_name: false } => json(&source.list(access, place).await?),
            Self::List { place, by_name: true } => json(&Names::of(&source.list(access, place).await?)),
            Self::Read { object, preview } => Ok(source.read(access, object, preview).await?.body),
        }
    }
}

/// The listing of a streaming source.
#[derive(Serialize)]
struct Names<'a> {
    items: Vec<Name<'a>>,
}

#[derive(Serialize)]
struct Name<'a> {
    #[serde(rename = "type")]
    kind: super::content::EntryKind,
    name: &'a str,
}

impl<'a> Names<'a> {
    fn of(entries: &'a [ListingEntry<'a>]) -> Self {
        Self { items: entries.iter().map(|entry| Name { kind: entry.kind, name: &entry.name }).collect() }
    }
}

/// Checks that a parameter which decides which rows there are has a value, so that none is dropped unseen.
///
/// # Errors
/// FLOW-1100-400 with 1393-400.
fn check_not_empty(query: &Parameters, text: &str) -> Result<(), Error> {
    const PARAMETERS: [&str; 4] = ["filters", "previewCount", "primaryKey", "sourceParams"];
    let is_wrong = |name: &&str| query.last(name).is_none() && is_empty(text, name);
    PARAMETERS.into_iter().find(is_wrong).map_or(Ok(()), |name| {
        let detail = format!("{name} is empty; give it a value, or leave it out");
        Err(Error::provider(ProviderCode::ParameterEmpty, detail))
    })
}

/// The error for a query without `objectType`.
fn no_object_type(query: &str) -> Error {
    let remedy = "send objectType=root, table, view, file, folder or rest";
    if is_empty(query, "objectType") {
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

/// Checks that a source of that layout can determine the properties of such an object.
///
/// # Errors
/// FLOW-1100-400 with 1371-400 or 1376-400.
fn check_determinable(object_type: ObjectType, sent: &str, layout: Layout) -> Result<(), Error> {
    if matches!(object_type, ObjectType::Table | ObjectType::View) {
        let detail =
            format!("determineProperties=true is for files; objectType={} has none to detect", excerpt(sent));
        return Err(Error::provider(ProviderCode::NothingToDetermine, detail));
    }
    if layout != Layout::FileSystem {
        let detail =
            "determineProperties=true is not supported for this connection spec, whose source has no files";
        return Err(Error::provider(ProviderCode::CannotDetermine, detail));
    }
    Ok(())
}

/// Checks that `sourceParams` is the base64 of a JSON object. The message does not repeat the value, which may contain
/// credentials.
///
/// # Errors
/// FLOW-1452-400.
fn check_source_params(text: &str) -> Result<(), Error> {
    let fault = |reason: &dyn std::fmt::Display| {
        let detail = format!("sourceParams is not the base64 of a JSON object: {reason}");
        Error::new(crate::base::error::Code::ParameterInvalid, detail)
    };
    let bytes = encoded::decode(text).map_err(|mistake| fault(&format_args!("it {mistake}")))?;
    serde_json::from_slice::<Map<String, Value>>(&bytes).map(drop).map_err(|error| {
        // serde's text may repeat a part of the value.
        fault(&format_args!(
            "what it encodes is no JSON object, line {}, column {}",
            error.line(),
            error.column()
        ))
    })
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
        ExploreQuestion::read(&Parameters::parse(query).unwrap(), Some(query), Layout::Tabular)
    }

    #[test]
    fn an_object_type_is_accepted_in_any_letter_case_and_needs_its_object() {
        let list = |place| ExploreQuestion::List { place, by_name: false };
        assert_eq!(read("objectType=ROOT").unwrap(), list(Location::Root));
        assert_eq!(read("objectType=Folder&object=a").unwrap(), list(Location::Folder("a".into())));
        let preview = Preview::read(&Parameters::parse("preview=true").unwrap()).unwrap();
        let table = ExploreQuestion::Read { object: Object::Table("t".into()), preview };
        assert_eq!(read("objectType=table&object=t&preview=TRUE").unwrap(), table);
        let preview = Preview::default();
        let resource = ExploreQuestion::Read { object: Object::Resource("r".into()), preview };
        assert_eq!(read("objectType=Rest&object=r&sourceParams=e30=").unwrap(), resource);
    }

    #[test]
    fn source_params_are_base64_of_a_json_object_in_either_alphabet() {
        for text in ["e30=", "e30", "eyJhIjoiPz4_In0", "eyJhIjoiPz4/In0=", "eyJhIjoiPj4 In0="] {
            check_source_params(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        }
        for (text, expected) in [
            ("{}", "it is not valid base64"),
            ("ew", "no JSON object"),
            ("WzFd", "no JSON object, line 1, column 0"),
        ] {
            let error = check_source_params(text).unwrap_err();
            assert!(error.detail().starts_with("sourceParams is not the base64"), "{text}: {error:?}");
            assert!(error.detail().ends_with(expected) || error.detail().contains(expected), "{error:?}");
        }
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(
            kind in "(?i)root|table|view|file|folder|rest|.{0,9}",
            name in "fileType|sourceParams|previewCount|encoding|determineProperties",
            value in "[a-zA-Z0-9=+/_-]{0,20}", rest in "[a-zA-Z=&]{0,60}",
        ) {
            let query = format!("objectType={kind}&object=x&{name}={value}&{rest}");
            if let Ok(parameters) = Parameters::parse(&query) {
                for layout in Layout::ALL {
                    let _ = ExploreQuestion::read(&parameters, Some(&query), layout);
                }
            }
        }
    }
}
