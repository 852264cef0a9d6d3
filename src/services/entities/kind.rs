//! [`KindSpec`]: how one kind of entity differs from the others, as a value.

use super::context::{Seeding, Write};
use super::definition::Completeness;
use super::id::Id;
use super::if_match::IfMatch;
use super::keys::Keys;
use super::lifecycle::{Action, Lifecycle};
use super::patch::PatchOperation;
use crate::base::config::Config;
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::store::Entity;
use crate::store::query::Fields;
use serde_json::Value;
use std::sync::Arc;

/// How one kind of entity differs from the others.
pub(crate) struct KindSpec {
    /// Its name in the store, in paths and in messages.
    pub(crate) kind: Kind,
    /// The fields that filters and orders may name, but for the stamps that every kind has.
    pub(crate) fields: Fields,
    /// The fields that the store keeps as keys, in that order.
    pub(crate) indexed: [&'static str; Entity::KEYS],
    /// Its top-level keys, by who sets them.
    pub(crate) keys: Keys,
    /// Its states and what each allows.
    pub(crate) lifecycle: Lifecycle,
    /// How many of them a sandbox may hold.
    pub(crate) quota: Quota,
    /// The rules that depend on the type of its definitions.
    pub(crate) rules: Rules,
}

/// How many entities of a kind a sandbox may hold.
pub(crate) struct Quota {
    /// The flag that sets it, for the message of the refusal.
    pub(crate) flag: &'static str,
    /// The number that a configuration sets.
    pub(crate) of: fn(&Config) -> usize,
}

/// What a write answers: the entity as it is stored now.
type Written = Result<Arc<Entity>, Error>;

/// The rules that depend on the type of a kind's definitions: [`Rules::of`] that type. The functions in
/// [`write`](mod@super::write) and [`seed`](mod@super::seed) describe them.
pub(crate) struct Rules {
    pub(super) create: fn(&KindSpec, &Write<'_>, Value, Completeness, usize) -> Written,
    pub(super) update: fn(&KindSpec, &Write<'_>, &Id, &IfMatch, &[PatchOperation]) -> Written,
    pub(super) act: fn(&KindSpec, &Write<'_>, &Id, Action) -> Written,
    pub(super) is_slow: fn(&Write<'_>, &Value) -> bool,
    pub(super) is_change_slow: fn(&KindSpec, &Write<'_>, &Id) -> bool,
    pub(super) read_seed: fn(&KindSpec, Value, &Seeding<'_>) -> Result<Entity, Vec<Error>>,
}
