//! A [`Matcher`] as a JSON document, and in words.

use super::difference::{ABSENT, shown};
use super::matcher::{Form, Matcher, compile, small_enough};
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use serde_json::{Map, Value};

/// The keys of a matcher.
const FORMS: [&str; 8] = ["equal", "contains", "matches", "subset", "present", "absent", "not", "all"];
/// The largest number of matchers in `all`.
const MAX_ALL: usize = 20;
/// The deepest nesting of matchers.
const MAX_DEPTH: usize = 8;

impl Matcher {
    /// Reads a matcher: an object with one or more of the keys in [`FORMS`], or a value that stands for `equal`.
    pub(super) fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        Self::read_inside(member, MAX_DEPTH, problems)
    }

    fn read_inside(member: Member<'_>, levels: usize, problems: &mut Problems) -> Option<Self> {
        if !member.value().is_object() {
            return Some(Self::equal(member.into_value()));
        }
        let mut members = member.object(problems)?;
        let mut all = Vec::new();
        for form in FORMS {
            let Some(member) = members.take(form) else { continue };
            all.push(match form {
                "equal" => Some(Form::Equal(member.into_value())),
                "contains" => member.text(problems).map(|text| Form::Contains(text.to_owned())),
                "matches" => member
                    .text(problems)
                    .and_then(|text| member.check(compile(text), problems).map(Form::Matches)),
                "subset" => member.check(small_enough(member.value().clone()), problems).map(Form::Subset),
                "present" => member.switch(problems).map(|()| Form::Present),
                "absent" => member.switch(problems).map(|()| Form::Absent),
                _ if levels == 0 => {
                    member.refuse(format!("is nested more than {MAX_DEPTH} levels deep"), problems)
                }
                "not" => Self::read_inside(member, levels - 1, problems)
                    .map(|matcher| Form::Not(Box::new(matcher))),
                _ => member.elements(1..=MAX_ALL, problems).and_then(|elements| {
                    let read = |element| Self::read_inside(element, levels - 1, problems);
                    // Collected in two steps, so that every element is read and every problem reported.
                    let all: Vec<_> = elements.into_iter().map(read).collect();
                    all.into_iter().collect::<Option<_>>().map(Form::All)
                }),
            });
        }
        members.end(problems);
        let mut all: Vec<Self> = all.into_iter().map(|form| form.map(Self)).collect::<Option<_>>()?;
        match all.len() {
            0 => members.refuse(format!("is not a matcher; one has {}", FORMS.join(", ")), problems),
            1 => all.pop(),
            _ => Some(Self(Form::All(all))),
        }
    }

    /// The document that [`Matcher::read`] reads, each value as `redact` shows it.
    pub(super) fn document(&self, redact: &dyn Fn(&Value) -> Value) -> Value {
        let (form, value) = match &self.0 {
            Form::Equal(value) => ("equal", redact(value)),
            Form::Contains(text) => ("contains", redact(&text.as_str().into())),
            Form::Matches(expression) => ("matches", redact(&expression.as_str().into())),
            Form::Subset(value) => ("subset", redact(value)),
            Form::Present => ("present", true.into()),
            Form::Absent => ("absent", true.into()),
            Form::Not(matcher) => ("not", matcher.document(redact)),
            Form::All(all) => ("all", all.iter().map(|matcher| matcher.document(redact)).collect()),
        };
        Map::from_iter([(form.to_owned(), value)]).into()
    }

    /// The matcher in words: `"prod"`, `contains "pro"`; each value as `redact` shows it.
    pub(super) fn describe(&self, redact: &dyn Fn(&Value) -> Value) -> String {
        let form = |form: &str, value: &Value| format!("{form} {}", shown(&redact(value)));
        match &self.0 {
            Form::Equal(value) => shown(&redact(value)),
            Form::Contains(text) => form("contains", &text.as_str().into()),
            Form::Matches(expression) => form("matches", &expression.as_str().into()),
            Form::Subset(value) => form("subset", value),
            Form::Present => "present".to_owned(),
            Form::Absent => ABSENT.to_owned(),
            Form::Not(matcher) => format!("not {}", matcher.describe(redact)),
            Form::All(all) => {
                all.iter().map(|matcher| matcher.describe(redact)).collect::<Vec<_>>().join(" and ")
            }
        }
    }
}

/// Two matchers are equal if their documents are.
impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.document(&Value::clone) == other.document(&Value::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::matching::actual::Actual;
    use crate::testkit::matching::parsed::ParsedRequest;
    use crate::testkit::matching::parsed::tests::Request;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(document: &Value) -> Result<Matcher, String> {
        let mut problems = Problems::default();
        let matcher = Matcher::read(Member::root(document), &mut problems);
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
    fn one_of_several_texts_has_to_match_and_not_means_none() {
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
    fn the_whole_body_is_matched_as_it_was_sent() {
        let body = |text: &str| Request::default().with_body(text);
        let (json, text, empty) = (body("{ \"a\": 1 }"), body("a=1&b"), body(" "));
        let (json, text, empty) =
            (ParsedRequest::of(&json), ParsedRequest::of(&text), ParsedRequest::of(&empty));
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
    fn an_invalid_matcher_is_refused_with_every_reason() {
        let refused = |document: Value| read(&document).unwrap_err();
        assert!(refused(json!({})).starts_with("is not a matcher; one has equal, contains"));
        assert_eq!(
            refused(json!({"contains": 1, "matches": "[a", "absent": false, "like": "a"})).lines().count(),
            4
        );
        assert_eq!(
            refused(json!({"matches": "a)"})),
            "/matches: is not a regular expression: unopened group"
        );
        assert!(refused(json!({"matches": "a{1000}{1000}"})).contains("make it simpler"));
        assert!(refused(json!({"matches": "a".repeat(5000)})).contains("longer than 4096"));
        assert!(refused(json!({"subset": vec![0; 1000]})).contains("has 1001 values"));
        assert!(refused(json!({"all": [{"contains": 1}, {"matches": 2}]})).contains("/all/1/matches"));
        let deep = |levels| (0..levels).fold(json!("a"), |inner, _| json!({ "not": inner }));
        assert!(read(&deep(MAX_DEPTH)).is_ok());
        assert!(refused(deep(MAX_DEPTH + 1)).contains("more than 8 levels"));
    }

    #[test]
    fn matchers_of_json_are_refused_for_texts() {
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
    #[should_panic(expected = "is not a regular expression")]
    fn an_invalid_expression_panics_at_the_caller() {
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
        fn no_document_makes_it_panic_and_matchers_survive_writing_and_reading(document in documents(), text in ".{0,5}") {
            if let Ok(matcher) = read(&document) {
                prop_assert_eq!(read(&matcher.document(&Value::clone)), Ok(matcher.clone()));
                for actual in [Actual::Texts(vec![text.into()]), Actual::Json(Some(&document)), Actual::Json(None)] {
                    prop_assert!(matcher.holds(&actual) != Matcher::not(matcher.clone()).holds(&actual));
                }
            }
        }
    }
}
