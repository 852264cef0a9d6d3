//! `/ims/validate_token/v1` tells whether a token is valid. `POST /ims/revoke` revokes a token (RFC 7009).
//!
//! Source: the calls of Adobe's client libraries. Decided: the response for an invalid token is a 200 with `valid: false`.
//! Revoking a token that this server did not issue is a 200 without effect, as RFC 7009, section 2.2, requires.

use super::refusal::invalid;
use super::request::TokenRequest;
use crate::app::Shared;
use crate::base::error::{Error, forbid_storing};
use crate::http::answer;
use crate::http::layers::gateway::bearer_token;
use crate::services::identity::{Invalid, TokenType, digest};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

pub(super) async fn validate(
    State(app): State<Shared>, headers: HeaderMap, asked: TokenRequest,
) -> Result<Response, Error> {
    let name = asked.optional("type").unwrap_or(TokenType::Access.name());
    let kind = TokenType::ALL.into_iter().find(|kind| kind.name() == name);
    let kind = kind.ok_or_else(|| {
        let names = TokenType::ALL.map(TokenType::name).join(", ");
        invalid(format!("type must be one of {names}"))
    })?;
    let token = match (asked.optional("token"), bearer_token(&headers)) {
        (Some(token), _) | (None, Ok(token)) => token,
        (None, Err(_)) => return Err(invalid("token is missing, and Authorization has none")),
    };
    let client_id = asked.optional("client_id");
    let reason = match app.ims.verify(kind, token, app.env.now()) {
        Ok(issued) if client_id.is_some_and(|client_id| client_id != issued.client_id) => "invalid_client",
        Ok(_) => {
            let claims = app.ims.issuer.claims(kind, token);
            return Ok(private(&json!({"valid": true, "token": claims})));
        }
        Err(Invalid::Unknown) => "bad_signature",
        Err(Invalid::Expired) => "expired",
        Err(Invalid::Revoked) => "revoked",
    };
    Ok(private(&json!({"valid": false, "reason": reason})))
}

pub(super) async fn revoke(State(app): State<Shared>, asked: TokenRequest) -> Result<Response, Error> {
    let (client_id, secret) = asked.client()?;
    app.ims.clients.authenticate(client_id, secret)?;
    let token = asked.required("token")?;
    let issued = TokenType::ALL.into_iter().find_map(|kind| app.ims.issuer.read_as(kind, token));
    if issued.is_some_and(|issued| issued.client_id == client_id) {
        app.revoke_token(digest(token))?;
    }
    let mut response = Response::new(Body::empty());
    forbid_storing(response.headers_mut());
    Ok(response)
}

/// A response that no cache may store.
fn private(value: &serde_json::Value) -> Response {
    let mut response = answer::ok(value);
    forbid_storing(response.headers_mut());
    response
}
