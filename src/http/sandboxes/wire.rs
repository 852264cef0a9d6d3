//! The JSON of a sandbox. Reference: "Tokens and sandboxes".
//!
//! Decided: a sandbox that is in no seed document has its name as its title, the type `production` if it is `prod` and else
//! `development`, the state `active`, the region `VA7` and a fixed date.

use super::known::{OrganisationSandbox, PROD};
use crate::base::tenant::user_of;
use crate::services::sandboxes::declared::{About, SandboxType};
use serde::Serialize;
use uuid::Uuid;

const STATE: &str = "active";
const REGION: &str = "VA7";
const ETAG: u64 = 1;
const CREATED: &str = "2020-01-01 00:00:00";

/// The keys, in the documented order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire<'a> {
    id: Uuid,
    name: &'a str,
    title: &'a str,
    state: &'a str,
    #[serde(rename = "type")]
    kind: SandboxType,
    region: &'a str,
    is_default: bool,
    e_tag: u64,
    created_date: &'a str,
    last_modified_date: &'a str,
    created_by: String,
    modified_by: String,
}

impl<'a> Wire<'a> {
    pub(super) fn of(OrganisationSandbox { tenant, about, is_default }: &'a OrganisationSandbox) -> Self {
        let name = &*tenant.sandbox;
        let said =
            |pick: fn(&About) -> &Option<String>| about.as_deref().and_then(|about| pick(about).as_deref());
        let kind = about.as_ref().and_then(|about| about.kind);
        let undeclared = if name == PROD { SandboxType::Production } else { SandboxType::Development };
        let created_date = said(|about| &about.created_date).unwrap_or(CREATED);
        let created_by =
            said(|about| &about.created_by).map_or_else(|| user_of(&tenant.ims_org), str::to_owned);
        Self {
            id: tenant.sandbox_id(),
            name,
            title: said(|about| &about.title).unwrap_or(name),
            state: said(|about| &about.state).unwrap_or(STATE),
            kind: kind.unwrap_or(undeclared),
            region: said(|about| &about.region).unwrap_or(REGION),
            is_default: *is_default,
            e_tag: about.as_ref().and_then(|about| about.e_tag).unwrap_or(ETAG),
            created_date,
            last_modified_date: said(|about| &about.last_modified_date).unwrap_or(created_date),
            modified_by: said(|about| &about.modified_by).map_or_else(|| created_by.clone(), str::to_owned),
            created_by,
        }
    }
}
