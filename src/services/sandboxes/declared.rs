//! [`Declared`]: what seed documents say of sandboxes.

use crate::base::document::object::Object;
use crate::base::document::refusal::Problem;
use crate::base::tenant::Tenant;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What a seed document says of a sandbox beside its name. Absent: what sandbox management says of any.
///
/// Serialises as the members that [`About::read`] reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<Type>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
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

/// The sandboxes that are declared.
#[derive(Default)]
pub(crate) struct Declared(RwLock<BTreeMap<Tenant, Arc<About>>>);

impl Declared {
    /// Puts these in the place of all others.
    pub(crate) fn replace(&self, sandboxes: impl IntoIterator<Item = (Tenant, Arc<About>)>) {
        // Made before the lock is taken, and a poisoned one is as good as a sound one: this is all that is written.
        let next = sandboxes.into_iter().collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// All of them, in the order of the tenants.
    pub(crate) fn all(&self) -> Vec<(Tenant, Arc<About>)> {
        let declared = self.0.read().unwrap_or_else(PoisonError::into_inner);
        declared.iter().map(|(tenant, about)| (tenant.clone(), Arc::clone(about))).collect()
    }

    /// Those of an organisation, by name.
    pub(crate) fn of(&self, ims_org: &str) -> BTreeMap<Box<str>, Arc<About>> {
        let declared = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of_org =
            declared.range(Tenant::new(ims_org, "")..).take_while(|(tenant, _)| *tenant.ims_org == *ims_org);
        of_org.map(|(tenant, about)| (tenant.sandbox.clone(), Arc::clone(about))).collect()
    }
}

impl About {
    /// The members of a document's sandbox that speak of this; whoever reads the others refuses what nobody knows.
    pub(crate) const KEYS: [&str; 10] = [
        "title",
        "type",
        "state",
        "region",
        "isDefault",
        "eTag",
        "createdDate",
        "lastModifiedDate",
        "createdBy",
        "modifiedBy",
    ];

    /// What the object at `pointer` says under [`About::KEYS`]. What is wrong goes to `problems`, all of it; then the
    /// answer is of no use.
    pub(crate) fn read(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Self {
        let Some(mut object) = Object::read(value, pointer, problems) else { return Self::default() };
        let mut text = |key, problems: &mut _| object.text(key, problems).map(str::to_owned);
        Self {
            title: text("title", problems),
            state: text("state", problems),
            region: text("region", problems),
            created_by: text("createdBy", problems),
            modified_by: text("modifiedBy", problems),
            kind: read_type(&mut object, problems),
            is_default: object.boolean("isDefault", problems),
            e_tag: object.number("eTag", problems),
            created_date: read_date(&mut object, "createdDate", problems),
            last_modified_date: read_date(&mut object, "lastModifiedDate", problems),
        }
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

    #[test]
    fn what_was_read_is_written_as_the_same_document() {
        for document in [
            json!({}),
            json!({"title": "Main", "type": "production", "state": "active", "region": "NLD2", "isDefault": true,
                "eTag": 7, "createdDate": "2019-09-04 04:57:24", "lastModifiedDate": "2020-09-04 04:57:24",
                "createdBy": "a@AdobeID", "modifiedBy": "b@AdobeID"}),
        ] {
            let mut problems = Vec::new();
            let about = About::read(&document, "", &mut problems);
            assert_eq!(problems, []);
            let written = serde_json::to_value(&about).unwrap();
            assert_eq!(written, document);
            assert!(written.as_object().unwrap().keys().all(|key| About::KEYS.contains(&key.as_str())));
        }
    }

    #[test]
    fn every_fault_is_said_at_its_place_and_other_members_are_for_others() {
        let document = json!({"name": 1, "title": 7, "type": "test", "isDefault": "yes", "eTag": -1,
            "createdDate": "yesterday", "lastModifiedDate": "2019-09-04T04:57:24", "connections": 7});
        let mut problems = Vec::new();
        About::read(&document, "/sandboxes/0", &mut problems);
        let places: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(
            places,
            [
                "/sandboxes/0/title",
                "/sandboxes/0/type",
                "/sandboxes/0/isDefault",
                "/sandboxes/0/eTag",
                "/sandboxes/0/createdDate",
                "/sandboxes/0/lastModifiedDate",
            ]
        );
    }

    #[test]
    fn replacing_forgets_what_was_declared_before() {
        let declared = Declared::default();
        let tenants = [("B", "dev"), ("A", "x"), ("A", "a"), ("AB", "a")];
        declared.replace(tenants.map(|(ims_org, name)| (Tenant::new(ims_org, name), Arc::default())));
        assert_eq!(declared.of("A").into_keys().collect::<Vec<_>>(), ["a".into(), "x".into()]);
        assert_eq!(declared.all().len(), 4);
        declared.replace([]);
        assert!(declared.all().is_empty() && declared.of("A").is_empty());
    }
}
