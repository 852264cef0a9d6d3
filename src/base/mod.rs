//! The vocabulary of every other part: configuration, operations, errors, time, header names, tenants, JSON, documents and
//! bodies. Nothing here imports another part.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod document;
pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod headers;
pub(crate) mod json;
pub(crate) mod machine;
pub(crate) mod operation;
pub(crate) mod printable;
pub(crate) mod secret;
pub(crate) mod spelling;
pub(crate) mod tenant;
pub(crate) mod time;
