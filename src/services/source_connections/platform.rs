//! The sources inside the platform: profiles and data sets. Their source connections have a base connection that the service
//! makes.
//!
//! Decided: there is one for each sandbox and connection spec, made with the first source connection that needs it.

use super::shape::SourceShape;
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::services::connections;
use crate::services::entities::{Completeness, Write};
use serde_json::{Value, json};
use uuid::Uuid;

/// Names the base connection of the service in the body of a POST that needs one. If there is none yet and `check` accepts the
/// body, it is made.
///
/// # Errors
/// Those of `check`, and those of creating a connection.
pub(super) fn add_base_connection(
    json: &mut Value, write: &Write<'_>, check: impl FnOnce(&Value) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(spec_id) = json["connectionSpec"]["id"].as_str() else { return Ok(()) };
    let is_platform = SourceShape::by_id(spec_id).is_some_and(SourceShape::is_platform);
    if !is_platform || json.get("baseConnectionId").is_some() {
        return Ok(());
    }
    check(json)?;
    let id = Uuid::new_v5(&write.sandbox.id(), spec_id.as_bytes());
    let exists = || write.sandbox.store.get(Kind::Connection, id).is_some();
    if !exists() {
        let name = write.context().specs.resolve(spec_id, None)?.name().to_owned();
        let connection = json!({ "name": name, "connectionSpec": { "id": spec_id } });
        let size = connection.to_string().len();
        let write = Write { id: Some(id), initializing_for: None, ..*write };
        let made = connections::SPEC.create(&write, connection, Completeness::Whole, size);
        // Another request may have made it meanwhile.
        if let Err(error) = made
            && !exists()
        {
            return Err(error);
        }
    }
    json["baseConnectionId"] = id.to_string().into();
    Ok(())
}
