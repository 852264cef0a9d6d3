//! `GET /connectionSpecs`: every connection spec, whole unless the client asks for pages. Reference:
//! "Connection specs", "Listing" (the parameters are the same).
//!
//! Decided: the default order is by name, since most have no `createdAt`, and ties are broken by id. A list
//! that the client limited has `_links`, the whole list has `items` alone.

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::Query;
use crate::http::page;
use crate::http::page::Links;
use crate::services::connection_specs::COLLECTION;
use crate::services::connection_specs::document::ConnectionSpec;
use crate::services::world::Sandbox;
use crate::store::query::{
    Fields, LIST_PARAMETERS, Listing, Order, Place, Property, SortKey, Type, Walk, Wanted, next_href,
};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

const FIELDS: Fields = Fields(&[
    ("id", Type::Id),
    ("name", Type::Text),
    ("providerId", Type::Id),
    ("version", Type::Text),
    ("type", Type::Text),
    ("authSpec", Type::Structure),
    ("sourceSpec", Type::Structure),
    ("exploreSpec", Type::Structure),
    ("attributes", Type::Structure),
    ("permissionsInfo", Type::Structure),
]);

const DEFAULT_ORDER: &str = "name";

pub(super) async fn list(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    let specs = app.specs.of(&sandbox.specs);
    let mut specs = specs.all();
    let is_own = |key: &str| specs.iter().any(|spec| spec.document().get(key).is_some());
    let listing = Listing::read(&query, &sandbox.tenant, DEFAULT_ORDER, &FIELDS, is_own)?;
    let Listing { property: Property { filter, projection }, order, wanted } = listing;
    specs.retain(|spec| filter.matches(spec.document()));
    let (after, limit) = match wanted {
        Wanted::Count => return Ok(answer::ok(&json!({"count": specs.len()}))),
        Wanted::Page { after, limit } => (after, limit),
    };
    let walk = Walk { tenant: &sandbox.tenant, order: &order, filter: &filter };
    let mut placed: Vec<_> = specs.into_iter().map(|spec| (place(spec, &order), spec)).collect();
    placed.retain(|(place, _)| after.as_ref().is_none_or(|after| order.compare(place, after).is_gt()));
    placed.sort_unstable_by(|(one, _), (other, _)| order.compare(one, other));
    let links = limit.map_or(Links::Absent, |limit| {
        let more = placed.len() > limit.get();
        placed.truncate(limit.get());
        let last = placed.last().filter(|_| more);
        last.map_or(Links::Last, |(place, _)| Links::Next(next_href(COLLECTION, &query, &walk.token(place))))
    });
    page::answer(placed.iter().map(|(_, spec)| spec.item()), projection.as_ref(), links)
}

fn place(spec: &ConnectionSpec, order: &Order) -> Place {
    Place { key: order.path.get(spec.document()).map_or(SortKey::Absent, SortKey::of), id: spec.tie }
}
