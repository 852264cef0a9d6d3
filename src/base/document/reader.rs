//! The reader of documents: [`Member`] is a value and its place, [`Members`] an object that is read key by key.
//!
//! A method that finds a mistake adds it to the [`Problems`] and returns nothing, so that the caller goes on with the
//! rest, while serde would stop at the first one. A problem names the type of a value and never the value itself, which
//! may be a misplaced credential.

use super::problems::Problems;
use crate::base::json::{kind_of, pointer_token, quote_it};
use crate::base::spelling::nearest;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// A value in a document, and its place. A large document is owned, so that its parts can be moved out.
#[derive(Clone)]
pub(crate) struct Member<'d> {
    value: Cow<'d, Value>,
    path: String,
}

impl<'d> Member<'d> {
    /// A whole document.
    pub(crate) fn root(value: &'d Value) -> Self {
        Self::at("", value)
    }

    /// A whole document whose parts can be moved out.
    pub(crate) fn owned_root(value: Value) -> Self {
        Self { value: Cow::Owned(value), path: String::new() }
    }

    /// A value at the JSON pointer `path`.
    pub(crate) fn at(path: impl Into<String>, value: &'d Value) -> Self {
        Self { value: Cow::Borrowed(value), path: path.into() }
    }

    /// The value.
    pub(crate) fn value(&self) -> &Value {
        &self.value
    }

    /// The value, moved out if it can be.
    pub(crate) fn into_value(self) -> Value {
        self.value.into_owned()
    }

