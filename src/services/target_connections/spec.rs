//! [`SPEC`]: how target connections differ from other kinds of entity. Reference: "Target connections" (documented filters).

use super::rules::Target;
use crate::services::entities::KindSpec;
use crate::services::flow_ends::kind_spec;

/// Target connections.
pub(crate) static SPEC: KindSpec = kind_spec::<Target>();
