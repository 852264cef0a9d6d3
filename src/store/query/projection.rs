//! [`Projection`]: the top-level keys of items that a list returns. Reference: "Listing" (a bare `property`).
//!
//! Decided: keys that an item does not have are left out, whether they are documented or not. A path inside a key is
//! FLOW-1452-400, since only whole keys can be selected.

use super::{Path, pick};
use crate::base::error::{Code, Error};
use serde_json::{Map, Value};

/// The selected keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Projection(Vec<String>);

/// The largest number of keys.
const MAX_KEYS: usize = 100;

impl Projection {
    /// Adds the keys in `text`, separated by commas.
    ///
    /// # Errors
    /// FLOW-1452-400 if it is not a list of keys, or too long.
    pub(super) fn add(&mut self, text: &str) -> Result<(), Error> {
        // Does not repeat the text: it may be a malformed filter with a credential.
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

    /// The selected members of `item`, in the order of `item`.
    ///
    /// # Errors
    /// If `item` is not a JSON object.
    pub(crate) fn of(&self, item: &[u8]) -> serde_json::Result<Map<String, Value>> {
        pick(item, |key| self.0.iter().any(|wanted| wanted == key))
    }
}
