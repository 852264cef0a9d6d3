use super::*;
use proptest::prelude::*;
use std::cmp::Reverse;
use std::thread;

const KIND: Kind = Kind::Connection;

/// Two ids share a millisecond, for the tie-break; four share their first key.
fn entity(id: u128, version: u32) -> Entity {
    let keys = [id / 4, id, version.into()].map(|key| Key::of(&key.to_string()));
    Entity {
        position: Position::new(1000 + (id as i64) / 2, Uuid::from_u128(id)),
        etag: Etag::new(version, 0),
        state: State::Enabled,
        keys,
        own_fields: [format!("own{version}").into()].into(),
        answer: format!("{{\"items\":[{{\"v\":{version}}}]}}").into(),
    }
}

fn filled(ids: std::ops::Range<u128>) -> (Store, Tenant) {
    let (store, tenant) = (Store::default(), Tenant::new("A", "prod"));
    ids.for_each(|id| _ = store.insert(&tenant, KIND, entity(id, 1)));
    (store, tenant)
}

fn ids(page: &[Arc<Entity>]) -> Vec<u128> {
    page.iter().map(|entity| entity.id().as_u128()).collect()
}

fn key(text: &str) -> Key {
    Key::of(text)
}

/// Everything in `scope`, walked in pages of `limit`.
fn walk(store: &Store, tenant: &Tenant, scope: &Scope, direction: Direction, limit: usize) -> Vec<u128> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.by_time(tenant, KIND, scope, direction, after, limit);
        let Some(last) = page.last() else { return all };
        after = Some(last.position);
        all.extend(ids(&page));
    }
}

#[test]
fn tenants_never_see_each_other_and_reading_makes_none() {
    let (store, one) = filled(1..2);
    let two = Tenant::new("A", "dev");
    assert!(store.get(&one, KIND, Uuid::from_u128(1)).is_some());
    assert!(store.get(&two, KIND, Uuid::from_u128(1)).is_none());
    assert_eq!(store.count(&two, KIND, &Scope::All), 0);
    assert!(store.has_own_field(&one, KIND, "own1") && !store.has_own_field(&two, KIND, "own1"));
    assert_eq!(store.replace_if(&two, KIND, Etag::new(1, 0), entity(1, 2)).err(), Some(Outdated::Gone));
    assert_eq!(store.sandboxes.len(), 1);
}

