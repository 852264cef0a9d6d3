//! [`SPEC`]: how source connections differ from other kinds of entity. Reference: "Source connections" (documented filters).

use super::rules::Source;
use crate::services::entities::KindSpec;
use crate::services::flow_ends::kind_spec;

/// Source connections.
pub(crate) static SPEC: KindSpec = kind_spec::<Source>();
