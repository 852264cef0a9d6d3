//! The ends of a flow: source and target connections, which are alike but for their rules.
//!
//! [`end`] is the part that a client defines and how the two kinds differ, [`base`] the base connection that it names;
//! [`in_common`] has their fields, states and limits.
//! Reference: "Source connections", "Target connections".

pub(crate) mod base;
pub(crate) mod end;
pub(crate) mod in_common;

pub(crate) use base::BaseConnection;
pub(crate) use end::{Checked, FlowEnd, Side};
pub(crate) use in_common::kind_spec;