#[test]
fn each_scope_is_walked_in_both_directions_with_ties_by_ascending_id() {
    let (store, tenant) = filled(0..9);
    let scopes = [
        (Scope::All, vec![8, 6, 7, 4, 5, 2, 3, 0, 1], vec![0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (Scope::Keyed(0, vec![key("1")]), vec![6, 7, 4, 5], vec![4, 5, 6, 7]),
        (Scope::Keyed(0, vec![key("0"), key("2"), key("x")]), vec![8, 2, 3, 0, 1], vec![0, 1, 2, 3, 8]),
        (Scope::Keyed(1, vec![key("x")]), vec![], vec![]),
        (Scope::Ids([3, 9, 2, 8].map(Uuid::from_u128).into()), vec![8, 2, 3], vec![2, 3, 8]),
    ];
    for (scope, newest, oldest) in scopes {
        for limit in 1..10 {
            assert_eq!(walk(&store, &tenant, &scope, Direction::Descending, limit), newest, "{scope:?}");
            assert_eq!(walk(&store, &tenant, &scope, Direction::Ascending, limit), oldest, "{scope:?}");
        }
        assert_eq!(store.count(&tenant, KIND, &scope), newest.len());
    }
}

#[test]
fn keys_are_walked_in_both_directions_with_ties_by_ascending_id() {
    let (store, tenant) = filled(0..9);
    for limit in 1..10 {
        for (direction, expected) in [
            (Direction::Ascending, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
            (Direction::Descending, [8, 4, 5, 6, 7, 0, 1, 2, 3]),
        ] {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let place = after.as_ref().map(|(key, id): &(Key, Uuid)| (key.as_str(), *id));
                let page = store.by_key(&tenant, KIND, 0, direction, place, limit);
                let Some(last) = page.last() else { break };
                after = Some((last.keys[0].clone(), last.id()));
                all.extend(ids(&page));
            }
            assert_eq!(all, expected, "{direction:?} by {limit}");
        }
    }
}

#[test]
fn a_place_outlives_what_stood_there() {
    let (store, tenant) = filled(0..5);
    let page = |after| store.by_time(&tenant, KIND, &Scope::All, Direction::Descending, after, 2);
    let first = page(None);
    assert_eq!(ids(&first), [4, 2]);
    store.remove_if(&tenant, KIND, Etag::new(1, 0), Uuid::from_u128(2)).unwrap();
    assert_eq!(ids(&page(Some(first[1].position))), [3, 0]);
}

#[test]
fn indexes_follow_what_is_replaced_and_removed() {
    let (store, tenant) = filled(7..8);
    let count = |version: &str| store.count(&tenant, KIND, &Scope::Keyed(2, vec![key(version)]));
    store.replace_if(&tenant, KIND, Etag::new(1, 0), entity(7, 2)).unwrap();
    assert_eq!((count("1"), count("2")), (0, 1));
    assert!(!store.has_own_field(&tenant, KIND, "own1") && store.has_own_field(&tenant, KIND, "own2"));
    store.remove_if(&tenant, KIND, Etag::new(2, 0), Uuid::from_u128(7)).unwrap();
    assert_eq!((count("2"), store.count(&tenant, KIND, &Scope::All)), (0, 0));
    assert!(!store.has_own_field(&tenant, KIND, "own2"));
}

#[test]
fn of_many_writers_with_one_etag_one_wins() {
    let (store, tenant) = filled(7..8);
    let wins: usize = thread::scope(|scope| {
        let replace = |version| store.replace_if(&tenant, KIND, Etag::new(1, 0), entity(7, version));
        let writers: Vec<_> = (2..34).map(|version| scope.spawn(move || replace(version).is_ok())).collect();
        writers.into_iter().map(|writer| usize::from(writer.join().unwrap())).sum()
    });
    assert_eq!(wins, 1);
    assert_eq!(store.count(&tenant, KIND, &Scope::All), 1);
    let late = store.remove_if(&tenant, KIND, Etag::new(1, 0), Uuid::from_u128(7));
    assert_eq!(late, Err(Outdated::Changed));
}

/// A write of a few ids, so that they meet.
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
    fn every_question_is_answered_as_by_going_through_a_plain_list(
        writes in writes(),
        ascending in any::<bool>(),
        after in prop::option::of(0..12_u128),
        limit in 0..5_usize,
    ) {
        let (store, tenant) = (Store::default(), Tenant::new("A", "prod"));
        let mut list: Vec<Arc<Entity>> = Vec::new();
        for write in writes {
            let (Write::Put(id, _) | Write::Remove(id)) = write;
            let place = list.iter().position(|old| old.id().as_u128() == id);
            let old = place.map(|place| list.swap_remove(place));
            match (write, old) {
                (Write::Put(id, version), None) => {
                    list.push(store.insert(&tenant, KIND, entity(id, version)));
                }
                (Write::Put(id, version), Some(old)) => {
                    list.push(store.replace_if(&tenant, KIND, old.etag, entity(id, version)).unwrap());
                }
                (Write::Remove(_), Some(old)) => store.remove_if(&tenant, KIND, old.etag, old.id()).unwrap(),
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
            prop_assert_eq!(store.count(&tenant, KIND, &scope), all.len());
            let from = after.as_ref().map(|after| after.position);
            let is_behind = |at: Position| from.is_none_or(|from| by_time(from) < by_time(at));
            let behind = all.iter().filter(|entity| is_behind(entity.position));
            let expected: Vec<_> = behind.take(limit).cloned().collect();
            let page = store.by_time(&tenant, KIND, &scope, direction, from, limit);
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
            let page = store.by_key(&tenant, KIND, index, direction, place, limit);
            prop_assert_eq!(ids(&page), ids(&expected));
        }
        for version in 0..3 {
            let field = format!("own{version}");
            let has = list.iter().any(|entity| entity.own_fields.iter().any(|own| **own == *field));
            prop_assert_eq!(store.has_own_field(&tenant, KIND, &field), has);
        }
    }
}

#[test]
fn an_emptied_sandbox_is_given_back_and_can_be_filled_again() {
    let (store, tenant) = filled(1..3);
    store.remove_if(&tenant, KIND, Etag::new(1, 0), Uuid::from_u128(1)).unwrap();
    assert_eq!(store.sandboxes.len(), 1);
    store.remove_if(&tenant, KIND, Etag::new(1, 0), Uuid::from_u128(2)).unwrap();
    assert_eq!(store.sandboxes.len(), 0);
    assert_eq!(store.remove_if(&tenant, KIND, Etag::new(1, 0), Uuid::from_u128(2)), Err(Outdated::Gone));
    store.insert(&tenant, KIND, entity(1, 1));
    assert_eq!(store.count(&tenant, KIND, &Scope::All), 1);
}

#[test]
fn nothing_is_lost_between_those_who_empty_a_sandbox_and_those_who_fill_it() {
    let (store, tenant) = (Store::default(), Tenant::new("A", "prod"));
    thread::scope(|scope| {
        for writer in 0..4_u128 {
            let (store, tenant) = (&store, &tenant);
            scope.spawn(move || {
                for round in 0..2000 {
                    let id = writer * 10_000 + round;
                    store.insert(tenant, KIND, entity(id, 1));
                    assert!(store.get(tenant, KIND, Uuid::from_u128(id)).is_some());
                    store.remove_if(tenant, KIND, Etag::new(1, 0), Uuid::from_u128(id)).unwrap();
                }
            });
        }
    });
    assert_eq!(store.count(&tenant, KIND, &Scope::All), 0);
}
