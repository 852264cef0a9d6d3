//! [`Selection`]: finds the entities of a list, by a filter and an order, with as little work as the store's indexes
//! allow.
//!
//! The indexes know ids, creation times and the kind's [indexed fields](super::KindSpec::indexed). A filter `==` on one
//! of these narrows the scope; the other filters are checked entity by entity, and only those on other fields read
//! JSON. An order by creation time or by an indexed field walks along its index; for any other order, all matching
//! entities of the scope are visited and the first ones kept, without sorting all.
//!
//! The store returns a stretch at a time, and no lock is held while its entities are checked; other tasks regularly get
//! the thread. An entity that is added or removed meanwhile may be seen or not; one that exists throughout is seen
//! once, since each stretch begins behind a place in an order. Reference: "Listing".

#[cfg(test)]
mod tests;

use super::kind::KindSpec;
use super::lookup::{Computed, EntityView, Slot, Way};
use crate::store::query::{Condition, Filter, Order, Path, Place};
use crate::store::{Entities, Entity, Scope, Store};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::task::yield_now;

/// The number of entities that are checked before other tasks get the thread.
const BATCH: usize = 500;

/// The entities of one kind that a list selects, in their order, and how to find them.
pub(crate) struct Selection<'a> {
    store: &'a Store,
    spec: &'static KindSpec,
    order: &'a Order,
    /// All entities, each checked against the whole filter.
    wide: Look<'a>,
    /// The narrowest scope that an index can find, and the conditions that remain to be checked.
    narrow: Look<'a>,
    /// The top-level keys that filter and order name; no others are read.
    roots: Vec<&'a str>,
    computed: Option<Computed<'a>>,
}

/// Where to look, and the conditions to check there.
#[derive(Clone)]
struct Look<'a> {
    scope: Scope,
    conditions: Vec<(Slot, &'a Condition)>,
}

impl<'a> Selection<'a> {
    /// Selects the entities of `store` that match `filter`, in that order.
    pub(crate) fn new(
        store: &'a Store, spec: &'static KindSpec, filter: &'a Filter, order: &'a Order,
    ) -> Self {
        let slot = |condition: &Condition| Slot::of(&condition.path, &spec.indexed);
        let conditions = filter.0.iter().map(|condition| (slot(condition), condition)).collect();
        let wide = Look { scope: Scope::All, conditions };
        let narrower = wide.conditions.iter().enumerate().filter_map(|(place, (slot, condition))| {
            let (scope, exact) = slot.scope(condition)?;
            let mut conditions = wide.conditions.clone();
            if exact {
                conditions.remove(place);
            }
            Some(Look { scope, conditions })
        });
        let narrowest = narrower.min_by_key(|look| store.count(spec.kind, &look.scope));
        let narrow = narrowest.unwrap_or_else(|| wide.clone());
        let paths = filter.0.iter().map(|condition| &condition.path).chain([&order.path]);
        Self { store, spec, order, wide, narrow, roots: paths.map(Path::root).collect(), computed: None }
    }

    /// The selection if entities also have the member `key`, which is not stored with them.
    pub(crate) fn with_computed(mut self, key: &str, computed: Computed<'a>) -> Self {
        if self.roots.contains(&key) {
            self.computed = Some(computed);
        }
        self
    }

    /// The number of entities. Costs next to nothing if an index has the answer.
    pub(crate) async fn count(&self) -> usize {
        if self.narrow.conditions.is_empty() {
            return self.store.count(self.spec.kind, &self.narrow.scope);
        }
        let mut count = 0;
        self.visit(&self.narrow, Way::NEWEST, None, BATCH, |_| {
            count += 1;
            ControlFlow::Continue(())
        })
        .await;
        count
    }

    /// The first `limit` entities behind `after`.
    pub(crate) async fn page(&self, after: Option<Place>, limit: usize) -> Entities {
        match Way::of(self.order, &self.spec.indexed) {
            Some(way @ Way::Time(_)) => self.walk(&self.narrow, way, after, limit).await,
            Some(way @ Way::Key(..)) if self.is_dense(limit) => {
                self.walk(&self.wide, way, after, limit).await
            }
            _ => self.sort(after, limit).await.into(),
        }
    }

