//! [`Matcher`]: what a header, a query parameter or a place in the body has to be.
//!
//! Decided: where a header or parameter has several values, one of them has to match, and `not` means that none does.
//! A regular expression is searched for; `^` and `$` make it the whole. `contains` and `matches` see a string itself,
//! of any other JSON value its compact text, and of the whole body the text as it was sent.

use super::compare::{Extent, agrees};
use super::difference::{ABSENT, shown};
use super::subject::Subject;
use crate::base::document::member::{Member, Problems};
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// What a header, a query parameter or a place in the body has to be.
///
/// A text, number, boolean or JSON value stands for [`Matcher::equal`].
///
/// ```
/// use flowmock::{Expectation, Matcher};
/// use serde_json::json;
///
/// let created_in_prod = Expectation::new()
///     .operation("createConnection")
///     .header("x-sandbox-name", "prod")
///     .header("x-request-id", Matcher::matches("^[0-9a-f-]{36}$"))
///     .body(Matcher::subset(json!({"connectionSpec": {"version": "1.0"}})))
///     .body_at("/description", Matcher::absent());
/// ```
#[derive(Clone)]
pub struct Matcher(Kind);

#[derive(Clone)]
enum Kind {
    Equal(Value),
    Contains(String),
    Matches(Regex),
    Subset(Value),
    Present,
    Absent,
    Not(Box<Matcher>),
    All(Vec<Matcher>),
}

/// The longest regular expression, in bytes.
const MAX_EXPRESSION_BYTES: usize = 4096;
/// How large a regular expression may become in memory, in bytes.
const MAX_COMPILED_BYTES: usize = 1024 * 1024;
/// How many values there may be in the JSON of a subset: each may be compared with each in a body.
const MAX_SUBSET_VALUES: usize = 1000;
/// How deep matchers may lie in each other.
const MAX_DEPTH: usize = 8;

/// What a document may say of a matcher.
const FORMS: [&str; 8] = ["equal", "contains", "matches", "subset", "present", "absent", "not", "all"];
/// How many matchers `all` may have.
const MAX_ALL: usize = 20;

impl Matcher {
    /// It equals that value. Of a header or query parameter its text does; in a body numbers compare by value.
    #[must_use]
    pub fn equal(value: impl Into<Value>) -> Self {
        Self(Kind::Equal(value.into()))
    }

    /// The text is in it, letter for letter.
    #[must_use]
    pub fn contains(text: impl Into<String>) -> Self {
        Self(Kind::Contains(text.into()))
    }

    /// The regular expression, in the syntax of the `regex` crate, is found in it.
    ///
    /// # Panics
    /// If that is none, or too large.
    #[must_use]
    #[track_caller]
    pub fn matches(expression: &str) -> Self {
        Self(Kind::Matches(compile(expression).unwrap_or_else(|reason| panic!("{expression:?} {reason}"))))
    }

    /// The JSON is in it: what is expected of an object's members and of some element for each of an array's. For
    /// bodies alone.
    ///
    /// # Panics
    /// If there are more than 1000 values in it.
    #[must_use]
    #[track_caller]
    pub fn subset(value: impl Into<Value>) -> Self {
        Self(Kind::Subset(small_enough(value.into()).unwrap_or_else(|reason| panic!("a subset {reason}"))))
    }

    /// It is there, whatever it is.
    #[must_use]
    pub fn present() -> Self {
        Self(Kind::Present)
    }

    /// It is not there.
    #[must_use]
    pub fn absent() -> Self {
        Self(Kind::Absent)
    }

    /// It is not so: something else, or not there at all.
    #[must_use]
    pub fn not(matcher: impl Into<Self>) -> Self {
        Self(Kind::Not(Box::new(matcher.into())))
    }

    /// It is all of that.
    pub(super) fn and(self, other: Self) -> Self {
        match self.0 {
            Kind::All(mut all) => {
                all.push(other);
                Self(Kind::All(all))
            }
            _ => Self(Kind::All(vec![self, other])),
        }
    }

