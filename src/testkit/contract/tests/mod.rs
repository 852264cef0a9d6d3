//! Tests of the rules against a running server, over real sockets. They are in the library because they look at private
//! parts; reports and the command line have their tests in `tests/`.

pub(crate) mod consumers;
pub(crate) mod examples;
pub(crate) mod polling;
pub(crate) mod rules;
pub(crate) mod support;
pub(crate) mod well_behaved;
