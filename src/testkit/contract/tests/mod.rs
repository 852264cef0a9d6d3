//! Rules against a running server, over real sockets. Inside the library, since what they look at is not public; what is
//! made of it (reports, the command line) has its tests in `tests/`.

pub(crate) mod conversation;
pub(crate) mod examples;
pub(crate) mod judging;
pub(crate) mod keeping;
pub(crate) mod support;
