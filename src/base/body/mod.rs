//! Bodies as they arrive and as they leave.

pub(crate) mod incoming;
pub(crate) mod outgoing;
pub(crate) mod tee;
