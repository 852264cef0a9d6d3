//! `GET /runs`: newest first, a page at a time. Reference: "Runs", "Listing".
//!
//! Decided: a page ends before it exceeds [`MAX_PAGE_BYTES`], as those of entities do.

use super::written::runs;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::base_url::BaseUrl;
use crate::http::extract::Query;
use crate::http::page::{Links, MAX_PAGE_BYTES, PageWriter};
use crate::services::runs::selection::{FIELDS, Selection};
use crate::services::runs::{ItemPlace, ItemWriter, Run};
use crate::services::world::Sandbox;
use crate::store::query::{LIST_PARAMETERS, ListResult, Listing, Projection, Walk, next_href};
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
        ListResult::Count => return Ok(answer::ok(&json!({"count": selection.count().await?}))),
        ListResult::Page { after, limit } => (after.as_ref(), limit.unwrap_or_default().get()),
    };
    let page = selection.page_behind(after, limit).await;
    let projection = listing.property.projection.as_ref();
    let write = |bytes| write(&page.runs, &selection, &place, projection, bytes);
    // The memory is reserved for runs of the usual size; if these turn out to be larger, for the largest page.
    let usual = (page.runs.len() * ItemWriter::ABOUT_BYTES).min(MAX_PAGE_BYTES);
    let mut memory = app.budget.make(usual).await?;
    let (mut written, mut shown) = write(usual)?;
    if shown < page.runs.len() && usual < MAX_PAGE_BYTES {
        drop((written, memory)); // a request that waits for memory must hold none
        memory = app.budget.make(MAX_PAGE_BYTES).await?;
        (written, shown) = write(MAX_PAGE_BYTES)?;
    }
    let cut = page.runs[..shown].last().filter(|_| shown < page.runs.len());
    let next = cut.map(|(_, run)| selection.place_of(run)).or(page.next);
    let walk = Walk { tenant, collection: COLLECTION, order: &listing.order, filter };
    let links = next.map_or(Links::Last, |next| Links::Next(next_href(&walk, &next, &listing.parameters)));
    Ok(written.finish(links, memory))
}

/// Writes the first runs, as many as fit into that many bytes and at least one. Returns the page and their number.
fn write<'a>(
    runs: &[(usize, Run)], selection: &Selection<'_>, place: &ItemPlace<'_>,
    projection: Option<&'a Projection>, bytes: usize,
) -> Result<(PageWriter<'a>, usize), Error> {
    let mut page = PageWriter::new(projection, bytes);
    let mut items = ItemWriter::new(place);
    for (shown, (flow, run)) in runs.iter().enumerate() {
        let before = page.len();
        page.item(|out| items.write(run, selection.flow(*flow), out))?;
        if page.len() > bytes && shown > 0 {
            page.truncate(before);
            return Ok((page, shown));
        }
    }
    Ok((page, runs.len()))
}
