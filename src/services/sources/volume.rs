//! [`DataVolume`]: how much data there is at a [`DataPlace`] of a source. Reference: "A simulation of runs" (metrics).

/// An amount of data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DataVolume {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) files: u64,
}

/// The place whose data is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataPlace<'a> {
    /// A table or view.
    Table(&'a str),
    /// A file, or the files of a folder, with those of the folders below it or without.
    Files { path: &'a str, recursive: bool },
}
