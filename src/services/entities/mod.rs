//! The parts that all kinds of entity share. A [`KindSpec`] says how a kind differs; everything here works from that
//! value.
//!
//! To add a kind: a line in the table of operations ([`crate::base::operation`]), a folder beside this one with its
//! [`KindSpec`] and its [`Definition`], and a line in [`super::kinds`].
//!
//! [`write`](mod@write) has the rules of creating, updating, acting on and deleting; [`definition`] is the part that a
//! client defines, [`last_operation`] the last thing that was done to it, [`record`] the stored form, [`seed`](mod@seed)
//! the form in a state document; [`lifecycle`] has the states, [`settle`] the way from `initializing` to `enabled`,
//! [`progress`] the body of an action, [`patch`] JSON Patch, [`if_match`] the precondition; [`select`] and [`lookup`] find
//! the entities of a list, [`documents`] those of a list of plain documents.

pub(crate) mod context;
pub(crate) mod definition;
pub(crate) mod documents;
pub(crate) mod id;
pub(crate) mod if_match;
pub(crate) mod keys;
pub(crate) mod kind;
pub(crate) mod last_operation;
pub(crate) mod lifecycle;
pub(crate) mod lookup;
pub(crate) mod members;
pub(crate) mod patch;
pub(crate) mod progress;
pub(crate) mod record;
pub(crate) mod seed;
pub(crate) mod select;
pub(crate) mod settle;
pub(crate) mod spec_ref;
pub(crate) mod write;

pub(crate) use context::{Context, SeededEntity, Seeding, Write, max_item_bytes};
pub(crate) use definition::{Completeness, Definition};
pub(crate) use id::Id;
pub(crate) use keys::{Keys, OWN_SETTINGS};
pub(crate) use kind::{KindRules, KindSpec, Quota};
pub(crate) use last_operation::LAST_OPERATION;
