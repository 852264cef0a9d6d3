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

/// The id of whoever writes with this API key, when the token does not say: `<24 hex>@AdobeID`, fixed for the key.
///
/// Decided: tokens are opaque to us unless we issued them, so the key stands for the user.
pub(crate) fn user_of(api_key: &str) -> String {
    thread_local! {
        // Most keys are the last one's: every write names its user.
        static LAST: RefCell<(String, String)> = RefCell::new((String::new(), work_out_user_of("")));
    }
    LAST.with_borrow_mut(|(key, user)| {
        if *key != *api_key {
            (*key, *user) = (api_key.to_owned(), work_out_user_of(api_key));
        }
        user.clone()
    })
}

fn work_out_user_of(api_key: &str) -> String {
    let mut user = Uuid::new_v5(&USERS, api_key.as_bytes()).simple().to_string().to_uppercase();
    user.truncate(24);
    user + "@AdobeID"
}

const SANDBOXES: Uuid = Uuid::from_u128(0x9d3c_27a5_5b0e_4f5c_8a3b_6f1d_0c4e_7a21);
const USERS: Uuid = Uuid::from_u128(0x4b7e_91f3_08d2_4c6a_b5d9_2e80_71ac_3f56);

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
