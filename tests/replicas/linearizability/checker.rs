//! [`check`]: whether the operations on an entity could have been made one after the other, each at a moment between its
//! begin and its end.
//!
//! That is quick to decide here, since each write makes a version of its own and a patch names the version that it replaces.
//! So the versions must form one chain, from the creation to the deletion, and every operation has its place in it: that of
//! the version that it made or saw. An operation that began after another one had ended must not have an earlier place, and a
//! write must have a later one. If that holds, the operations in the order of their places are such a sequence.

use super::history::{Call, Operation, Told};
use std::collections::HashMap;

/// Checks the operations on one entity whose creation was answered. Every patch must name a version that a client had read
/// or written, and each write must have a name of its own.
///
/// # Errors
/// What could not have happened.
pub fn check(history: &[Operation]) -> Result<(), String> {
    let versions = Versions::of(history)?;
    check_deletions(history)?;
    let mut placed = Vec::new();
    for operation in history {
        if let Some(place) = versions.place(operation)? {
            placed.push((operation, place));
        }
    }
    in_time(placed)
}

/// The place of an operation.
#[derive(Clone, Copy)]
struct Place {
    /// The number of the version that it made or saw; a deletion makes the last one.
    version: usize,
    writes: bool,
}

/// The versions of an entity.
struct Versions<'h> {
    /// The number of each version by its etag.
    numbers: HashMap<&'h str, usize>,
    /// The etag of each version by the name that the write had which made it.
    etags: HashMap<&'h str, &'h str>,
}

impl<'h> Versions<'h> {
    /// Finds the chain of versions.
    fn of(history: &'h [Operation]) -> Result<Self, String> {
        let etags = etags(history)?;
        let mut first = None;
        let mut next: HashMap<&str, &str> = HashMap::new();
        for operation in history {
            match (&operation.call, &operation.told) {
                (Call::Create { .. }, Told::Written { etag }) => {
                    let before = first.replace(etag.as_str());
                    if before.is_some() {
                        return Err("it was created twice".to_owned());
                    }
                }
                (Call::Patch { if_match, name }, told) => {
                    let Some(made) = etags.get(name.as_str()) else { continue };
                    if matches!(told, Told::Refused { .. } | Told::Gone) {
                        return Err(format!("the patch {name} was refused, but {made} is its version"));
                    }
                    if let Some(other) = next.insert(if_match, made) {
                        return Err(format!("two patches replaced {if_match}: by {other} and by {made}"));
                    }
                }
                _ => {}
            }
        }
        let mut numbers = HashMap::new();
        let mut last = Some(first.ok_or("its creation was not answered")?);
        while let Some(etag) = last {
            if numbers.insert(etag, numbers.len()).is_some() {
                return Err(format!("{etag} came again"));
            }
            last = next.get(etag).copied();
        }
        if let Some((replaced, made)) = next.iter().find(|(_, made)| !numbers.contains_key(*made)) {
            return Err(format!("{made} replaced {replaced}, which was never a version"));
        }
        let mut versions = Self { numbers, etags };
        versions.add_unread(history);
        Ok(versions)
    }

    /// Adds the version that nobody read, if there is one: of a patch that was not answered, before a deletion. Others were
    /// refused because of it, and so know its etag. Any other version was read, by whoever replaced it or at the end.
    fn add_unread(&mut self, history: &'h [Operation]) {
        let last = self.numbers.iter().max_by_key(|(_, number)| **number).map(|(etag, _)| *etag);
        let by = history.iter().filter_map(|Operation { began, call, told, .. }| match (call, told) {
            (Call::Patch { if_match, name }, Told::Unknown) => {
                let fits = Some(if_match.as_str()) == last && !self.etags.contains_key(name.as_str());
                fits.then_some((*began, name.as_str()))
            }
            _ => None,
        });
        let unread = history.iter().find_map(|operation| match &operation.told {
            Told::Refused { current } => {
                (!self.numbers.contains_key(current.as_str())).then_some(current.as_str())
            }
            _ => None,
        });
        // Of several such patches, the first one fits best.
        if let (Some(etag), Some((_, name))) = (unread, by.min()) {
            self.numbers.insert(etag, self.numbers.len());
            self.etags.insert(name, etag);
        }
    }

