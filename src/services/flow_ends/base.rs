//! [`BaseConnection`]: the base connection of a source or target connection, as the service repeats it in
//! `inheritedAttributes`.
//!
//! Decided: it must exist and have the connection spec of the source or target connection. Edits of a base connection do not
//! reach what was made from it before.

use crate::base::error::{Code, Error};
use crate::base::operation::Kind;
use crate::services::entities::Context;
use crate::store::query::pick;
use crate::store::{Entity, State};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// The pointer to the id of the base connection.
pub(crate) const POINTER: &str = "/baseConnectionId";

/// A base connection that exists.
pub(crate) struct BaseConnection {
    entity: Arc<Entity>,
    /// Its `connectionSpec` and `auth`.
    members: Map<String, Value>,
}

impl BaseConnection {
    /// The base connection with that id.
    ///
    /// # Errors
    /// FLOW-1439-404 if there is none.
    pub(crate) fn find(id: &str, context: &Context<'_>) -> Result<Self, Error> {
        let entity = uuid_of(id).and_then(|id| context.entities.find(Kind::Connection, id));
        let entity = entity.ok_or_else(|| Error::not_found(Kind::Connection.collection(), id).at(POINTER))?;
        let members = pick(entity.item(), |key| matches!(key, "connectionSpec" | "auth"));
        Ok(Self { members: members.map_err(Error::internal)?, entity })
    }

    /// The id of its connection spec.
    pub(crate) fn spec_id(&self) -> &str {
        self.members.get("connectionSpec").and_then(|spec| spec["id"].as_str()).unwrap_or_default()
    }

    /// Whether it is a draft.
    pub(crate) fn is_draft(&self) -> bool {
        self.entity.state == State::Draft
    }

    /// The address of its inlet, if it has one.
    pub(crate) fn inlet_url(&self) -> Option<&str> {
        self.members.get("auth")?["params"]["inletUrl"].as_str()
    }

    /// Checks that its connection spec has that id.
    ///
    /// # Errors
    /// FLOW-1413-400.
    pub(crate) fn check_spec(&self, id: &str) -> Result<(), Error> {
        if self.spec_id() == id {
            return Ok(());
        }
        let detail = format!(
            "connectionSpec.id is not that of the base connection {}, which is {}",
            self.entity.id(),
            self.spec_id()
        );
        Err(Error::new(Code::SpecUnknown, detail).at("/connectionSpec/id"))
    }

    /// Checks that it is not a draft.
    ///
    /// # Errors
    /// FLOW-1422-400.
    pub(crate) fn check_published(&self) -> Result<(), Error> {
        if !self.is_draft() {
            return Ok(());
        }
        let detail = format!("the base connection {} is a draft; publish it first", self.entity.id());
        Err(Error::new(Code::ActionNotApplicable, detail).at(POINTER))
    }

    /// Its member of `inheritedAttributes`.
    pub(crate) fn inherited(&self) -> Value {
        let spec = self.members.get("connectionSpec");
        let part = |key: &str| spec.and_then(|spec| spec.get(key)).cloned().unwrap_or_default();
        json!({
            "id": self.entity.id(),
            "connectionSpec": { "id": part("id"), "version": part("version") }
        })
    }
}

/// The id as a UUID. Ids are compared as text, so another spelling is another id.
pub(crate) fn uuid_of(id: &str) -> Option<Uuid> {
    Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id)
}
