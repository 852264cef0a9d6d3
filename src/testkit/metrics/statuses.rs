//! [`Statuses`]: the slot of each status in a small table.

use hyper::StatusCode;
use std::sync::atomic::{AtomicU16, Ordering};

/// The statuses of responses so far, in the order of their first use. There are few: those of the catalogue and those
/// in fault rules.
pub(super) struct Statuses([AtomicU16; KNOWN]);

impl Default for Statuses {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU16::new(0)))
    }
}

/// The number of different statuses with a slot.
const KNOWN: usize = 40;

/// The slot of requests without a response.
const NONE: usize = KNOWN;

/// The slot of all statuses beyond the table.
const OTHERS: usize = KNOWN + 1;

impl Statuses {
    /// The number of slots.
    pub(super) const SLOTS: usize = KNOWN + 2;

    /// The slot of a status, which never changes.
    pub(super) fn slot(&self, status: Option<StatusCode>) -> usize {
        let Some(status) = status.map(|status| status.as_u16()) else { return NONE };
        for (slot, known) in self.0.iter().enumerate() {
            match known.load(Ordering::Relaxed) {
                known if known == status => return slot,
                0 => match known.compare_exchange(0, status, Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => return slot,
                    Err(taken) if taken == status => return slot,
                    Err(_) => {}
                },
                _ => {}
            }
        }
        OTHERS
    }

    /// The name of a slot; `None` while no status has it.
    pub(super) fn name(&self, slot: usize) -> Option<String> {
        match slot {
            NONE => Some("none".to_owned()),
            OTHERS => Some("other".to_owned()),
            slot => match self.0.get(slot)?.load(Ordering::Relaxed) {
                0 => None,
                status => Some(status.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn every_status_has_one_slot_and_those_beyond_the_table_share_one() {
        let statuses = Statuses::default();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for status in 200..200 + KNOWN as u16 {
                        statuses.slot(StatusCode::from_u16(status).ok());
                    }
                });
            }
        });
        let mut names: Vec<String> = (0..Statuses::SLOTS).filter_map(|slot| statuses.name(slot)).collect();
        names.sort();
        let mut expected: Vec<String> = (200..200 + KNOWN).map(|status| status.to_string()).collect();
        expected.extend(["none".to_owned(), "other".to_owned()]);
        assert_eq!(names, expected);
        assert_eq!(statuses.name(statuses.slot(StatusCode::from_u16(599).ok())).as_deref(), Some("other"));
        assert_eq!(statuses.name(statuses.slot(Some(StatusCode::OK))).as_deref(), Some("200"));
        assert_eq!(statuses.name(statuses.slot(None)).as_deref(), Some("none"));
    }
}
