//! [`Path`]: the path of a value in an item, for filters and orders. Reference: "Listing" (dotted, `[]`).
//!
//! ```text
//! path = step *("." step)
//! step = name ["[]"]            ; with [], the value is an array and each element counts
//! name = 1*plain | quoted       ; plain: letters, digits and _ - : @ $ / #
//! ```

use super::quoted;
use serde_json::Value;
use std::fmt;

/// A path with at least one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: String,
    /// Whether the path continues in each element of an array.
    each: bool,
}

/// The largest number of steps.
const MAX_STEPS: usize = 32;

impl Path {
    /// Parses the path at the beginning of `text`; returns the rest too.
    ///
    /// # Errors
    /// The end of a sentence that says what is wrong.
    pub(super) fn read(text: &str) -> Result<(Self, &str), &'static str> {
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (name, behind) = name(rest)?;
            let each = behind.starts_with("[]");
            rest = if each { &behind[2..] } else { behind };
            steps.push(Step { name, each });
            match rest.strip_prefix('.') {
                _ if rest.starts_with('[') => {
                    return Err("[] marks an array and stands once, without an index");
                }
                _ if steps.len() > MAX_STEPS => return Err("it has more than 32 steps"),
                Some(behind) => rest = behind,
                None => return Ok((Self(steps), rest)),
            }
        }
    }

    /// Parses all of `text` as a path.
    ///
    /// # Errors
    /// The end of a sentence that says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match Self::read(text)? {
            (path, "") => Ok(path),
            _ => Err("a name takes letters, digits and _ - : @ $ / #; others in double quotes"),
        }
    }

    /// The first step, a top-level key.
    pub(crate) fn root(&self) -> &str {
        &self.0[0].name
    }

    /// The top-level key, if the path is nothing else.
    pub(super) fn into_key(self) -> Option<String> {
        let [step] = <[Step; 1]>::try_from(self.0).ok()?;
        (!step.each).then_some(step.name)
    }

    /// Whether it is the path `names`, in which plain names are separated by dots.
    pub(crate) fn leads_to(&self, names: &str) -> bool {
        let mut names = names.split('.');
        self.0.iter().all(|step| !step.each && names.next() == Some(&step.name)) && names.next().is_none()
    }

    /// The path to each element of the array at this one.
    pub(super) fn each(mut self) -> Self {
        if let Some(last) = self.0.last_mut() {
            last.each = true;
        }
        self
    }

    /// Whether the path has array steps, so that an item may have several values at it.
    pub(super) fn has_arrays(&self) -> bool {
        self.0.iter().any(|step| step.each)
    }

    /// Whether `holds` returns true for a value of `item` at this path.
    pub(super) fn any(&self, item: &Value, mut holds: impl FnMut(&Value) -> bool) -> bool {
        reaches(&self.0, item, &mut holds)
    }

    /// The value at this path; `None` if the path has array steps.
    pub(crate) fn get<'a>(&self, item: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(item, |value, step| if step.each { None } else { value.get(&step.name) })
    }
}

fn reaches(steps: &[Step], value: &Value, holds: &mut impl FnMut(&Value) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return holds(value) };
    match value.get(&step.name) {
        Some(Value::Array(elements)) if step.each => elements.iter().any(|value| reaches(rest, value, holds)),
        Some(value) if !step.each => reaches(rest, value, holds),
        _ => false,
    }
}

fn name(text: &str) -> Result<(String, &str), &'static str> {
    if let Some(text) = text.strip_prefix('"') {
        return quoted::read(text).ok_or("a double quote is not closed");
    }
    match text.find(|character| !is_plain(character)).unwrap_or(text.len()) {
        0 => Err("a name is missing"),
        end => Ok((text[..end].to_owned(), &text[end..])),
    }
}

/// Whether an unquoted name may contain this character.
pub(super) fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | ':' | '@' | '$' | '/' | '#')
}

/// Whether an unquoted name may begin with this character everywhere. In `orderby`, a leading `-` would be a prefix.
pub(super) fn begins_a_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '@' | '$')
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Step { name, each }) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "." })?;
            if name.starts_with(begins_a_name) && name.chars().all(is_plain) {
                f.write_str(name)?;
            } else {
                quoted::write(f, name)?;
            }
            f.write_str(if *each { "[]" } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Any path.
    pub(in crate::store::query) fn paths() -> impl Strategy<Value = Path> {
        let name = prop_oneof!["[a-c]{1,2}", any::<String>()];
        let step = (name, any::<bool>()).prop_map(|(name, each)| Step { name, each });
        prop::collection::vec(step, 1..5).prop_map(Path)
    }

    #[test]
    fn a_path_leads_through_objects_and_marked_arrays() {
        let item = json!({"a": {"b": [{"c": 1}, {"c": 2}], "d.e": 3}, "f": [4, 5]});
        let found = |path: &str| {
            let mut found = Vec::new();
            Path::parse(path).unwrap().any(&item, |value| {
                found.push(value.clone());
                false
            });
            found
        };
        assert_eq!(found("a.b[].c"), [json!(1), json!(2)]);
        assert_eq!(found("a.\"d.e\""), [json!(3)]);
        assert_eq!(found("f[]"), [json!(4), json!(5)]);
        for nowhere in ["a.b.c", "a.d.e", "a[].b", "f[].x", "x", "f.0", "A"] {
            assert!(found(nowhere).is_empty(), "{nowhere}");
        }
    }

    #[test]
    fn a_path_leads_to_the_field_whose_names_are_its_steps() {
        let leads = |path: &str, names: &str| Path::parse(path).unwrap().leads_to(names);
        assert!(leads("a", "a") && leads("a.b", "a.b") && leads("\"a\".b", "a.b"));
        for (path, names) in [
            ("a", "b"),
            ("a", "a.b"),
            ("a.b", "a"),
            ("a.b", "b"),
            ("a[].b", "a.b"),
            ("a.b[]", "a.b"),
            ("\"a.b\"", "a.b"),
        ] {
            assert!(!leads(path, names), "{path} {names}");
        }
    }

    #[test]
    fn an_invalid_path_is_refused() {
        for text in
            ["", ".", "a.", ".a", "a..b", "a[0]", "a[", "a[][]", "a]", "\"a", "a b", "a[]b", "[]", "a=b"]
        {
            assert!(Path::parse(text).is_err(), "{text}");
        }
        assert!(Path::parse(&"a.".repeat(31)[..]).is_err());
        assert!(Path::parse(&vec!["a"; 32].join(".")).is_ok());
        assert!(Path::parse(&vec!["a"; 33].join(".")).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_printing_is_the_inverse_of_parsing(text in "[ab.\\[\\]\"= ]{0,12}|.{0,20}") {
            if let Ok(path) = Path::parse(&text) {
                prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
            }
        }

        #[test]
        fn a_printed_path_is_parsed_unchanged(path in paths()) {
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }
    }
}
