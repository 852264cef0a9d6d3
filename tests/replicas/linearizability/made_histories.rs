//! The checker accepts what could have happened, and rejects what could not.

use super::checker::check;
use super::history::{Call, Operation, Told};
use super::random::Random;

fn operation(began: u64, ended: u64, call: Call, told: Told) -> Operation {
    let ended = (!matches!(told, Told::Unknown)).then_some(ended);
    Operation { began, ended, call, told }
}

fn created() -> Operation {
    operation(0, 1, Call::Create { name: "n0".into() }, Told::Written { etag: "e0".into() })
}

/// A read that saw that version: the etag `e1` and the name `n1` for 1.
fn read(began: u64, ended: u64, version: u32) -> Operation {
    let told = Told::Seen { etag: format!("e{version}"), name: format!("n{version}") };
    operation(began, ended, Call::Read, told)
}

fn patch_told(began: u64, ended: u64, [from, to]: [u32; 2], told: Told) -> Operation {
    operation(began, ended, Call::Patch { if_match: format!("e{from}"), name: format!("n{to}") }, told)
}

fn patched(began: u64, ended: u64, change: [u32; 2]) -> Operation {
    patch_told(began, ended, change, Told::Written { etag: format!("e{}", change[1]) })
}

fn refused(began: u64, ended: u64, change: [u32; 2], current: u32) -> Operation {
    patch_told(began, ended, change, Told::Refused { current: format!("e{current}") })
}

fn unknown(began: u64, change: [u32; 2]) -> Operation {
    patch_told(began, 0, change, Told::Unknown)
}

fn delete(began: u64, ended: u64, told: Told) -> Operation {
    operation(began, ended, Call::Delete, told)
}

fn gone(began: u64, ended: u64) -> Operation {
    operation(began, ended, Call::Read, Told::Gone)
}

#[track_caller]
fn accepts(history: impl IntoIterator<Item = Operation>) {
    let history: Vec<Operation> = [created()].into_iter().chain(history).collect();
    assert_eq!(check(&history), Ok(()), "{history:#?}");
}

#[track_caller]
fn rejects(reason: &str, history: impl IntoIterator<Item = Operation>) {
    let history: Vec<Operation> = [created()].into_iter().chain(history).collect();
    let error = check(&history).expect_err(reason);
    assert!(error.contains(reason), "{error}");
}

#[test]
fn what_could_have_happened_is_accepted() {
    accepts([read(2, 3, 0), patched(4, 5, [0, 1]), read(6, 7, 1), patched(8, 9, [1, 2]), read(10, 11, 2)]);
    // Of two patches at the same time, one wins.
    accepts([patched(2, 9, [0, 1]), refused(3, 8, [0, 2], 1), read(10, 11, 1)]);
    // While a patch goes on, readers may see either version.
    accepts([patched(2, 20, [0, 1]), read(3, 4, 0), read(5, 6, 1), read(4, 19, 0)]);
    // Nobody knows whether a patch was made: it was not, it was at once, it was later.
    accepts([unknown(2, [0, 1]), read(10, 11, 0), patched(12, 13, [0, 2]), read(14, 15, 2)]);
    accepts([unknown(2, [0, 1]), read(3, 4, 1), patched(5, 6, [1, 2])]);
    accepts([unknown(2, [0, 1]), read(3, 4, 0), read(50, 51, 1), refused(60, 61, [0, 2], 1)]);
    accepts([patched(2, 3, [0, 1]), delete(4, 9, Told::Deleted), read(5, 6, 1), gone(7, 8), gone(10, 11)]);
    accepts([delete(4, 0, Told::Unknown), read(5, 6, 0), gone(7, 8), delete(9, 10, Told::Gone)]);
}

#[test]
fn two_patches_of_one_version_are_rejected() {
    rejects("two patches replaced e0", [patched(2, 9, [0, 1]), patched(3, 8, [0, 2])]);
    rejects("two patches replaced e0", [patched(2, 9, [0, 1]), unknown(3, [0, 2]), read(20, 21, 2)]);
}

#[test]
fn an_older_version_after_a_newer_one_is_rejected() {
    rejects("before version 0 was", [patched(2, 3, [0, 1]), read(4, 5, 0)]);
    rejects("before version 0 was", [patched(2, 20, [0, 1]), read(3, 4, 1), read(5, 6, 0)]);
    rejects("before version 0 was", [unknown(2, [0, 1]), read(3, 4, 1), read(5, 6, 0)]);
    rejects("before version 0 was", [patched(2, 3, [0, 1]), refused(4, 5, [1, 2], 0)]);
    rejects("before version 1 was", [patched(2, 3, [0, 1]), patched(4, 5, [1, 2]), read(6, 9, 1)]);
}

