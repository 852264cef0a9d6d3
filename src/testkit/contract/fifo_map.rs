//! [`FifoMap`]: a map of bounded size.

use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A map of at most `max` entries. Inserting another one evicts the entry that was inserted first.
pub(crate) struct FifoMap<K, V> {
    max: usize,
    values: HashMap<K, (u64, V)>,
    /// The keys in the order of insertion, each with the number of the insertion. A key that was removed or inserted again
    /// has stale entries here, whose number is not that in `values`.
    order: VecDeque<(u64, K)>,
    turns: u64,
}

impl<K: Clone + Eq + Hash, V> FifoMap<K, V> {
    /// An empty map of at most `max` entries.
    pub(crate) fn new(max: usize) -> Self {
        Self { max, values: HashMap::new(), order: VecDeque::new(), turns: 0 }
    }

    /// Inserts or replaces an entry, which makes it the newest; returns the evicted one.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<(K, V)> {
        self.turns += 1;
        self.order.push_back((self.turns, key.clone()));
        self.values.insert(key, (self.turns, value));
        if self.order.len() > 2 * self.max + 8 {
            let values = &self.values;
            self.order.retain(|(turn, key)| values.get(key).is_some_and(|(latest, _)| latest == turn));
        }
        while self.values.len() > self.max {
            let (turn, oldest) = self.order.pop_front()?;
            if self.values.get(&oldest).is_some_and(|(latest, _)| *latest == turn) {
                return self.values.remove(&oldest).map(|(_, value)| (oldest, value));
            }
        }
        None
    }

    /// The value of a key.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.values.get(key).map(|(_, value)| value)
    }

    /// The value of a key, to be changed.
    pub(crate) fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.values.get_mut(key).map(|(_, value)| value)
    }

    /// Removes an entry and returns its value.
    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.values.remove(key).map(|(_, value)| value)
    }

    /// Removes and returns the entries that `unwanted` selects.
    pub(crate) fn take(&mut self, unwanted: impl Fn(&K, &V) -> bool) -> Vec<(K, V)> {
        let taken = self.values.extract_if(|key, (_, value)| unwanted(key, value));
        taken.map(|(key, (_, value))| (key, value)).collect()
    }

    /// Removes the entries that `wanted` does not select.
    pub(crate) fn retain(&mut self, mut wanted: impl FnMut(&K, &V) -> bool) {
        self.values.retain(|key, (_, value)| wanted(key, value));
    }

    /// All entries, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.values.iter().map(|(key, (_, value))| (key, value))
    }

    /// Number of entries.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_oldest_entry_is_evicted_first_and_reinserting_makes_it_the_newest() {
        let mut map = FifoMap::new(2);
        assert_eq!(map.insert("a", 1), None);
        assert_eq!(map.insert("b", 2), None);
        assert_eq!(map.insert("a", 3), None);
        assert_eq!(map.insert("c", 4), Some(("b", 2)));
        assert_eq!((map.get("a"), map.get("b")), (Some(&3), None));
        assert_eq!(map.remove("a"), Some(3));
        assert_eq!(map.insert("d", 5), None);
        assert_eq!(map.insert("e", 6), Some(("c", 4)));
    }

    proptest! {
        #[test]
        fn entries_and_keys_are_bounded(steps in prop::collection::vec((0..9u8, any::<bool>()), 0..300)) {
            let mut map = FifoMap::new(3);
            for (key, put) in steps {
                if put { map.insert(key, ()); } else { map.remove(&key); }
                prop_assert!(map.len() <= 3);
                prop_assert!(map.order.len() <= 2 * 3 + 8);
            }
        }
    }
}