    /// The place of an operation; `None` if it tells nothing.
    fn place(&self, Operation { call, told, .. }: &Operation) -> Result<Option<Place>, String> {
        let number = |etag: &str| {
            self.numbers.get(etag).copied().ok_or_else(|| format!("nobody wrote the version {etag}"))
        };
        let gone = self.numbers.len();
        let (version, writes) = match (call, told) {
            (_, Told::Written { etag }) => (number(etag)?, true),
            (_, Told::Seen { etag, .. }) => (number(etag)?, false),
            (Call::Patch { if_match, .. }, Told::Refused { current }) if if_match == current => {
                return Err(format!("a patch of {if_match} was refused at that version"));
            }
            (_, Told::Refused { current }) => (number(current)?, false),
            (_, Told::Gone) => (gone, false),
            (_, Told::Deleted) => (gone, true),
            (Call::Patch { name, .. }, Told::Unknown) => match self.etags.get(name.as_str()) {
                Some(etag) => (number(etag)?, true),
                None => return Ok(None),
            },
            (_, Told::Unknown) => return Ok(None),
        };
        Ok(Some(Place { version, writes }))
    }
}

/// The etag of the version that each write made, by the name in the write. A version that nobody saw is missing.
fn etags(history: &[Operation]) -> Result<HashMap<&str, &str>, String> {
    let mut etags: HashMap<&str, &str> = HashMap::new();
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut sent: HashMap<&str, ()> = HashMap::new();
    for Operation { call, told, .. } in history {
        let (name, etag) = match (call, told) {
            (Call::Create { name } | Call::Patch { name, .. }, Told::Written { etag }) => (name, etag),
            (_, Told::Seen { etag, name }) => (name, etag),
            _ => continue,
        };
        if *etags.entry(name).or_insert(etag) != etag || *names.entry(etag).or_insert(name) != name {
            return Err(format!("{name} and {etag} do not belong to each other alone"));
        }
    }
    for Operation { call, .. } in history {
        if let Call::Create { name } | Call::Patch { name, .. } = call {
            sent.insert(name, ());
        }
    }
    match etags.keys().find(|name| !sent.contains_key(*name)) {
        Some(name) => Err(format!("nobody wrote the name {name}")),
        None => Ok(etags),
    }
}

/// Checks that one deletion was made at most, and that nothing was gone before the first one was sent.
fn check_deletions(history: &[Operation]) -> Result<(), String> {
    let deletions =
        history.iter().filter(|one| matches!(one.call, Call::Delete) && !matches!(one.told, Told::Gone));
    if deletions.clone().filter(|one| matches!(one.told, Told::Deleted)).count() > 1 {
        return Err("it was deleted twice".to_owned());
    }
    let first = deletions.map(|one| one.began).min().unwrap_or(u64::MAX);
    let gone =
        |one: &&Operation| matches!(one.told, Told::Gone) && one.ended.is_some_and(|ended| ended < first);
    match history.iter().find(gone) {
        Some(one) => Err(format!("it was gone before anybody deleted it: {one:?}")),
        None => Ok(()),
    }
}

/// Checks that the order of the places agrees with the time.
fn in_time(mut placed: Vec<(&Operation, Place)>) -> Result<(), String> {
    let mut ended: Vec<(u64, &Operation, usize)> = placed
        .iter()
        .filter_map(|(operation, place)| operation.ended.map(|at| (at, *operation, place.version)))
        .collect();
    ended.sort_by_key(|(at, ..)| *at);
    placed.sort_by_key(|(operation, _)| operation.began);
    let mut ended = ended.into_iter().peekable();
    let mut newest: Option<(usize, &Operation)> = None;
    for (operation, place) in placed {
        while let Some((_, before, version)) = ended.next_if(|(at, ..)| *at < operation.began) {
            if newest.is_none_or(|(newest, _)| newest < version) {
                newest = Some((version, before));
            }
        }
        if let Some((version, before)) = newest
            && place.version < version + usize::from(place.writes)
        {
            return Err(format!(
                "version {version} was answered\n  {before:?}\nbefore version {} was\n  {operation:?}",
                place.version
            ));
        }
    }
    Ok(())
}
