//! The parameters that say how to read a file.
//!
//! Reference: "Explore", `flows-errors.csv` (1359-400, 1374-400, 1399-400). Decided where the reference is silent:
//! - `fileType` and `compressionType` may also be spelt as in the vendor's description (`FileType`), and `type` is another
//!   name of `fileType`. If several are present, the lower-case spelling counts.
//! - `determineProperties=true` beside any of these parameters is 1374-400. A `fileType` without a value is 1399-400, an
//!   absent one 1359-400.
//! - gzip is decompressed. Any other `compressionType` is validated and otherwise ignored.

use super::object::{Encoding, File, FileType, Format, Told};
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::store::query::{Parameters, boolean};

/// The names of `fileType`, the one that counts first.
const FILE_TYPE: [&str; 3] = ["fileType", "FileType", "type"];
/// The names of `compressionType`, the one that counts first.
const COMPRESSION: [&str; 2] = ["compressionType", "CompressionType"];

/// The values of `compressionType`.
pub(crate) const COMPRESSIONS: [&str; 7] =
    ["none", "bzip2", "gzip", "deflate", "zipDeflate", "tarGzip", "tar"];
/// The one of a file without compression.
pub(super) const NOT_COMPRESSED: &str = COMPRESSIONS[0];
/// The one that is decompressed.
pub(super) const GZIP: &str = COMPRESSIONS[2];

impl File {
    /// The file at `path`, read as the query says. `text` is the query as sent.
    ///
    /// # Errors
    /// FLOW-1452-400; FLOW-1100-400 with 1359-400, 1374-400 or 1399-400.
    pub(super) fn explored(query: &Parameters, text: &str, path: &str) -> Result<Self, Error> {
        let path = path.to_owned();
        if determines(query)? {
            let of_its_own = FILE_TYPE.iter().chain(&COMPRESSION).chain(&["columnDelimiter", "encoding"]);
            let Some(name) = of_its_own.into_iter().find(|name| query.last(name).is_some()) else {
                return Ok(Self { path, format: Format::Determined });
            };
            let detail = format!(
                "determineProperties=true finds out how to read the file, so {name} must be absent; send one of them"
            );
            return Err(Error::provider(ProviderCode::PropertiesTwice, detail));
        }
        let told = Told::read(query)?.ok_or_else(|| no_file_type(text))?;
        Ok(Self { path, format: Format::Told(told) })
    }

    /// The file at `path`, read as the query of `configs` says, or else as its name says.
    ///
    /// # Errors
    /// FLOW-1452-400.
    pub(super) fn configured(query: &Parameters, path: &str) -> Result<Self, Error> {
        let format = Told::read(query)?.map_or(Format::Named, Format::Told);
        Ok(Self { path: path.to_owned(), format })
    }
}

/// Whether the query asks to determine the properties of a file.
///
/// # Errors
/// FLOW-1452-400.
pub(super) fn determines(query: &Parameters) -> Result<bool, Error> {
    let determines = query.last("determineProperties");
    Ok(determines.map(|value| boolean("determineProperties", value)).transpose()?.unwrap_or(false))
}

impl Told {
    /// The properties in a query; `None` if it has no `fileType`.
    fn read(query: &Parameters) -> Result<Option<Self>, Error> {
        let last_of = |names: &[&str]| names.iter().find_map(|name| query.last(name));
        let file_type = last_of(&FILE_TYPE).map(FileType::parse).transpose()?;
        let compression = last_of(&COMPRESSION).map(compression).transpose()?;
        let column_delimiter = query.last("columnDelimiter").map(delimiter).transpose()?;
        let encoding = query.last("encoding").map(Encoding::parse).transpose()?.unwrap_or_default();
        Ok(file_type.map(|file_type| Self {
            file_type,
            column_delimiter,
            is_gzip: compression == Some(GZIP),
            encoding,
        }))
    }
}

fn no_file_type(query: &str) -> Error {
    let names = FileType::ALL.map(FileType::name).join(", ");
    let remedy = format!("send fileType={names} in any letter case, or determineProperties=true");
    match FILE_TYPE.iter().find(|name| is_empty(query, name)) {
        Some(name) => {
            Error::provider(ProviderCode::FileTypeNotFound, format_args!("{name} has no value; {remedy}"))
        }
        None => {
            Error::provider(ProviderCode::ExploreParamMissing, format_args!("fileType is absent; {remedy}"))
        }
    }
}

/// Whether the query contains the parameter, without a value.
pub(super) fn is_empty(query: &str, name: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some(name))
}

fn compression(text: &str) -> Result<&'static str, Error> {
    let known = COMPRESSIONS.into_iter().find(|known| known.eq_ignore_ascii_case(text));
    known.ok_or_else(|| {
        let expected = format!("one of {}", COMPRESSIONS.join(", "));
        Error::invalid_parameter("compressionType", text, &expected)
    })
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

impl FileType {
    pub(crate) const ALL: [Self; 3] = [Self::Delimited, Self::Json, Self::Parquet];

    fn parse(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let expected = "delimited, json or parquet, in any letter case";
            Error::invalid_parameter("fileType", &excerpt(text), expected)
        })
    }

    /// The value of `fileType`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Delimited => "delimited",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }
}

impl Encoding {
    pub(crate) const ALL: [Self; 2] = [Self::Utf8, Self::Latin1];

    fn parse(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            Error::invalid_parameter("encoding", text, "UTF-8 or ISO-8859-1, in any letter case")
        })
    }

    /// The value of `encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Latin1 => "ISO-8859-1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_options_are_accepted_in_either_spelling_and_in_any_letter_case() {
        for query in [
            "fileType=DELIMITED&compressionType=GZIP",
            "FileType=Delimited&CompressionType=gzip",
            "type=delimited&compressionType=gZip",
        ] {
            let query = format!("{query}&columnDelimiter=%09&encoding=iso-8859-1");
            let file = File::explored(&Parameters::parse(&query).unwrap(), &query, "a").unwrap();
            let told = Told {
                file_type: FileType::Delimited,
                column_delimiter: Some('\t'),
                is_gzip: true,
                encoding: Encoding::Latin1,
            };
            assert_eq!(file.format, Format::Told(told), "{query}");
        }
    }
}
