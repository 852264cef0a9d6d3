//! A page of a list: `{"items":[...],"_links":{"next":{"href"}}}`. Reference: "Listing".

use super::answer;
use crate::base::error::Error;
use crate::store::query::Projection;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

/// What `_links` says.
pub(crate) enum Links {
    /// There is no `_links`: the list is whole.
    Absent,
    /// There is nothing behind this page.
    Last,
    /// The next page is there.
    Next(String),
}

/// The answer with these items, which are JSON. Their bytes are copied; only a projection reads them.
///
/// # Errors
/// FLOW-1400-500 if an item is not a JSON object.
pub(crate) fn answer<'a>(
    items: impl Iterator<Item = &'a [u8]> + Clone, projection: Option<&Projection>, links: Links,
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
    Ok(answer::json(StatusCode::OK, body))
}

/// `{"items":[...]}`; `rest` stands behind the array, with its comma: more keys.
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
