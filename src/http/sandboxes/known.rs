//! The sandboxes of an organisation.
//!
//! Decided: these are `prod`, those in seed documents, those on the allow list, and those with data. If there is an allow
//! list, others are left out, since the Flow Service refuses them; this includes `prod`.

use crate::app::App;
use crate::base::tenant::Tenant;
use crate::services::sandboxes::declared::About;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The sandbox of every organisation.
pub(super) const PROD: &str = "prod";

/// A sandbox of an organisation.
pub(super) struct OrganisationSandbox {
    pub(super) tenant: Tenant,
    /// Its description in a seed document.
    pub(super) about: Option<Arc<About>>,
    /// Whether it is the organisation's default sandbox: the one declared as such, or else `prod`.
    pub(super) is_default: bool,
}

/// The organisation's sandboxes: the default first, the others by name.
pub(super) fn of(app: &App, ims_org: &str) -> Vec<OrganisationSandbox> {
    let mut declared = app.declared.of(ims_org);
    let prod_is_default = declared.values().all(|about| about.is_default != Some(true));
    let mut names: BTreeSet<Box<str>> = app.world.names_in(ims_org).into_iter().collect();
    names.insert(PROD.into());
    names.extend(declared.keys().cloned());
    names.extend(app.allow.sandboxes_of(ims_org).map(Box::from));
    let known = names.into_iter().map(|name| {
        let about = declared.remove(&name);
        let says = about.as_ref().and_then(|about| about.is_default);
        OrganisationSandbox {
            is_default: says.unwrap_or(*name == *PROD && prod_is_default),
            about,
            tenant: Tenant { ims_org: ims_org.into(), sandbox: name },
        }
    });
    let mut sandboxes: Vec<OrganisationSandbox> =
        known.filter(|sandbox| app.allow.sandbox(&sandbox.tenant)).collect();
    sandboxes.sort_by_key(|sandbox| !sandbox.is_default); // stable: equals stay sorted by name
    sandboxes
}
