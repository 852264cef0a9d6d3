//! What surrounds every handler, one thing a file.

pub(crate) mod damage;
pub(crate) mod faults;
pub(crate) mod finish;
pub(crate) mod gateway;
pub(crate) mod guard;
