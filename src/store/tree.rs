//! [`Tree`]: items in an order, of which copies share what they have in common.
//!
//! A copy costs nothing, however many items there are. A change copies the chunks on the way to its place, if others share
//! them: a few hundred pointers. Items are found by their order and by their index, each in logarithmic time.
//!
//! It is a B+ tree with the number of items below each child. The standard library's maps would copy everything, and the
//! persistent maps of `imbl` keep no numbers, so that counting the items between two places would visit them.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;
use std::{iter, mem};

/// The most items of a leaf, and children of an inner node.
const CAPACITY: usize = 64;

/// A node that has fewer entries is merged with a neighbour, if both fit into one.
const SPARSE: usize = CAPACITY / 4;

/// The least room that a neighbour must have to take entries of a full node. With less, they would move all the time.
const ROOM: usize = CAPACITY / 8;

/// Items in the order of their insertion points.
///
/// Its user decides the order: methods get a function that compares an item with a target, like that of
/// [`slice::binary_search_by`]. It must be consistent with the order of the items.
#[derive(Clone)]
pub(super) struct Tree<T> {
    /// Missing if there are no items, so that an empty tree takes no memory.
    root: Option<Arc<Node<T>>>,
    len: usize,
}

/// All leaves are at the same depth.
enum Node<T> {
    Leaf(Vec<T>),
    Inner(Vec<Child<T>>),
}

#[derive(Clone)]
struct Child<T> {
    node: Arc<Node<T>>,
    /// A copy of its first item, so that a search does not read the children that it passes.
    first: T,
    /// The number of items in it.
    len: usize,
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self { root: None, len: 0 }
    }
}

impl<T> Tree<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The item that is equal to the target.
    pub(super) fn get(&self, compare: impl Fn(&T) -> Ordering) -> Option<&T> {
        let mut node = self.root.as_deref()?;
        loop {
            match node {
                Node::Leaf(items) => return items.get(items.binary_search_by(&compare).ok()?),
                Node::Inner(children) => {
                    node = &children[place_among(children, |first| compare(first).is_le())].node;
                }
            }
        }
    }

    /// The number of items before the target, which is its index if it is there.
    pub(super) fn rank(&self, compare: impl Fn(&T) -> Ordering) -> usize {
        let is_before = |item: &T| compare(item).is_lt();
        let Some(mut node) = self.root.as_deref() else { return 0 };
        let mut before = 0;
        loop {
            match node {
                Node::Leaf(items) => return before + items.partition_point(is_before),
                Node::Inner(children) => {
                    let place = place_among(children, is_before);
                    before += children[..place].iter().map(|child| child.len).sum::<usize>();
                    node = &children[place].node;
                }
            }
        }
    }

    /// The items of a range of indexes, in order.
    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = &T> {
        self.chunks(range).flatten()
    }

    /// The items of a range of indexes, in order, in slices.
    pub(super) fn chunks(&self, range: Range<usize>) -> impl Iterator<Item = &[T]> {
        let Range { mut start, end } = range;
        iter::from_fn(move || {
            let left = end.checked_sub(start).filter(|left| *left > 0)?;
            let rest = self.rest_of_leaf(start)?;
            let chunk = &rest[..left.min(rest.len())];
            start += chunk.len();
            Some(chunk)
        })
    }

    /// The items of a range of indexes, in order, as parts of leaves, which stay as they are.
    pub(super) fn leaves(&self, range: Range<usize>) -> impl Iterator<Item = LeafItems<T>> {
        let Range { mut start, end } = range;
        iter::from_fn(move || {
            let left = end.checked_sub(start).filter(|left| *left > 0)?;
            let (leaf, place) = self.leaf_of(start)?;
            let range = place..leaf.entries().min(place + left);
            start += range.len();
            Some(LeafItems { leaf: Arc::clone(leaf), range }).filter(|leaf| !leaf.range.is_empty())
        })
    }

    /// The items from an index to the end of their leaf; `None` behind the last.
    fn rest_of_leaf(&self, index: usize) -> Option<&[T]> {
        let (leaf, place) = self.leaf_of(index)?;
        leaf.items().get(place..).filter(|rest| !rest.is_empty())
    }

    /// The leaf with the item at an index, and the item's place in it.
    fn leaf_of(&self, mut index: usize) -> Option<(&Arc<Node<T>>, usize)> {
        let mut node = self.root.as_ref()?;
        loop {
            match &**node {
                Node::Leaf(_) => return Some((node, index)),
                Node::Inner(children) => {
                    let child = children.iter().find(|child| {
                        let is_there = index < child.len;
                        if !is_there {
                            index -= child.len;
                        }
                        is_there
                    })?;
                    node = &child.node;
                }
            }
        }
    }
}

