//! Rules against a running server, over real sockets. Inside the library, since what they look at is not public; what is
//! made of it (reports, the command line) has its tests in `tests/`.

pub(crate) mod consumers;
pub(crate) mod examples;
pub(crate) mod rules;
pub(crate) mod support;
pub(crate) mod well_behaved;
