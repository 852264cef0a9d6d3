//! Pact: what a client did, as a file that the client's provider can be held against.
//!
//! [`states`] says what has to be in place for an interaction and puts it in place, for whoever verifies against
//! flowmock. [`file`](self::file) makes the file from the journal: [`known`] follows what was in each sandbox at each
//! request, [`interaction`] makes a request and its answer into an interaction, [`example`] puts made-up credentials in
//! the place of real ones, [`rules`] says how alike an answer has to be, and [`shape`] which requests are the same one
//! again. [`v3`] has the form of the file. `docs/pact.md` describes it for users.

pub(crate) mod example;
pub(crate) mod file;
pub(crate) mod interaction;
pub(crate) mod known;
pub(crate) mod left_out;
pub(crate) mod rules;
pub(crate) mod shape;
pub(crate) mod states;
mod v3;
