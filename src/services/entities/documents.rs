//! [`Documents`]: a list of JSON documents in memory without an index, such as connection specs.
//!
//! Reference: "Listing".

use crate::store::query::{Filter, Order, Place, SortKey};
use serde_json::Value;
use uuid::Uuid;

/// An entity that is kept as a JSON document.
pub(crate) trait JsonDocument {
    /// The document that a read returns.
    fn document(&self) -> &Value;

    /// The document as JSON text.
    fn item(&self) -> &[u8];

    /// Orders documents that are otherwise equal.
    fn tie(&self) -> Uuid;
}

/// The documents that a list selects, in their order.
pub(crate) struct Documents<'a, D> {
    documents: Vec<&'a D>,
    order: &'a Order,
}

impl<'a, D: JsonDocument> Documents<'a, D> {
    /// Selects the documents that match `filter`, in that order.
    pub(crate) fn new(mut documents: Vec<&'a D>, filter: &Filter, order: &'a Order) -> Self {
        documents.retain(|document| filter.matches(document.document()));
        Self { documents, order }
    }

    /// The number of documents.
    pub(crate) fn count(&self) -> usize {
        self.documents.len()
    }

    /// The first `limit` documents behind `after`.
    pub(crate) fn page(&self, after: Option<&Place>, limit: usize) -> Vec<&'a D> {
        let placed = self.documents.iter().map(|document| (self.place(document), *document));
        let is_behind = |place: &Place| after.is_none_or(|after| self.order.compare(place, after).is_gt());
        let mut placed: Vec<_> = placed.filter(|(place, _)| is_behind(place)).collect();
        placed.sort_unstable_by(|(one, _), (other, _)| self.order.compare(one, other));
        placed.into_iter().take(limit).map(|(_, document)| document).collect()
    }

    /// The place of a document in the order.
    pub(crate) fn place(&self, document: &D) -> Place {
        let key = self.order.path.get(document.document()).map_or(SortKey::Absent, SortKey::of);
        Place { key, id: document.tie() }
    }
}
