//! Which sandboxes an organisation has.
//!
//! Decided: `prod`, those that a seed document declares, those that the allow list names, and those that something is
//! stored in; with an allow list none but those that it names, be they declared or in use, since the Flow Service
//! refuses the others. So `prod` is missing where an allow list leaves it out, and nowhere else.

use crate::app::App;
use crate::base::tenant::Tenant;
use crate::services::sandboxes::declared::About;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The sandbox that every organisation has.
pub(super) const PROD: &str = "prod";

/// What is known of a sandbox.
pub(super) struct Known {
    pub(super) tenant: Tenant,
    /// What a seed document says.
    pub(super) about: Option<Arc<About>>,
    /// Whether it is the organisation's default: one that is declared to be, or else `prod`.
    pub(super) is_default: bool,
}

/// The organisation's sandboxes: the default first, the others by name.
pub(super) fn of(app: &App, ims_org: &str) -> Vec<Known> {
    let mut declared = app.declared.of(ims_org);
    let prod_is_default = declared.values().all(|about| about.is_default != Some(true));
    let mut names: BTreeSet<Box<str>> = app.world.names_in(ims_org).into_iter().collect();
    names.insert(PROD.into());
    names.extend(declared.keys().cloned());
    names.extend(app.allow.sandboxes_of(ims_org).map(Box::from));
    let known = names.into_iter().map(|name| {
        let about = declared.remove(&name);
        let says = about.as_ref().and_then(|about| about.is_default);
        Known {
            is_default: says.unwrap_or(*name == *PROD && prod_is_default),
            about,
            tenant: Tenant { ims_org: ims_org.into(), sandbox: name },
        }
    });
    let mut sandboxes: Vec<Known> = known.filter(|sandbox| app.allow.sandbox(&sandbox.tenant)).collect();
    sandboxes.sort_by_key(|sandbox| !sandbox.is_default); // stable: the names stay in order
    sandboxes
}
