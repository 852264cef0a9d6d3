//! Rules against a running server, over real sockets. Inside the library, since what they look at is not public; what is
//! made of it (reports, the command line) has its tests in `tests/`.

mod conversation;
mod examples;
mod judging;
mod keeping;
mod support;
