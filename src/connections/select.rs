//! [`Selection`]: from a filter and an order to entities, with as little work as the store's indexes allow.
//!
//! The indexes know ids, creation and the fields in [`INDEXED`]. A filter `==` on one of them is a scope to look in;
//! the other filters are checked one entity after the other, and only those on other fields read its JSON. An order
//! by creation or by an indexed field is walked; for any other one, the wanted entities of the scope are gone through
//! and the first of them kept, without sorting all.
//!
//! The store is asked for a stretch at a time and no lock is held while its entities are looked at; between stretches
//! others get the thread. What is added or removed meanwhile may be seen or not; whatever exists throughout is seen
//! once, since each stretch begins behind a place in an order. Reference: "Listing".

use super::KIND;
use super::fields::INDEXED;
use crate::query::{Condition, Filter, Operator, Order, Path, Place, SortKey};
use crate::store::{Direction, Entity, Key, Position, Scope, Store};
use crate::tenant::Tenant;
use serde_json::Value;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::task::yield_now;
use uuid::Uuid;

/// How many entities are looked at before others get the thread.
const STRETCH: usize = 500;

/// Which entities, in which order, and how to come by them.
pub(super) struct Selection<'a> {
    store: &'a Store,
    tenant: &'a Tenant,
    order: &'a Order,
    /// All entities, each to be checked against the whole filter.
    wide: Look<'a>,
    /// As few as an index can narrow them down to, and what it leaves to be checked.
    narrow: Look<'a>,
}

/// Where to look, and what to check there.
#[derive(Clone)]
struct Look<'a> {
    scope: Scope,
    conditions: Vec<(Source, &'a Condition)>,
}

impl<'a> Selection<'a> {
    pub(super) fn new(store: &'a Store, tenant: &'a Tenant, filter: &'a Filter, order: &'a Order) -> Self {
        let conditions = filter.0.iter().map(|condition| (Source::of(&condition.path), condition)).collect();
        let wide = Look { scope: Scope::All, conditions };
        let narrower = wide.conditions.iter().enumerate().filter_map(|(place, (source, condition))| {
            let (scope, exact) = source.scope(condition)?;
            let mut conditions = wide.conditions.clone();
            if exact {
                conditions.remove(place);
            }
            Some(Look { scope, conditions })
        });
        let narrowest = narrower.min_by_key(|look| store.count(tenant, KIND, &look.scope));
        let narrow = narrowest.unwrap_or_else(|| wide.clone());
        Self { store, tenant, order, wide, narrow }
    }

    /// How many there are. Costs next to nothing if an index answers alone.
    pub(super) async fn count(&self) -> usize {
        if self.narrow.conditions.is_empty() {
            return self.store.count(self.tenant, KIND, &self.narrow.scope);
        }
        let mut count = 0;
        self.visit(&self.narrow, Way::NEWEST, None, STRETCH, |_| {
            count += 1;
            ControlFlow::Continue(())
        })
        .await;
        count
    }

    /// The first `limit` behind `after`.
    pub(super) async fn page(&self, after: Option<Place>, limit: usize) -> Vec<Arc<Entity>> {
        match Way::of(self.order) {
            Some(way @ Way::Time(_)) => self.walk(&self.narrow, way, after, limit).await,
            Some(way @ Way::Key(..)) if self.is_dense(limit) => {
                self.walk(&self.wide, way, after, limit).await
            }
            _ => self.sort(after, limit).await,
        }
    }

    /// Whether walking along all entities finds a page sooner than going through the narrow scope: the first takes
    /// about `limit * all / narrow` steps, the second `narrow`.
    fn is_dense(&self, limit: usize) -> bool {
        let [all, narrow] =
            [&self.wide, &self.narrow].map(|look| self.store.count(self.tenant, KIND, &look.scope));
        limit.saturating_mul(all) <= narrow.saturating_mul(narrow) || narrow == all
    }

    /// The place of an entity in the order.
    pub(super) fn place(&self, entity: &Arc<Entity>) -> Place {
        Candidate::new(entity).place(Source::of(&self.order.path), &self.order.path)
    }

