//! Warnings about rules that are valid and probably not meant.
//!
//! Decided: such a rule is in force, since it may stand for a call that flowmock does not emulate.

use super::rule::{FaultRule, NewRule};
use crate::base::document::refusal::Problem;
use crate::base::error::excerpt;
use crate::base::operation::Operation;
use crate::base::operation::paths::without_base;
use crate::base::spelling::nearest;

impl FaultRule {
    /// The warning about a valid rule whose path no operation has.
    pub(crate) fn warning(&self) -> Option<String> {
        let path = self.pattern.unknown_path()?;
        let known = Operation::ALL.iter().map(|operation| without_base(operation.path()));
        let meant = nearest(&path, known).map_or(String::new(), |meant| format!("; did you mean {meant}?"));
        let path = excerpt(&path);
        Some(format!("no operation has the path {path}, so only requests answered with 404 match{meant}"))
    }
}

impl NewRule {
    /// The reason for the warning, and the place in the rule.
    pub(crate) fn warning(&self) -> Option<Problem> {
        self.rule.warning().map(|reason| Problem::new(format!("{}/match/path", self.path), reason))
    }
}