    /// The JSON pointer of the value.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// A member at this place that borrows the value.
    pub(crate) fn borrowed(&self) -> Member<'_> {
        Member::at(self.path.clone(), &self.value)
    }

    /// Adds a problem with this value. Returns `None`, for the caller to return.
    pub(crate) fn refuse<T>(&self, reason: impl Into<String>, problems: &mut Problems) -> Option<T> {
        problems.add(&self.path, reason);
        None
    }

    /// Adds the problem that the value is not `what`, which comes with its article.
    pub(crate) fn expected<T>(&self, what: &str, problems: &mut Problems) -> Option<T> {
        self.refuse(format!("must be {what}, not {}", kind_of(&self.value)), problems)
    }

    /// Returns the converted value; an error becomes a problem with this value.
    pub(crate) fn check<T, E: Into<String>>(&self, made: Result<T, E>, problems: &mut Problems) -> Option<T> {
        made.map_err(|reason| problems.add(&self.path, reason)).ok()
    }

    fn below(&self, key: &str, value: Cow<'d, Value>) -> Self {
        Self { value, path: below(&self.path, key) }
    }

    /// The object.
    pub(crate) fn object(self, problems: &mut Problems) -> Option<Members<'d>> {
        let map = match self.value {
            Cow::Borrowed(Value::Object(map)) => Cow::Borrowed(map),
            Cow::Owned(Value::Object(map)) => Cow::Owned(map),
            _ => return self.expected("an object", problems),
        };
        Some(Members { map, path: self.path, known: Vec::new() })
    }

    /// The members of an object with arbitrary keys, at most `max`; none if the value is not an object.
    pub(crate) fn entries(self, max: usize, problems: &mut Problems) -> Vec<(String, Self)> {
        let Some(members) = self.object(problems) else { return Vec::new() };
        if members.map.len() > max {
            let reason = format!("must have at most {max} members, not {}", members.map.len());
            members.refuse::<()>(reason, problems);
            return Vec::new();
        }
        let Members { map, path, .. } = members;
        let entry = |key: String, value| {
            let path = below(&path, &key);
            (key, Self { value, path })
        };
        match map {
            Cow::Borrowed(map) => {
                map.iter().map(|(key, value)| entry(key.clone(), Cow::Borrowed(value))).collect()
            }
            Cow::Owned(map) => map.into_iter().map(|(key, value)| entry(key, Cow::Owned(value))).collect(),
        }
    }

    /// The elements of an array of any length, without their places.
    pub(crate) fn array(self, problems: &mut Problems) -> Option<Cow<'d, [Value]>> {
        match self.value {
            Cow::Borrowed(Value::Array(elements)) => Some(Cow::Borrowed(elements)),
            Cow::Owned(Value::Array(elements)) => Some(Cow::Owned(elements)),
            _ => self.expected("an array", problems),
        }
    }

    /// The elements of an array with a number of elements in `range`.
    pub(crate) fn elements(self, range: RangeInclusive<usize>, problems: &mut Problems) -> Option<Vec<Self>> {
        let place = Self { value: Cow::Owned(Value::Null), path: self.path.clone() };
        let elements = self.array(problems)?;
        if !range.contains(&elements.len()) {
            let (least, most) = range.into_inner();
            let bounds = if least == 0 { format!("at most {most}") } else { format!("{least} to {most}") };
            return place.refuse(format!("must have {bounds} elements, not {}", elements.len()), problems);
        }
        let element = |(index, value): (usize, _)| place.below(&index.to_string(), value);
        Some(match elements {
            Cow::Borrowed(elements) => elements.iter().map(Cow::Borrowed).enumerate().map(element).collect(),
            Cow::Owned(elements) => elements.into_iter().map(Cow::Owned).enumerate().map(element).collect(),
        })
    }

    /// The string.
    pub(crate) fn text(&self, problems: &mut Problems) -> Option<&str> {
        self.value.as_str().or_else(|| {
            let remedy = quote_it(&self.value);
            self.refuse(format!("must be a string, not {}{remedy}", kind_of(&self.value)), problems)
        })
    }

    /// The string, which must not be empty.
    pub(crate) fn nonempty(&self, problems: &mut Problems) -> Option<&str> {
        match self.text(problems)? {
            "" => self.refuse("must not be empty", problems),
            text => Some(text),
        }
    }

    /// The string, which a header must be able to carry: see [`is_name`].
    pub(crate) fn name(&self, problems: &mut Problems) -> Option<&str> {
        let text = self.text(problems)?;
        if is_name(text) { Some(text) } else { self.refuse(NOT_A_NAME, problems) }
    }

    /// The value that belongs to the string, which must be one of those in `choices`.
    pub(crate) fn one_of<T: Copy>(&self, choices: &[(&str, T)], problems: &mut Problems) -> Option<T> {
        let chosen = self.value.as_str().and_then(|text| choices.iter().find(|(name, _)| *name == text));
        if let Some((_, chosen)) = chosen {
            return Some(*chosen);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let names = match names.as_slice() {
            [one, other] => format!("{one} or {other}"),
            names => format!("one of {}", names.join(", ")),
        };
        match *self.value {
            Value::String(_) => self.refuse(format!("must be {names}"), problems),
            _ => self.expected(&names, problems),
        }
    }

    /// The boolean.
    pub(crate) fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        self.value.as_bool().or_else(|| self.expected("true or false", problems))
    }

    /// A member that can only be `true`, or absent.
    pub(crate) fn switch(&self, problems: &mut Problems) -> Option<()> {
        match *self.value {
            Value::Bool(true) => Some(()),
            Value::Bool(false) => self.refuse("must be true; leave the key out otherwise", problems),
            _ => self.expected("true", problems),
        }
    }

    /// The whole number, which must be in `range`.
    pub(crate) fn whole(&self, range: RangeInclusive<u64>, problems: &mut Problems) -> Option<u64> {
        let number = self.value.as_u64().filter(|number| range.contains(number));
        number.or_else(|| {
            let (least, most) = range.into_inner();
            let most = if most == u64::MAX { "or more".to_owned() } else { format!("to {most}") };
            self.expected_number(&format!("a whole number, {least} {most}"), problems)
        })
    }

    /// The number, which must be in `range`.
    pub(crate) fn number(&self, range: RangeInclusive<f64>, problems: &mut Problems) -> Option<f64> {
        let number = self.value.as_f64().filter(|number| range.contains(number));
        number.or_else(|| {
            let (least, most) = range.into_inner();
            self.expected_number(&format!("a number, {least} to {most}"), problems)
        })
    }

    /// Adds the problem that the value is not `what`. If it is no number at all, the problem says so.
    pub(crate) fn expected_number<T>(&self, what: &str, problems: &mut Problems) -> Option<T> {
        match *self.value {
            Value::Number(_) => self.refuse(format!("must be {what}"), problems),
            _ => self.expected(what, problems),
        }
    }
}

/// An object that is read key by key. The reader calls [`Members::end`] last, which refuses all keys that were not
/// taken.
pub(crate) struct Members<'d> {
    map: Cow<'d, Map<String, Value>>,
    path: String,
    known: Vec<&'static str>,
}

impl<'d> Members<'d> {
    /// The JSON pointer of the object.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Adds a problem with the whole object. Returns `None`, for the caller to return.
    pub(crate) fn refuse<T>(&self, reason: impl Into<String>, problems: &mut Problems) -> Option<T> {
        problems.add(&self.path, reason);
        None
    }

