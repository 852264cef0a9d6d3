//! [`AllowLists`]: the accepted API keys, organisations and sandboxes. An empty list accepts any.
//!
//! Reference: `errors.csv`, 403003, 403025, FLOW-2100-404.

use crate::base::config::Config;
use crate::base::error::excerpt;
use crate::base::headers::ANY_SANDBOX;
use crate::base::tenant::Tenant;
use std::collections::HashSet;

/// The configured lists.
#[derive(Default)]
pub(crate) struct AllowLists {
    api_keys: Option<HashSet<Box<str>>>,
    organisations: Option<HashSet<Box<str>>>,
    sandboxes: Option<Sandboxes>,
}

/// Sandbox names, in any organisation or in one.
#[derive(Default)]
struct Sandboxes {
    of_any: HashSet<Box<str>>,
    of_one: HashSet<Tenant>,
}

impl AllowLists {
    /// The lists in the configuration.
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            api_keys: set(&config.allow_api_keys),
            organisations: set(&config.allow_organisations),
            sandboxes: (!config.allow_sandboxes.is_empty()).then(|| Sandboxes::of(&config.allow_sandboxes)),
        }
    }

    /// The warnings about the configured sandboxes: each entry that can allow none. Keys are not looked at, as they must
    /// not be shown.
    pub(crate) fn warnings(config: &Config) -> Vec<String> {
        let fault = |entry: &str| match entry.trim() {
            ANY_SANDBOX => Some("is no sandbox; leave the flag out to allow them all"),
            entry => {
                let (ims_org, name) = entry.rsplit_once('/').unwrap_or(("any", entry));
                let is_one = !ims_org.trim().is_empty() && !ims_org.contains('/') && !name.trim().is_empty();
                (!is_one).then_some("is neither NAME nor ORG/NAME; it allows no sandbox")
            }
        };
        let entries = config.allow_sandboxes.iter();
        let warnings = entries.filter_map(|entry| {
            fault(entry).map(|fault| format!("--allow-sandbox {} {fault}", excerpt(entry)))
        });
        warnings.collect()
    }

    /// Whether any list has entries.
    pub(crate) fn are_any(&self) -> bool {
        self.api_keys.is_some() || self.organisations.is_some() || self.sandboxes.is_some()
    }

    /// Whether the API key is accepted.
    pub(crate) fn api_key(&self, api_key: &str) -> bool {
        self.api_keys.as_ref().is_none_or(|keys| keys.contains(api_key))
    }

    /// Whether the organisation is accepted.
    pub(crate) fn organisation(&self, ims_org: &str) -> bool {
        self.organisations.as_ref().is_none_or(|organisations| organisations.contains(ims_org))
    }

    /// Whether the sandbox is accepted.
    pub(crate) fn sandbox(&self, tenant: &Tenant) -> bool {
        self.sandboxes.as_ref().is_none_or(|sandboxes| {
            sandboxes.of_any.contains(&tenant.sandbox) || sandboxes.of_one.contains(tenant)
        })
    }

    /// The listed sandbox names of an organisation.
    pub(crate) fn sandboxes_of(&self, ims_org: &str) -> impl Iterator<Item = &str> {
        self.sandboxes.iter().flat_map(move |sandboxes| {
            let of_one = sandboxes.of_one.iter().filter(move |tenant| *tenant.ims_org == *ims_org);
            sandboxes.of_any.iter().map(AsRef::as_ref).chain(of_one.map(|tenant| &*tenant.sandbox))
        })
    }
}

fn set(entries: &[String]) -> Option<HashSet<Box<str>>> {
    (!entries.is_empty()).then(|| entries.iter().map(|entry| entry.trim().into()).collect())
}

impl Sandboxes {
    /// Each entry is `NAME` or `ORG/NAME`.
    fn of(entries: &[String]) -> Self {
        let mut sandboxes = Self::default();
        for entry in entries {
            match entry.trim().rsplit_once('/') {
                Some((ims_org, name)) => {
                    _ = sandboxes.of_one.insert(Tenant::new(ims_org.trim(), name.trim()))
                }
                None => _ = sandboxes.of_any.insert(entry.trim().into()),
            }
        }
        sandboxes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(change: impl FnOnce(&mut Config)) -> AllowLists {
        let mut config = Config::default();
        change(&mut config);
        AllowLists::of(&config)
    }

    #[test]
    fn an_empty_list_accepts_everything() {
        let lists = lists(|_| ());
        assert!(!lists.are_any());
        assert!(lists.api_key("any") && lists.organisation("any") && lists.sandbox(&Tenant::new("a", "b")));
        assert_eq!(lists.sandboxes_of("a").count(), 0);
    }

    #[test]
    fn a_list_accepts_only_its_entries() {
        let keys = lists(|config| config.allow_api_keys = vec!["one".into(), " two ".into()]);
        assert!(keys.are_any() && keys.organisation("any"));
        assert_eq!(
            ["one", "two", "One", "three", ""].map(|key| keys.api_key(key)),
            [true, true, false, false, false]
        );
        let organisations = lists(|config| config.allow_organisations = vec!["A@AdobeOrg".into()]);
        assert!(organisations.are_any() && organisations.api_key("any"));
        assert!(organisations.organisation("A@AdobeOrg") && !organisations.organisation("B@AdobeOrg"));
    }

    #[test]
    fn a_sandbox_is_accepted_in_every_organisation_or_in_one() {
        let lists = lists(|config| config.allow_sandboxes = vec!["prod".into(), "A@AdobeOrg/dev".into()]);
        let knows = |ims_org, name| lists.sandbox(&Tenant::new(ims_org, name));
        assert!(lists.are_any());
        assert!(knows("A@AdobeOrg", "prod") && knows("B@AdobeOrg", "prod") && knows("A@AdobeOrg", "dev"));
        assert!(!knows("B@AdobeOrg", "dev") && !knows("A@AdobeOrg", "test") && !knows("A@AdobeOrg", "Prod"));
        let names = |ims_org| {
            let mut names: Vec<_> = lists.sandboxes_of(ims_org).collect();
            names.sort_unstable();
            names
        };
        assert_eq!((names("A@AdobeOrg"), names("B@AdobeOrg")), (vec!["dev", "prod"], vec!["prod"]));
    }

    #[test]
    fn an_entry_that_can_allow_no_sandbox_has_a_warning() {
        let warnings = |entries: &[&str]| {
            let allow_sandboxes = entries.iter().map(|&entry| entry.to_owned()).collect();
            AllowLists::warnings(&Config { allow_sandboxes, ..Config::default() })
        };
        assert_eq!(warnings(&["prod", "A@AdobeOrg/dev", " b / c "]), [""; 0]);
        for odd in ["a/b/c", "/dev", "A@AdobeOrg/", "", "/"] {
            let expected =
                format!("--allow-sandbox {odd} is neither NAME nor ORG/NAME; it allows no sandbox");
            assert_eq!(warnings(&["prod", odd]), [expected]);
        }
        assert!(warnings(&["*"])[0].contains("leave the flag out"));
    }

    #[test]
    fn an_invalid_entry_accepts_nothing() {
        let lists = lists(|config| {
            config.allow_api_keys = vec![String::new()];
            config.allow_sandboxes = vec!["/dev".into(), "A@AdobeOrg/".into()];
        });
        assert!(!lists.api_key("any") && !lists.sandbox(&Tenant::new("A@AdobeOrg", "dev")));
    }
}
