//! [`Declared`]: what seed documents say of sandboxes.

use crate::control::Problem;
use crate::control::document::Object;
use crate::json::kind_of;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

/// What sandbox management says of a sandbox. Absent: what it says of one that nobody declared.
///
/// Serialises as the document that [`About::read`] reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    /// As `x-sandbox-name` names it.
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<Type>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    /// Whether it takes the place of `prod` as the organisation's default; one at most does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_default: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) e_tag: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modified_by: Option<String>,
}

/// What a sandbox is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Type {
    Production,
    Development,
}

/// The sandboxes that are declared, by organisation.
#[derive(Default)]
pub(crate) struct Declared(RwLock<ByOrganisation>);

type ByOrganisation = BTreeMap<Box<str>, Vec<Arc<About>>>;

impl Declared {
    /// Puts these in the place of all others: organisations with their sandboxes.
    pub(crate) fn replace(&self, organisations: impl IntoIterator<Item = (Box<str>, Vec<About>)>) {
        let mut next = ByOrganisation::new();
        for (ims_org, sandboxes) in organisations {
            next.entry(ims_org).or_default().extend(sandboxes.into_iter().map(Arc::new));
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// All of them, organisations in their order, sandboxes as they were declared.
    pub(crate) fn all(&self) -> Vec<(Box<str>, Vec<Arc<About>>)> {
        let declared = self.0.read().unwrap_or_else(PoisonError::into_inner);
        declared.iter().map(|(ims_org, sandboxes)| (ims_org.clone(), sandboxes.clone())).collect()
    }

    /// Those of an organisation.
    pub(super) fn of(&self, ims_org: &str) -> Vec<Arc<About>> {
        let declared = self.0.read().unwrap_or_else(PoisonError::into_inner);
        declared.get(ims_org).cloned().unwrap_or_default()
    }
}

impl About {
    /// Every sandbox of the array at `pointer`, which is one organisation's. What is wrong goes to `problems`, all of
    /// it; then the answer is of no use.
    pub(crate) fn read_all(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Vec<Self> {
        let Some(values) = value.as_array() else {
            problems.push(Problem::new(pointer, format!("must be an array, not {}", kind_of(value))));
            return Vec::new();
        };
        let (mut names, mut has_default) = (HashSet::new(), false);
        let mut sandboxes = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let at = format!("{pointer}/{index}");
            let Some(about) = Self::read(value, &at, problems) else { continue };
            if !names.insert(about.name.clone()) {
                let reason = "is the name of a sandbox above; each of an organisation needs one of its own";
                problems.push(Problem::new(format!("{at}/name"), reason));
            }
            if about.is_default == Some(true) && std::mem::replace(&mut has_default, true) {
                let reason = "is true for a sandbox above already; an organisation has one default";
                problems.push(Problem::new(format!("{at}/isDefault"), reason));
            }
            sandboxes.push(about);
        }
        sandboxes
    }

    /// The sandbox at `pointer`; `None`, and everything that is wrong with it, if it cannot be one.
    pub(crate) fn read(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut object = Object::read(value, pointer, problems)?;
        let before = problems.len();
        let name = object.name("name", problems).map(str::to_owned);
        let name = object.required("name", name, problems);
        if name.as_deref().is_some_and(|name| name == "*" || name.contains('/')) {
            problems.push(Problem::new(object.at("name"), "must not be * and not hold a slash"));
        }
        let mut text = |key, problems: &mut _| object.text(key, problems).map(str::to_owned);
        let about = Self {
            name: name.unwrap_or_default(),
            title: text("title", problems),
            state: text("state", problems),
            region: text("region", problems),
            created_by: text("createdBy", problems),
            modified_by: text("modifiedBy", problems),
            created_date: read_date(&mut object, "createdDate", problems),
            last_modified_date: read_date(&mut object, "lastModifiedDate", problems),
            kind: read_type(&mut object, problems),
            is_default: object.boolean("isDefault", problems),
            e_tag: object.number("eTag", problems),
        };
        object.refuse_others(problems);
        (problems.len() == before).then_some(about)
    }
}

fn read_type(object: &mut Object<'_>, problems: &mut Vec<Problem>) -> Option<Type> {
    match object.text("type", problems)? {
        "production" => Some(Type::Production),
        "development" => Some(Type::Development),
        _ => {
            problems.push(Problem::new(object.at("type"), "must be production or development"));
            None
        }
    }
}

/// A moment as sandbox management writes it: `2019-09-04 04:57:24`.
fn read_date(object: &mut Object<'_>, key: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
    let text = object.text(key, problems)?;
    let pattern = b"0000-00-00 00:00:00";
    let fits = |(byte, like): (u8, &u8)| if *like == b'0' { byte.is_ascii_digit() } else { byte == *like };
    if text.len() == pattern.len() && text.bytes().zip(pattern).all(fits) {
        return Some(text.to_owned());
    }
    problems.push(Problem::new(object.at(key), "must be of the form 2019-09-04 04:57:24"));
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_all(document: &Value) -> Result<Vec<About>, Vec<String>> {
        let mut problems = Vec::new();
        let sandboxes = About::read_all(document, "/sandboxes", &mut problems);
        if problems.is_empty() {
            Ok(sandboxes)
        } else {
            Err(problems.iter().map(Problem::to_string).collect())
        }
    }

    #[test]
    fn what_was_read_is_written_as_the_same_document() {
        let document = json!([
            {"name": "dev"},
            {"name": "main", "title": "Main", "type": "production", "state": "active", "region": "NLD2",
             "isDefault": true, "eTag": 7, "createdDate": "2019-09-04 04:57:24",
             "lastModifiedDate": "2020-09-04 04:57:24", "createdBy": "a@AdobeID", "modifiedBy": "b@AdobeID"}
        ]);
        let sandboxes = read_all(&document).unwrap();
        assert_eq!(serde_json::to_value(&sandboxes).unwrap(), document);
    }

    #[test]
    fn every_fault_is_said_at_its_place() {
        let refused = read_all(&json!([
            {"title": 7, "type": "test", "isDefault": "yes", "eTag": -1, "createdDate": "yesterday", "id": "x"},
            [],
            {"name": "a b"},
            {"name": "*"},
            {"name": "a/b"},
            {"name": "dev", "isDefault": true},
            {"name": "dev", "isDefault": true}
        ]))
        .unwrap_err();
        let places: Vec<&str> = refused.iter().map(|said| said.split(": ").next().unwrap()).collect();
        assert_eq!(
            places,
            [
                "/sandboxes/0/name",
                "/sandboxes/0/title",
                "/sandboxes/0/createdDate",
                "/sandboxes/0/type",
                "/sandboxes/0/isDefault",
                "/sandboxes/0/eTag",
                "/sandboxes/0/id",
                "/sandboxes/1",
                "/sandboxes/2/name",
                "/sandboxes/3/name",
                "/sandboxes/4/name",
                "/sandboxes/6/name",
                "/sandboxes/6/isDefault",
            ]
        );
        assert_eq!(read_all(&json!(7)).unwrap_err(), ["/sandboxes: must be an array, not a number"]);
    }

    #[test]
    fn replacing_forgets_what_was_declared_before() {
        let declared = Declared::default();
        let about = |name: &str| About { name: name.to_owned(), ..About::default() };
        declared.replace([("B".into(), vec![about("dev")]), ("A".into(), vec![about("x"), about("a")])]);
        let names: Vec<_> = declared.of("A").iter().map(|about| about.name.clone()).collect();
        assert_eq!(names, ["x", "a"]);
        let organisations: Vec<_> = declared.all().into_iter().map(|(ims_org, _)| ims_org).collect();
        assert_eq!(organisations, ["A".into(), "B".into()]);
        declared.replace([]);
        assert!(declared.all().is_empty() && declared.of("A").is_empty());
    }
}