impl<T: Clone> Tree<T> {
    /// Adds an item in its place: `compare` compares others with it, and finds none that is equal.
    pub(super) fn insert(&mut self, item: T, compare: impl Fn(&T) -> Ordering) {
        let is_before = |other: &T| compare(other).is_lt();
        self.len += 1;
        let Some(root) = &mut self.root else {
            self.root = Some(Arc::new(Node::Leaf(vec![item])));
            return;
        };
        if root.is_full() {
            let only = Child::of(Arc::clone(root));
            *root = Arc::new(Node::Inner(only.into_iter().collect()));
        }
        let mut node = root;
        loop {
            match Arc::make_mut(node) {
                Node::Leaf(items) => {
                    // Most items are newer than all others, and so the first.
                    let is_first = items.first().is_none_or(|first| !is_before(first));
                    let place = if is_first { 0 } else { items.partition_point(is_before) };
                    return items.insert(place, item);
                }
                Node::Inner(children) => {
                    let is_in_first = children.get(1).is_none_or(|child| !is_before(&child.first));
                    let mut place = if is_in_first { 0 } else { place_among(children, is_before) };
                    if children[place].node.is_full() {
                        make_room(children, place, is_before);
                        place = place_among(children, is_before);
                    }
                    let child = &mut children[place];
                    child.len += 1;
                    if !is_before(&child.first) {
                        child.first = item.clone();
                    }
                    node = &mut child.node;
                }
            }
        }
    }

    /// Replaces the item that is equal to `item`, which must be there.
    pub(super) fn replace(&mut self, item: T, compare: impl Fn(&T) -> Ordering) {
        let mut next = self.root.as_mut();
        while let Some(node) = next {
            next = match Arc::make_mut(node) {
                Node::Leaf(items) => {
                    if let Ok(place) = items.binary_search_by(&compare) {
                        items[place] = item;
                    }
                    return;
                }
                Node::Inner(children) => {
                    let place = children.partition_point(|child| compare(&child.first).is_le());
                    let child = &mut children[place.saturating_sub(1)];
                    if compare(&child.first).is_eq() {
                        child.first = item.clone();
                    }
                    Some(&mut child.node)
                }
            };
        }
    }

    /// Removes the item that is equal to the target and returns it.
    pub(super) fn remove(&mut self, compare: impl Fn(&T) -> Ordering) -> Option<T> {
        self.get(&compare)?; // so that nothing is copied if it is not there
        let root = self.root.as_mut()?;
        let removed = remove(root, &compare)?;
        self.len -= 1;
        while let Node::Inner(children) = &**root
            && let [only] = children.as_slice()
        {
            *root = Arc::clone(&only.node);
        }
        if self.len == 0 {
            self.root = None;
        }
        Some(removed)
    }
}

/// Some items of a leaf, as they were when the tree returned them: a change of the tree copies the leaf.
pub(super) struct LeafItems<T> {
    leaf: Arc<Node<T>>,
    range: Range<usize>,
}

impl<T> LeafItems<T> {
    pub(super) fn items(&self) -> &[T] {
        self.leaf.items().get(self.range.clone()).unwrap_or_default()
    }
}

impl<T> Node<T> {
    /// The items of a leaf.
    fn items(&self) -> &[T] {
        match self {
            Self::Leaf(items) => items,
            Self::Inner(_) => &[],
        }
    }

    fn is_full(&self) -> bool {
        self.entries() >= CAPACITY
    }

    /// The number of its items or children.
    fn entries(&self) -> usize {
        match self {
            Self::Leaf(items) => items.len(),
            Self::Inner(children) => children.len(),
        }
    }

    /// The number of its entries before a place.
    fn entries_before(&self, is_before: impl Fn(&T) -> bool) -> usize {
        match self {
            Self::Leaf(items) => items.partition_point(is_before),
            Self::Inner(children) => place_among(children, is_before),
        }
    }

    /// The number of items in it.
    fn len(&self) -> usize {
        match self {
            Self::Leaf(items) => items.len(),
            Self::Inner(children) => children.iter().map(|child| child.len).sum(),
        }
    }

