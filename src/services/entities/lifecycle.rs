//! Which state allows what. Reference: "A base connection" (states), `errors.csv` (FLOW-1402-400,
//! FLOW-1416-400 to FLOW-1422-400, FLOW-1456-400 to FLOW-1458-400).
//!
//! Decided, where the reference is silent:
//! - tokens are users', so a connection in state `initializing` is out of their reach (FLOW-1417-400);
//! - an action that would change nothing (`enable` of an enabled connection) cannot be applied
//!   (FLOW-1422-400), while a PATCH may set `/state` to what it is;
//! - a draft leaves its state by `publish` alone: a PATCH of its `/state` is FLOW-1421-400.

use crate::base::error::{Code, Error};
use crate::store::State;
use serde_json::Value;

/// Whether a connection may be updated.
///
/// # Errors
/// FLOW-1417-400, FLOW-1420-400 or FLOW-1457-400.
pub(crate) fn check_update(state: State) -> Result<(), Error> {
    let code = match state {
        State::Enabled | State::Disabled | State::Draft => return Ok(()),
        State::Initializing => Code::InitializingIsProviders,
        State::Updating => Code::TransitionalState,
        State::Deleting => Code::UpdateWhileDeleting,
    };
    Err(refusal(code, "updated", state))
}

/// Whether a connection may be deleted.
///
/// # Errors
/// FLOW-1416-400, FLOW-1417-400 or FLOW-1458-400.
pub(crate) fn check_delete(state: State) -> Result<(), Error> {
    let code = match state {
        State::Enabled | State::Disabled | State::Draft => return Ok(()),
        State::Initializing => Code::InitializingIsProviders,
        State::Updating => Code::StateForbidsChange,
        State::Deleting => Code::DeleteWhileDeleting,
    };
    Err(refusal(code, "deleted", state))
}

fn refusal(code: Code, done: &str, state: State) -> Error {
    let name = state.name();
    Error::new(code, format!("a connection in state {name} cannot be {done}: {}", code.explanation()))
}

/// The state that a PATCH leaves: `wanted` is what stands under `/state` after its operations.
///
/// # Errors
/// FLOW-1456-400 for a state that cannot be set, FLOW-1421-400 for a draft's.
pub(crate) fn patched(current: State, wanted: Option<&Value>) -> Result<State, Error> {
    let wanted = wanted.and_then(Value::as_str).and_then(State::from_name);
    match wanted {
        Some(wanted) if wanted == current => Ok(current),
        Some(State::Enabled | State::Disabled | State::Initializing) if current == State::Draft => {
            let detail = "a draft leaves its state by POST .../action?op=publish alone";
            Err(Error::new(Code::TransitionNotAllowed, detail).at("/state"))
        }
        Some(wanted @ (State::Enabled | State::Disabled | State::Initializing)) => Ok(wanted),
        _ => Err(Error::of(Code::PatchStateInvalid).at("/state")),
    }
}

/// What a user's token can ask of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// `draft` becomes `enabled`.
    Publish,
    /// `disabled` becomes `enabled`.
    Enable,
    /// `enabled` becomes `disabled`.
    Disable,
}

impl Action {
    /// The state that a connection has afterwards.
    ///
    /// # Errors
    /// FLOW-1422-400 if its state does not allow it, or as [`check_update`] says.
    pub(crate) fn apply(self, current: State) -> Result<State, Error> {
        check_update(current)?;
        match (self, current) {
            (Self::Publish, State::Draft) | (Self::Enable, State::Disabled) => Ok(State::Enabled),
            (Self::Disable, State::Enabled) => Ok(State::Disabled),
            _ => {
                let (action, current) = (format!("{self:?}").to_lowercase(), current.name());
                let detail = format!("{action} cannot be applied to a connection in state {current}");
                Err(Error::new(Code::ActionNotApplicable, detail))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code<T>(result: Result<T, Error>) -> Option<Code> {
        result.err().map(|error| error.code())
    }

    #[test]
    fn each_state_allows_what_the_catalogue_says() {
        let rules = [
            (State::Enabled, None, None),
            (State::Disabled, None, None),
            (State::Draft, None, None),
            (State::Initializing, Some(Code::InitializingIsProviders), Some(Code::InitializingIsProviders)),
            (State::Updating, Some(Code::TransitionalState), Some(Code::StateForbidsChange)),
            (State::Deleting, Some(Code::UpdateWhileDeleting), Some(Code::DeleteWhileDeleting)),
        ];
        for (state, update, delete) in rules {
            assert_eq!(code(check_update(state)), update, "{state:?}");
            assert_eq!(code(check_delete(state)), delete, "{state:?}");
        }
    }

    #[test]
    fn an_action_applies_in_one_state_each() {
        use Action::{Disable, Enable, Publish};
        let ways = [
            (Publish, State::Draft, State::Enabled),
            (Enable, State::Disabled, State::Enabled),
            (Disable, State::Enabled, State::Disabled),
        ];
        for (action, from, to) in ways {
            for state in [State::Draft, State::Enabled, State::Disabled] {
                let outcome = action.apply(state);
                if state == from {
                    assert_eq!(outcome.unwrap(), to);
                } else {
                    assert_eq!(code(outcome), Some(Code::ActionNotApplicable), "{action:?} {state:?}");
                }
            }
            assert_eq!(code(action.apply(State::Updating)), Some(Code::TransitionalState));
        }
    }

    #[test]
    fn a_patch_sets_the_three_states_that_it_can_and_no_others() {
        let patched = |current, wanted: Value| patched(current, Some(&wanted));
        assert_eq!(patched(State::Enabled, json!("disabled")).unwrap(), State::Disabled);
        assert_eq!(patched(State::Disabled, json!("initializing")).unwrap(), State::Initializing);
        assert_eq!(patched(State::Draft, json!("draft")).unwrap(), State::Draft);
        assert_eq!(code(patched(State::Draft, json!("enabled"))), Some(Code::TransitionNotAllowed));
        for wanted in [json!("draft"), json!("Enabled"), json!("deleting"), json!("x"), json!(1)] {
            assert_eq!(code(patched(State::Enabled, wanted)), Some(Code::PatchStateInvalid));
        }
        assert_eq!(code(super::patched(State::Enabled, None)), Some(Code::PatchStateInvalid));
    }
}
