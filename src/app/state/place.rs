//! [`Place`]: where something is in a document.

use crate::base::json::pointer_token;
use std::fmt;

/// Where something is in a document: a JSON pointer that is only written out if something is wrong there, since of a
/// million places most are in order.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// The whole of it.
    Document,
    /// The member of an object.
    Member(&'a Place<'a>, &'a str),
    /// The element of an array.
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    pub(super) fn member<'a>(&'a self, key: &'a str) -> Place<'a> {
        Place::Member(self, key)
    }

    pub(super) fn element(&self, index: usize) -> Place<'_> {
        Place::Element(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => Ok(()),
            Self::Member(parent, key) => write!(f, "{parent}/{}", pointer_token(key)),
            Self::Element(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_a_json_pointer() {
        let document = Place::Document;
        let array = document.member("a/b");
        let element = array.element(3);
        assert_eq!(element.member("~").to_string(), "/a~1b/3/~0");
        assert_eq!(document.to_string(), "");
    }
}