    /// Whether it can be asked of a header or a query parameter.
    ///
    /// # Errors
    /// The reason why not: it is about JSON.
    pub(super) fn check_for_text(&self) -> Result<(), String> {
        match &self.0 {
            Kind::Subset(_) => Err("subset is about JSON; this is a text".to_owned()),
            Kind::Equal(Value::Null | Value::Array(_) | Value::Object(_)) => {
                Err("equal needs a string, a number or a boolean here; this is a text".to_owned())
            }
            Kind::Not(matcher) => matcher.check_for_text(),
            Kind::All(all) => all.iter().try_for_each(Self::check_for_text),
            _ => Ok(()),
        }
    }

    /// Reads a matcher: an object with one or several of [`FORMS`], or a value that stands for `equal`.
    pub(super) fn read(member: &Member<'_>, problems: &mut Problems) -> Option<Self> {
        Self::read_inside(member, MAX_DEPTH, problems)
    }

    fn read_inside(member: &Member<'_>, levels: usize, problems: &mut Problems) -> Option<Self> {
        if !member.value.is_object() {
            return Some(Self::equal(member.value.clone()));
        }
        let mut members = member.object(problems)?;
        let mut all = Vec::new();
        for form in FORMS {
            let Some(member) = members.take(form) else { continue };
            all.push(match form {
                "equal" => Some(Kind::Equal(member.value.clone())),
                "contains" => member.text(problems).map(|text| Kind::Contains(text.to_owned())),
                "matches" => member
                    .text(problems)
                    .and_then(|text| member.check(compile(text), problems).map(Kind::Matches)),
                "subset" => member.check(small_enough(member.value.clone()), problems).map(Kind::Subset),
                "present" => member.switch(problems).map(|()| Kind::Present),
                "absent" => member.switch(problems).map(|()| Kind::Absent),
                _ if levels == 0 => member.refuse("lies too deep", problems),
                "not" => Self::read_inside(&member, levels - 1, problems)
                    .map(|matcher| Kind::Not(Box::new(matcher))),
                _ => member.elements(MAX_ALL, problems).and_then(|elements| {
                    let read = |element: &Member<'_>| Self::read_inside(element, levels - 1, problems);
                    // Each is read, so that all that is wrong is said.
                    let all: Vec<_> = elements.iter().map(read).collect();
                    all.into_iter().collect::<Option<_>>().map(Kind::All)
                }),
            });
        }
        members.end(problems);
        let mut all: Vec<Self> = all.into_iter().map(|kind| kind.map(Self)).collect::<Option<_>>()?;
        match all.len() {
            0 => member.refuse(format!("is no matcher; one has {}", FORMS.join(", ")), problems),
            1 => all.pop(),
            _ => Some(Self(Kind::All(all))),
        }
    }

    /// What [`Matcher::read`] reads, each value as `veil` shows it.
    pub(super) fn document(&self, veil: &dyn Fn(&Value) -> Value) -> Value {
        let (form, value) = match &self.0 {
            Kind::Equal(value) => ("equal", veil(value)),
            Kind::Contains(text) => ("contains", veil(&text.as_str().into())),
            Kind::Matches(expression) => ("matches", veil(&expression.as_str().into())),
            Kind::Subset(value) => ("subset", veil(value)),
            Kind::Present => ("present", true.into()),
            Kind::Absent => ("absent", true.into()),
            Kind::Not(matcher) => ("not", matcher.document(veil)),
            Kind::All(all) => ("all", all.iter().map(|matcher| matcher.document(veil)).collect()),
        };
        Map::from_iter([(form.to_owned(), value)]).into()
    }

    /// What a sentence says of it: `"prod"`, `contains "pro"`; each value as `veil` shows it.
    pub(super) fn describe(&self, veil: &dyn Fn(&Value) -> Value) -> String {
        let form = |form: &str, value: &Value| format!("{form} {}", shown(&veil(value)));
        match &self.0 {
            Kind::Equal(value) => shown(&veil(value)),
            Kind::Contains(text) => form("contains", &text.as_str().into()),
            Kind::Matches(expression) => form("matches", &expression.as_str().into()),
            Kind::Subset(value) => form("subset", value),
            Kind::Present => "present".to_owned(),
            Kind::Absent => ABSENT.to_owned(),
            Kind::Not(matcher) => format!("not {}", matcher.describe(veil)),
            Kind::All(all) => {
                all.iter().map(|matcher| matcher.describe(veil)).collect::<Vec<_>>().join(" and ")
            }
        }
    }

