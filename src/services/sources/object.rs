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
    File(File),
    /// A resource of a REST source.
    Resource(String),
}

/// A file, and how to read it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) file_type: Option<FileType>,
    pub(crate) column_delimiter: Option<char>,
    /// Whether to detect the type and the delimiter from the content, and to return them.
    pub(crate) determine_properties: bool,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileType {
    Delimited,
    Json,
}
