//! [`Projection`]: which top-level keys of each item a client wants. Reference: "Listing" (a bare
//! `property`).
//!
//! Decided: a key that an item does not have is left out, known or not; a path inside a key is FLOW-1452-400,
//! since whole keys are all that there is to ask for.

use super::{Path, pick};
use crate::base::error::{Code, Error};
use serde_json::{Map, Value};

/// Top-level keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Projection(Vec<String>);

/// How many keys may be asked for.
const MAX_KEYS: usize = 100;

impl Projection {
    /// Adds the keys that `text` names, separated by commas.
    ///
    /// # Errors
    /// FLOW-1452-400 for what is not a list of keys, or too long.
    pub(super) fn add(&mut self, text: &str) -> Result<(), Error> {
        // Does not repeat the text: a filter that went astray may hold a credential.
        let invalid = || {
            let detail = "a property without an operator behind its first name is a projection, a list of at \
                          most 100 top-level keys (name,state); a filter takes a property parameter of its own";
            Error::new(Code::ParameterInvalid, detail)
        };
        let mut rest = Some(text);
        while let Some(text) = rest {
            let (path, behind) = Path::read(text.trim_start()).map_err(|_| invalid())?;
            self.0.push(path.into_key().ok_or_else(invalid)?);
            let behind = behind.trim_start();
            rest = behind.strip_prefix(',');
            if (rest.is_none() && !behind.is_empty()) || self.0.len() > MAX_KEYS {
                return Err(invalid());
            }
        }
        Ok(())
    }

    /// Those keys of `item`, in its own order.
    ///
    /// # Errors
    /// If `item` is not a JSON object.
    pub(crate) fn of(&self, item: &[u8]) -> serde_json::Result<Map<String, Value>> {
        pick(item, |key| self.0.iter().any(|wanted| wanted == key))
    }
}
