//! `GET /ims/userinfo/v2`, `/ims/profile/v1` and `/ims/organizations/v6`: the account and the organisation of a token.
//!
//! Source: for `userinfo` Adobe's public guide for user authentication, for the other two the answers that Adobe's client
//! libraries read. Decided: these calls accept only tokens that this server issued, even if the Flow Service accepts any
//! token.

use crate::app::{App, Shared};
use crate::base::error::{Code, Error, forbid_storing};
use crate::http::answer;
use crate::http::layers::gateway::bearer_token;
use crate::services::identity::person::{Person, organisations};
use crate::services::identity::{Invalid, Issued, TokenType};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

pub(super) async fn user_info(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, Error> {
    let token = token(&app, &headers)?;
    Ok(private(&Person::of(&token.user_id).claims(&token.scope)))
}

pub(super) async fn profile(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, Error> {
    let token = token(&app, &headers)?;
    Ok(private(&Person::of(&token.user_id).profile(token.ims_org_id())))
}

pub(super) async fn list_organisations(
    State(app): State<Shared>, headers: HeaderMap,
) -> Result<Response, Error> {
    Ok(private(&organisations(token(&app, &headers)?.ims_org_id())))
}

/// The access token in `Authorization`.
fn token(app: &App, headers: &HeaderMap) -> Result<Issued, Error> {
    let refused = |reason: &'static str| Error::new(Code::OAuthTokenInvalid, reason);
    let token = bearer_token(headers)
        .map_err(|_| refused("Authorization has no token; send Authorization: Bearer <token>"))?;
    app.ims.verify(TokenType::Access, token, app.env.now()).map_err(|invalid| {
        refused(match invalid {
            Invalid::Unknown => "this server did not issue the token; ask /ims/token/v3 for one",
            Invalid::Expired => "the token has expired",
            Invalid::Revoked => "the token was revoked",
        })
    })
}

/// A response that no cache may store.
fn private<T: Serialize>(value: &T) -> Response {
    let mut response = answer::ok(value);
    forbid_storing(response.headers_mut());
    response
}
