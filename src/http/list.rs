//! [`Question`]: what a list call asks, from its parameters to the answer. `GET /connections` and `POST
//! /connections/search` differ only in where the parameters stand.
//!
//! Reference: "Listing"; `errors.csv`, FLOW-1401-400, FLOW-1432-400, FLOW-1433-400, FLOW-1440-400 to
//! FLOW-1453-400. FLOW-1424-400 cannot come up: the gateway refuses every cross-sandbox query.

use crate::base::error::Error;
use crate::http::answer;
use crate::http::page;
use crate::http::page::Links;
use crate::services::connections::fields::FIELDS;
use crate::services::connections::{COLLECTION, KIND};
use crate::services::entities::select::Selection;
use crate::services::world::Sandbox;
use crate::store::Entity;
use crate::store::query::{Listing, Parameters, Property, Refusal, Walk, Wanted, next_href};
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

const DEFAULT_ORDER: &str = "-createdAt";

/// What a list call asks.
pub(crate) struct Question<'a> {
    parameters: &'a Parameters,
    listing: Listing,
}

impl<'a> Question<'a> {
    /// Reads the parameters, which are all known ones.
    ///
    /// # Errors
    /// The codes that the module names.
    pub(crate) fn read(parameters: &'a Parameters, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let is_own = |field: &str| sandbox.store.has_own_field(KIND, field);
        let listing = Listing::read(parameters, &sandbox.tenant, DEFAULT_ORDER, &FIELDS, is_own)?;
        Ok(Self { parameters, listing })
    }

    /// The answer: a page, or a number.
    ///
    /// # Errors
    /// FLOW-1400-500 if what is stored is not JSON.
    pub(crate) async fn answer(self, sandbox: &Sandbox) -> Result<Response, Error> {
        let Self { parameters, listing } = self;
        let Listing { property: Property { filter, projection }, order, wanted } = listing;
        let selection = Selection::new(&sandbox.store, &filter, &order);
        let (after, limit) = match wanted {
            Wanted::Count => return Ok(answer::ok(&json!({"count": selection.count().await}))),
            Wanted::Page { after, limit } => (after, limit),
        };
        let limit = limit.unwrap_or_default().get();
        let mut page = selection.page(after, limit + 1).await; // one more tells whether there is a next page
        let length = fitting(&page).min(limit);
        let next = (page.len() > length).then(|| {
            page.truncate(length);
            let place = selection.place(&page[length - 1]);
            let token = Walk { tenant: &sandbox.tenant, order: &order, filter: &filter }.token(&place);
            next_href(COLLECTION, parameters, &token)
        });
        let items = page.iter().map(|entity| entity.item());
        page::answer(items, projection.as_ref(), next.map_or(Links::Last, Links::Next))
    }
}

/// How large a page may grow, in bytes, unless its first item alone is larger.
const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;

/// How many of the first entities fit into a page.
fn fitting(entities: &[Arc<Entity>]) -> usize {
    let sizes = entities.iter().scan(0, |sum, entity| {
        *sum += entity.item().len();
        Some(*sum)
    });
    sizes.take_while(|&sum| sum <= MAX_PAGE_BYTES).count().max(1)
}
