//! [`Location`] and [`Object`]: the folders, tables and files that a source is asked for.

/// The place that a listing shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Root,
    Folder(String),
}

/// An object with columns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Table(String),
    View(String),
    File(File),
    /// A resource of a REST source.
    Resource(String),
}

/// A file, and how to read it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) format: Format,
}

/// How to read a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// As the query says.
    Told(Told),
    /// As the content shows, which is answered too (`determineProperties`).
    Determined,
    /// As the file's name says, for a query of `configs` without `fileType`.
    Named,
}

/// The properties of a file that a query tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) file_type: FileType,
    pub(crate) column_delimiter: Option<char>,
    /// Whether a file that is compressed with gzip is decompressed. Others are as if they were not compressed.
    pub(crate) is_gzip: bool,
    pub(crate) encoding: Encoding,
}

/// The type of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileType {
    Delimited,
    Json,
    Parquet,
}

/// The encoding of a text file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    #[default]
    Utf8,
    Latin1,
}
