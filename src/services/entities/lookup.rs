//! [`Slot`]: the place of a field in the store, so that most filters and orders need not read JSON; and [`Way`]: the
//! orders in which the store can be walked.

use crate::base::operation::Kind;
use crate::store::query::{Condition, Operator, Order, Path, Place, SortKey, pick};
use crate::store::{Direction, Entities, Entity, Key, Position, Scope, Store};
use serde_json::{Map, Value};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// The place of a field in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The id.
    Id,
    /// The position in the default order.
    CreatedAt,
    /// The key at that index.
    Key(usize),
    /// The JSON of the item.
    Item,
}

impl Slot {
    /// The place of the field at `path`, for a kind with those indexed fields.
    pub(super) fn of(path: &Path, indexed: &[&str]) -> Self {
        if path.leads_to("id") {
            Self::Id
        } else if path.leads_to("createdAt") {
            Self::CreatedAt
        } else {
            indexed.iter().position(|field| path.leads_to(field)).map_or(Self::Item, Self::Key)
        }
    }

    /// The entities that may fulfil `condition`, if an index knows them, and whether all of them do.
    pub(super) fn scope(self, condition: &Condition) -> Option<(Scope, bool)> {
        let texts = condition.values.iter().map(|value| value.text.as_str());
        match self {
            _ if condition.operator != Operator::Equal => None,
            Self::Id => {
                // Ids are compared as text, so another spelling is another id.
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

/// Makes the members of an entity that are not stored with it.
pub(crate) type Computed<'a> = &'a (dyn Fn(&Entity) -> Map<String, Value> + Sync);

/// An entity that is checked. Its JSON is read once, when it is first needed.
pub(super) struct EntityView<'a> {
    pub(super) entity: &'a Arc<Entity>,
    roots: &'a [&'a str],
    computed: Option<Computed<'a>>,
    item: OnceCell<Value>,
}

impl<'a> EntityView<'a> {
    /// `roots` are the only top-level keys that will be needed.
    pub(super) fn new(entity: &'a Arc<Entity>, roots: &'a [&'a str], computed: Option<Computed<'a>>) -> Self {
        Self { entity, roots, computed, item: OnceCell::new() }
    }

    /// The value of a field that the store holds outside of the JSON.
    fn held(&self, slot: Slot) -> Option<Value> {
        match slot {
            Slot::Id => Some(self.entity.id().to_string().into()),
            Slot::CreatedAt => Some(self.entity.position.created_at().into()),
            Slot::Key(index) => self.entity.keys[index].whole().map(Value::from),
            Slot::Item => None,
        }
    }

    fn item(&self) -> &Value {
        self.item.get_or_init(|| {
            let item = pick(self.entity.item(), |key| self.roots.contains(&key));
            let mut item = item.unwrap_or_default(); // the store holds nothing but JSON objects
            if let Some(computed) = self.computed {
                item.extend(computed(self.entity));
            }
            Value::Object(item)
        })
    }

    /// Whether the entity fulfils `condition`, whose field is held in `slot`.
    pub(super) fn fulfils(&self, slot: Slot, condition: &Condition) -> bool {
        self.held(slot).map_or_else(|| condition.matches(self.item()), |value| condition.accepts(&value))
    }

    /// Its place in the order by `path`, whose field is held in `slot`.
    pub(super) fn place(&self, slot: Slot, path: &Path) -> Place {
        let key = match self.held(slot) {
            Some(value) => SortKey::of(&value),
            None => path.get(self.item()).map_or(SortKey::Absent, SortKey::of),
        };
        Place { key, id: self.entity.id() }
    }
}

/// An order in which the store can be walked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// By creation time.
    Time(Direction),
    /// By the key at that index.
    Key(usize, Direction),
}

impl Way {
    /// The default order.
    pub(super) const NEWEST: Self = Self::Time(Direction::Descending);

    /// The way along that order, if there is one for a kind with those indexed fields.
    pub(super) fn of(order: &Order, indexed: &[&str]) -> Option<Self> {
        match Slot::of(&order.path, indexed) {
            Slot::CreatedAt => Some(Self::Time(order.direction)),
            Slot::Key(index) => Some(Self::Key(index, order.direction)),
            Slot::Id | Slot::Item => None,
        }
    }

    /// At most `size` entities behind `after`, a place on this way. By key, `scope` is always [`Scope::All`].
    pub(super) fn stretch(
        self, store: &Store, kind: Kind, scope: &Scope, after: Option<&Place>, size: usize,
    ) -> Entities {
        match self {
            Self::Time(direction) => {
                let after = after.and_then(|place| match place.key {
                    SortKey::Number(created_at) => Some(Position::new(created_at as i64, place.id)),
                    _ => None,
                });
                store.by_time(kind, scope, direction, after, size)
            }
            Self::Key(index, direction) => {
                let after = after.and_then(|place| match &place.key {
                    SortKey::Text(key) => Some((&**key, place.id)),
                    _ => None,
                });
                store.by_key(kind, index, direction, after, size).into()
            }
        }
    }

    /// The place of an entity on this way.
    pub(super) fn place(self, entity: &Entity) -> Place {
        let key = match self {
            // Floating point represents these times exactly.
            Self::Time(_) => SortKey::number(entity.position.created_at() as f64),
            Self::Key(index, _) => SortKey::Text(entity.keys[index].as_str().into()),
        };
        Place { key, id: entity.id() }
    }
}