    /// Whether walking along all entities finds a page sooner than visiting the narrow scope: the walk takes about
    /// `limit * all / narrow` steps, the visit `narrow`.
    fn is_dense(&self, limit: usize) -> bool {
        let [all, narrow] =
            [&self.wide, &self.narrow].map(|look| self.store.count(self.spec.kind, &look.scope));
        limit.saturating_mul(all) <= narrow.saturating_mul(narrow) || narrow == all
    }

    /// The place of an entity in the order.
    pub(crate) fn place(&self, entity: &Arc<Entity>) -> Place {
        self.candidate(entity).place(self.order_slot(), &self.order.path)
    }

    /// The place in the store of the field that the list is ordered by.
    fn order_slot(&self) -> Slot {
        Slot::of(&self.order.path, &self.spec.indexed)
    }

    fn candidate<'c>(&'c self, entity: &'c Arc<Entity>) -> EntityView<'c> {
        EntityView::new(entity, &self.roots, self.computed)
    }

    async fn walk(&self, look: &Look<'a>, way: Way, after: Option<Place>, limit: usize) -> Entities {
        if look.conditions.is_empty() {
            return way.stretch(self.store, self.spec.kind, &look.scope, after.as_ref(), limit);
        }
        let mut page = Vec::with_capacity(limit);
        self.visit(look, way, after, limit, |candidate| {
            page.push(Arc::clone(candidate.entity));
            if page.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .await;
        page.into()
    }

    async fn sort(&self, after: Option<Place>, limit: usize) -> Vec<Arc<Entity>> {
        let slot = self.order_slot();
        let mut first = BTreeMap::new();
        self.visit(&self.narrow, Way::NEWEST, None, BATCH, |candidate| {
            let rank = Rank { order: self.order, place: candidate.place(slot, &self.order.path) };
            let is_behind = after.as_ref().is_none_or(|after| self.order.compare(&rank.place, after).is_gt());
            let is_full = first.len() == limit;
            if is_behind && !(is_full && first.last_key_value().is_some_and(|(last, _)| *last < rank)) {
                first.insert(rank, Arc::clone(candidate.entity));
                if is_full {
                    first.pop_last();
                }
            }
            ControlFlow::Continue(())
        })
        .await;
        first.into_values().collect()
    }

    /// Shows `visitor` each selected entity behind `after`, until it stops. The first stretch has `size` entities.
    async fn visit(
        &self, look: &Look<'a>, way: Way, mut after: Option<Place>, mut size: usize,
        mut visitor: impl FnMut(&EntityView<'_>) -> ControlFlow<()>,
    ) {
        loop {
            let stretch = way.stretch(self.store, self.spec.kind, &look.scope, after.as_ref(), size);
            for (index, entity) in stretch.iter().enumerate() {
                if index % BATCH == BATCH - 1 {
                    yield_now().await;
                }
                let candidate = self.candidate(entity);
                if look.conditions.iter().all(|(slot, condition)| candidate.fulfils(*slot, condition))
                    && visitor(&candidate).is_break()
                {
                    return;
                }
            }
            match stretch.last() {
                Some(last) if stretch.len() == size => after = Some(way.place(last)),
                _ => return,
            }
            size = match way {
                // Short, since the store is locked while it collects a stretch.
                Way::Time(_) => BATCH,
                // Longer, since where many entities share a key, the store visits thousands of them for a stretch.
                Way::Key(..) => (2 * size).clamp(BATCH, 8 * BATCH),
            };
        }
    }
}

/// A place that can be compared with others of its order.
struct Rank<'a> {
    order: &'a Order,
    place: Place,
}

impl Ord for Rank<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.compare(&self.place, &other.place)
    }
}

impl PartialOrd for Rank<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank<'_> {}
