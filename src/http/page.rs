//! A page of a list: `{"items":[...],"_links":{"next":{"href"}}}`. Reference: "Listing".

use super::answer;
use crate::base::budget::Reservation;
use crate::base::error::Error;
use crate::store::query::Projection;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

/// The links of a page.
pub(crate) enum Links {
    /// No `_links` at all: the list is not paged.
    Absent,
    /// An empty `_links`: this is the last page.
    Last,
    /// The path and query of the next page.
    Next(String),
}

/// The response with a page of `items`, each a JSON object. Their bytes are copied; only a projection parses them. `memory`
/// is the reservation for the page.
///
/// # Errors
/// FLOW-1400-500 if an item is not a JSON object.
pub(crate) fn answer<'a>(
    items: impl Iterator<Item = &'a [u8]> + Clone, projection: Option<&Projection>, links: Links,
    memory: Reservation,
) -> Result<Response, Error> {
    let links = match links {
        Links::Absent => String::new(),
        Links::Last => ",\"_links\":{}".to_owned(),
        Links::Next(href) => format!(",\"_links\":{}", json!({"next": {"href": href}})),
    };
    let body = match projection {
        None => joined(items, &links),
        Some(projection) => {
            let project = |item| serde_json::to_vec(&projection.of(item)?);
            let items: Vec<Vec<u8>> =
                items.map(project).collect::<Result<_, _>>().map_err(Error::internal)?;
            joined(items.iter().map(Vec::as_slice), &links)
        }
    };
    Ok(answer::json(StatusCode::OK, memory.hold(body)))
}

/// `{"items":[...]}`, followed by `rest`: further keys, each with a leading comma.
fn joined<'a>(items: impl Iterator<Item = &'a [u8]> + Clone, rest: &str) -> Vec<u8> {
    let length: usize = items.clone().map(|item| item.len() + 1).sum();
    let mut body = Vec::with_capacity(length + rest.len() + 12);
    body.extend_from_slice(b"{\"items\":[");
    for (index, item) in items.enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(item);
    }
    body.push(b']');
    body.extend_from_slice(rest.as_bytes());
    body.push(b'}');
    body
}
