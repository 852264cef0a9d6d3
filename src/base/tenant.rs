//! [`Tenant`]: whose data a request is about.
//!
//! Reference: "Base path and headers" (`x-gw-ims-org-id`, `x-sandbox-name`); "A base connection" (`sandboxId`).

use std::cell::RefCell;
use uuid::Uuid;

/// An organisation's sandbox: the key under which everything is stored, so that two of them never meet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tenant {
    /// The organisation, as `x-gw-ims-org-id` names it.
    pub(crate) ims_org: Box<str>,
    /// The sandbox, as `x-sandbox-name` names it.
    pub(crate) sandbox: Box<str>,
}

impl Tenant {
    /// The sandbox `sandbox` of the organisation `ims_org`.
    pub(crate) fn new(ims_org: &str, sandbox: &str) -> Self {
        Self { ims_org: ims_org.into(), sandbox: sandbox.into() }
    }

    /// The sandbox's id: always the same for an organisation and a sandbox, on any machine.
    pub(crate) fn sandbox_id(&self) -> Uuid {
        // A name cannot hold a line feed: a header cannot.
        Uuid::new_v5(&SANDBOXES, format!("{}\n{}", self.ims_org, self.sandbox).as_bytes())
    }
}

/// The organisation of a request that is about no sandbox, as `x-gw-ims-org-id` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Organisation(pub(crate) Box<str>);

/// Who makes a request: what `createdBy`, `createdClient` and their likes say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The client, as `x-api-key` names it.
    pub(crate) api_key: String,
    /// The user.
    pub(crate) user: String,
}

impl Caller {
    /// A client with a token that does not say whose it is.
    ///
    /// Decided: tokens are opaque to us unless we issued them, so the key stands for the user.
    pub(crate) fn with_api_key(api_key: &str) -> Self {
        Self { api_key: api_key.to_owned(), user: user_of(api_key) }
    }
}

/// The user of the client with this API key, when nothing says more: `<24 hex>@AdobeID`, fixed for the key.
pub(crate) fn user_of(api_key: &str) -> String {
    thread_local! {
        // Most keys are the last one's: every write names its user.
        static LAST: RefCell<(String, String)> = RefCell::default();
    }
    LAST.with_borrow_mut(|(key, user)| {
        if *key != *api_key || user.is_empty() {
            (*key, *user) = (api_key.to_owned(), made_up(&USERS, api_key) + "@AdobeID");
        }
        user.clone()
    })
}

/// The technical account of a service with this API key, when nothing says more.
pub(crate) fn technical_account_of(api_key: &str) -> String {
    made_up(&USERS, api_key) + "@techacct.adobe.com"
}

/// The organisation of the client with this API key, when nothing says more.
pub(crate) fn org_of(api_key: &str) -> String {
    made_up(&ORGANISATIONS, api_key) + "@AdobeOrg"
}

/// 24 hex digits in upper case, always the same for a text.
fn made_up(namespace: &Uuid, text: &str) -> String {
    let mut id = Uuid::new_v5(namespace, text.as_bytes()).simple().to_string().to_uppercase();
    id.truncate(24);
    id
}

const SANDBOXES: Uuid = Uuid::from_u128(0x9d3c_27a5_5b0e_4f5c_8a3b_6f1d_0c4e_7a21);
const USERS: Uuid = Uuid::from_u128(0x4b7e_91f3_08d2_4c6a_b5d9_2e80_71ac_3f56);
const ORGANISATIONS: Uuid = Uuid::from_u128(0x7e05_b3c9_61fd_4a28_9c17_d84b_26f0_5ea3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_id_is_fixed_and_differs_by_organisation_and_by_sandbox() {
        let id = Tenant::new("A@AdobeOrg", "prod").sandbox_id();
        assert_eq!(id, Tenant::new("A@AdobeOrg", "prod").sandbox_id());
        assert_ne!(id, Tenant::new("B@AdobeOrg", "prod").sandbox_id());
        assert_ne!(id, Tenant::new("A@AdobeOrg", "dev").sandbox_id());
    }

    #[test]
    fn a_user_looks_like_an_adobe_id() {
        let user = user_of("key");
        assert_eq!(user.len(), 24 + "@AdobeID".len());
        assert_eq!(user, user_of("key"));
        assert_ne!(user, user_of("other"));
    }
}
