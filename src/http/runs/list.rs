//! `GET /runs`: newest first, a page at a time. Reference: "Runs", "Listing".

use super::runs;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::base_url::BaseUrl;
use crate::http::extract::Query;
use crate::http::page::{self, Links};
use crate::services::runs::selection::{FIELDS, Selection};
use crate::services::runs::{Item, ItemPlace};
use crate::services::world::Sandbox;
use crate::store::query::{LIST_PARAMETERS, ListResult, Listing, Walk, next_href};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

/// The path segment of runs.
const COLLECTION: &str = "runs";

pub(super) async fn list(
    State(app): State<Shared>, sandbox: Sandbox, base_url: BaseUrl, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    let tenant = &sandbox.tenant;
    let listing = Listing::read(COLLECTION, &query, tenant, "-createdAt", &FIELDS, |_| false)?;
    let place = ItemPlace { tenant, sandbox_id: sandbox.id(), base_url: base_url.text() };
    let filter = &listing.property.filter;
    let selection = Selection::new(&runs(&app, &sandbox), filter, &listing.order, &place)?;
    let (after, limit) = match &listing.wanted {
        ListResult::Count => return Ok(answer::ok(&json!({"count": selection.count().await}))),
        ListResult::Page { after, limit } => (after.as_ref(), limit.unwrap_or_default().get()),
    };
    let page = selection.page_behind(after, limit).await;
    let write = |(flow, run): &(usize, _)| {
        serde_json::to_vec(&Item { run, runs: selection.flow(*flow), place: &place }).map_err(Error::internal)
    };
    let items: Vec<Vec<u8>> = page.runs.iter().map(write).collect::<Result<_, _>>()?;
    let memory = app.budget.make(items.iter().map(Vec::len).sum()).await?;
    let walk = Walk { tenant, collection: COLLECTION, order: &listing.order, filter };
    let links =
        page.next.map_or(Links::Last, |next| Links::Next(next_href(&walk, &next, &listing.parameters)));
    page::answer(items.iter().map(Vec::as_slice), listing.property.projection.as_ref(), links, memory)
}
