//! The token endpoints of Adobe's identity service. Reference: "Tokens and sandboxes".

pub(crate) mod request;
pub(crate) mod token;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::CreateTokenV1, token::v1)
        .on(Operation::CreateTokenV2, token::v2)
        .on(Operation::CreateTokenV3, token::v3)
}
