//! Sandboxes of organisations. Reference: "Tokens and sandboxes". [`declared`] are those in seed documents.

pub(crate) mod declared;

pub(crate) use declared::{About, Declared};
