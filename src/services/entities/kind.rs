//! [`KindSpec`]: how one kind of entity differs from the others, as a value.

use super::context::{SeededEntity, Seeding, Write};
use super::definition::Completeness;
use super::id::Id;
use super::if_match::IfMatch;
use super::keys::Keys;
use super::lifecycle::{Action, Lifecycle};
use super::patch::PatchOperation;
use crate::base::config::Config;
use crate::base::error::{Code, Error};
use crate::base::operation::Kind;
use crate::store::Entity;
use crate::store::query::Fields;
use serde_json::Value;
use std::sync::Arc;

/// How one kind of entity differs from the others.
pub(crate) struct KindSpec {
    /// Its name in the store, in paths and in messages.
    pub(crate) kind: Kind,
    /// The fields that filters and orders may name, without the stamps that every kind has.
    pub(crate) fields: Fields,
    /// The fields that the store keeps as keys, in that order.
    pub(crate) indexed: [&'static str; Entity::KEYS],
    /// Its top-level keys, by who sets them.
    pub(crate) keys: Keys,
    /// Its states and the changes that each allows.
    pub(crate) lifecycle: Lifecycle,
    /// The error of deleting one that another entity holds; `None` if no kind of entity holds them.
    pub(crate) in_use: Option<Code>,
    /// The largest number of them in a sandbox.
    pub(crate) quota: Quota,
    /// The rules that depend on the type of its definitions.
    pub(crate) rules: KindRules,
}

/// The largest number of entities of a kind in a sandbox.
pub(crate) struct Quota {
    /// The flag that sets it, for the error message.
    pub(crate) flag: &'static str,
    /// The configured number.
    pub(crate) of: fn(&Config) -> usize,
}

/// The result of a write: the stored entity.
type Written = Result<Arc<Entity>, Error>;

/// The rules that depend on the type of a kind's definitions, made by [`KindRules::of`]. The functions in
/// [`write`](mod@super::write) and [`seed`](mod@super::seed) describe them.
pub(crate) struct KindRules {
    pub(super) create: fn(&KindSpec, &Write<'_>, Value, Completeness, usize) -> Written,
    pub(super) update: fn(&KindSpec, &Write<'_>, &Id, &IfMatch, &[PatchOperation]) -> Written,
    pub(super) act: fn(&KindSpec, &Write<'_>, &Id, &IfMatch, Action) -> Written,
    pub(super) is_slow: fn(&Write<'_>, &Value) -> bool,
    pub(super) is_change_slow: fn(&KindSpec, &Write<'_>, &Id) -> bool,
    pub(super) read_seed: fn(&KindSpec, Value, &Seeding<'_>) -> Result<SeededEntity, Vec<Error>>,
}
