//! [`Lifecycle`]: the states of a kind and the changes that each allows. Reference: "A base connection" (states),
//! `errors.csv` (FLOW-1402-400, FLOW-1416-400 to FLOW-1422-400, FLOW-1456-400 to FLOW-1458-400).
//!
//! Decided, where the reference is silent: all tokens are users' tokens, so they cannot change an entity in state
//! `initializing` (FLOW-1417-400); an action without effect (`enable` of an enabled connection) is FLOW-1422-400, while
//! a PATCH may set `/state` to the current state; a draft leaves its state only by `publish`, so a PATCH of its
//! `/state` is FLOW-1421-400.

use crate::base::error::{Code, Error};
use crate::base::operation::Kind;
use crate::store::State;
use serde_json::Value;

/// The states of a kind and the changes that each allows to a user's token.
pub(crate) struct Lifecycle {
    /// The state of a new entity.
    pub(crate) initial: State,
    /// Every state of the kind.
    pub(crate) states: &'static [Allows],
    /// The states that a PATCH of `/state` can set.
    pub(crate) settable: &'static [State],
    /// The actions, each with the states before and after it.
    pub(crate) transitions: &'static [(Action, State, State)],
}

/// The changes that a state allows to a user's token.
pub(crate) struct Allows {
    pub(crate) state: State,
    /// The error of an update; `None` if it is allowed.
    pub(crate) update: Option<Code>,
    /// The error of a delete; `None` if it is allowed.
    pub(crate) delete: Option<Code>,
}

impl Allows {
    /// A state that allows everything.
    pub(crate) const fn all(state: State) -> Self {
        Self { state, update: None, delete: None }
    }
}

/// An action that a user's token can request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// `draft` becomes `enabled`.
    Publish,
    /// `disabled` becomes `enabled`.
    Enable,
    /// `enabled` becomes `disabled`.
    Disable,
}

impl Lifecycle {
    /// The states of base connections.
    pub(crate) const BASE: Self = Self {
        initial: State::Enabled,
        states: &[
            Allows {
                state: State::Initializing,
                update: Some(Code::InitializingIsProviders),
                delete: Some(Code::InitializingIsProviders),
            },
            Allows::all(State::Enabled),
            Allows::all(State::Disabled),
            Allows::all(State::Draft),
            Allows {
                state: State::Updating,
                update: Some(Code::TransitionalState),
                delete: Some(Code::StateForbidsChange),
            },
            Allows {
                state: State::Deleting,
                update: Some(Code::UpdateWhileDeleting),
                delete: Some(Code::DeleteWhileDeleting),
            },
        ],
        settable: &[State::Enabled, State::Disabled, State::Initializing],
        transitions: &[
            (Action::Publish, State::Draft, State::Enabled),
            (Action::Enable, State::Disabled, State::Enabled),
            (Action::Disable, State::Enabled, State::Disabled),
        ],
    };

    /// Checks that an entity of that kind in that state may be updated.
    ///
    /// # Errors
    /// FLOW-1417-400, FLOW-1420-400 or FLOW-1457-400.
    pub(crate) fn check_update(&self, kind: Kind, state: State) -> Result<(), Error> {
        self.allows(state).update.map_or(Ok(()), |code| Err(refusal(code, kind, state, "updated")))
    }

    /// Checks that an entity of that kind in that state may be deleted.
    ///
    /// # Errors
    /// FLOW-1416-400, FLOW-1417-400 or FLOW-1458-400.
    pub(crate) fn check_delete(&self, kind: Kind, state: State) -> Result<(), Error> {
        self.allows(state).delete.map_or(Ok(()), |code| Err(refusal(code, kind, state, "deleted")))
    }

    /// The changes that a state allows: none, if the kind does not have the state.
    fn allows(&self, state: State) -> &Allows {
        const NOTHING: &Allows = &Allows {
            state: State::Deleting,
            update: Some(Code::TransitionalState),
            delete: Some(Code::StateForbidsChange),
        };
        self.states.iter().find(|allows| allows.state == state).unwrap_or(NOTHING)
    }

    /// Whether the kind has drafts.
    pub(crate) fn has_drafts(&self) -> bool {
        self.states.iter().any(|allows| allows.state == State::Draft)
    }

    /// The state with that name, if the kind has it.
    pub(crate) fn state(&self, name: &str) -> Option<State> {
        let state = State::from_name(name)?;
        self.states.iter().any(|allows| allows.state == state).then_some(state)
    }

