//! JSON documents read by hand, so that everything that is wrong with one is said at once, each thing with its JSON
//! pointer. serde would stop at the first.

use crate::base::document::refusal::{Problem, Refused};
use crate::base::error::excerpt;
use crate::base::json::{kind_of, pointer_token};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// How many problems are listed; of a document with more, these are the first.
const MAX_PROBLEMS: usize = 100;

/// What is wrong with a document, as far as it was read.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one, unless there are too many to be read anyway.
    pub(crate) fn add(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(Problem::new(path, reason));
        }
    }

    /// What was read, if nothing is wrong.
    ///
    /// # Errors
    /// [`Refused`] with every problem.
    pub(crate) fn or<T>(self, read: Option<T>) -> Result<T, Refused> {
        match read {
            Some(read) if self.0.is_empty() => Ok(read),
            _ => Err(Refused::invalid(self.0)),
        }
    }
}

/// A value in a document, with its place.
#[derive(Clone)]
pub(crate) struct Member<'d> {
    pub(crate) value: &'d Value,
    pub(crate) path: String,
}

impl<'d> Member<'d> {
    /// The whole of a document.
    pub(crate) fn root(value: &'d Value) -> Self {
        Self { value, path: String::new() }
    }

    /// Says what is wrong with it; answers with nothing.
    pub(crate) fn refuse<T>(&self, reason: impl Into<String>, problems: &mut Problems) -> Option<T> {
        problems.add(self.path.clone(), reason);
        None
    }

    /// It should be `what`.
    pub(crate) fn expected<T>(&self, what: &str, problems: &mut Problems) -> Option<T> {
        self.refuse(format!("must be {what}, not {}", kind_of(self.value)), problems)
    }

    /// What was read of it, or the reason why it cannot be.
    pub(crate) fn check<T>(&self, read: Result<T, String>, problems: &mut Problems) -> Option<T> {
        read.map_err(|reason| problems.add(self.path.clone(), reason)).ok()
    }

    /// What is below it, under that key or index.
    fn below(&self, key: &str, value: &'d Value) -> Self {
        Self { value, path: format!("{}/{}", self.path, pointer_token(key)) }
    }

    /// Its members, if it is an object.
    pub(crate) fn object(&self, problems: &mut Problems) -> Option<Members<'d>> {
        match self.value {
            Value::Object(map) => Some(Members { at: self.clone(), map, known: Vec::new() }),
            _ => self.expected("an object", problems),
        }
    }

    /// Its members, whatever their keys are, if it is an object of at most `max`.
    pub(crate) fn entries(&self, max: usize, problems: &mut Problems) -> Vec<(&'d str, Self)> {
        match self.value {
            Value::Object(map) if map.len() <= max => {
                map.iter().map(|(key, value)| (key.as_str(), self.below(key, value))).collect()
            }
            Value::Object(map) => {
                problems
                    .add(self.path.clone(), format!("has {} members; at most {max} are taken", map.len()));
                Vec::new()
            }
            _ => self.expected("an object", problems).unwrap_or_default(),
        }
    }

    /// Its elements, if it is an array of 1 to `max`.
    pub(crate) fn elements(&self, max: usize, problems: &mut Problems) -> Option<Vec<Self>> {
        match self.value {
            Value::Array(elements) if (1..=max).contains(&elements.len()) => {
                let below = |(index, value): (usize, _)| self.below(&index.to_string(), value);
                Some(elements.iter().enumerate().map(below).collect())
            }
            Value::Array(elements) => {
                self.refuse(format!("has {} elements; 1 to {max} are taken", elements.len()), problems)
            }
            _ => self.expected("an array", problems),
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self, problems: &mut Problems) -> Option<&'d str> {
        self.value.as_str().or_else(|| self.expected("a string", problems))
    }

    /// `true`: a member that can only be there or not.
    pub(crate) fn switch(&self, problems: &mut Problems) -> Option<()> {
        match self.value {
            Value::Bool(true) => Some(()),
            _ => self.refuse("must be true; leave the key out otherwise", problems),
        }
    }

    /// The whole number, if it is one in that range.
    pub(crate) fn whole(&self, range: RangeInclusive<u64>, problems: &mut Problems) -> Option<u64> {
        let whole = self.value.as_u64().filter(|number| range.contains(number));
        whole.or_else(|| {
            let (start, end) = range.into_inner();
            let most = if end == u64::MAX { "or more".to_owned() } else { format!("to {end}") };
            self.refuse(format!("must be a whole number, {start} {most}"), problems)
        })
    }

    /// The number, if it is one in that range.
    pub(crate) fn number(&self, range: RangeInclusive<f64>, problems: &mut Problems) -> Option<f64> {
        let number = self.value.as_f64().filter(|number| range.contains(number));
        number.or_else(|| {
            let (start, end) = range.into_inner();
            self.refuse(format!("must be a number, {start} to {end}"), problems)
        })
    }
}

/// The members of an object, of which every one must be known to whoever reads it.
pub(crate) struct Members<'d> {
    at: Member<'d>,
    map: &'d Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'d> Members<'d> {
    /// The member of that name, if it is there. From now on the name is known.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Member<'d>> {
        self.known.push(key);
        self.map.get(key).map(|value| self.at.below(key, value))
    }

    /// Says of every member that nobody took that it is unknown.
    pub(crate) fn end(self, problems: &mut Problems) {
        for key in self.map.keys().filter(|key| !self.known.contains(&key.as_str())) {
            let path = format!("{}/{}", self.at.path, pointer_token(&excerpt(key)));
            problems.add(path, format!("is unknown here; known are {}", self.known.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_that_is_wrong_is_said_at_once_with_its_place() {
        let document =
            json!({"a/b": 1, "count": -1, "share": 2.5, "list": [], "on": false, "text": null, "~": 0});
        let mut problems = Problems::default();
        let mut members = Member::root(&document).object(&mut problems).unwrap();
        members.take("count").unwrap().whole(0..=9, &mut problems);
        members.take("share").unwrap().number(0.0..=1.0, &mut problems);
        members.take("list").unwrap().elements(5, &mut problems);
        members.take("on").unwrap().switch(&mut problems);
        members.take("text").unwrap().text(&mut problems);
        assert!(members.take("absent").is_none());
        members.end(&mut problems);
        let refused = problems.or(Some(())).unwrap_err().to_string();
        assert_eq!(
            refused.lines().collect::<Vec<_>>(),
            [
                "/count: must be a whole number, 0 to 9",
                "/share: must be a number, 0 to 1",
                "/list: has 0 elements; 1 to 5 are taken",
                "/on: must be true; leave the key out otherwise",
                "/text: must be a string, not null",
                "/a~1b: is unknown here; known are count, share, list, on, text, absent",
                "/~0: is unknown here; known are count, share, list, on, text, absent",
            ]
        );
    }

    #[test]
    fn of_very_many_problems_the_first_are_listed() {
        let mut problems = Problems::default();
        (0..1000).for_each(|number| problems.add(number.to_string(), "no"));
        assert_eq!(problems.or(Some(())).unwrap_err().problems().len(), MAX_PROBLEMS);
    }
}