    /// Its first item; only an empty leaf has none, which is in no tree.
    fn first(&self) -> Option<&T> {
        match self {
            Self::Leaf(items) => items.first(),
            Self::Inner(children) => children.first().map(|child| &child.first),
        }
    }
}

impl<T: Clone> Node<T> {
    /// Removes its entries from `at` on and returns them as a node.
    fn split_off(&mut self, at: usize) -> Self {
        match self {
            Self::Leaf(items) => Self::Leaf(split_off(items, at)),
            Self::Inner(children) => Self::Inner(split_off(children, at)),
        }
    }

    /// Adds the entries of a node of the same depth behind its own.
    fn append(&mut self, next: Self) {
        let end = self.entries();
        match (self, next) {
            (Self::Leaf(items), Self::Leaf(more)) => add_at(items, end, more),
            (Self::Inner(children), Self::Inner(more)) => add_at(children, end, more),
            _ => debug_assert!(false, "neighbours have the same depth"),
        }
    }

    /// Adds the entries of a node of the same depth before its own.
    fn prepend(&mut self, before: Self) {
        match (self, before) {
            (Self::Leaf(items), Self::Leaf(more)) => add_at(items, 0, more),
            (Self::Inner(children), Self::Inner(more)) => add_at(children, 0, more),
            _ => debug_assert!(false, "neighbours have the same depth"),
        }
    }
}

impl<T: Clone> Clone for Node<T> {
    /// With room for the change that it is made for: a vector that grows from an odd capacity would exceed [`CAPACITY`].
    fn clone(&self) -> Self {
        match self {
            Self::Leaf(items) => Self::Leaf(with_room(items)),
            Self::Inner(children) => Self::Inner(with_room(children)),
        }
    }
}

impl<T: Clone> Child<T> {
    /// That node, unless it is empty.
    fn of(node: Arc<Node<T>>) -> Option<Self> {
        Some(Self { first: node.first()?.clone(), len: node.len(), node })
    }

    /// Brings what is known about the node up to date after its entries have changed.
    fn refresh(&mut self) {
        self.len = self.node.len();
        if let Some(first) = self.node.first() {
            self.first = first.clone();
        }
    }
}

/// The place of the child that a target belongs to: the last one whose first item is before it.
fn place_among<T>(children: &[Child<T>], is_before: impl Fn(&T) -> bool) -> usize {
    children.partition_point(|child| is_before(&child.first)).saturating_sub(1)
}

fn with_room<E: Clone>(entries: &[E]) -> Vec<E> {
    let mut copy = Vec::with_capacity((entries.len() + 1).next_power_of_two().min(CAPACITY));
    copy.extend_from_slice(entries);
    copy
}

fn split_off<E>(entries: &mut Vec<E>, at: usize) -> Vec<E> {
    let mut rest = Vec::with_capacity(CAPACITY);
    rest.extend(entries.drain(at..));
    rest
}

/// Adds entries at a place. They fit into [`CAPACITY`], beyond which the vector would grow by itself.
fn add_at<E>(entries: &mut Vec<E>, place: usize, more: Vec<E>) {
    entries.reserve_exact(CAPACITY.saturating_sub(entries.len()));
    entries.splice(place..place, more);
}

/// Makes room in a full child for an entry: a neighbour takes some of its entries, or it becomes two.
///
/// Items often arrive at one place, such as the front of those with a common key. Its entries move away from there, and
/// fill the nodes that they move to. With halves alone, these would stay half empty for ever.
fn make_room<T: Clone>(children: &mut Vec<Child<T>>, place: usize, is_before: impl Fn(&T) -> bool) {
    let is_at_front = children[place].node.entries_before(is_before) < CAPACITY / 2;
    let neighbour = if is_at_front { Some(place + 1) } else { place.checked_sub(1) };
    let room = neighbour.and_then(|neighbour| children.get(neighbour));
    let room = room.map_or(0, |neighbour| CAPACITY - neighbour.node.entries());
    if room < ROOM {
        let next = Arc::make_mut(&mut children[place].node).split_off(CAPACITY / 2);
        children[place].refresh();
        if let Some(next) = Child::of(Arc::new(next)) {
            children.insert(place + 1, next);
        }
        return;
    }
    let moved = room.div_ceil(2);
    let left = if is_at_front { place } else { place - 1 };
    let [one, other] = &mut children[left..left + 2] else { return };
    let (left, right) = (Arc::make_mut(&mut one.node), Arc::make_mut(&mut other.node));
    if is_at_front {
        right.prepend(left.split_off(CAPACITY - moved));
    } else {
        let rest = right.split_off(moved);
        left.append(mem::replace(right, rest));
    }
    one.refresh();
    other.refresh();
}

