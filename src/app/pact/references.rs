//! [`References`]: the entities that a request and its provider state refer to, which exist too.
//!
//! Decided: every id of an entity counts as a reference, wherever it is, so that a PATCH of any path and an order of a run find their
//! entities. The text of a name that happens to be such an id adds an entity, which does no harm.

use super::known::KnownContents;
use super::left_out::LeftOut;
use crate::base::operation::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The length of an id.
const ID_LENGTH: usize = 36;

/// The entities that are referred to, directly or by others.
#[derive(Default)]
pub(super) struct References {
    found: BTreeMap<(Kind, Uuid), Value>,
}

impl References {
    /// Adds the entities to which `value` refers, and those to which they refer.
    ///
    /// # Errors
    /// If there are more than `most`.
    pub(super) fn follow(
        &mut self, value: &Value, contents: &KnownContents, most: usize,
    ) -> Result<(), LeftOut> {
        let mut ids = BTreeSet::new();
        collect_ids(value, &mut ids);
        let mut waiting: Vec<Uuid> = ids.into_iter().collect();
        let mut seen: BTreeSet<Uuid> = waiting.iter().copied().collect();
        while let Some(id) = waiting.pop() {
            for &kind in Kind::ALL {
                if self.found.contains_key(&(kind, id)) {
                    continue;
                }
                let Some(entity) = contents.entity(kind, id) else { continue };
                if self.found.len() >= most {
                    return Err(LeftOut::TooLarge);
                }
                let mut next = BTreeSet::new();
                collect_ids(&entity, &mut next);
                waiting.extend(next.into_iter().filter(|id| seen.insert(*id)));
                self.found.insert((kind, id), entity);
            }
        }
        Ok(())
    }

    /// Adds the first flow that uses that entity, with everything that the flow refers to.
    ///
    /// # Errors
    /// If there are more than `most` flows or entities.
    pub(super) fn follow_user(
        &mut self, used: (Kind, Uuid), contents: &KnownContents, most: usize,
    ) -> Result<(), LeftOut> {
        let flows = contents.entities(Kind::Flow, most).ok_or(LeftOut::TooLarge)?;
        for (id, _) in flows {
            let mut of_flow = Self::default();
            of_flow.follow(&Value::String(id.to_string()), contents, most)?;
            if of_flow.found.contains_key(&used) {
                self.found.extend(of_flow.found);
                break;
            }
        }
        Ok(())
    }

    /// Leaves an entity out, which has a state of its own.
    pub(super) fn remove(&mut self, key: (Kind, Uuid)) {
        self.found.remove(&key);
    }

    /// Leaves the entities of a kind out, which have a state of their own.
    pub(super) fn remove_all(&mut self, kind: Kind) {
        self.found.retain(|(of, _), _| *of != kind);
    }

    /// The entities of that kind.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        self.found.iter().filter(move |((of, _), _)| *of == kind).map(|(_, entity)| entity)
    }
}

/// Adds each text that is an id.
fn collect_ids(value: &Value, ids: &mut BTreeSet<Uuid>) {
    match value {
        Value::String(text) if text.len() == ID_LENGTH => ids.extend(Uuid::try_parse(text).ok()),
        Value::Array(elements) => elements.iter().for_each(|element| collect_ids(element, ids)),
        Value::Object(members) => members.values().for_each(|member| collect_ids(member, ids)),
        _ => {}
    }
}
