//! [`SPEC`]: how target connections differ from other kinds of entity. Reference: "Target connections" (documented filters).

use super::rules::{Target, TargetConnection};
use crate::base::error::Code;
use crate::base::operation::Kind;
use crate::services::entities::{KindRules, KindSpec, Quota};
use crate::services::flow_ends::{FIELDS_OF_BOTH, LIFECYCLE, Side as _};
use crate::store::query::Fields;

/// Target connections.
pub(crate) static SPEC: KindSpec = KindSpec {
    kind: Kind::TargetConnection,
    fields: Fields(&FIELDS_OF_BOTH),
    indexed: ["name", "connectionSpec.id", "baseConnectionId"],
    keys: Target::KEYS,
    lifecycle: LIFECYCLE,
    in_use: Some(Code::UsedByFlow),
    quota: Quota { flag: "--max-connections-per-sandbox", of: |config| config.max_connections_per_sandbox },
    rules: KindRules::of::<TargetConnection>(),
};
