//! Pact: the calls of a client, as a file for verifying its provider.
//!
//! [`states`] names the state that an interaction needs and puts it in place when flowmock is verified.
//! [`file`](self::file) makes the file from the journal: [`known`] follows the contents of each sandbox,
//! [`references`] finds the entities on which others depend, [`interaction`] turns a request and its response into an interaction, [`example`] replaces credentials, [`rules`]
//! are the matching rules, and [`shape`] tells which requests are alike. [`v3`] is the form of the file. `docs/pact.md`
//! describes it for users.

pub(crate) mod example;
pub(crate) mod file;
pub(crate) mod interaction;
pub(crate) mod known;
pub(crate) mod left_out;
pub(crate) mod references;
pub(crate) mod rules;
pub(crate) mod shape;
pub(crate) mod states;
mod v3;
