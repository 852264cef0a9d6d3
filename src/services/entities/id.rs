//! [`Id`]: the id in a path, and the entity that it names.

use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::services::world::Sandbox;
use crate::store::Entity;
use std::sync::Arc;
use uuid::Uuid;

/// The id in a path, as the client wrote it.
pub(crate) struct Id(String);

impl Id {
    /// The id in a path, percent-decoded.
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text as the client wrote it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a UUID; `None` for text that cannot be an entity's id.
    ///
    /// Ids are compared as text, so only flowmock's form, in lower case with hyphens, is the id of an entity.
    pub(crate) fn uuid(&self) -> Option<Uuid> {
        let lower = self.0.bytes().all(|byte| !byte.is_ascii_uppercase());
        (self.0.len() == 36 && lower).then(|| Uuid::try_parse(&self.0).ok()).flatten()
    }

    /// The entity of that kind with this id.
    ///
    /// # Errors
    /// FLOW-1439-404 if the sandbox has none.
    pub(crate) fn find(&self, sandbox: &Sandbox, kind: Kind) -> Result<Arc<Entity>, Error> {
        let entity = self.uuid().and_then(|uuid| sandbox.store.get(kind, uuid));
        entity.ok_or_else(|| Error::not_found(kind.collection(), self.as_str()))
    }
}
