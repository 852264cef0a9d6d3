//! Source connections: the tables, files and streams of a base connection from which flows take data. Reference: "Source
//! connections".
//!
//! [`shape`] is the kind of data that a connection spec has, [`rules`] what each shape needs, [`platform`] the sources inside
//! the platform, which need no base connection of the client's, [`spec`] how source connections differ from other kinds of
//! entity.

pub(crate) mod platform;
pub(crate) mod rules;
pub(crate) mod shape;
pub(crate) mod spec;

pub(crate) use spec::SPEC;
