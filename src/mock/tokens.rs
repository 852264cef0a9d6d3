//! Tokens without a request, for a Rust test.

use crate::base::document::refusal::Refused;
use crate::http::tokens::token::issue_to;
use crate::mock::FlowMock;

impl FlowMock {
    /// An access token of the kind that `POST /ims/token/v3` issues to `client_id`, good for the organisation
    /// `ims_org_id` from now on for [`Config::token_lifetime`](crate::Config::token_lifetime). A server with
    /// [`Auth::Issued`](crate::Auth::Issued) takes it from whoever sends `client_id` as `x-api-key`.
    ///
    /// Reference: "Tokens and sandboxes".
    ///
    /// # Errors
    /// [`Refused`] if clients are configured and this is none of them, or belongs to another organisation; and for a
    /// name that no header can carry.
    pub fn access_token(&self, client_id: &str, ims_org_id: &str) -> Result<String, Refused> {
        issue_to(self.app(), client_id, ims_org_id).map_err(|error| Refused::because("", error.detail()))
    }
}
