use super::*;
use crate::base::operation::Kind;
use proptest::prelude::*;
use std::cmp::Reverse;
use std::thread;

pub(super) const KIND: Kind = Kind::Connection;

/// Two ids share a millisecond, to test ties; four share their first key.
pub(super) fn entity(id: u128, version: u32) -> Entity {
    let keys = [id / 4, id, version.into()].map(|key| Key::of(&key.to_string()));
    Entity {
        position: Position::new(1000 + (id as i64) / 2, Uuid::from_u128(id)),
        etag: Etag::new(version, 0),
        state: State::Enabled,
        keys,
        more: More::of([format!("own{version}").into()].into(), Box::default(), None),
        item: format!("{{\"v\":{version}}}").into_bytes().into(),
    }
}

pub(super) fn filled(ids: std::ops::Range<u128>) -> Store {
    let store = Store::default();
    ids.for_each(|id| _ = store.insert(KIND, entity(id, 1)).unwrap());
    store
}

pub(super) fn ids(page: &[Arc<Entity>]) -> Vec<u128> {
    page.iter().map(|entity| entity.id().as_u128()).collect()
}

fn key(text: &str) -> Key {
    Key::of(text)
}

/// All entities in `scope`, walked in pages of `limit`.
fn walk(store: &Store, scope: &Scope, direction: Direction, limit: usize) -> Vec<u128> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.by_time(KIND, scope, direction, after, limit).into_vec();
        let Some(last) = page.last() else { return all };
        after = Some(last.position);
        all.extend(ids(&page));
    }
}

