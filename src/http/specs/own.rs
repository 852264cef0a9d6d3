//! Reads the body of a POST or PUT as a spec of the tenant.
//!
//! Reference: "Connection specs"; the OpenAPI description's responses to POST and PUT (who wrote it, when and where).
//! Decided: the body is checked like a fixture, and mistakes are FLOW-1000-400 with their JSON pointer; a body without
//! `version` is version 1.0, or in a PUT the newest existing version; the service's keys (`createdAt`, `sandboxId`,
//! ...) in a body are ignored, since a client may send back what it read; the spec exists only in the tenant's sandbox.

use crate::app::App;
use crate::base::document::refusal::Problem;
use crate::base::error::{Error, excerpt};
use crate::base::json::kind_of;
use crate::base::tenant::Caller;
use crate::services::specs::{Compile, MAX_OWN, NotAdded, Spec};
use crate::services::world::Sandbox;
use crate::store::query::is_stamp;
use serde_json::{Map, Value, json};

/// The body, which has no `null`s in its objects, as an object.
pub(super) fn members(body: Value) -> Result<Map<String, Value>, Error> {
    match body {
        Value::Object(members) => Ok(members),
        other => Err(Error::bad_request(format!("the body must be an object, not {}", kind_of(&other)), "")),
    }
}

/// The spec in `members`, written now by `caller`; `before` is the spec that it replaces.
///
/// # Errors
/// FLOW-1000-400.
pub(super) fn read<S: Spec>(
    app: &App, sandbox: &Sandbox, caller: &Caller, members: Map<String, Value>, before: Option<&Value>,
) -> Result<S, Error> {
    let now = app.env.now();
    let Caller { api_key, user, reached_at: _ } = caller;
    let mut document = Map::new();
    let mut set = |key: &str, value: Value| document.insert(key.to_owned(), value);
    set("id", members.get("id").cloned().unwrap_or_default());
    // A built-in spec has no creation time or author; its first replacement sets them.
    let kept = |key: &str, or: Value| before.and_then(|before| before.get(key)).cloned().unwrap_or(or);
    set("createdAt", kept("createdAt", now.into()));
    set("updatedAt", now.into());
    set("createdBy", kept("createdBy", json!(user)));
    set("updatedBy", json!(user));
    set("createdClient", kept("createdClient", json!(api_key)));
    set("updatedClient", json!(api_key));
    set("sandboxId", json!(sandbox.tenant.sandbox_id()));
    set("sandboxName", json!(sandbox.tenant.sandbox));
    set("imsOrgId", json!(sandbox.tenant.ims_org));
    document.extend(members.into_iter().filter(|(key, _)| !is_stamp(key)));
    S::read(Value::Object(document), Compile::Now).map_err(not_a_spec)
}

/// FLOW-1000-400: the body is not a spec of its kind.
fn not_a_spec(Problem { path, reason }: Problem) -> Error {
    let place = path.strip_prefix('/').map_or("the body".to_owned(), |place| place.replace('/', "."));
    Error::bad_request(format!("{} {reason}", excerpt(&place)), path)
}

/// FLOW-1000-400: a spec with that id was not added. The catalogue has no conflict and no quota.
pub(super) fn not_added<S: Spec>(reason: &NotAdded, id: &str) -> Error {
    let (noun, collection) = (S::NOUN, S::COLLECTION);
    let (detail, at) = match reason {
        NotAdded::Known => {
            let detail = format!(
                "id {} is that of a {noun} already; leave it out for a new one, or replace the {noun} with PUT \
                 /{collection}/{id}",
                excerpt(id)
            );
            (detail, "/id")
        }
        NotAdded::NameTaken(other) => (
            format!("name is that of the {noun} {}; take another, for names are unique", excerpt(other)),
            "/name",
        ),
        NotAdded::TooMany => (
            format!("this sandbox has {MAX_OWN} {noun}s of its own already, and flowmock keeps no more"),
            "/id",
        ),
    };
    Error::bad_request(detail, at)
}