    async fn walk(&self, look: &Look<'a>, way: Way, after: Option<Place>, limit: usize) -> Vec<Arc<Entity>> {
        let mut page = Vec::with_capacity(limit);
        self.visit(look, way, after, limit, |candidate| {
            page.push(Arc::clone(candidate.entity));
            if page.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .await;
        page
    }

    async fn sort(&self, after: Option<Place>, limit: usize) -> Vec<Arc<Entity>> {
        let source = Source::of(&self.order.path);
        let mut first = BTreeMap::new();
        self.visit(&self.narrow, Way::NEWEST, None, STRETCH, |candidate| {
            let rank = Rank { order: self.order, place: candidate.place(source, &self.order.path) };
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

    /// Shows `visitor` each wanted entity from behind `after` on, until it breaks off; looks at `size` of them first.
    async fn visit(
        &self, look: &Look<'a>, way: Way, mut after: Option<Place>, mut size: usize,
        mut visitor: impl FnMut(&Candidate<'_>) -> ControlFlow<()>,
    ) {
        loop {
            let stretch = way.stretch(self.store, self.tenant, &look.scope, after.as_ref(), size);
            for entity in &stretch {
                let candidate = Candidate::new(entity);
                if look.conditions.iter().all(|(source, condition)| candidate.fulfils(*source, condition))
                    && visitor(&candidate).is_break()
                {
                    return;
                }
            }
            match stretch.last() {
                Some(last) if stretch.len() == size => after = Some(way.place(last)),
                _ => return,
            }
            size = STRETCH;
            yield_now().await;
        }
    }
}

/// Where a field of an entity is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Id,
    CreatedAt,
    /// The key in that place.
    Key(usize),
    /// Its JSON.
    Item,
}

impl Source {
    fn of(path: &Path) -> Self {
        match path.to_string().as_str() {
            "id" => Self::Id,
            "createdAt" => Self::CreatedAt,
            field => INDEXED.iter().position(|indexed| *indexed == field).map_or(Self::Item, Self::Key),
        }
    }

    /// The entities that can fulfil `condition`, if an index knows them, and whether all of them do.
    fn scope(self, condition: &Condition) -> Option<(Scope, bool)> {
        let texts = condition.values.iter().map(|value| value.text.as_str());
        match self {
            _ if condition.operator != Operator::Equal => None,
            Self::Id => {
                // Ids are compared as text: another way to write one is another text.
                let id = |text| Uuid::try_parse(text).ok().filter(|id| id.to_string() == text);
                let ids: BTreeSet<Uuid> = texts.filter_map(id).collect();
                Some((Scope::Ids(ids.into_iter().collect()), true))
            }
            Self::Key(index) => {
                let keys: BTreeSet<Key> = texts.map(Key::of).collect();
                let exact = keys.iter().all(|key| key.whole().is_some());
                Some((Scope::Keyed(index, keys.into_iter().collect()), exact))
            }
            Self::CreatedAt | Self::Item => None,
        }
    }
}

/// An entity that is looked at. Its JSON is read when it is first needed, and once.
struct Candidate<'a> {
    entity: &'a Arc<Entity>,
    item: OnceCell<Value>,
}

impl<'a> Candidate<'a> {
    fn new(entity: &'a Arc<Entity>) -> Self {
        Self { entity, item: OnceCell::new() }
    }

    /// The value of a field that the store holds apart.
    fn apart(&self, source: Source) -> Option<Value> {
        match source {
            Source::Id => Some(self.entity.id().to_string().into()),
            Source::CreatedAt => Some(self.entity.position.created_at().into()),
            Source::Key(index) => self.entity.keys[index].whole().map(Value::from),
            Source::Item => None,
        }
    }

    fn item(&self) -> &Value {
        // The store holds nothing that is not JSON; if it did, nothing would be found in it.
        self.item.get_or_init(|| serde_json::from_slice(self.entity.item()).unwrap_or_default())
    }

    fn fulfils(&self, source: Source, condition: &Condition) -> bool {
        self.apart(source).map_or_else(|| condition.matches(self.item()), |value| condition.accepts(&value))
    }

    fn place(&self, source: Source, path: &Path) -> Place {
        let key = match self.apart(source) {
            Some(value) => SortKey::of(&value),
            None => path.get(self.item()).map_or(SortKey::Absent, SortKey::of),
        };
        Place { key, id: self.entity.id() }
    }
}

/// An order that the store can be walked in.
#[derive(Clone, Copy, Debug)]
enum Way {
    Time(Direction),
    /// By the key in that place.
    Key(usize, Direction),
}

impl Way {
    const NEWEST: Self = Self::Time(Direction::Descending);

    fn of(order: &Order) -> Option<Self> {
        match Source::of(&order.path) {
            Source::CreatedAt => Some(Self::Time(order.direction)),
            Source::Key(index) => Some(Self::Key(index, order.direction)),
            Source::Id | Source::Item => None,
        }
    }

    /// At most `size` entities from behind `after`, a place on this way. By key there is no scope but all.
    fn stretch(
        self, store: &Store, tenant: &Tenant, scope: &Scope, after: Option<&Place>, size: usize,
    ) -> Vec<Arc<Entity>> {
        match self {
            Self::Time(direction) => {
                let after = after.and_then(|place| match place.key {
                    SortKey::Number(created_at) => Some(Position::new(created_at as i64, place.id)),
                    _ => None,
                });
                store.by_time(tenant, KIND, scope, direction, after, size)
            }
            Self::Key(index, direction) => {
                let after = after.and_then(|place| match &place.key {
                    SortKey::Text(key) => Some((&**key, place.id)),
                    _ => None,
                });
                store.by_key(tenant, KIND, index, direction, after, size)
            }
        }
    }

    /// The place of an entity on this way.
    fn place(self, entity: &Entity) -> Place {
        let key = match self {
            // Milliseconds are far from where floating point would round them.
            Self::Time(_) => SortKey::number(entity.position.created_at() as f64),
            Self::Key(index, _) => SortKey::Text(entity.keys[index].as_str().into()),
        };
        Place { key, id: entity.id() }
    }
}

/// A place that knows its order.
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