#[test]
fn a_version_before_its_write_is_rejected() {
    rejects("before version 1 was", [read(2, 3, 1), patched(4, 5, [0, 1])]);
    rejects("before version 1 was", [read(2, 3, 1), unknown(4, [0, 1])]);
    rejects("before version 1 was", [read(2, 3, 2), patched(4, 5, [0, 1]), patched(1, 9, [1, 2])]);
}

#[test]
fn a_refused_patch_that_was_made_is_rejected() {
    rejects("was refused, but e1", [refused(2, 3, [0, 1], 5), read(4, 5, 1)]);
    rejects("was refused at that version", [refused(2, 3, [0, 1], 0)]);
}

#[test]
fn versions_that_nobody_wrote_are_rejected() {
    rejects("nobody wrote the name n9", [read(2, 3, 9)]);
    rejects("nobody wrote the version e9", [refused(2, 3, [0, 1], 9)]);
    rejects("never a version", [patched(2, 3, [8, 9])]);
    let wrong = |etag: &str, name: &str| Told::Seen { etag: etag.into(), name: name.into() };
    rejects("do not belong", [patched(2, 3, [0, 1]), operation(4, 5, Call::Read, wrong("e1", "n0"))]);
    rejects("do not belong", [operation(4, 5, Call::Read, wrong("e7", "n0"))]);
    let again = patch_told(4, 5, [1, 2], Told::Written { etag: "e0".into() });
    rejects("do not belong", [patched(2, 3, [0, 1]), again]);
}

#[test]
fn what_is_gone_too_early_or_comes_back_is_rejected() {
    rejects("gone before anybody deleted it", [gone(2, 3)]);
    rejects("gone before anybody deleted it", [gone(2, 3), delete(4, 5, Told::Deleted)]);
    rejects("gone before anybody deleted it", [gone(2, 3), delete(4, 5, Told::Unknown)]);
    rejects("before version 0 was", [delete(2, 3, Told::Deleted), read(4, 5, 0)]);
    rejects("before version 1 was", [delete(2, 3, Told::Deleted), patched(4, 5, [0, 1])]);
    rejects("deleted twice", [delete(2, 3, Told::Deleted), delete(2, 5, Told::Deleted)]);
    rejects("created twice", [created()]);
    let unanswered = operation(0, 0, Call::Create { name: "n0".into() }, Told::Unknown);
    assert!(check(&[unanswered]).is_err());
}

/// A history of reads and patches that were made one after the other, each somewhere between its begin and its end.
fn random_history(random: &mut Random) -> Vec<Operation> {
    let mut history = vec![created()];
    let mut version = 0;
    for moment in 1..60 {
        let at = moment * 100;
        let (began, ended) = (at - random.below(300.min(at)), at + random.below(300));
        history.push(match random.below(6) {
            0 => patched(began, ended, [version, version + 1]),
            1 => unknown(began, [version, version + 1]),
            2 if version > 0 => refused(began, ended, [version - 1, 1000 + moment as u32], version),
            _ => read(began, ended, version),
        });
        version += u32::from(matches!(
            history.last(),
            Some(Operation { told: Told::Written { .. } | Told::Unknown, .. })
        ));
        if matches!(history.last(), Some(Operation { told: Told::Unknown, .. })) {
            history.push(read(at, at + 1, version)); // somebody sees it, or it could be missing
        }
    }
    history
}

#[test]
fn random_histories_are_accepted_until_a_reader_is_told_a_version_of_the_past_or_of_the_future() {
    let mut rejected = 0;
    for seed in 1..200 {
        let mut random = Random::new(seed);
        let mut history = random_history(&mut random);
        assert_eq!(check(&history), Ok(()), "seed {seed}");
        let end = history.len();
        let newest =
            history.iter().filter(|one| matches!(one.told, Told::Written { .. } | Told::Unknown)).count();
        let last = u32::try_from(newest).unwrap() - 1;
        if last == 0 {
            continue;
        }
        // Long after everything else: too old. Before everything else: too new.
        history.push(read(100_000, 100_001, random.below(u64::from(last)) as u32));
        assert!(check(&history).is_err(), "seed {seed}");
        history[end] = read(1, 2, last);
        rejected += usize::from(check(&history).is_err());
    }
    assert!(rejected > 150, "{rejected}");
}
