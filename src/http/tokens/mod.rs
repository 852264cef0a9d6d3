//! Adobe's identity service: tokens, logins, and the account of a token. Reference: "Tokens and sandboxes".

mod account;
mod authorize;
mod discovery;
mod exchange;
mod form;
mod grant;
mod refusal;
pub(crate) mod request;
mod scope;
pub(crate) mod token;
mod validate;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::CreateTokenV1, token::v1)
        .on(Operation::CreateTokenV2, token::v2)
        .on(Operation::CreateTokenV3, token::v3)
        .on(Operation::ExchangeJwt, exchange::exchange)
        .on(Operation::Authorize, authorize::authorize)
        .on(Operation::GetUserInfo, account::user_info)
        .on(Operation::GetProfile, account::profile)
        .on(Operation::ListOrganisations, account::list_organisations)
        .on(Operation::ValidateToken, validate::validate)
        .on(Operation::ValidateSentToken, validate::validate)
        .on(Operation::RevokeToken, validate::revoke)
        .on(Operation::GetOpenIdConfiguration, discovery::configuration)
        .on(Operation::ListKeys, discovery::keys)
}
