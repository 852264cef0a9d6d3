//! The checker decides as a search through all orders does, for small histories of all kinds.

use super::checker::check;
use super::history::{Call, Operation, Told};
use super::random::Random;

/// The number of operations behind the creation.
const OPERATIONS: u64 = 5;

/// An entity: its etag and its name. `None` if it is deleted.
type Entity = Option<(String, String)>;

fn etag(number: u64) -> String {
    format!("e{number}")
}

fn name(number: u64) -> String {
    format!("n{number}")
}

/// A history in which the operation with the number N writes the name `nN`. Most could not have happened.
fn some_history(random: &mut Random) -> Vec<Operation> {
    let create = Call::Create { name: name(0) };
    let mut history =
        vec![Operation { began: 0, ended: Some(1), call: create, told: Told::Written { etag: etag(0) } }];
    for number in 1..=OPERATIONS {
        let began = 2 + random.below(8);
        let ended = began + 1 + random.below(8);
        let some = random.below(number);
        let seen = random.below(OPERATIONS + 1);
        let patch = Call::Patch { if_match: etag(some), name: name(number) };
        let (call, told) = match random.below(10) {
            0..=2 => (patch, Told::Written { etag: etag(number) }),
            3 => (patch, Told::Unknown),
            4 => (patch, Told::Refused { current: etag(seen) }),
            5 => (Call::Delete, [Told::Deleted, Told::Unknown, Told::Gone][random.below(3) as usize].clone()),
            6 => (Call::Read, Told::Gone),
            _ => (Call::Read, Told::Seen { etag: etag(seen), name: name(seen) }),
        };
        let ended = (!matches!(told, Told::Unknown)).then_some(ended);
        history.push(Operation { began, ended, call, told });
    }
    history
}

/// Whether every patch names a version that some client had read or written, as the checker takes for granted.
fn is_informed(history: &[Operation]) -> bool {
    let knows = |version: &str| {
        history.iter().any(
            |one| matches!(&one.told, Told::Written { etag } | Told::Seen { etag, .. } if etag == version),
        )
    };
    history.iter().all(|one| !matches!(&one.call, Call::Patch { if_match, .. } if !knows(if_match)))
}

/// Whether some order of the operations, each between its begin and its end, tells the clients what they were told.
fn has_order(left: &[&Operation], entity: &Entity, used: &[String]) -> bool {
    let first_end = left.iter().filter_map(|operation| operation.ended).min();
    let Some(first_end) = first_end else { return true }; // the others may never have been made
    (0..left.len()).filter(|place| left[*place].began <= first_end).any(|place| {
        let rest: Vec<&Operation> = [&left[..place], &left[place + 1..]].concat();
        let unchanged = || has_order(&rest, entity, used);
        let changed = |etag: &str, name: &str| {
            let is_new = !used.iter().any(|used| used == etag);
            is_new
                && has_order(&rest, &Some((etag.into(), name.into())), &[used, &[etag.to_owned()]].concat())
        };
        let is_at = |version: &str| entity.as_ref().is_some_and(|(etag, _)| etag == version);
        match (&left[place].call, &left[place].told) {
            (Call::Create { name }, Told::Written { etag }) => entity.is_none() && changed(etag, name),
            (_, Told::Seen { etag, name }) => *entity == Some((etag.clone(), name.clone())) && unchanged(),
            (Call::Patch { if_match, name }, Told::Written { etag }) => {
                is_at(if_match) && changed(etag, name)
            }
            (Call::Patch { if_match, .. }, Told::Refused { current }) => {
                if_match != current && is_at(current) && unchanged()
            }
            (Call::Patch { if_match, name }, Told::Unknown) => {
                // Nobody was told its etag, so it can be any.
                unchanged()
                    || is_at(if_match) && (0..=OPERATIONS + 1).any(|number| changed(&etag(number), name))
            }
            (_, Told::Gone) => entity.is_none() && unchanged(),
            (Call::Delete, Told::Deleted) => entity.is_some() && has_order(&rest, &None, used),
            (Call::Delete, Told::Unknown) => unchanged() || has_order(&rest, &None, used),
            other => panic!("{other:?}"),
        }
    })
}

#[test]
fn the_checker_agrees_with_a_search_through_all_orders() {
    let mut random = Random::new(1);
    let [mut possible, mut impossible] = [0, 0];
    for _ in 0..100_000 {
        let history = some_history(&mut random);
        if !is_informed(&history) {
            continue;
        }
        let expected = has_order(&history.iter().collect::<Vec<_>>(), &None, &[]);
        let decided = check(&history);
        assert_eq!(decided.is_ok(), expected, "{decided:?} for {history:#?}");
        if expected { possible += 1 } else { impossible += 1 }
    }
    assert!(possible > 300 && impossible > 300, "{possible} possible, {impossible} not");
}
