//! [`Tenant`]: the organisation and sandbox of a request.
//!
//! Reference: "Base path and headers" (`x-gw-ims-org-id`, `x-sandbox-name`); "A base connection" (`sandboxId`).

use std::cell::RefCell;
use uuid::Uuid;

/// An organisation's sandbox. All data is stored by tenant, so tenants never see each other's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tenant {
    /// The organisation, as in `x-gw-ims-org-id`.
    pub(crate) ims_org: Box<str>,
    /// The sandbox, as in `x-sandbox-name`.
    pub(crate) sandbox: Box<str>,
}

impl Tenant {
    pub(crate) fn new(ims_org: &str, sandbox: &str) -> Self {
        Self { ims_org: ims_org.into(), sandbox: sandbox.into() }
    }

    /// The sandbox's id, derived from the organisation and the name.
    pub(crate) fn sandbox_id(&self) -> Uuid {
        // Headers cannot contain a line feed, so different pairs have different texts.
        Uuid::new_v5(&SANDBOXES, format!("{}\n{}", self.ims_org, self.sandbox).as_bytes())
    }
}

/// Marks a request whose client sent no sandbox: its `x-sandbox-name` is the server's default.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SandboxIsDefault;

/// The organisation of a request without a sandbox, as in `x-gw-ims-org-id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Organisation(pub(crate) Box<str>);

/// The author of a request, for `createdBy`, `createdClient` and similar keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The client, as in `x-api-key`.
    pub(crate) api_key: String,
    pub(crate) user: String,
    /// The host and port at which the client has reached the server; `None` if nothing depends on it.
    pub(crate) reached_at: Option<String>,
}

impl Caller {
    /// The author of a request with a token that flowmock did not issue.
    ///
    /// Decided: such tokens are opaque, so the user is derived from the API key.
    pub(crate) fn with_api_key(api_key: &str) -> Self {
        Self { api_key: api_key.to_owned(), user: user_of(api_key), reached_at: None }
    }
}

/// The user's id that is derived from an API key: `<24 hex digits>@AdobeID`.
pub(crate) fn user_of(api_key: &str) -> String {
    thread_local! {
        // Every write needs it, mostly for the same key as the last one.
        static LAST: RefCell<(String, String)> = RefCell::default();
    }
    LAST.with_borrow_mut(|(key, user)| {
        if *key != *api_key || user.is_empty() {
            (*key, *user) = (api_key.to_owned(), made_up(&USERS, api_key) + "@AdobeID");
        }
        user.clone()
    })
}

/// The technical account's id that is derived from an API key.
pub(crate) fn technical_account_of(api_key: &str) -> String {
    made_up(&USERS, api_key) + "@techacct.adobe.com"
}

/// The organisation's id that is derived from an API key.
pub(crate) fn org_of(api_key: &str) -> String {
    made_up(&ORGANISATIONS, api_key) + "@AdobeOrg"
}

/// 24 hex digits in upper case, derived from a text.
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
    fn a_sandbox_id_is_constant_and_differs_by_organisation_and_sandbox() {
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
