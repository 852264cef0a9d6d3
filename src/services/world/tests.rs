use super::*;
use crate::base::clock::Clock;
use crate::base::operation::Kind;
use crate::store::{Entity, Etag, Key, Position, Scope, State};
use std::thread;
use uuid::Uuid;

/// The time of restored states, in milliseconds since the epoch.
const NOW: i64 = 1000;

fn env() -> Env {
    Env::new(Clock::system(), None)
}

fn tenant(name: &str) -> Tenant {
    let (ims_org, sandbox) = name.split_once('/').unwrap();
    Tenant::new(ims_org, sandbox)
}

fn entity(id: u128) -> Entity {
    Entity {
        position: Position::new(1000, Uuid::from_u128(id)),
        etag: Etag::new(1, 0),
        state: State::Enabled,
        keys: ["a", "b", "c"].map(Key::of),
        more: None,
        item: (*b"{}").into(),
    }
}

fn add(world: &World, name: &str, id: u128) {
    world.open(&tenant(name), &env()).store.insert(Kind::Connection, entity(id)).unwrap();
}

fn count(world: &World, name: &str) -> usize {
    world.open(&tenant(name), &env()).store.count(Kind::Connection, &Scope::All)
}

fn names(world: &World) -> Vec<String> {
    world
        .all()
        .iter()
        .map(|sandbox| format!("{}/{}", sandbox.tenant.ims_org, sandbox.tenant.sandbox))
        .collect()
}

#[test]
fn tenants_are_separate_and_an_empty_sandbox_is_forgotten() {
    let world = World::default();
    add(&world, "A/prod", 1);
    assert_eq!((count(&world, "A/prod"), count(&world, "A/dev"), count(&world, "B/prod")), (1, 0, 0));
    assert_eq!(names(&world), ["A/prod"]);
    assert_eq!(world.current().sandboxes.len(), 1);
    let sandbox = world.open(&tenant("A/prod"), &env());
    sandbox.store.remove_if(Kind::Connection, Etag::new(1, 0), Uuid::from_u128(1)).unwrap();
    let other = world.open(&tenant("A/prod"), &env());
    drop(sandbox);
    assert_eq!(world.current().sandboxes.len(), 1, "somebody may be about to write to it");
    drop(other);
    assert_eq!(world.current().sandboxes.len(), 0);
}

#[test]
fn a_sandbox_that_is_written_to_while_others_close_it_keeps_everything() {
    let world = World::default();
    thread::scope(|scope| {
        for number in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for round in 0..500 {
                    let id = number * 1000 + round;
                    add(world, "A/prod", id);
                    let sandbox = world.open(&tenant("A/prod"), &env());
                    sandbox.store.remove_if(Kind::Connection, Etag::new(1, 0), Uuid::from_u128(id)).unwrap();
                }
            });
        }
    });
    assert_eq!(world.current().sandboxes.len(), 0);
}

#[test]
fn restoring_a_part_leaves_the_rest_unchanged() {
    let world = World::default();
    for name in ["A/one", "A/two", "B/one"] {
        add(&world, name, 1);
    }
    let saved = world.save(&Part::All, 0);
    for name in ["A/one", "A/two", "A/three", "B/one"] {
        add(&world, name, 2);
    }
    let counts = || ["A/one", "A/two", "A/three", "B/one"].map(|name| count(&world, name));
    world.restore(&saved, &Part::Sandbox(tenant("A/one")), &env(), NOW);
    assert_eq!(counts(), [1, 2, 1, 2]);
    world.restore(&saved, &Part::Organisation("A".to_owned()), &env(), NOW);
    assert_eq!(counts(), [1, 1, 0, 2]);
    world.restore(&saved, &Part::All, &env(), NOW);
    assert_eq!(counts(), [1, 1, 0, 1]);
    world.restore(&Saved::default(), &Part::All, &env(), NOW);
    assert_eq!(counts(), [0; 4]);
}

#[test]
fn a_saved_state_is_not_changed_by_later_writes() {
    let world = World::default();
    add(&world, "A/one", 1);
    let saved = world.save(&Part::All, 0);
    for round in 2..5 {
        add(&world, "A/one", round);
        world.restore(&saved, &Part::All, &env(), NOW);
        assert_eq!(count(&world, "A/one"), 1);
    }
}

#[test]
fn writes_to_a_replaced_sandbox_do_not_reach_the_new_one() {
    for part in [Part::All, Part::Organisation("A".to_owned()), Part::Sandbox(tenant("A/one"))] {
        let world = World::default();
        add(&world, "A/one", 1);
        let held = world.open(&tenant("A/one"), &env());
        world.restore(&Saved::default(), &part, &env(), NOW);
        assert_eq!(held.store.count(Kind::Connection, &Scope::All), 1);
        held.store.insert(Kind::Connection, entity(2)).unwrap();
        assert_eq!(count(&world, "A/one"), 0);
        add(&world, "A/one", 3);
        drop(held);
        assert_eq!(count(&world, "A/one"), 1, "it was not the one to be forgotten");
    }
}