    /// The state after a PATCH that leaves `wanted` under `/state`.
    ///
    /// # Errors
    /// FLOW-1456-400 for a state that cannot be set, FLOW-1421-400 for a draft.
    pub(crate) fn patched(&self, current: State, wanted: Option<&Value>) -> Result<State, Error> {
        let wanted = wanted.and_then(Value::as_str).and_then(State::from_name);
        match wanted {
            Some(wanted) if wanted == current => Ok(current),
            Some(wanted) if self.settable.contains(&wanted) && current == State::Draft => {
                let detail = "a draft leaves its state by POST .../action?op=publish alone";
                Err(Error::new(Code::TransitionNotAllowed, detail).at("/state"))
            }
            Some(wanted) if self.settable.contains(&wanted) => Ok(wanted),
            _ => Err(self.state_invalid()),
        }
    }

    /// FLOW-1456-400: a PATCH cannot set the state.
    fn state_invalid(&self) -> Error {
        let names: Vec<&str> = self.settable.iter().map(|state| state.name()).collect();
        let detail = format!("state must be one of {}; a PATCH can set no other", names.join(", "));
        Error::new(Code::PatchStateInvalid, detail).at("/state")
    }

    /// The state after an action on an entity of that kind in state `current`.
    ///
    /// # Errors
    /// FLOW-1422-400 if the state does not allow it, and those of [`check_update`](Self::check_update).
    pub(crate) fn after(&self, kind: Kind, action: Action, current: State) -> Result<State, Error> {
        self.check_update(kind, current)?;
        let transition =
            self.transitions.iter().find(|(asked, from, _)| (*asked, *from) == (action, current));
        transition.map(|(_, _, to)| *to).ok_or_else(|| {
            let (action, noun, current) = (action.name(), kind.noun(), current.name());
            let detail = format!("{action} cannot be applied to a {noun} in state {current}");
            Error::new(Code::ActionNotApplicable, detail)
        })
    }
}

impl Action {
    /// Every action.
    const ALL: [Self; 3] = [Self::Publish, Self::Enable, Self::Disable];

    /// Its name, the value of `op`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Enable => "enable",
            Self::Disable => "disable",
        }
    }

    /// The action with that name, in any letter case.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name().eq_ignore_ascii_case(name))
    }
}

fn refusal(code: Code, kind: Kind, state: State, done: &str) -> Error {
    let (noun, name) = (kind.noun(), state.name());
    Error::new(code, format!("a {noun} in state {name} cannot be {done}: {}", code.explanation()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KIND: Kind = Kind::Connection;

    fn code<T>(result: Result<T, Error>) -> Option<Code> {
        result.err().map(|error| error.code())
    }

    #[test]
    fn each_state_allows_the_documented_changes() {
        let rules = [
            (State::Enabled, None, None),
            (State::Disabled, None, None),
            (State::Draft, None, None),
            (State::Initializing, Some(Code::InitializingIsProviders), Some(Code::InitializingIsProviders)),
            (State::Updating, Some(Code::TransitionalState), Some(Code::StateForbidsChange)),
            (State::Deleting, Some(Code::UpdateWhileDeleting), Some(Code::DeleteWhileDeleting)),
        ];
        for (state, update, delete) in rules {
            assert_eq!(code(Lifecycle::BASE.check_update(KIND, state)), update, "{state:?}");
            assert_eq!(code(Lifecycle::BASE.check_delete(KIND, state)), delete, "{state:?}");
        }
    }

    #[test]
    fn each_action_applies_in_one_state() {
        use Action::{Disable, Enable, Publish};
        let ways = [
            (Publish, State::Draft, State::Enabled),
            (Enable, State::Disabled, State::Enabled),
            (Disable, State::Enabled, State::Disabled),
        ];
        for (action, from, to) in ways {
            for state in [State::Draft, State::Enabled, State::Disabled] {
                let outcome = Lifecycle::BASE.after(KIND, action, state);
                if state == from {
                    assert_eq!(outcome.unwrap(), to);
                } else {
                    assert_eq!(code(outcome), Some(Code::ActionNotApplicable), "{action:?} {state:?}");
                }
            }
            assert_eq!(
                code(Lifecycle::BASE.after(KIND, action, State::Updating)),
                Some(Code::TransitionalState)
            );
        }
    }

    #[test]
    fn a_patch_sets_the_three_states_that_it_can_and_no_others() {
        let patched = |current, wanted: Value| Lifecycle::BASE.patched(current, Some(&wanted));
        assert_eq!(patched(State::Enabled, json!("disabled")).unwrap(), State::Disabled);
        assert_eq!(patched(State::Disabled, json!("initializing")).unwrap(), State::Initializing);
        assert_eq!(patched(State::Draft, json!("draft")).unwrap(), State::Draft);
        assert_eq!(code(patched(State::Draft, json!("enabled"))), Some(Code::TransitionNotAllowed));
        for wanted in [json!("draft"), json!("Enabled"), json!("deleting"), json!("x"), json!(1)] {
            assert_eq!(code(patched(State::Enabled, wanted)), Some(Code::PatchStateInvalid));
        }
        assert_eq!(code(Lifecycle::BASE.patched(State::Enabled, None)), Some(Code::PatchStateInvalid));
    }
}
