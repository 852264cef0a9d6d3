//! [`Targets`]: the webhooks of a sandbox. They are part of its state.

use super::target::Target;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use std::sync::{Arc, PoisonError, RwLock};

/// The targets of a sandbox, in the order of their registration. A clone is a saved state.
#[derive(Debug, Default)]
pub(crate) struct Targets(RwLock<Arc<Vec<Arc<Target>>>>);

/// The key of a sandbox in a state document.
pub(crate) const KEY: &str = "notificationTargets";

/// The most targets of a sandbox.
pub(crate) const MOST: usize = 20;

impl Clone for Targets {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.current()))
    }
}

impl Targets {
    /// The targets now.
    pub(crate) fn current(&self) -> Arc<Vec<Arc<Target>>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.current().is_empty()
    }

    /// Adds a target behind the others.
    ///
    /// # Errors
    /// A sentence, if its id is taken or there is no room.
    pub(crate) fn add(&self, target: Target) -> Result<Arc<Target>, String> {
        let mut targets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if targets.iter().any(|other| other.id == target.id) {
            return Err(format!(
                "is that of another target of the sandbox, {}; remove that one first",
                target.id
            ));
        }
        if targets.len() >= MOST {
            return Err(format!("is one too many: a sandbox has at most {MOST} targets"));
        }
        let target = Arc::new(target);
        Arc::make_mut(&mut targets).push(Arc::clone(&target));
        Ok(target)
    }

    /// Removes the target with that id; returns whether there was one.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let mut targets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_there = targets.iter().any(|target| target.id == id);
        if is_there {
            Arc::make_mut(&mut targets).retain(|target| target.id != id);
        }
        is_there
    }

    /// Adds all targets of `added`, which replace those with their ids.
    pub(crate) fn merge(&self, added: &Self) {
        let added = added.current();
        if added.is_empty() {
            return;
        }
        let mut targets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let targets = Arc::make_mut(&mut targets);
        targets.retain(|target| !added.iter().any(|other| other.id == target.id));
        targets.extend(added.iter().cloned());
    }

    /// The targets that are not in `before`, and the ids of those that are only there.
    pub(crate) fn since(&self, before: &Self) -> (Self, Vec<String>) {
        let (now, before) = (self.current(), before.current());
        let is_known = |target: &&Arc<Target>| before.iter().any(|known| Arc::ptr_eq(known, target));
        let new = now.iter().filter(|target| !is_known(target)).cloned().collect();
        let is_gone = |target: &&Arc<Target>| !now.iter().any(|left| left.id == target.id);
        let gone = before.iter().filter(is_gone).map(|target| target.id.clone()).collect();
        (Self(RwLock::new(Arc::new(new))), gone)
    }

    /// An id that no target has: `target-1`, or the next.
    pub(crate) fn free_id(&self) -> String {
        free_id(&self.current())
    }

    /// Takes the targets from a sandbox in a state document, which are added to `live` if there is one. Mistakes are added
    /// to `problems`.
    pub(crate) fn read(
        sandbox: &mut Members<'_>, live: Option<&Self>, allowed: &[String], problems: &mut Problems,
    ) -> Self {
        let Some(member) = sandbox.take(KEY) else { return Self::default() };
        let live = live.map(Self::current).unwrap_or_default();
        let mut read: Vec<Arc<Target>> = Vec::new();
        for member in member.elements(0..=MOST, problems).unwrap_or_default() {
            let path = member.path().to_owned();
            let known: Vec<_> = live.iter().chain(&read).cloned().collect();
            let Some(target) = Target::read(member, || free_id(&known), allowed, problems) else { continue };
            if read.iter().any(|other| other.id == target.id) {
                problems.add(path + "/id", "is that of another target of this sandbox, further up");
            } else {
                read.push(Arc::new(target));
            }
        }
        let kept = live.iter().filter(|target| !read.iter().any(|other| other.id == target.id)).count();
        if kept + read.len() > MOST {
            let reason = format!("are too many: a sandbox has at most {MOST}");
            problems.add(format_args!("{}/{KEY}", sandbox.path()), reason);
        }
        Self(RwLock::new(Arc::new(read)))
    }
}

fn free_id(taken: &[Arc<Target>]) -> String {
    let ids = (1..).map(|number| format!("target-{number}"));
    let free = |id: &String| !taken.iter().any(|target| target.id == *id);
    ids.take(taken.len() + 1).find(free).unwrap_or_default()
}
