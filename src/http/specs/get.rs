//! `GET /connectionSpecs/{id}`, `GET /flowSpecs/{id}`: every version of the spec, and both specs if two sources share the
//! id. Reference: "Connection specs", "Flow specs".

use super::ServedSpec;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::extract::{Id, Query};
use crate::http::page;
use crate::http::page::Links;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;

pub(crate) async fn get<S: ServedSpec>(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let specs = S::registry(&app).of(S::own(&sandbox));
    specs.newest(id.as_str())?;
    let items = specs.versions(id.as_str()).iter().map(|spec| spec.item());
    let memory = app.budget.make(items.clone().map(<[u8]>::len).sum()).await?;
    page::answer(items, None, Links::Absent, memory)
}
