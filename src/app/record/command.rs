//! [`Command`]: a change of the state of a server as a value.

use crate::app::state::SavedState;
use crate::base::clock::Setting;
use crate::base::document::refusal::Refused;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::identity::SavedTokens;
use crate::services::world::change::{Applied, Change};
use crate::services::world::parts::Version;
use crate::services::world::{Part, Restores, Sandbox};
use crate::store::sequence::Counters;
use crate::testkit::faults::{AppliedFaults, Fault, Matching, NewRule, SavedFaults};
use uuid::Uuid;

/// A change of the state of a server.
pub(crate) enum Command {
    /// Changes a sandbox.
    Sandbox { sandbox: Sandbox, change: Change },
    /// Adds a state. Entities that wait to be enabled wait from `at` on.
    Merge { state: SavedState, at: Millis },
    /// Restores `part` from a state.
    PutBack { state: SavedState, part: Part, at: Millis },
    /// Restores everything, with all that only the record needs.
    Whole(Box<Whole>),
    /// Restores `part` to the state after the seed files.
    Reset { part: Part, at: Millis },
    /// Sets the state after the seed files.
    Seed { state: SavedState },
    /// Saves `part` as it is, or as `state` has it, under that name.
    SaveSnapshot { name: String, part: Part, at: Millis, state: Option<SavedState> },
    /// Restores a snapshot.
    RestoreSnapshot { name: String, at: Millis },
    /// Deletes a snapshot.
    DeleteSnapshot { name: String },
    /// Changes the fault rules.
    Faults(FaultCommand),
    /// Sets the clock.
    SetClock(Setting),
    /// Continues the ids of the sandbox, or of requests outside of any, behind those that a request used.
    Continue { tenant: Option<Tenant>, counters: Counters, issued_codes: u64 },
    /// Marks an authorization code as used.
    UseCode(Uuid),
    /// Revokes a token.
    RevokeToken(Uuid),
    /// Restores everything about tokens that is not in them.
    Tokens(SavedTokens),
    /// Asks every server that shares the state; changes nothing.
    Ask { id: String, question: Vec<u8> },
}

/// A whole state, as it is in a record.
pub(crate) struct Whole {
    pub(crate) state: SavedState,
    pub(crate) at: Millis,
    /// How often the parts of each sandbox have changed.
    pub(crate) versions: Vec<(Tenant, Version)>,
    pub(crate) restores: Restores,
    /// The ids of requests outside of any sandbox.
    pub(crate) outside: Counters,
}

/// A change of the fault rules.
pub(crate) enum FaultCommand {
    /// Adds rules for `part`.
    Add(Vec<NewRule>, Part),
    /// Replaces the rules of `part`.
    Replace(Vec<NewRule>, Part),
    /// Removes the rule with that id.
    Remove(String),
    /// Sets all rules and their counts.
    Set(SavedFaults),
    /// Lets the rules strike that match a request.
    Strike(Vec<Matching>),
}

/// The result of a command.
pub(crate) enum Outcome {
    /// The result of a change of a sandbox.
    Sandbox(Applied),
    /// It was done.
    Done,
    /// The fault rules that it added.
    Faults(Vec<Fault>),
    /// The effect of the fault rules on a request.
    Struck(AppliedFaults),
    /// Whether an authorization code was not used before.
    IsNew(bool),
    /// It was refused.
    Refused(Refused),
}

impl Outcome {
    /// Whether it was done, for commands without another result.
    ///
    /// # Errors
    /// Why it was refused.
    pub(crate) fn done(self) -> Result<(), Refused> {
        match self {
            Self::Refused(refused) => Err(refused),
            _ => Ok(()),
        }
    }

    /// The fault rules that it added.
    ///
    /// # Errors
    /// Why it was refused.
    pub(crate) fn faults(self) -> Result<Vec<Fault>, Refused> {
        match self {
            Self::Faults(faults) => Ok(faults),
            Self::Refused(refused) => Err(refused),
            _ => Ok(Vec::new()),
        }
    }
}

impl From<Result<(), Refused>> for Outcome {
    fn from(result: Result<(), Refused>) -> Self {
        result.map_or_else(Self::Refused, |()| Self::Done)
    }
}

impl From<Result<Vec<Fault>, Refused>> for Outcome {
    fn from(result: Result<Vec<Fault>, Refused>) -> Self {
        result.map_or_else(Self::Refused, Self::Faults)
    }
}
