//! `GET /ims/.well-known/openid-configuration` (OpenID Connect Discovery, section 4) and `GET /ims/keys` (RFC 7517).
//!
//! Decided: the set of keys is empty. Tokens are signed with the server's secret key (HMAC-SHA256), and ID tokens with the
//! client's secret. A client validates a token at `/ims/validate_token/v1`.

use super::grant::Endpoint;
use super::scope::OFFLINE;
use crate::http::answer;
use crate::http::base_url::BaseUrl;
use axum::response::Response;
use serde_json::json;

pub(super) async fn configuration(base: BaseUrl) -> Response {
    let ims = base.of_ims();
    let at = |path: &str| format!("{ims}{path}");
    let grants: Vec<&str> = Endpoint::V3.grants().iter().map(|grant| grant.name()).collect();
    answer::ok(&json!({
        "issuer": ims,
        "authorization_endpoint": at("/authorize/v2"),
        "token_endpoint": at("/token/v3"),
        "userinfo_endpoint": at("/userinfo/v2"),
        "revocation_endpoint": at("/revoke"),
        "jwks_uri": at("/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment"],
        "grant_types_supported": grants,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "scopes_supported": ["openid", "AdobeID", "profile", "email", "address", OFFLINE],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "claims_supported": [
            "sub", "name", "given_name", "family_name", "account_type", "email", "email_verified", "address",
        ],
    }))
}

pub(super) async fn keys() -> Response {
    answer::ok(&json!({"keys": []}))
}
