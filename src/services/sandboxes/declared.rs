//! [`Declared`]: the sandboxes that seed documents describe to sandbox management.

use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::tenant::Tenant;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The description of a sandbox. Fields that are absent have the same defaults for every sandbox.
///
/// It serialises to the members that [`About::read`] reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<SandboxType>,
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

/// The type of a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SandboxType {
    Production,
    Development,
}

/// The sandboxes that are declared.
#[derive(Default)]
pub(crate) struct Declared(RwLock<BTreeMap<Tenant, Arc<About>>>);

impl Declared {
    /// Replaces all sandboxes by `sandboxes`.
    pub(crate) fn replace(&self, sandboxes: impl IntoIterator<Item = (Tenant, Arc<About>)>) {
        // Collected before the lock is taken. The assignment is the only write, so a poisoned lock is harmless.
        let next = sandboxes.into_iter().collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// All sandboxes, in the order of the tenants.
    pub(crate) fn all(&self) -> Vec<(Tenant, Arc<About>)> {
        let declared = self.0.read().unwrap_or_else(PoisonError::into_inner);
        declared.iter().map(|(tenant, about)| (tenant.clone(), Arc::clone(about))).collect()
    }

    /// The sandboxes of an organisation, by name.
    pub(crate) fn of(&self, ims_org: &str) -> BTreeMap<Box<str>, Arc<About>> {
        let declared = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of_org =
            declared.range(Tenant::new(ims_org, "")..).take_while(|(tenant, _)| *tenant.ims_org == *ims_org);
        of_org.map(|(tenant, about)| (tenant.sandbox.clone(), Arc::clone(about))).collect()
    }
}

impl About {
    /// The keys of the members that [`About::read`] takes.
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

    /// Reads the members of a sandbox that describe it to sandbox management; `None` if there are none.
    pub(crate) fn read(members: &mut Members<'_>, problems: &mut Problems) -> Option<Self> {
        let types = [("production", SandboxType::Production), ("development", SandboxType::Development)];
        let about = Self {
            title: members.text("title", problems),
            kind: members.take("type").and_then(|member| member.one_of(&types, problems)),
            state: members.text("state", problems),
            region: members.text("region", problems),
            is_default: members.take("isDefault").and_then(|member| member.boolean(problems)),
            e_tag: members.take("eTag").and_then(|member| member.whole(0..=u64::MAX, problems)),
            created_date: members.take("createdDate").and_then(|member| read_date(&member, problems)),
            last_modified_date: members
                .take("lastModifiedDate")
                .and_then(|member| read_date(&member, problems)),
            created_by: members.text("createdBy", problems),
            modified_by: members.text("modifiedBy", problems),
        };
        (about != Self::default()).then_some(about)
    }
}

/// Reads a time as sandbox management writes it: `2019-09-04 04:57:24`.
fn read_date(member: &Member<'_>, problems: &mut Problems) -> Option<String> {
    let text = member.text(problems)?;
    let pattern = b"0000-00-00 00:00:00";
    let fits = |(byte, like): (u8, &u8)| if *like == b'0' { byte.is_ascii_digit() } else { byte == *like };
    if text.len() == pattern.len() && text.bytes().zip(pattern).all(fits) {
        return Some(text.to_owned());
    }
    member.refuse("must be of the form 2019-09-04 04:57:24", problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_description_survives_reading_and_writing() {
        for document in [
            json!({}),
            json!({"title": "Main", "type": "production", "state": "active", "region": "NLD2", "isDefault": true,
                "eTag": 7, "createdDate": "2019-09-04 04:57:24", "lastModifiedDate": "2020-09-04 04:57:24",
                "createdBy": "a@AdobeID", "modifiedBy": "b@AdobeID"}),
        ] {
            let mut problems = Problems::default();
            let mut members = Member::root(&document).object(&mut problems).unwrap();
            let about = About::read(&mut members, &mut problems);
            members.end(&mut problems);
            assert!(problems.is_empty(), "{problems:?}");
            assert_eq!(about.is_none(), document == json!({}));
            assert_eq!(serde_json::to_value(about.unwrap_or_default()).unwrap(), document);
        }
    }

    #[test]
    fn every_problem_is_reported_at_its_place_and_other_members_are_left_alone() {
        let document = json!({"name": 1, "title": 7, "type": "test", "isDefault": "yes", "eTag": -1,
            "createdDate": "yesterday", "lastModifiedDate": "2019-09-04T04:57:24", "connections": 7});
        let mut problems = Problems::default();
        let mut members = Member::at("/sandboxes/0", &document).object(&mut problems).unwrap();
        About::read(&mut members, &mut problems);
        let problems = problems.into_list();
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
    fn replacing_removes_earlier_declarations() {
        let declared = Declared::default();
        let tenants = [("B", "dev"), ("A", "x"), ("A", "a"), ("AB", "a")];
        declared.replace(tenants.map(|(ims_org, name)| (Tenant::new(ims_org, name), Arc::default())));
        assert_eq!(declared.of("A").into_keys().collect::<Vec<_>>(), [Box::<str>::from("a"), "x".into()]);
        assert_eq!(declared.all().len(), 4);
        declared.replace([]);
        assert!(declared.all().is_empty() && declared.of("A").is_empty());
    }
}
