//! [`Object`]: an object of a control call's document, read strictly and to its end, so that a refusal names all that
//! is wrong with it.

use crate::base::document::refusal::Problem;
use crate::base::json::{kind_of, pointer_token};
use serde_json::{Map, Value};

/// The longest name that a header carries here: of a client, an organisation, a user, a sandbox. In bytes.
pub(crate) const MAX_NAME_BYTES: usize = 256;

/// An object, and where it stands. What is wrong with a member becomes a [`Problem`] at its pointer.
pub(crate) struct Object<'a> {
    members: &'a Map<String, Value>,
    pointer: &'a str,
    asked_for: Vec<&'static str>,
}

impl<'a> Object<'a> {
    /// The object at `pointer`; `None`, and a problem, if `value` is none.
    pub(crate) fn read(value: &'a Value, pointer: &'a str, problems: &mut Vec<Problem>) -> Option<Self> {
        let Value::Object(members) = value else {
            problems.push(Problem::new(pointer, format!("must be an object, not {}", kind_of(value))));
            return None;
        };
        Some(Self { members, pointer, asked_for: Vec::new() })
    }

    /// The pointer of a member.
    pub(crate) fn at(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, pointer_token(key))
    }

    /// A member, whatever its type; `null` counts as absent.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Value> {
        self.asked_for.push(key);
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// A member that is text.
    pub(crate) fn text(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<&'a str> {
        let value = self.get(key)?;
        self.typed(key, value, value.as_str(), "text", problems)
    }

    /// A member that is `true` or `false`.
    pub(crate) fn boolean(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<bool> {
        let value = self.get(key)?;
        self.typed(key, value, value.as_bool(), "true or false", problems)
    }

    /// A member that is a whole number, not negative.
    pub(crate) fn number(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<u64> {
        let value = self.get(key)?;
        self.typed(key, value, value.as_u64(), "a whole number", problems)
    }

    /// The elements of a member that is an array; none if it is absent.
    pub(crate) fn array(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> &'a [Value] {
        let Some(value) = self.get(key) else { return &[] };
        self.typed(key, value, value.as_array(), "an array", problems).map_or(&[], Vec::as_slice)
    }

    /// A member that names something which headers name too: [`is_name`].
    pub(crate) fn name(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<&'a str> {
        let text = self.text(key, problems)?;
        if !is_name(text) {
            problems.push(Problem::new(self.at(key), NOT_A_NAME));
            return None;
        }
        Some(text)
    }

    /// The member itself; a problem if it is absent. One that is there and refused has its problem already.
    pub(crate) fn required<T>(
        &self, key: &'static str, value: Option<T>, problems: &mut Vec<Problem>,
    ) -> Option<T> {
        if self.members.get(key).is_none_or(Value::is_null) {
            problems.push(Problem::new(self.at(key), "is missing"));
        }
        value
    }

    /// A problem for each member that nobody asked for.
    pub(crate) fn refuse_others(self, problems: &mut Vec<Problem>) {
        let unknown = self.members.keys().filter(|key| !self.asked_for.contains(&key.as_str()));
        let takes = self.asked_for.join(", ");
        problems.extend(
            unknown.map(|key| Problem::new(self.at(key), format!("is not known here; known are {takes}"))),
        );
    }

    fn typed<T>(
        &self, key: &str, value: &Value, read: Option<T>, expected: &str, problems: &mut Vec<Problem>,
    ) -> Option<T> {
        if read.is_none() {
            // The value stays out of it: it may be a credential in the wrong place.
            let reason = format!("must be {expected}, not {}", kind_of(value));
            problems.push(Problem::new(self.at(key), reason));
        }
        read
    }
}

/// What is asked of a name.
pub(crate) const NOT_A_NAME: &str =
    "must be 1 to 256 printable ASCII characters without spaces around them, since a header carries it";

/// Whether a header can carry it as it is.
pub(crate) fn is_name(text: &str) -> bool {
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.trim() == text && is_printable
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_that_is_wrong_is_said_at_once_with_its_pointer() {
        let document = json!({"name": "a ", "flag": "yes", "size": -1, "list": {}, "text": 7, "null": null,
            "a/b": 1});
        let mut problems = Vec::new();
        let mut object = Object::read(&document, "/things/0", &mut problems).unwrap();
        assert_eq!(object.name("name", &mut problems), None);
        assert_eq!(object.boolean("flag", &mut problems), None);
        assert_eq!(object.number("size", &mut problems), None);
        assert!(object.array("list", &mut problems).is_empty());
        let text = object.text("text", &mut problems);
        assert_eq!(object.required("text", text, &mut problems), None);
        let null = object.text("null", &mut problems);
        assert_eq!(object.required("null", null, &mut problems), None);
        object.refuse_others(&mut problems);
        let said: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            said,
            [
                format!("/things/0/name: {NOT_A_NAME}").as_str(),
                "/things/0/flag: must be true or false, not a string",
                "/things/0/size: must be a whole number, not a number",
                "/things/0/list: must be an array, not an object",
                "/things/0/text: must be text, not a number",
                "/things/0/null: is missing",
                "/things/0/a~1b: is not known here; known are name, flag, size, list, text, null",
            ]
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let mut problems = Vec::new();
        assert!(Object::read(&json!([]), "/0", &mut problems).is_none());
        assert_eq!(problems, [Problem::new("/0", "must be an object, not an array")]);
    }
}
