//! [`ListQuery`]: a list call, from its parameters to the response. The list of entities, the search, and the list of
//! connection specs differ only in the sources of the parameters and of the items.
//!
//! Reference: "Listing"; `errors.csv`, FLOW-1401-400, FLOW-1432-400, FLOW-1433-400, FLOW-1440-400 to FLOW-1453-400.
//! FLOW-1424-400 cannot occur: the gateway refuses every cross-sandbox query.

use crate::app::App;
use crate::base::budget::{Budget, Reservation};
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::http::answer;
use crate::http::page::{self, Links, MAX_PAGE_BYTES, PageWriter};
use crate::services::entities::KindSpec;
use crate::services::entities::documents::{Documents, JsonDocument};
use crate::services::entities::select::Selection;
use crate::services::runs::{SandboxRuns, last_run};
use crate::services::world::Sandbox;
use crate::store::Entity;
use crate::store::query::{
    Fields, Limit, ListResult, Listing, Parameters, Place, Projection, Property, Refusal, Walk, next_href,
};
use axum::response::Response;
use serde_json::json;

/// A parsed list call.
pub(crate) struct ListQuery<'a> {
    /// The path segment of the list.
    collection: &'static str,
    listing: Listing<'a>,
}

impl<'a> ListQuery<'a> {
    /// Reads the parameters of a list of entities of one kind. The caller has checked their names.
    ///
    /// # Errors
    /// The codes in the module's documentation.
    pub(crate) fn of_entities(
        parameters: &'a Parameters, sandbox: &Sandbox, spec: &KindSpec,
    ) -> Result<Self, Refusal> {
        const NEWEST_FIRST: &str = "-createdAt";
        let is_own = |field: &str| sandbox.store.has_own_field(spec.kind, field);
        let collection = spec.kind.collection();
        Self::read(collection, parameters, &sandbox.tenant, NEWEST_FIRST, &spec.fields, is_own)
    }

    /// Reads the parameters of the list under the path segment `collection`. The caller has checked their names;
    /// `is_own` says whether some item has that top-level key besides `fields`.
    ///
    /// # Errors
    /// The codes in the module's documentation.
    pub(crate) fn read(
        collection: &'static str, parameters: &'a Parameters, tenant: &Tenant, default_order: &str,
        fields: &Fields, is_own: impl Fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        let listing = Listing::read(collection, parameters, tenant, default_order, fields, is_own)?;
        Ok(Self { collection, listing })
    }

    /// The response with entities of that kind: a page, of [`Limit::DEFAULT`] items by default, or a count.
    ///
    /// # Errors
    /// FLOW-1400-500 if a stored item is not JSON, FLOW-1004-503 if there is no memory for the page.
    pub(crate) async fn answer_entities(
        self, sandbox: &Sandbox, spec: &'static KindSpec, app: &App,
    ) -> Result<Response, Error> {
        let Property { filter, projection } = &self.listing.property;
        let runs = (spec.kind == Kind::Flow).then(|| SandboxRuns::new(sandbox, &app.config, app.env.now()));
        let computed =
            |entity: &Entity| runs.as_ref().map(|runs| last_run::member(runs, entity)).unwrap_or_default();
        let selection = Selection::new(&sandbox.store, spec, filter, &self.listing.order);
        let selection = selection.with_computed(last_run::KEY, &computed);
        let (after, limit) = match self.listing.wanted {
            ListResult::Count => return Ok(counted(selection.count().await)),
            ListResult::Page { ref after, limit } => (after.clone(), limit.unwrap_or_default().get()),
        };
        let page = selection.page(after, limit + 1).await; // one more tells whether there is a next page
        let count = fitting(page.iter().map(|entity| entity.item()), limit);
        let shown = page.iter().take(count);
        let last = count.checked_sub(1).filter(|_| count < page.len()).and_then(|place| page.get(place));
        let next = last.map(|last| selection.place(last));
        if let Some(runs) = &runs {
            let bytes = shown.clone().map(|flow| flow.item().len() + last_run::ABOUT_BYTES).sum();
            let memory = app.budget.make(bytes).await?;
            let mut page = PageWriter::new(projection.as_ref(), bytes);
            for flow in shown {
                page.item(|out| last_run::write(runs, flow, out))?;
            }
            return Ok(page.finish(self.links(next, &sandbox.tenant), memory));
        }
        let items = shown.map(|entity| entity.item());
        let memory = app.budget.make(items.clone().map(<[u8]>::len).sum()).await?;
        self.paged(items, projection.as_ref(), next, &sandbox.tenant, memory)
    }

    /// The response with documents: all of them with the links `whole`, a page if the client asks for one, or a count.
    ///
    /// # Errors
    /// FLOW-1400-500 if an item is not a JSON object, FLOW-1004-503 if there is no memory for the page.
    pub(crate) async fn answer_documents<D: JsonDocument>(
        self, documents: Vec<&D>, whole: Links, tenant: &Tenant, budget: &Budget,
    ) -> Result<Response, Error> {
        let Property { filter, projection } = &self.listing.property;
        let documents = Documents::new(documents, filter, &self.listing.order);
        let (after, limit) = match &self.listing.wanted {
            ListResult::Count => return Ok(counted(documents.count())),
            ListResult::Page { after, limit } => (after.as_ref(), limit.map(Limit::get)),
        };
        let Some(limit) = limit else {
            let all = documents.page(after, usize::MAX);
            let items = all.iter().map(|document| document.item());
            let memory = budget.make(items.clone().map(<[u8]>::len).sum()).await?;
            return page::answer(items, projection.as_ref(), whole, memory);
        };
        let page = documents.page(after, limit + 1);
        let shown = &page[..fitting(page.iter().map(|document| document.item()), limit)];
        let next = shown.last().filter(|_| shown.len() < page.len()).map(|last| documents.place(last));
        let items = shown.iter().map(|document| document.item());
        let memory = budget.make(items.clone().map(<[u8]>::len).sum()).await?;
        self.paged(items, projection.as_ref(), next, tenant, memory)
    }

    /// A page of these items, with a link to the next one if the list continues behind `next`.
    fn paged<'i>(
        &self, items: impl Iterator<Item = &'i [u8]> + Clone, projection: Option<&Projection>,
        next: Option<Place>, tenant: &Tenant, memory: Reservation,
    ) -> Result<Response, Error> {
        page::answer(items, projection, self.links(next, tenant), memory)
    }

    /// The links of a page behind which the list continues at `next`.
    fn links(&self, next: Option<Place>, tenant: &Tenant) -> Links {
        let Listing { parameters, property, order, .. } = &self.listing;
        let walk = Walk { tenant, collection: self.collection, order, filter: &property.filter };
        next.map_or(Links::Last, |place| Links::Next(next_href(&walk, &place, parameters)))
    }
}

/// The response to `count=true`.
fn counted(count: usize) -> Response {
    answer::ok(&json!({"count": count}))
}

/// The number of items that fit into a page of at most `limit`.
fn fitting<'i>(items: impl Iterator<Item = &'i [u8]>, limit: usize) -> usize {
    let (mut count, mut bytes) = (0, 0);
    for item in items.take(limit) {
        bytes += item.len();
        if count > 0 && bytes > MAX_PAGE_BYTES {
            break;
        }
        count += 1;
    }
    count
}
