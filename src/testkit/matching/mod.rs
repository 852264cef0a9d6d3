//! How requests are matched, for expectations and fault rules alike.
//!
//! A [`pattern`] consists of [`part`]s. A part is a plain value, a [`path`] pattern, or a [`matcher`] of a header, a
//! query parameter or a value in the body, whose JSON [`compare`] compares. It is checked against a [`parsed`] request;
//! a [`difference`] says why a request does not match.

pub(crate) mod actual;
pub(crate) mod compare;
pub(crate) mod difference;
pub(crate) mod matcher;
pub(crate) mod matcher_document;
pub(crate) mod methods;
pub(crate) mod parsed;
pub(crate) mod part;
pub(crate) mod path;
pub(crate) mod pattern;
pub(crate) mod received;
