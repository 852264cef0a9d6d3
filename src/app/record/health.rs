//! [`Health`]: whether the state that is kept outside of the server can be used.

use super::log::LogError;
use std::sync::{Arc, Mutex, PoisonError};

/// Whether the log of a server can be used, as its last exchange has shown.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Condition>);

/// The condition of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It is being read.
    #[default]
    Starting,
    /// Everything in it was applied.
    Ready,
    /// It cannot be reached, for this reason. That may pass.
    Gone(Arc<str>),
    /// It cannot be used as it is, for this reason.
    Unusable(Arc<str>),
}

impl Health {
    /// The condition of the log now.
    pub(crate) fn condition(&self) -> Condition {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes notice of the result of an exchange, and logs a change.
    pub(super) fn set(&self, result: Result<(), LogError>) {
        let next = match result {
            Ok(()) | Err(LogError::Refused(_)) => Condition::Ready,
            Err(LogError::Unusable(reason)) => Condition::Unusable(reason),
            Err(error) => Condition::Gone(error.not_recorded().reason.into()),
        };
        let mut condition = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*condition, &next) {
            (Condition::Gone(_) | Condition::Unusable(_), Condition::Ready) => {
                tracing::info!("the state can be used again");
            }
            (Condition::Starting | Condition::Ready, Condition::Gone(reason)) => tracing::warn!("{reason}"),
            (Condition::Unusable(_), Condition::Unusable(_)) => {}
            (_, Condition::Unusable(reason)) => tracing::error!("the state cannot be used: {reason}"),
            _ => {}
        }
        *condition = next;
    }
}
