//! The API over real sockets, a module per behaviour. All tests share one server; each has an organisation of
//! its own, so they run in parallel.

#![allow(unreachable_pub)] // a test binary exports nothing

mod connections;
mod filters;
mod paging;
mod search;
mod support;