    /// Whether it holds.
    pub(super) fn holds(&self, actual: &Actual<'_>) -> bool {
        match &self.0 {
            Kind::Equal(expected) => match actual {
                Actual::Texts(texts) => texts.iter().any(|text| is_text(expected, text)),
                Actual::Body(_) | Actual::Json(_) => {
                    actual.json().is_some_and(|actual| agrees(expected, actual, Extent::Whole))
                }
            },
            Kind::Subset(expected) => {
                actual.json().is_some_and(|actual| agrees(expected, actual, Extent::Part))
            }
            Kind::Contains(part) => actual.any_text(|text| text.contains(part.as_str())),
            Kind::Matches(expression) => actual.any_text(|text| expression.is_match(text)),
            Kind::Present => actual.is_there(),
            Kind::Absent => !actual.is_there(),
            Kind::Not(matcher) => !matcher.holds(actual),
            Kind::All(all) => all.iter().all(|matcher| matcher.holds(actual)),
        }
    }

    /// What it expects of the JSON at a place, and the JSON that is there, if both can differ in several places.
    pub(super) fn comparison<'a>(&'a self, actual: &'a Actual<'_>) -> Option<(&'a Value, &'a Value, Extent)> {
        let (expected, extent) = match &self.0 {
            Kind::Equal(expected) => (expected, Extent::Whole),
            Kind::Subset(expected) => (expected, Extent::Part),
            _ => return None,
        };
        let actual = actual.json()?;
        (is_composite(expected) && is_composite(actual)).then_some((expected, actual, extent))
    }

    /// Itself, or the matchers that it is all of.
    pub(super) fn each(&self) -> &[Self] {
        match &self.0 {
            Kind::All(all) => all,
            _ => std::slice::from_ref(self),
        }
    }
}

/// The form alone: what is expected may be a credential.
impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match &self.0 {
            Kind::Equal(_) => "equal",
            Kind::Contains(_) => "contains",
            Kind::Matches(_) => "matches",
            Kind::Subset(_) => "subset",
            Kind::Present => "present",
            Kind::Absent => "absent",
            Kind::Not(matcher) => return f.debug_tuple("Matcher not").field(matcher).finish(),
            Kind::All(all) => return f.debug_tuple("Matcher all").field(all).finish(),
        };
        write!(f, "Matcher {form}")
    }
}

/// Two are equal if a document says the same of both.
impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.document(&Value::clone) == other.document(&Value::clone)
    }
}

macro_rules! stands_for_equal {
    ($( $type:ty )*) => { $(
        impl From<$type> for Matcher {
            /// [`Matcher::equal`].
            fn from(value: $type) -> Self {
                Self::equal(value)
            }
        }
    )* };
}

stands_for_equal! { &str String bool i32 i64 u32 u64 f64 Value }

/// What a matcher is asked of.
pub(super) enum Actual<'a> {
    /// The values of a header or a query parameter.
    Texts(Vec<Cow<'a, str>>),
    /// What stands at a place in the body.
    Json(Option<&'a Value>),
    /// The whole body.
    Body(&'a Subject<'a>),
}

impl Actual<'_> {
    fn is_there(&self) -> bool {
        match self {
            Self::Texts(texts) => !texts.is_empty(),
            Self::Json(value) => value.is_some(),
            Self::Body(subject) => !subject.text().trim_ascii().is_empty(),
        }
    }

    /// The value, if it is JSON that is asked about.
    pub(super) fn json(&self) -> Option<&Value> {
        match self {
            Self::Texts(_) => None,
            Self::Json(value) => *value,
            Self::Body(subject) => subject.body(),
        }
    }

    fn any_text(&self, holds: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Texts(texts) => texts.iter().any(|text| holds(text)),
            Self::Json(None) => false,
            Self::Json(Some(Value::String(text))) => holds(text),
            Self::Json(Some(value)) => holds(&value.to_string()),
            Self::Body(subject) => self.is_there() && holds(&subject.text()),
        }
    }
}

