//! What stands behind the `?`: text to types. No request and no store is seen here.
//!
//! [`parameters`](Parameters) reads the query itself, [`limit`](Limit) and [`continuation`] two of its parameters.
//! Filters (`property`) and orders (`orderby`) will live beside them. Reference: "Listing".

pub(crate) mod continuation;
mod limit;
mod parameters;

pub(crate) use limit::Limit;
pub(crate) use parameters::{Parameters, boolean};
