//! Tokens for Rust tests, without a request.

use crate::base::document::refusal::Refused;
use crate::http::tokens::token::issue_to;
use crate::mock::FlowMock;

impl FlowMock {
    /// Issues an access token of the kind of `POST /ims/token/v3` to `client_id`, for the organisation `ims_org_id`,
    /// valid from now on for [`Config::token_lifetime`](crate::Config::token_lifetime). A server with
    /// [`Auth::Issued`](crate::Auth::Issued) accepts it with `client_id` as `x-api-key`.
    ///
    /// Reference: "Tokens and sandboxes".
    ///
    /// # Errors
    /// [`Refused`] if clients are configured and this is not one of them, or belongs to another organisation; and for a
    /// name that no header can carry.
    pub fn access_token(&self, client_id: &str, ims_org_id: &str) -> Result<String, Refused> {
        issue_to(self.app(), client_id, ims_org_id).map_err(|error| Refused::because("", error.detail()))
    }
}
