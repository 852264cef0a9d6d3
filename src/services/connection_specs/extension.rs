//! `x-flowmock`: what a document tells flowmock alone, since the real service keeps it to itself. It is never
//! answered.

use crate::base::files::Fault;
use crate::base::json::{kind_of, pointer_token};
use serde_json::{Map, Value};

/// The key under which it stands.
const KEY: &str = "x-flowmock";

/// What stands under [`KEY`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension {
    /// Whether connections of it can be patched; `false` makes each PATCH a FLOW-1445-400.
    pub(super) patch_allowed: bool,
    /// Whether another document may have the same id and version.
    pub(super) shares_id: bool,
}

impl Extension {
    /// Takes it out of a document.
    ///
    /// # Errors
    /// The [`Fault`] in it. A key that is not known is one: it would be a wish that does nothing.
    pub(super) fn take(document: &mut Map<String, Value>) -> Result<Self, Fault> {
        let mut read = Self { patch_allowed: true, shares_id: false };
        let members = match document.shift_remove(KEY) {
            None => return Ok(read),
            Some(Value::Object(members)) => members,
            Some(other) => {
                let reason = format!("must be an object, not {}", kind_of(&other));
                return Err(Fault::new(format!("/{KEY}"), reason));
            }
        };
        for (key, value) in members {
            let fault = |reason| Fault::new(format!("/{KEY}/{}", pointer_token(&key)), reason);
            let switch = match key.as_str() {
                "patchAllowed" => &mut read.patch_allowed,
                "sharesId" => &mut read.shares_id,
                _ => return Err(fault("is not known: there are patchAllowed and sharesId")),
            };
            *switch = value.as_bool().ok_or_else(|| fault("must be true or false"))?;
        }
        Ok(read)
    }

    /// Puts what is not as it would be without it back into a document.
    pub(super) fn put_back(&self, document: &mut Map<String, Value>) {
        let Self { patch_allowed, shares_id } = *self;
        let mut members = Map::new();
        if !patch_allowed {
            members.insert("patchAllowed".to_owned(), false.into());
        }
        if shares_id {
            members.insert("sharesId".to_owned(), true.into());
        }
        if !members.is_empty() {
            document.insert(KEY.to_owned(), Value::Object(members));
        }
    }
}
