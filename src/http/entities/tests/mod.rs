//! Tests that hold for entities of every kind, over HTTP, among them the kind that only unit tests have. Kinds that lack
//! drafts, actions or a search skip the tests of these.

mod changes;
mod definitions;
mod lists;
mod state;
mod subjects;
mod support;
mod testkit;

use crate::base::operation::Kind;
use subjects::SUBJECTS;

#[test]
fn every_kind_is_tested_here() {
    assert_eq!(SUBJECTS.each_ref().map(|subject| subject.kind).as_slice(), Kind::ALL);
}
