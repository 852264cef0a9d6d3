//! [`Parts`]: the parts of a flow from which its rules and its runs follow.

use super::ends::Ends;
use super::spec_ref::FlowSpecRef;
use serde_json::Value;

/// The parts of a flow from which its rules and its runs follow. Its connections have been found.
pub(super) struct Parts<'f> {
    pub(super) spec: &'f FlowSpecRef,
    pub(super) sources: &'f Ends,
    pub(super) targets: &'f Ends,
    pub(super) transformations: &'f [Value],
    pub(super) schedule: Option<&'f Value>,
    pub(super) options: Option<&'f Value>,
}