/// Removes the item that is equal to the target from `node`, which may be empty afterwards.
fn remove<T: Clone>(node: &mut Arc<Node<T>>, compare: &impl Fn(&T) -> Ordering) -> Option<T> {
    match Arc::make_mut(node) {
        Node::Leaf(items) => {
            let place = items.binary_search_by(compare).ok()?;
            Some(items.remove(place))
        }
        Node::Inner(children) => {
            let place = place_among(children, |first| compare(first).is_le());
            let child = &mut children[place];
            let removed = remove(&mut child.node, compare)?;
            child.len -= 1;
            if child.len == 0 {
                children.remove(place);
                return Some(removed);
            }
            if compare(&child.first).is_eq() {
                child.first = child.node.first()?.clone();
            }
            if child.node.entries() < SPARSE {
                merge(children, place);
            }
            Some(removed)
        }
    }
}

/// Merges a child with a neighbour, if both fit into one node with some room.
fn merge<T: Clone>(children: &mut Vec<Child<T>>, place: usize) {
    let fits = |left: usize| match children.get(left..left + 2) {
        Some([one, other]) => one.node.entries() + other.node.entries() <= CAPACITY - SPARSE,
        _ => false,
    };
    let Some(left) = [Some(place), place.checked_sub(1)].into_iter().flatten().find(|left| fits(*left))
    else {
        return;
    };
    let other = children.remove(left + 1);
    let one = &mut children[left];
    one.len += other.len;
    Arc::make_mut(&mut one.node).append(Arc::unwrap_or_clone(other.node));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// A key and a value; trees are ordered by the key.
    type Item = (u32, u32);

    fn at(key: u32) -> impl Fn(&Item) -> Ordering {
        move |item| item.0.cmp(&key)
    }

    /// A tree and a map with the same contents.
    #[derive(Clone, Default)]
    struct Both {
        tree: Tree<Item>,
        map: BTreeMap<u32, u32>,
    }

    impl Both {
        fn put(&mut self, key: u32, value: u32) {
            match self.map.insert(key, value) {
                Some(_) if value.is_multiple_of(2) => self.tree.replace((key, value), at(key)),
                old => {
                    assert_eq!(self.tree.remove(at(key)).map(|old| old.1), old);
                    self.tree.insert((key, value), at(key));
                }
            }
        }

        fn remove(&mut self, key: u32) {
            assert_eq!(self.tree.remove(at(key)), self.map.remove_entry(&key));
        }

        fn check(&self) {
            let all: Vec<Item> = self.tree.range(0..usize::MAX).copied().collect();
            assert!(
                all.iter().eq(self.map.iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>().iter())
            );
            assert_eq!(self.tree.len(), self.map.len());
            assert_eq!(self.tree.root.is_some(), !self.map.is_empty());
            if let Some(root) = &self.tree.root {
                check(root, true);
            }
        }
    }

    /// Checks what must hold for each node; returns the depth below it.
    fn check(node: &Node<Item>, is_root: bool) -> usize {
        assert!(is_root || node.entries() > 0);
        assert!(node.entries() <= CAPACITY);
        match node {
            Node::Leaf(items) => {
                assert!(items.capacity() <= CAPACITY, "{}", items.capacity());
                assert!(items.is_sorted());
                0
            }
            Node::Inner(children) => {
                assert!(children.capacity() <= CAPACITY);
                let depths: Vec<usize> = children.iter().map(|child| check(&child.node, false)).collect();
                for child in children {
                    assert_eq!(child.len, child.node.len());
                    assert_eq!(child.node.first(), Some(&child.first));
                }
                assert!(depths.iter().all(|depth| *depth == depths[0]));
                depths[0] + 1
            }
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put(u32),
        /// Keys that go up from one, or down.
        Run(u32, u8, bool),
        Remove(u32),
        /// Every key of a range.
        Clear(u32, u8),
        /// Continues with a copy, and keeps the present one.
        Copy,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            8 => (0..2000_u32).prop_map(Step::Put),
            4 => (0..2000_u32, any::<u8>(), any::<bool>()).prop_map(|(from, count, up)| Step::Run(from, count, up)),
            8 => (0..2000_u32).prop_map(Step::Remove),
            3 => (0..2000_u32, any::<u8>()).prop_map(|(from, count)| Step::Clear(from, count)),
            1 => Just(Step::Copy),
        ];
        prop::collection::vec(step, 0..200)
    }

    proptest! {
        #[test]
        fn it_has_the_contents_of_a_map_and_copies_keep_theirs(steps in steps(), from in 0..2300_u32, count in 0..300_usize) {
            let (mut both, mut copies) = (Both::default(), Vec::new());
            for (value, step) in (0..).zip(steps) {
                match step {
                    Step::Put(key) => both.put(key, value),
                    Step::Run(from, count, true) => (0..u32::from(count)).for_each(|at| both.put(from + at, value)),
                    Step::Run(from, count, false) => {
                        (0..u32::from(count)).rev().for_each(|at| both.put(from + at, value));
                    }
                    Step::Remove(key) => both.remove(key),
                    Step::Clear(from, count) => (from..from + u32::from(count)).for_each(|key| both.remove(key)),
                    Step::Copy => copies.push(both.clone()),
                }
            }
            copies.push(both);
            for Both { tree, map } in &copies {
                Both { tree: tree.clone(), map: map.clone() }.check();
                prop_assert_eq!(tree.get(at(from)).map(|item| item.1), map.get(&from).copied());
                let rank = tree.rank(at(from));
                prop_assert_eq!(rank, map.range(..from).count());
                let behind: Vec<u32> = tree.range(rank..rank + count).map(|item| item.0).collect();
                prop_assert_eq!(&behind, &map.range(from..).take(count).map(|(key, _)| *key).collect::<Vec<_>>());
                let leaves: Vec<_> = tree.leaves(rank..rank + count).collect();
                let shared = leaves.iter().flat_map(|leaf| leaf.items()).map(|item| item.0);
                prop_assert_eq!(behind, shared.collect::<Vec<_>>());
            }
        }
    }

    /// The share of the room in leaves that items take.
    fn filled(keys: impl Iterator<Item = u32>) -> f64 {
        fn leaves(node: &Node<Item>) -> usize {
            match node {
                Node::Leaf(_) => 1,
                Node::Inner(children) => children.iter().map(|child| leaves(&child.node)).sum(),
            }
        }
        let mut both = Both::default();
        keys.for_each(|key| both.put(key, 0));
        both.check();
        both.tree.len() as f64 / (both.tree.root.as_deref().map_or(0, leaves) * CAPACITY) as f64
    }

    #[test]
    fn its_leaves_are_full_if_items_arrive_in_order_and_three_quarters_full_otherwise() {
        const MANY: u32 = 50_000;
        assert!(filled(0..MANY) > 0.85);
        assert!(filled((0..MANY).rev()) > 0.85);
        // In front of the items from a million on, as the newest entity of a group in front of the others.
        let in_the_middle = (1_000_000..1_001_000).chain(0..10).chain((10..MANY).rev());
        assert!(filled(in_the_middle) > 0.85);
        let scattered = (0..MANY).map(|number| number.wrapping_mul(0x9e37_79b1));
        assert!(filled(scattered) > 0.7);
    }

    #[test]
    fn a_change_of_a_copy_copies_few_nodes() {
        let mut both = Both::default();
        (0..100_000).for_each(|key| both.put(key, 0));
        let mut copy = both.tree.clone();
        copy.insert((200_000, 0), at(200_000));
        copy.remove(at(50_000));
        fn nodes(node: &Arc<Node<Item>>, all: &mut Vec<*const Node<Item>>) {
            all.push(Arc::as_ptr(node));
            if let Node::Inner(children) = &**node {
                children.iter().for_each(|child| nodes(&child.node, all));
            }
        }
        let [mut before, mut after] = [Vec::new(), Vec::new()];
        nodes(both.tree.root.as_ref().unwrap(), &mut before);
        nodes(copy.root.as_ref().unwrap(), &mut after);
        let new = after.iter().filter(|node| !before.contains(node)).count();
        assert!(new < 12 && before.len() > 1000, "{new} of {}", before.len());
        both.check();
    }
}