/// Whether `text` is what a scalar looks like as text.
fn is_text(expected: &Value, text: &str) -> bool {
    match expected {
        Value::String(expected) => expected == text,
        Value::Bool(expected) => text == if *expected { "true" } else { "false" },
        Value::Number(expected) => expected.to_string() == text,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn is_composite(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn compile(expression: &str) -> Result<Regex, String> {
    if expression.len() > MAX_EXPRESSION_BYTES {
        return Err(format!(
            "is longer than {MAX_EXPRESSION_BYTES} bytes, the most for a regular expression"
        ));
    }
    let mut builder = RegexBuilder::new(expression);
    let compiled = builder.size_limit(MAX_COMPILED_BYTES).dfa_size_limit(MAX_COMPILED_BYTES).build();
    compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            format!(
                "is a regular expression of more than {MAX_COMPILED_BYTES} bytes in memory; make it simpler"
            )
        }
        // The last line says what; those before it repeat the expression with a marker.
        error => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default();
            format!("is no regular expression: {}", reason.trim_start_matches("error: "))
        }
    })
}

fn small_enough(value: Value) -> Result<Value, String> {
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Object(members) => members.values().map(count).sum(),
            Value::Array(elements) => elements.iter().map(count).sum(),
            _ => 0,
        }
    }
    match count(&value) {
        ..=MAX_SUBSET_VALUES => Ok(value),
        count => Err(format!("has {count} values; at most {MAX_SUBSET_VALUES} are compared")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::matching::subject::tests::Request;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(document: &Value) -> Result<Matcher, String> {
        let mut problems = Problems::default();
        let matcher = Matcher::read(&Member::root(document), &mut problems);
        problems.or(matcher).map_err(|refused| refused.to_string())
    }

    fn texts(values: &[&'static str]) -> Actual<'static> {
        Actual::Texts(values.iter().map(|&value| value.into()).collect())
    }

    #[track_caller]
    fn check(document: Value, actual: &Actual<'_>, holds: bool) {
        let matcher = read(&document).unwrap();
        assert_eq!(matcher.holds(actual), holds, "{document}");
    }

    #[test]
    fn of_several_texts_one_has_to_match_and_not_means_none() {
        let (one, two, none) = (texts(&["10"]), texts(&["a", "bcd"]), texts(&[]));
        check(json!(10), &one, true);
        check(json!("10"), &one, true);
        check(json!(1), &one, false);
        check(json!("bcd"), &two, true);
        check(json!({"contains": "c"}), &two, true);
        check(json!({"matches": "^b.d$"}), &two, true);
        check(json!({"matches": "^c"}), &two, false);
        check(json!({"not": "a"}), &two, false);
        check(json!({"not": {"matches": "z"}}), &two, true);
        check(json!({"contains": "c", "matches": "^b"}), &two, true);
        check(json!({"all": [{"contains": "c"}, {"contains": "z"}]}), &two, false);
        for (actual, there) in [(&one, true), (&two, true), (&none, false)] {
            check(json!({"present": true}), actual, there);
            check(json!({"absent": true}), actual, !there);
            check(json!({"not": {"present": true}}), actual, !there);
            check(json!({"matches": ""}), actual, there);
        }
        check(json!({"not": "x"}), &none, true);
    }

    #[test]
    fn a_place_in_the_body_is_json() {
        let value = json!({"a": "text", "n": 1, "l": [1, {"x": null}]});
        let at = |pointer| Actual::Json(value.pointer(pointer));
        check(json!({"equal": {"n": 1.0, "l": [1, {"x": null}], "a": "text"}}), &at(""), true);
        check(json!({"equal": {"n": 1}}), &at(""), false);
        check(json!({"subset": {"l": [{}]}}), &at(""), true);
        check(json!({"contains": "ex"}), &at("/a"), true);
        check(json!({"contains": "[1,{"}), &at("/l"), true);
        check(json!(1), &at("/n"), true);
        check(json!("1"), &at("/n"), false);
        check(json!(null), &at("/l/1/x"), true);
        check(json!({"present": true}), &at("/l/1/x"), true);
        check(json!({"absent": true}), &at("/l/2"), true);
        check(json!({"equal": null}), &at("/l/2"), false);
    }

    #[test]
    fn the_whole_body_is_what_was_sent() {
        let body = |text: &str| Request::default().with_body(text);
        let (json, text, empty) = (body("{ \"a\": 1 }"), body("a=1&b"), body(" "));
        let (json, text, empty) = (Subject::of(&json), Subject::of(&text), Subject::of(&empty));
        check(json!({"equal": {"a": 1}}), &Actual::Body(&json), true);
        check(json!({"contains": "{ \"a"}), &Actual::Body(&json), true);
        check(json!({"subset": {}}), &Actual::Body(&json), true);
        check(json!("a=1&b"), &Actual::Body(&text), true);
        check(json!({"matches": "^a=\\d&b$"}), &Actual::Body(&text), true);
        check(json!({"subset": {}}), &Actual::Body(&text), false);
        check(json!({"absent": true}), &Actual::Body(&empty), true);
        check(json!({"matches": ""}), &Actual::Body(&empty), false);
    }

    #[test]
    fn what_is_no_matcher_is_refused_with_every_reason() {
        let refused = |document: Value| read(&document).unwrap_err();
        assert!(refused(json!({})).starts_with("is no matcher; one has equal, contains"));
        assert_eq!(
            refused(json!({"contains": 1, "matches": "[a", "absent": false, "like": "a"})).lines().count(),
            4
        );
        assert_eq!(refused(json!({"matches": "a)"})), "/matches: is no regular expression: unopened group");
        assert!(refused(json!({"matches": "a{1000}{1000}"})).contains("make it simpler"));
        assert!(refused(json!({"matches": "a".repeat(5000)})).contains("longer than 4096"));
        assert!(refused(json!({"subset": vec![0; 1000]})).contains("has 1001 values"));
        assert!(refused(json!({"all": [{"contains": 1}, {"matches": 2}]})).contains("/all/1/matches"));
        let deep = |levels| (0..levels).fold(json!("a"), |inner, _| json!({ "not": inner }));
        assert!(read(&deep(MAX_DEPTH)).is_ok());
        assert!(refused(deep(MAX_DEPTH + 1)).contains("too deep"));
    }

    #[test]
    fn texts_are_not_asked_about_json() {
        for document in [json!({"subset": {}}), json!([1]), json!({"not": {"equal": {}}}), json!(null)] {
            assert!(read(&document).unwrap().check_for_text().is_err(), "{document}");
        }
        assert!(Matcher::not("a").and(Matcher::contains("b")).check_for_text().is_ok());
    }

    #[test]
    fn debug_shows_no_value() {
        let matcher = Matcher::not("hunter2").and(Matcher::subset(json!({"a": "hunter2"})));
        assert_eq!(format!("{matcher:?}"), "Matcher all([Matcher not(Matcher equal), Matcher subset])");
    }

    #[test]
    #[should_panic(expected = "is no regular expression")]
    fn a_broken_expression_fails_where_it_is_written() {
        _ = Matcher::matches("(");
    }

    fn documents() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            (0..3).prop_map(Value::from),
            "[ab(\\[]{0,3}".prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 20, 3, |inner| {
            let form = prop::sample::select(FORMS.to_vec());
            prop_oneof![
                prop::collection::btree_map(form, inner.clone(), 0..3).prop_map(|map| {
                    Value::Object(map.into_iter().map(|(form, value)| (form.to_owned(), value)).collect())
                }),
                prop::collection::vec(inner, 0..3).prop_map(Value::from),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_document_makes_it_panic_and_what_it_reads_it_writes(document in documents(), text in ".{0,5}") {
            if let Ok(matcher) = read(&document) {
                prop_assert_eq!(read(&matcher.document(&Value::clone)), Ok(matcher.clone()));
                for actual in [Actual::Texts(vec![text.into()]), Actual::Json(Some(&document)), Actual::Json(None)] {
                    prop_assert!(matcher.holds(&actual) != Matcher::not(matcher.clone()).holds(&actual));
                }
            }
        }
    }
}