#[test]
fn each_scope_is_walked_in_both_directions_with_ties_by_ascending_id() {
    let store = filled(0..9);
    let scopes = [
        (Scope::All, vec![8, 6, 7, 4, 5, 2, 3, 0, 1], vec![0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (Scope::Keyed(0, vec![key("1")]), vec![6, 7, 4, 5], vec![4, 5, 6, 7]),
        (Scope::Keyed(0, vec![key("0"), key("2"), key("x")]), vec![8, 2, 3, 0, 1], vec![0, 1, 2, 3, 8]),
        (Scope::Keyed(1, vec![key("x")]), vec![], vec![]),
        (Scope::Ids([3, 9, 2, 8].map(Uuid::from_u128).into()), vec![8, 2, 3], vec![2, 3, 8]),
    ];
    for (scope, newest, oldest) in scopes {
        for limit in 1..10 {
            assert_eq!(walk(&store, &scope, Direction::Descending, limit), newest, "{scope:?}");
            assert_eq!(walk(&store, &scope, Direction::Ascending, limit), oldest, "{scope:?}");
        }
        assert_eq!(store.count(KIND, &scope), newest.len());
    }
}

#[test]
fn keys_are_walked_in_both_directions_with_ties_by_ascending_id() {
    let store = filled(0..9);
    for limit in 1..10 {
        for (direction, expected) in [
            (Direction::Ascending, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
            (Direction::Descending, [8, 4, 5, 6, 7, 0, 1, 2, 3]),
        ] {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let place = after.as_ref().map(|(key, id): &(Key, Uuid)| (key.as_str(), *id));
                let page = store.by_key(KIND, 0, direction, place, limit);
                let Some(last) = page.last() else { break };
                after = Some((last.keys[0].clone(), last.id()));
                all.extend(ids(&page));
            }
            assert_eq!(all, expected, "{direction:?} by {limit}");
        }
    }
}

#[test]
fn a_place_stays_valid_after_its_entity_is_deleted() {
    let store = filled(0..5);
    let page = |after| store.by_time(KIND, &Scope::All, Direction::Descending, after, 2).into_vec();
    let first = page(None);
    assert_eq!(ids(&first), [4, 2]);
    store.remove_if(KIND, Etag::new(1, 0), Uuid::from_u128(2)).unwrap();
    assert_eq!(ids(&page(Some(first[1].position))), [3, 0]);
}

#[test]
fn a_page_stays_as_it_was_whatever_is_written_meanwhile() {
    let store = filled(0..200);
    let page = |limit| store.by_time(KIND, &Scope::All, Direction::Descending, None, limit);
    let (page, all) = (page(150), page(usize::MAX));
    for id in 0..200 {
        let id = Uuid::from_u128(id);
        store.remove_if(KIND, Etag::new(1, 0), id).unwrap();
        store.insert(KIND, entity(1000 + id.as_u128(), 1)).unwrap();
    }
    for (entities, count) in [(page, 150), (all, 200)] {
        let newest_first = walk(&filled(0..200), &Scope::All, Direction::Descending, 7);
        assert_eq!(entities.len(), count);
        assert_eq!(entities.last().map(|last| last.id().as_u128()), Some(newest_first[count - 1]));
        assert!(entities.iter().all(|entity| &entity.item[..] == b"{\"v\":1}"));
        let each: Vec<u128> =
            (0..=count).map_while(|place| Some(entities.get(place)?.id().as_u128())).collect();
        assert_eq!(each, newest_first[..count]);
        assert_eq!(ids(&entities.into_vec()), newest_first[..count]);
    }
}

#[test]
fn indexes_follow_replacements_and_removals() {
    let store = filled(7..8);
    let count = |version: &str| store.count(KIND, &Scope::Keyed(2, vec![key(version)]));
    store.replace_if(KIND, Etag::new(1, 0), entity(7, 2)).unwrap();
    assert_eq!((count("1"), count("2")), (0, 1));
    assert!(!store.has_own_field(KIND, "own1") && store.has_own_field(KIND, "own2"));
    store.remove_if(KIND, Etag::new(2, 0), Uuid::from_u128(7)).unwrap();
    assert_eq!((count("2"), store.count(KIND, &Scope::All)), (0, 0));
    assert!(!store.has_own_field(KIND, "own2"));
}

#[test]
fn one_of_many_writers_with_one_etag_wins() {
    let store = filled(7..8);
    let wins: usize = thread::scope(|scope| {
        let replace = |version| store.replace_if(KIND, Etag::new(1, 0), entity(7, version));
        let writers: Vec<_> = (2..34).map(|version| scope.spawn(move || replace(version).is_ok())).collect();
        writers.into_iter().map(|writer| usize::from(writer.join().unwrap())).sum()
    });
    assert_eq!(wins, 1);
    assert_eq!(store.count(KIND, &Scope::All), 1);
    let late = store.remove_if(KIND, Etag::new(1, 0), Uuid::from_u128(7));
    assert_eq!(late, Err(WriteConflict::Changed));
}

/// A write to one of a few ids, so that writes conflict.
#[derive(Clone, Debug)]
enum Write {
    Put(u128, u32),
    Remove(u128),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let put = (0..12_u128, 0..3_u32).prop_map(|(id, version)| Write::Put(id, version));
    prop::collection::vec(prop_oneof![2 => put, 1 => (0..12_u128).prop_map(Write::Remove)], 0..40)
}

proptest! {
    #[test]
    fn every_query_gives_the_result_of_a_plain_list(
        writes in writes(),
        ascending in any::<bool>(),
        after in prop::option::of(0..12_u128),
        limit in 0..5_usize,
    ) {
        let store = Store::default();
        let mut list: Vec<Arc<Entity>> = Vec::new();
        for write in writes {
            let (Write::Put(id, _) | Write::Remove(id)) = write;
            let place = list.iter().position(|old| old.id().as_u128() == id);
            let old = place.map(|place| list.swap_remove(place));
            match (write, old) {
                (Write::Put(id, version), None) => {
                    list.push(store.insert(KIND, entity(id, version)).unwrap());
                }
                (Write::Put(id, version), Some(old)) => {
                    list.push(store.replace_if(KIND, old.etag, entity(id, version)).unwrap());
                }
                (Write::Remove(_), Some(old)) => store.remove_if(KIND, old.etag, old.id()).unwrap(),
                (Write::Remove(_), None) => {}
            }
        }
        let direction = if ascending { Direction::Ascending } else { Direction::Descending };
        let after = after.map(|id| entity(id, 1));

        let time = |at: Position| if ascending { at.created_at() } else { -at.created_at() };
        let by_time = |at: Position| (time(at), at.id());
        list.sort_by_key(|entity| by_time(entity.position));
        let scopes = [
            Scope::All,
            Scope::Ids([1, 5, 6].map(Uuid::from_u128).into()),
            Scope::Keyed(0, vec![key("0"), key("2")]),
            Scope::Keyed(2, vec![key("1")]),
        ];
        for scope in scopes {
            let is_in = |entity: &Entity| match &scope {
                Scope::All => true,
                Scope::Ids(ids) => ids.contains(&entity.id()),
                Scope::Keyed(index, keys) => keys.contains(&entity.keys[*index]),
            };
            let all: Vec<_> = list.iter().filter(|entity| is_in(entity)).cloned().collect();
            prop_assert_eq!(store.count(KIND, &scope), all.len());
            let from = after.as_ref().map(|after| after.position);
            let is_behind = |at: Position| from.is_none_or(|from| by_time(from) < by_time(at));
            let behind = all.iter().filter(|entity| is_behind(entity.position));
            let expected: Vec<_> = behind.take(limit).cloned().collect();
            let page = store.by_time(KIND, &scope, direction, from, limit).into_vec();
            prop_assert_eq!(ids(&page), ids(&expected));
        }

        for index in 0..Entity::KEYS {
            list.sort_by_key(|entity| entity.id());
            match direction {
                Direction::Ascending => list.sort_by_key(|entity| entity.keys[index].clone()),
                Direction::Descending => list.sort_by_key(|entity| Reverse(entity.keys[index].clone())),
            }
            let is_behind = |entity: &&Arc<Entity>| after.as_ref().is_none_or(|after| {
                let keys = entity.keys[index].cmp(&after.keys[index]);
                let keys = if ascending { keys } else { keys.reverse() };
                keys.then(entity.id().cmp(&after.id())).is_gt()
            });
            let expected: Vec<_> = list.iter().filter(is_behind).take(limit).cloned().collect();
            let place = after.as_ref().map(|after| (after.keys[index].as_str(), after.id()));
            let page = store.by_key(KIND, index, direction, place, limit);
            prop_assert_eq!(ids(&page), ids(&expected));
        }
        for version in 0..3 {
            let field = format!("own{version}");
            let has = list.iter().any(|entity| entity.own_fields().iter().any(|own| **own == *field));
            prop_assert_eq!(store.has_own_field(KIND, &field), has);
        }
    }
}

#[test]
fn a_frozen_state_does_not_change_and_both_sides_are_independent() {
    let store = filled(1..3);
    let frozen = store.frozen();
    store.remove_if(KIND, Etag::new(1, 0), Uuid::from_u128(1)).unwrap();
    store.insert(KIND, entity(5, 1)).unwrap();
    let thawed = Store::from(frozen.clone());
    thawed.insert(KIND, entity(6, 1)).unwrap();
    let all = |store: &Store| ids(&store.frozen().oldest_first(KIND));
    assert_eq!(all(&store), [2, 5]);
    assert_eq!(all(&thawed), [1, 2, 6]);
    assert_eq!(ids(&frozen.oldest_first(KIND)), [1, 2]);
    assert!(!store.is_empty() && Store::default().is_empty());
}

#[test]
fn a_merged_entity_replaces_the_one_with_its_id() {
    let store = filled(1..3);
    let added: Frozen =
        [entity(2, 7), entity(3, 7)].map(|entity| (KIND, Arc::new(entity))).into_iter().collect();
    for _ in 0..2 {
        store.merge(&added);
        assert_eq!(store.count(KIND, &Scope::All), 3);
        assert_eq!(store.count(KIND, &Scope::Keyed(2, vec![key("7")])), 2);
        assert!(store.has_own_field(KIND, "own7") && store.has_own_field(KIND, "own1"));
    }
    store.merge(&Frozen::default());
    assert_eq!(store.count(KIND, &Scope::All), 3);
    let empty = Store::default();
    empty.merge(&added);
    empty.insert(KIND, entity(4, 7)).unwrap();
    assert_eq!((empty.count(KIND, &Scope::All), added.oldest_first(KIND).len()), (3, 2));
}

#[test]
fn an_id_in_use_is_refused_and_changes_nothing() {
    let store = filled(1..2);
    let shared = store.frozen();
    assert_eq!(store.insert(KIND, entity(1, 7)).err(), Some(NotInserted::IdTaken));
    assert_eq!(store.count(KIND, &Scope::Keyed(2, vec![key("7")])), 0);
    assert_eq!(walk(&store, &Scope::All, Direction::Ascending, 1), [1]);
    assert_eq!(ids(&shared.oldest_first(KIND)), [1]);
}