#[test]
fn with_a_seed_a_sandbox_is_kept_for_its_used_ids() {
    let (world, env) = (World::default(), Env::new(Clock::system(), Some(1)));
    let first = env.entity_id(&world.open(&tenant("A/one"), &env).sequence);
    assert_ne!(env.entity_id(&world.open(&tenant("A/one"), &env).sequence), first);
    world.restore(&Saved::default(), &Part::All, &env, NOW);
    assert_eq!(env.entity_id(&world.open(&tenant("A/one"), &env).sequence), first);
}

#[test]
fn an_empty_sandbox_can_be_saved_and_is_forgotten() {
    let world = World::default();
    let mut saved = Saved::default();
    saved.entry(tenant("A/one"));
    for part in [Part::All, Part::Organisation("A".to_owned()), Part::Sandbox(tenant("A/one"))] {
        world.restore(&saved, &part, &env(), NOW);
        assert!(names(&world).is_empty());
        assert_eq!(world.current().sandboxes.len(), 0);
    }
    // An empty sandbox that stays in the map, as while a request holds it.
    let held = world.open(&tenant("A/two"), &env());
    let other = Arc::clone(&held.contents);
    drop(held);
    drop(other);
    assert!(names(&world).is_empty());
    assert_eq!(world.current().sandboxes.len(), 0);
}

#[test]
fn opening_a_sandbox_during_a_restore_finds_the_old_or_the_new_state() {
    let world = World::default();
    add(&world, "A/one", 1);
    let small = world.save(&Part::All, 0);
    add(&world, "A/one", 2);
    let large = world.save(&Part::All, 0);
    let parts = [Part::All, Part::Organisation("A".to_owned()), Part::Sandbox(tenant("A/one"))];
    thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| (0..20_000).for_each(|_| assert_ne!(count(&world, "A/one"), 0))))
            .collect();
        for part in parts.iter().cycle() {
            world.restore(&small, part, &env(), NOW);
            assert_eq!(world.all().len(), 1);
            world.restore(&large, part, &env(), NOW);
            if readers.iter().all(thread::ScopedJoinHandle::is_finished) {
                break;
            }
        }
    });
}

#[test]
fn saving_a_part_does_not_include_the_others() {
    let world = World::default();
    ["A/one", "A/two", "B/one"].iter().for_each(|name| add(&world, name, 1));
    let saved = |part: &Part| {
        let saved = world.save(part, 0);
        let all = saved.of(&Part::All).map(|(tenant, _)| format!("{}/{}", tenant.ims_org, tenant.sandbox));
        all.collect::<Vec<_>>()
    };
    assert_eq!(saved(&Part::Sandbox(tenant("A/two"))), ["A/two"]);
    assert_eq!(saved(&Part::Organisation("A".to_owned())), ["A/one", "A/two"]);
    assert_eq!(saved(&Part::Organisation("C".to_owned())), [""; 0]);
    let all = world.save(&Part::All, 0);
    let names = |part: Part| all.of(&part).map(|(tenant, _)| &*tenant.sandbox).collect::<Vec<_>>().join(" ");
    assert_eq!(names(Part::All), "one two one");
    assert_eq!(names(Part::Organisation("A".to_owned())), "one two");
    assert_eq!(names(Part::Organisation("AA".to_owned())), "");
    assert_eq!(names(Part::Sandbox(tenant("B/one"))), "one");
    assert_eq!(names(Part::Sandbox(tenant("B/two"))), "");
}

#[test]
fn restoring_copies_no_entity() {
    let world = World::default();
    (0..1000).for_each(|id| add(&world, "A/one", id));
    let saved = world.save(&Part::All, 0);
    let entities = saved.of(&Part::All).next().unwrap().1.entities.oldest_first(Kind::Connection);
    let pointers = || entities.iter().map(Arc::strong_count).sum::<usize>();
    let before = pointers();
    // Ten more sandboxes with the same entities do not add a pointer to any of them.
    for part in [Part::All, Part::Organisation("A".to_owned()), Part::Sandbox(tenant("A/one"))]
        .iter()
        .cycle()
        .take(10)
    {
        world.restore(&saved, part, &env(), NOW);
        assert_eq!(pointers(), before);
    }
    assert_eq!(count(&world, "A/one"), 1000);
    assert_eq!(pointers(), before, "a read copies nothing");
    add(&world, "A/one", 1000);
    assert!(pointers() > before, "the first write does");
}
