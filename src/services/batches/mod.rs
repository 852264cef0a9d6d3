//! The batches that runs of sources write into the data lake, computed from those runs. Reference: "Error diagnostics".

mod batch;
mod entry;
mod files;
mod rows;

pub(crate) use batch::Batch;
pub(crate) use entry::entry;
pub(crate) use files::{Meta, MetaFile, meta, most_bytes};
