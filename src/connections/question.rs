//! [`Question`]: what a list call asks, from its parameters to the answer. `GET /connections` and `POST
//! /connections/search` differ only in where the parameters stand.
//!
//! Reference: "Listing"; `errors.csv`, FLOW-1401-400, FLOW-1432-400, FLOW-1433-400, FLOW-1440-400 to
//! FLOW-1453-400. Decided: `count=true` passes over the parameters that say how a page looks; `limit` alone
//! excludes it, as the catalogue says. FLOW-1424-400 cannot come up: the gateway refuses every cross-sandbox
//! query.

use super::fields::FIELDS;
use super::select::Selection;
use super::{COLLECTION, KIND};
use crate::error::{Code, Error};
use crate::query::{Limit, Order, Parameters, Place, Property, Walk, boolean, next_href};
use crate::store::Store;
use crate::tenant::Tenant;
use crate::web::answer;
use crate::web::page::{self, Links};
use axum::response::Response;
use serde_json::json;

/// The parameters of a list call.
pub(super) const PARAMETERS: [&str; 5] = ["property", "orderby", "limit", "count", CONTINUATION];
pub(super) const CONTINUATION: &str = "continuationToken";
const DEFAULT_ORDER: &str = "-createdAt";

/// What a list call asks.
pub(super) struct Question<'a> {
    parameters: &'a Parameters,
    property: Property,
    order: Order,
    wanted: Wanted,
}

enum Wanted {
    Count,
    Page { after: Option<Place>, limit: Option<Limit> },
}

/// Why a question cannot be answered, and the parameter at fault.
pub(super) struct Refusal {
    pub(super) parameter: &'static str,
    pub(super) error: Error,
}

impl<'a> Question<'a> {
    /// Reads the parameters, which are all known ones.
    ///
    /// # Errors
    /// The codes that the module names.
    pub(super) fn read(parameters: &'a Parameters, store: &Store, tenant: &Tenant) -> Result<Self, Refusal> {
        let of = |parameter| move |error| Refusal { parameter, error };
        let token = parameters.last(CONTINUATION);
        // A walk that has begun goes on even when the last connection with that field is gone.
        let is_own = |field: &str| token.is_some() || store.has_own_field(tenant, KIND, field);
        let property = Property::read(parameters.all("property"), &FIELDS, is_own).map_err(of("property"))?;
        let order = parameters.last("orderby").unwrap_or(DEFAULT_ORDER);
        let order = Order::parse(order, &FIELDS, is_own).map_err(of("orderby"))?;
        let limit = parameters.last("limit").map(Limit::parse).transpose().map_err(of("limit"))?;
        let count = parameters.last("count").map(|count| boolean("count", count)).transpose();
        let wanted = match (count.map_err(of("count"))?, limit) {
            (Some(true), Some(_)) => return Err(of("limit")(Error::of(Code::LimitWithCount))),
            (Some(true), None) => Wanted::Count,
            (_, limit) => {
                let walk = Walk { tenant, order: &order, filter: &property.filter };
                let after = token.map(|token| walk.place(token)).transpose().map_err(of(CONTINUATION))?;
                Wanted::Page { after, limit }
            }
        };
        Ok(Self { parameters, property, order, wanted })
    }

    /// The answer: a page, or a number.
    ///
    /// # Errors
    /// FLOW-1400-500 if what is stored is not JSON.
    pub(super) async fn answer(self, store: &Store, tenant: &Tenant) -> Result<Response, Error> {
        let Self { parameters, property: Property { filter, projection }, order, wanted } = self;
        let selection = Selection::new(store, tenant, &filter, &order);
        let (after, limit) = match wanted {
            Wanted::Count => return Ok(answer::ok(&json!({"count": selection.count().await}))),
            Wanted::Page { after, limit } => (after, limit),
        };
        let length = limit.unwrap_or_default().get();
        let mut page = selection.page(after, length + 1).await; // one more tells whether there is a next page
        let next = (page.len() > length).then(|| {
            page.truncate(length);
            let place = selection.place(&page[length - 1]);
            let token = Walk { tenant, order: &order, filter: &filter }.token(&place);
            next_href(COLLECTION, parameters, &token)
        });
        let items = page.iter().map(|entity| entity.item());
        page::answer(items, projection.as_ref(), next.map_or(Links::Last, Links::Next))
    }
}