    /// Takes the member `key`, if there is one, and counts the key as known.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Member<'d>> {
        self.known.push(key);
        let value = match &mut self.map {
            Cow::Borrowed(map) => Cow::Borrowed(map.get(key)?),
            Cow::Owned(map) => Cow::Owned(map.shift_remove(key)?),
        };
        Some(Member { value, path: below(&self.path, key) })
    }

    /// Takes the member `key`, which must be there and not be `null`.
    pub(crate) fn required(&mut self, key: &'static str, problems: &mut Problems) -> Option<Member<'d>> {
        self.take(key).filter(|member| !member.value.is_null()).or_else(|| {
            problems.add(below(&self.path, key), "is missing");
            None
        })
    }

    /// Takes the member `key`, a string that may be absent.
    pub(crate) fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<String> {
        self.take(key)?.text(problems).map(str::to_owned)
    }

    /// Adds a problem for each key that was not taken.
    pub(crate) fn end(&self, problems: &mut Problems) {
        let Self { map, path, known } = self;
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let keys = match nearest(key, known.iter().copied()) {
                Some(meant) => format!("did you mean {meant}? The keys"),
                None => "the keys".to_owned(),
            };
            let reason = format!("is not known; {keys} here are {}", known.join(", "));
            problems.add(below(path, key), reason);
        }
    }
}

/// The JSON pointer of the member `key` of the object at `path`.
fn below(path: &str, key: &str) -> String {
    format!("{path}/{}", pointer_token(key))
}

/// The longest name in a header (of a client, an organisation, a user, a sandbox), in bytes.
pub(crate) const MAX_NAME_BYTES: usize = 256;

/// The reason why [`is_name`] refuses a text.
pub(crate) const NOT_A_NAME: &str =
    "must be 1 to 256 printable ASCII characters without spaces around them, since a header carries it";

/// Whether a header can carry `text` as it is.
pub(crate) fn is_name(text: &str) -> bool {
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.trim() == text && is_printable
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_all(mut members: Members<'_>) -> Vec<String> {
        let mut problems = Problems::default();
        let all = &mut problems;
        members.take("count").unwrap().whole(0..=9, all);
        members.take("share").unwrap().number(0.0..=1.0, all);
        members.take("sizes").unwrap().elements(1..=5, all);
        members.take("map").unwrap().entries(1, all);
        members.take("on").unwrap().switch(all);
        members.take("flag").unwrap().boolean(all);
        members.take("text").unwrap().text(all);
        members.take("empty").unwrap().nonempty(all);
        members.take("name").unwrap().name(all);
        members.take("kind").unwrap().one_of(&[("a", 1), ("b", 2)], all);
        members.take("list").unwrap().array(all);
        members.required("absent", all);
        members.end(all);
        problems.into_list().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_reported_at_once_with_its_place() {
        let document = json!({"count": -1, "share": "2.5", "sizes": [], "map": {"a": 1, "b": 2}, "on": false,
            "flag": "yes", "text": null, "empty": "", "name": " a", "kind": "c", "list": {}, "a/b": 1, "shar": 2});
        let keys = "count, share, sizes, map, on, flag, text, empty, name, kind, list, absent";
        let expected = [
            "/things/0/count: must be a whole number, 0 to 9".to_owned(),
            "/things/0/share: must be a number, 0 to 1, not a string".to_owned(),
            "/things/0/sizes: must have 1 to 5 elements, not 0".to_owned(),
            "/things/0/map: must have at most 1 members, not 2".to_owned(),
            "/things/0/on: must be true; leave the key out otherwise".to_owned(),
            "/things/0/flag: must be true or false, not a string".to_owned(),
            "/things/0/text: must be a string, not null".to_owned(),
            "/things/0/empty: must not be empty".to_owned(),
            format!("/things/0/name: {NOT_A_NAME}"),
            "/things/0/kind: must be a or b".to_owned(),
            "/things/0/list: must be an array, not an object".to_owned(),
            "/things/0/absent: is missing".to_owned(),
            format!("/things/0/a~1b: is not known; the keys here are {keys}"),
            format!("/things/0/shar: is not known; did you mean share? The keys here are {keys}"),
        ];
        let problems = &mut Problems::default();
        let borrowed = Member::at("/things/0", &document).object(problems).unwrap();
        assert_eq!(read_all(borrowed), expected);
        let things = json!({ "things": [document] });
        let mut things = Member::owned_root(things).object(problems).unwrap();
        let owned = things.take("things").unwrap().elements(0..=1, problems).unwrap().remove(0);
        assert_eq!(read_all(owned.object(problems).unwrap()), expected);
        assert!(problems.is_empty());
    }

    #[test]
    fn a_value_that_is_not_an_object_is_refused() {
        let mut problems = Problems::default();
        assert!(Member::at("/0", &json!([])).object(&mut problems).is_none());
        assert!(Member::at("/1", &json!(7)).entries(5, &mut problems).is_empty());
        let list: Vec<String> = problems.into_list().iter().map(ToString::to_string).collect();
        assert_eq!(list, ["/0: must be an object, not an array", "/1: must be an object, not a number"]);
    }
}
