//! What happens around a handler, one thing a file: [`finish`] (request id, errors to bytes, panics,
//! time-out, log line, journal), [`faults`] and [`damage`] (what goes wrong on purpose), [`gateway`] (the header checks),
//! [`extract`] (what a handler takes), [`answer`] and [`page`] (what it gives), [`outgoing`] (what that leaves as),
//! [`routes`] (what may be routed), [`refuse`] (the paths and methods that nobody handles), [`linger`] (the bodies that
//! nobody reads).

pub(crate) mod answer;
pub(crate) mod damage;
pub(crate) mod extract;
pub(crate) mod faults;
pub(crate) mod finish;
pub(crate) mod gateway;
pub(crate) mod linger;
pub(crate) mod outgoing;
pub(crate) mod page;
pub(crate) mod refuse;
pub(crate) mod routes;
