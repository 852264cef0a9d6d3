//! `POST /ims/exchange/jwt`: a token for the JWT of a service account.
//!
//! Source: Adobe's public documentation of service account credentials. `expires_in` is in milliseconds here, and in seconds
//! at `/ims/token`.

use super::request::TokenRequest;
use super::scope;
use super::token::Tokens;
use crate::app::Shared;
use crate::base::error::{Code, Error};
use crate::services::identity::TokenType;
use crate::services::identity::assertion::Assertion;
use crate::services::identity::issuer::{Login, Opens, Subject};
use axum::extract::State;
use axum::response::Response;

pub(super) async fn exchange(State(app): State<Shared>, asked: TokenRequest) -> Result<Response, Error> {
    let (client_id, secret) = asked.credentials()?;
    let client = app.ims.clients.authenticate(client_id, Some(secret))?;
    let (jwt, now) = (asked.required("jwt_token")?, app.env.now());
    let refused = |reason| Error::new(Code::OAuthGrantInvalid, reason);
    let assertion = Assertion::read(jwt, client_id, now).map_err(refused)?;
    if client.as_ref().is_some_and(|client| client.ims_org_id != assertion.ims_org_id) {
        return Err(refused("the iss of the JWT is not the organisation of this client"));
    }
    let subject = Subject {
        client_id,
        user_id: &assertion.account,
        ims_org_id: &assertion.ims_org_id,
        opens: Opens::ItsOwn,
        is_users: false,
        scope: &scope::of_client(None, client.as_deref())?,
        exchanged: jwt,
        login: Login::default(),
    };
    let tokens = Tokens {
        access_token: app.ims.issuer.issue(TokenType::Access, &subject, now),
        refresh_token: None,
        id_token: None,
        token_type: "bearer",
        expires_in: u64::try_from(app.ims.issuer.lifetime().as_millis()).unwrap_or(u64::MAX),
    };
    Ok(tokens.into_response())
}
