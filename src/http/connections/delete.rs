//! `DELETE /connections/{id}`. Reference: "Operations on /connections"; `errors.csv`, FLOW-1416-400 to
//! FLOW-1418-400.

use super::not_found;
use crate::base::error::Error;
use crate::http::extract::{Id, Query};
use crate::services::connections::KIND;
use crate::services::entities::lifecycle;
use crate::services::world::Sandbox;
use axum::http::StatusCode;

pub(super) async fn delete(sandbox: Sandbox, id: Id, Query(query): Query) -> Result<StatusCode, Error> {
    query.only(&[])?;
    remove(&sandbox, &id)?;
    Ok(StatusCode::NO_CONTENT)
}

fn remove(sandbox: &Sandbox, id: &Id) -> Result<(), Error> {
    let uuid = id.uuid().ok_or_else(|| not_found(id))?;
    loop {
        let current = sandbox.store.get(KIND, uuid).ok_or_else(|| not_found(id))?;
        lifecycle::check_delete(current.state)?;
        // If somebody was faster, what they left is looked at afresh.
        if sandbox.store.remove_if(KIND, current.etag, uuid).is_ok() {
            return Ok(());
        }
    }
}
