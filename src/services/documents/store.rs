//! [`Documents`]: the documents of one kind in a sandbox.

use super::document::{Document, MAX_DOCUMENTS};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The documents of one kind in a sandbox, in the order of their creation. A clone is a saved state: it shares the
/// documents, and later changes do not reach it.
#[derive(Default)]
pub(crate) struct Documents(RwLock<Arc<Index>>);

/// Documents and their places by id. Documents are never removed.
#[derive(Clone, Default)]
struct Index {
    all: Vec<Arc<Document>>,
    places: HashMap<Box<str>, usize>,
}

impl Index {
    fn put(&mut self, document: Arc<Document>) {
        match self.places.get(document.id()) {
            Some(&place) => self.all[place] = document,
            None => {
                self.places.insert(document.id().into(), self.all.len());
                self.all.push(document);
            }
        }
    }
}

impl Documents {
    /// Adds the document that `make` makes for an id of `new_id`, which is asked until the id is free. `None` if there
    /// are [`MAX_DOCUMENTS`].
    pub(super) fn add(
        &self, mut new_id: impl FnMut() -> String, make: impl FnOnce(&str) -> Document,
    ) -> Option<Arc<Document>> {
        let mut index = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if index.all.len() >= MAX_DOCUMENTS {
            return None;
        }
        let mut id = new_id();
        while index.places.contains_key(&*id) {
            id = new_id();
        }
        let document = Arc::new(make(&id));
        // Readers and saved states keep the old index. It is copied only then.
        Arc::make_mut(&mut index).put(Arc::clone(&document));
        Some(document)
    }

    /// Stores a document, which replaces the one with its id.
    pub(crate) fn put(&self, document: Document) {
        let mut index = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut index).put(Arc::new(document));
    }

    /// Adds all documents of `added`, which replace those with their ids. The limit does not apply.
    pub(crate) fn merge(&self, added: &Self) {
        let added = added.current();
        if !added.all.is_empty() {
            let mut index = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let index = Arc::make_mut(&mut index);
            added.all.iter().for_each(|document| index.put(Arc::clone(document)));
        }
    }

    /// The documents that are not in `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let (now, before) = (self.current(), before.current());
        let mut since = Index::default();
        if !Arc::ptr_eq(&now, &before) {
            let is_known = |document: &Arc<Document>| {
                before
                    .places
                    .get(document.id())
                    .is_some_and(|&place| Arc::ptr_eq(&before.all[place], document))
            };
            now.all.iter().filter(|document| !is_known(document)).for_each(|new| since.put(Arc::clone(new)));
        }
        Self(RwLock::new(Arc::new(since)))
    }

    /// The document with that id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Document>> {
        let index = self.0.read().unwrap_or_else(PoisonError::into_inner);
        index.places.get(id).map(|&place| Arc::clone(&index.all[place]))
    }

    /// Whether there is a document with that id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).places.contains_key(id)
    }

    /// All documents, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Document>> {
        self.current().all.clone()
    }

    /// The number of documents.
    pub(crate) fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).all.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count() == 0
    }

    fn current(&self) -> Arc<Index> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clone for Documents {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.current()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(id: &str, number: u64) -> Document {
        let members = json!({"number": number}).as_object().cloned().unwrap_or_default();
        Document { id: id.into(), members, bytes: 0 }
    }

    fn numbers(documents: &Documents) -> Vec<u64> {
        documents.all().iter().map(|document| document.members()["number"].as_u64().unwrap()).collect()
    }

    #[test]
    fn a_saved_state_does_not_see_later_documents() {
        let documents = Documents::default();
        documents.put(document("a", 1));
        let saved = documents.clone();
        documents.put(document("b", 2));
        documents.put(document("a", 3));
        assert_eq!((numbers(&saved), numbers(&documents)), (vec![1], vec![3, 2]));
        saved.merge(&documents);
        assert_eq!(numbers(&saved), [3, 2]);
        assert!(saved.has("b") && saved.get("c").is_none());
    }

    #[test]
    fn an_id_that_is_taken_is_not_used_again_and_a_full_store_takes_no_more() {
        let documents = Documents::default();
        documents.put(document("0", 0));
        let mut next = 0..;
        for _ in 1..MAX_DOCUMENTS {
            let id = || next.next().unwrap().to_string();
            assert!(documents.add(id, |id| document(id, 1)).is_some());
        }
        assert_eq!(documents.count(), MAX_DOCUMENTS);
        assert!(documents.add(|| "x".to_owned(), |id| document(id, 1)).is_none());
        assert!(!documents.has("x") && documents.has(&(MAX_DOCUMENTS - 1).to_string()));
    }
}
