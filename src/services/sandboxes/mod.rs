//! Sandboxes of organisations. Reference: "Tokens and sandboxes". [`declared`] has those in seed documents.

pub(crate) mod declared;

pub(crate) use declared::{About, Declared};
