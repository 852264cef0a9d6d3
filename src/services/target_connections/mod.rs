//! Target connections: the data sets and destinations to which flows bring data. Reference: "Target connections".
//!
//! [`rules`] says what a target connection needs, [`spec`] how target connections differ from other kinds of entity.

pub(crate) mod rules;
pub(crate) mod spec;

pub(crate) use spec::SPEC;
