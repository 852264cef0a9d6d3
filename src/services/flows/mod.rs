//! Flows: the ways of data from a source connection to a target connection. Reference: "Flows".
//!
//! [`definition`] is the part that a client defines, and `reading` reads it; [`ends`] finds its source and target connections, [`creation`] has the
//! rules of the creation and [`transformations`] and [`schedule`] those of these parts, [`operations`] those of a PATCH, `options` those of
//! `options`;
//! [`references`] those that concern other services;
//! [`selectors`] completes the selectors of destinations; [`spec`] says how flows differ from other kinds of entity.

pub(crate) mod creation;
pub(crate) mod definition;
pub(crate) mod ends;
pub(crate) mod operations;
mod options;
pub(crate) mod parts;
pub(crate) mod plan;
mod reading;
pub(crate) mod references;
pub(crate) mod schedule;
pub(crate) mod selectors;
pub(crate) mod spec;
pub(crate) mod spec_ref;
pub(crate) mod transformations;

pub(crate) use spec::SPEC;
