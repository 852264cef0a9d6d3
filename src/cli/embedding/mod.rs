//! How a program that starts flowmock learns its address and takes it along when it ends. `docs/embedding.md` describes
//! both for users.

pub(crate) mod parent;
pub(crate) mod port_file;
