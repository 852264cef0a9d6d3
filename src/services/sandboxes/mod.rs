//! Sandbox management: which sandboxes an organisation has.
//!
//! Reference: "Tokens and sandboxes". Its paths are behind the gateway too, but need no `x-sandbox-name`. [`declared`]
//! is what a seed document says of sandboxes, [`known`] which there are, [`wire`] how they are answered.

pub(crate) mod declared;

pub(crate) use declared::{About, Declared};
