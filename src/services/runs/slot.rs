//! [`Slot`]: a place in the JSON of runs for a value that differs from run to run.

use serde::{Serialize, Serializer};

/// A place in the JSON of runs for a value that differs from run to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Slot {
    Id = 1,
    Created,
    Updated,
    CreatedBy,
    CreatedClient,
    Flow,
    FlowSpec,
    FlowSpecVersion,
    ProviderRef,
    Etag,
    /// The `params` of the call that made the run.
    Params,
    Start,
    /// When data was copied from the source, or processed for a destination.
    Copied,
    /// When promotion, or publication to a destination, begins.
    PromotedFrom,
    End,
    WindowStart,
    WindowEnd,
    /// The id of the first activity.
    Copy,
    /// The name of the first activity.
    CopyName,
    /// The copy's reference of the data factory.
    CopyRef,
    Source,
    /// The id of the second activity.
    Promotion,
    Target,
    Batch,
    /// Links to the files about the batch.
    InputFiles,
    RowErrors,
    RowErrorSamples,
    /// The path of the files at the source.
    PathPrefix,
}

impl Slot {
    const ALL: [Self; 28] = [
        Self::Id,
        Self::Created,
        Self::Updated,
        Self::CreatedBy,
        Self::CreatedClient,
        Self::Flow,
        Self::FlowSpec,
        Self::FlowSpecVersion,
        Self::ProviderRef,
        Self::Etag,
        Self::Params,
        Self::Start,
        Self::Copied,
        Self::PromotedFrom,
        Self::End,
        Self::WindowStart,
        Self::WindowEnd,
        Self::Copy,
        Self::CopyName,
        Self::CopyRef,
        Self::Source,
        Self::Promotion,
        Self::Target,
        Self::Batch,
        Self::InputFiles,
        Self::RowErrors,
        Self::RowErrorSamples,
        Self::PathPrefix,
    ];

    /// The slot whose mark that byte is.
    pub(super) fn of_mark(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte.checked_sub(1)?)).copied()
    }
}

/// The number that marks the slot in a [`Template`](super::template::Template). It is of 128 bits, as nothing else in a run.
impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u128(*self as u128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_found_by_its_mark_which_is_a_control_character() {
        for slot in Slot::ALL {
            assert_eq!(Slot::of_mark(slot as u8), Some(slot));
            assert!((slot as u8) < b' ');
        }
        assert_eq!((Slot::of_mark(0), Slot::of_mark(b' ')), (None, None));
    }
}
