//! `DELETE /connections/{id}`. Reference: "Operations on /connections"; `errors.csv`, FLOW-1416-400 to
//! FLOW-1418-400.

use super::{KIND, lifecycle, not_found};
use crate::app::{App, Shared};
use crate::error::Error;
use crate::tenant::Tenant;
use crate::web::extract::{Id, Query};
use axum::extract::State;
use axum::http::StatusCode;

pub(super) async fn delete(
    State(app): State<Shared>, tenant: Tenant, id: Id, Query(query): Query,
) -> Result<StatusCode, Error> {
    query.only(&[])?;
    remove(&app, &tenant, &id)?;
    Ok(StatusCode::NO_CONTENT)
}

fn remove(app: &App, tenant: &Tenant, id: &Id) -> Result<(), Error> {
    let uuid = id.uuid().ok_or_else(|| not_found(id))?;
    loop {
        let current = app.store.get(tenant, KIND, uuid).ok_or_else(|| not_found(id))?;
        lifecycle::check_delete(current.state)?;
        // If somebody was faster, what they left is looked at afresh.
        if app.store.remove_if(tenant, KIND, current.etag, uuid).is_ok() {
            return Ok(());
        }
    }
}
