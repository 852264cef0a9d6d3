//! A page of a list: `{"items":[...],"_links":{"next":{"href"}}}`. Reference: "Listing".

use super::answer;
use crate::base::budget::Reservation;
use crate::base::error::Error;
use crate::base::json;
use crate::store::query::Projection;
use axum::http::StatusCode;
use axum::response::Response;

/// The links of a page.
pub(crate) enum Links {
    /// No `_links` at all: the list is not paged.
    Absent,
    /// An empty `_links`: this is the last page.
    Last,
    /// The path and query of the next page.
    Next(String),
}

/// The largest size of a page with several items, in bytes.
pub(crate) const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;

/// The response with a page of `items`, each a JSON object. Their bytes are copied; only a projection parses them. `memory`
/// is the reservation for the page.
///
/// # Errors
/// FLOW-1400-500 if an item is not a JSON object.
pub(crate) fn answer<'a>(
    items: impl Iterator<Item = &'a [u8]> + Clone, projection: Option<&Projection>, links: Links,
    memory: Reservation,
) -> Result<Response, Error> {
    let length: usize = items.clone().map(|item| item.len() + 1).sum();
    let mut page = PageWriter::new(projection, length);
    for item in items {
        page.item(|out| {
            out.extend_from_slice(item);
            Ok(())
        })?;
    }
    Ok(page.finish(links, memory))
}

/// A page whose items are written into it one by one.
pub(crate) struct PageWriter<'a> {
    body: Vec<u8>,
    projection: Option<&'a Projection>,
    /// The item that is being projected.
    whole: Vec<u8>,
}

const START: &[u8] = b"{\"items\":[";

/// The room for the link to the next page, in bytes. A longer one would have the whole page copied.
const USUAL_LINKS: usize = 1024;

impl<'a> PageWriter<'a> {
    /// An empty page, for items of about that many bytes together.
    pub(crate) fn new(projection: Option<&'a Projection>, bytes: usize) -> Self {
        let mut body = Vec::with_capacity(START.len() + bytes + USUAL_LINKS);
        body.extend_from_slice(START);
        Self { body, projection, whole: Vec::new() }
    }

    /// The number of bytes so far.
    pub(crate) fn len(&self) -> usize {
        self.body.len()
    }

    /// Removes the items behind the first `len` bytes, a number that [`len`](Self::len) returned.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.body.truncate(len);
    }

    /// Adds the item that `write` appends to a buffer, a JSON object.
    ///
    /// # Errors
    /// FLOW-1400-500 if `write` fails, or if the item is not a JSON object.
    pub(crate) fn item(
        &mut self, write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Result<(), Error> {
        if self.body.len() > START.len() {
            self.body.push(b',');
        }
        let Some(projection) = self.projection else {
            return write(&mut self.body).map_err(Error::internal);
        };
        self.whole.clear();
        write(&mut self.whole).map_err(Error::internal)?;
        let members = projection.of(&self.whole).map_err(Error::internal)?;
        serde_json::to_writer(&mut self.body, &members).map_err(Error::internal)
    }

    /// The response. `memory` is the reservation for the page.
    pub(crate) fn finish(self, links: Links, memory: Reservation) -> Response {
        let mut body = self.body;
        body.push(b']');
        match links {
            Links::Absent => {}
            Links::Last => body.extend_from_slice(b",\"_links\":{}"),
            Links::Next(href) => {
                body.extend_from_slice(b",\"_links\":{\"next\":{\"href\":");
                _ = json::write(&mut body, &href); // a vector takes every text
                body.extend_from_slice(b"}}");
            }
        }
        body.push(b'}');
        answer::json(StatusCode::OK, memory.hold(body))
    }
}
