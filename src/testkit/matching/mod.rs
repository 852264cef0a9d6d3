//! How requests are compared with patterns, in expectations and fault rules.

pub(crate) mod compare;
pub(crate) mod difference;
pub(crate) mod matcher;
pub(crate) mod path;
pub(crate) mod pattern;
pub(crate) mod received;
pub(crate) mod subject;
