//! [`OwnSources`]: the source data that one sandbox sees.

use super::fixtures::Seeded;
use std::sync::{Arc, PoisonError, RwLock};

/// The source data that only one sandbox sees. A clone is a saved state.
#[derive(Default)]
pub(crate) struct OwnSources(RwLock<Arc<Seeded>>);

impl OwnSources {
    /// The data now.
    pub(crate) fn current(&self) -> Arc<Seeded> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Adds the data in `added`, which replaces that of the same sources.
    pub(crate) fn merge(&self, added: &Self) {
        let added = added.current();
        if !added.is_empty() {
            Arc::make_mut(&mut self.0.write().unwrap_or_else(PoisonError::into_inner)).merge(&added);
        }
    }
}

impl Clone for OwnSources {
    fn clone(&self) -> Self {
        self.current().into()
    }
}

impl From<Arc<Seeded>> for OwnSources {
    fn from(seeded: Arc<Seeded>) -> Self {
        Self(RwLock::new(seeded))
    }
}
