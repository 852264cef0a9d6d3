//! [`Restores`]: the count of times that parts of the world were restored.
//!
//! A change is meant for the sandbox in which its request began. When it is applied, the sandbox may have been restored, here
//! or by another server that shares the state. The count says so in the same way everywhere, in every order of arrival.

use super::Part;
use crate::base::tenant::Tenant;
use std::collections::VecDeque;

/// The most restores that are remembered. A change that began before all of them counts as one of a restored sandbox.
const MOST_REMEMBERED: usize = 1000;

/// The restores of a world whose changes are recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restores {
    /// How many there were.
    pub(crate) count: u64,
    /// The parts that the last ones restored, the newest last.
    pub(crate) last: VecDeque<Part>,
}

impl Restores {
    /// Counts one.
    pub(super) fn add(&mut self, part: &Part) {
        self.count += 1;
        if self.last.len() == MOST_REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(part.clone());
    }

    /// Whether the sandbox was restored since there were `before` restores.
    pub(super) fn concern(&self, tenant: &Tenant, before: u64) -> bool {
        let since = usize::try_from(self.count.saturating_sub(before)).unwrap_or(usize::MAX);
        since > self.last.len() || self.last.iter().rev().take(since).any(|part| part.has(tenant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_concerns_the_sandboxes_of_its_part_that_were_opened_before() {
        let (one, two) = (Tenant::new("A@AdobeOrg", "one"), Tenant::new("A@AdobeOrg", "two"));
        let mut restores = Restores::default();
        restores.add(&Part::Sandbox(one.clone()));
        assert!(restores.concern(&one, 0) && !restores.concern(&two, 0) && !restores.concern(&one, 1));
        restores.add(&Part::Organisation("A@AdobeOrg".to_owned()));
        assert!(restores.concern(&one, 1) && restores.concern(&two, 1) && !restores.concern(&two, 2));
        restores.add(&Part::All);
        assert!(restores.concern(&Tenant::new("B@AdobeOrg", "one"), 2));
    }

    #[test]
    fn what_is_not_remembered_any_more_concerns_every_sandbox() {
        let mut restores = Restores::default();
        for _ in 0..=MOST_REMEMBERED {
            restores.add(&Part::Organisation("A@AdobeOrg".to_owned()));
        }
        let other = Tenant::new("B@AdobeOrg", "one");
        assert!(restores.concern(&other, 0) && !restores.concern(&other, 1));
    }
}
