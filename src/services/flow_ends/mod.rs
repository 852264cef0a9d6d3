//! The ends of a flow: source and target connections, which are alike but for their rules.
//!
//! [`end`] is the part that a client defines, [`base`] the base connection that it names, [`side`] how the two kinds differ.
//! Reference: "Source connections", "Target connections".

pub(crate) mod base;
pub(crate) mod end;
pub(crate) mod side;

pub(crate) use base::BaseConnection;
pub(crate) use end::FlowEnd;
pub(crate) use side::{Checked, FIELDS_OF_BOTH, LIFECYCLE, Side};
