//! `GET /stats`. Reference: "The other services, minimally".

use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::Query;
use crate::services::schema_registry::tenant_id;
use crate::services::world::Sandbox;
use axum::response::Response;
use serde_json::json;

pub(super) async fn stats(sandbox: Sandbox, Query(query): Query) -> Result<Response, Error> {
    query.only(&[])?;
    let ims_org = &sandbox.tenant.ims_org;
    Ok(answer::ok(&json!({
        "imsOrg": ims_org,
        "tenantId": tenant_id(ims_org),
        "counts": {"schemas": sandbox.neighbours.schemas.count()},
    })))
}
