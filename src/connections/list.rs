//! `GET /connections`: the caller's connections, newest first, a page at a time. Reference: "Listing".
//!
//! Filters (`property`) and orders other than the default one are not there yet; asking for them is refused, since a
//! list that silently was not filtered would be worse.

use super::{COLLECTION, KIND};
use crate::app::Shared;
use crate::error::{Code, Error, excerpt};
use crate::query::{Limit, Parameters, boolean, continuation};
use crate::store::Page;
use crate::tenant::Tenant;
use crate::web::answer;
use crate::web::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

pub(super) async fn list(
    State(app): State<Shared>, tenant: Tenant, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&["limit", "continuationToken", "orderby", "property", "count"])?;
    refuse_what_is_not_there(&query)?;
    let limit = query.last("limit").map(Limit::parse).transpose()?;
    if query.last("count").map(|count| boolean("count", count)).transpose()? == Some(true) {
        return match limit {
            Some(_) => Err(Error::of(Code::LimitWithCount)),
            None => Ok(answer::ok(&json!({"count": app.store.count(&tenant, KIND)}))),
        };
    }
    let after =
        query.last("continuationToken").map(|token| continuation::position(&tenant, token)).transpose()?;
    let page = app.store.page(&tenant, KIND, after, limit.unwrap_or_default().get());
    let next = next_link(&tenant, &page, limit);
    Ok(answer::json(StatusCode::OK, body(&page, next.as_deref())))
}

fn refuse_what_is_not_there(query: &Parameters) -> Result<(), Error> {
    if let Some(filter) = query.last("property") {
        let detail = format!("property={} cannot be answered: flowmock does not filter yet", excerpt(filter));
        return Err(Error::new(Code::OperatorNotImplemented, detail));
    }
    match query.last("orderby") {
        None | Some("-createdAt") => Ok(()),
        Some(order) => {
            let detail = format!(
                "orderby={} cannot be answered: flowmock orders by -createdAt alone yet",
                excerpt(order)
            );
            Err(Error::new(Code::OrderField, detail))
        }
    }
}

/// Relative to the base path, with what is needed to go on: the place, and the page length if the client chose one.
fn next_link(tenant: &Tenant, page: &Page, limit: Option<Limit>) -> Option<String> {
    let last = page.entities.last().filter(|_| page.more)?;
    let token = continuation::token(tenant, last.position());
    let limit = limit.map(|limit| format!("&limit={}", limit.get())).unwrap_or_default();
    Some(format!("/{COLLECTION}?continuationToken={token}{limit}"))
}

/// The items' stored bytes, joined.
fn body(page: &Page, next: Option<&str>) -> Vec<u8> {
    let links = next.map_or_else(|| "{}".to_owned(), |href| json!({"next": {"href": href}}).to_string());
    let items: usize = page.entities.iter().map(|entity| entity.item().len() + 1).sum();
    let mut body = Vec::with_capacity(items + links.len() + 32);
    body.extend_from_slice(b"{\"items\":[");
    for (index, entity) in page.entities.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(entity.item());
    }
    body.extend_from_slice(b"],\"_links\":");
    body.extend_from_slice(links.as_bytes());
    body.push(b'}');
    body
}
