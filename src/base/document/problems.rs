//! [`Problems`]: everything that is wrong with a document, collected while it is read.

use super::refusal::{Problem, Refused};
use std::fmt;

/// The problems of a document: the first hundred, and how many more there are.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    first: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// The number of problems that are listed.
    pub(crate) const MAX: usize = 100;

    /// Adds the problem `reason` at the JSON pointer `path`, which is formatted only if the problem is listed.
    pub(crate) fn add(&mut self, path: impl fmt::Display, reason: impl Into<String>) {
        if self.first.len() < Self::MAX {
            self.first.push(Problem::new(shortened(path.to_string()), reason));
        } else {
            self.more += 1;
        }
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// The number of problems so far.
    pub(crate) fn count(&self) -> usize {
        self.first.len() + self.more
    }

    /// Returns `read` if it is there and nothing is wrong.
    ///
    /// # Errors
    /// [`Refused`] with every problem.
    pub(crate) fn or<T>(self, read: Option<T>) -> Result<T, Refused> {
        match read {
            Some(read) if self.is_empty() => Ok(read),
            _ => Err(Refused::invalid(self.into_list())),
        }
    }

    /// The first problem, for an error that has room for one.
    pub(crate) fn into_first(self) -> Problem {
        self.first.into_iter().next().unwrap_or_else(|| Problem::new("", "cannot be used"))
    }

    /// The problems as they are reported. If there are more than [`Problems::MAX`], the last entry says how many.
    pub(crate) fn into_list(self) -> Vec<Problem> {
        let Self { mut first, more } = self;
        if more > 0 {
            first.push(Problem::new("", format!("there are {more} more problems; these are the first")));
        }
        first
    }
}

/// Cuts a pointer that is too long for a report: a key may be as long as its document.
fn shortened(mut pointer: String) -> String {
    const MAX_BYTES: usize = 1024;
    if pointer.len() > MAX_BYTES {
        let end = (0..=MAX_BYTES).rev().find(|end| pointer.is_char_boundary(*end)).unwrap_or_default();
        pointer.truncate(end);
        pointer.push('…');
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_are_listed_and_the_others_counted() {
        let mut problems = Problems::default();
        (0..120).for_each(|number| problems.add(format_args!("/{number}"), "no"));
        assert_eq!(problems.count(), 120);
        let list = problems.into_list();
        assert_eq!((list.len(), list[99].path.as_str()), (101, "/99"));
        assert_eq!(list[100], Problem::new("", "there are 20 more problems; these are the first"));
    }

    #[test]
    fn a_value_is_returned_only_without_problems() {
        assert_eq!(Problems::default().or(Some(7)), Ok(7));
        let mut problems = Problems::default();
        problems.add("/a", "no");
        assert_eq!(problems.or(Some(7)).unwrap_err().problems(), [Problem::new("/a", "no")]);
    }

    #[test]
    fn a_long_pointer_is_cut() {
        let mut problems = Problems::default();
        problems.add("é".repeat(10_000), "x");
        assert_eq!(problems.into_first().path, "é".repeat(512) + "…");
    }
}
