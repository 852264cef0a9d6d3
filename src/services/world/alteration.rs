//! [`Alteration`]: the difference between the parts of a sandbox before and after a change.

use super::parts::Version;
use super::{Contents, Parts};
use crate::store::Frozen;
use std::sync::PoisonError;

/// A difference between the parts of a sandbox before and after a change.
pub(crate) struct Alteration {
    /// The contents that are new or have changed.
    pub(crate) added: Parts,
    /// The ids of the webhooks that are gone. Nothing else can be removed alone.
    pub(crate) removed_targets: Vec<String>,
}

impl Alteration {
    /// The difference between `before` and `after`; `None` if there is none.
    pub(super) fn between(before: &Parts, after: &Parts) -> Option<Self> {
        let (targets, removed_targets) = after.targets.since(&before.targets);
        let added = Parts {
            specs: after.specs.since(&before.specs),
            flow_specs: after.flow_specs.since(&before.flow_specs),
            sources: Default::default(), // only state documents change them, as a whole
            neighbours: after.neighbours.since(&before.neighbours),
            runs: after.runs.since(&before.runs),
            targets,
        };
        (!added.is_empty() || !removed_targets.is_empty()).then_some(Self { added, removed_targets })
    }
}

impl Contents {
    /// The parts now, and how often they have changed.
    pub(super) fn parts_now(&self) -> (Version, Parts) {
        let version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        (*version, self.parts.clone())
    }

    /// Makes an alteration that was computed from the parts with the version `read`; returns whether they still had it.
    pub(super) fn alter_now(
        &self, read: Version, Alteration { added, removed_targets }: &Alteration,
    ) -> bool {
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        if *version != read {
            return false;
        }
        version.0 += 1;
        self.parts.merge(added, &Frozen::default());
        removed_targets.iter().for_each(|id| _ = self.parts.targets.remove(id));
        true
    }

    /// Sets how often the parts have changed, after a restart.
    pub(crate) fn set_version(&self, version: Version) {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) = version;
    }

    /// How often the parts have changed.
    pub(crate) fn version(&self) -> Version {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the parts so that alterations which were computed before are outdated.
    pub(super) fn counting_alterations<T>(&self, change: impl FnOnce() -> T) -> T {
        if !self.is_recorded {
            return change();
        }
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        version.0 += 1;
        change()
    }
}
