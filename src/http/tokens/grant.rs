//! [`Grant`]: the grant types of token requests. [`Endpoint`]: the grant types that each version of the endpoint accepts.
//!
//! Decided: a code or a refresh token that this server issued is valid only for its client, until it expires. A code with a
//! PKCE challenge is valid only with its verifier. Any other text is accepted as a code, and as a refresh token unless only
//! issued tokens are accepted (`--auth issued`). So a test can make up codes and refresh tokens, like access tokens.

use super::refusal::invalid;
use super::request::TokenRequest;
use crate::app::App;
use crate::base::config::Auth;
use crate::base::error::{Code, Error};
use crate::services::identity::client::{AccountKind, Client};
use crate::services::identity::codes::Codes;
use crate::services::identity::{Invalid, Issued, TokenType, pkce};

/// A grant type (RFC 6749, section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    ClientCredentials,
    AuthorizationCode,
    RefreshToken,
}

/// A version of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    V1,
    V2,
    V3,
}

impl Endpoint {
    /// The grant types that the endpoint accepts.
    pub(super) const fn grants(self) -> &'static [Grant] {
        match self {
            Self::V1 => &[Grant::AuthorizationCode, Grant::RefreshToken],
            Self::V2 => &[Grant::ClientCredentials],
            Self::V3 => &[Grant::ClientCredentials, Grant::AuthorizationCode, Grant::RefreshToken],
        }
    }
}

/// The code or refresh token that the client exchanges.
pub(super) struct Granted<'a> {
    /// The code or the refresh token; empty for credentials.
    pub(super) exchanged: &'a str,
    /// The payload of the code or refresh token; `None` if this server did not issue it.
    pub(super) issued: Option<Issued>,
}

impl Grant {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// The grant type of a request to that endpoint.
    ///
    /// # Errors
    /// `invalid_request` if it is missing, `unsupported_grant_type` if the endpoint does not accept it.
    pub(super) fn of(asked: &TokenRequest, endpoint: Endpoint) -> Result<Self, Error> {
        let (sent, takes) = (asked.required("grant_type")?, endpoint.grants());
        takes.iter().copied().find(|grant| grant.name() == sent).ok_or_else(|| {
            let names: Vec<&str> = takes.iter().map(|grant| grant.name()).collect();
            let detail = format!("grant_type is not {}, which this endpoint takes", names.join(" or "));
            Error::new(Code::OAuthGrantUnsupported, detail)
        })
    }

    /// Checks that the client may use this grant type. A service has no user, so it gets no codes or refresh tokens.
    ///
    /// # Errors
    /// `unauthorized_client` for a service.
    pub(super) fn check_client(self, client: Option<&Client>) -> Result<(), Error> {
        let is_service = client.is_some_and(|client| client.kind == AccountKind::Service);
        if self == Self::ClientCredentials || !is_service {
            return Ok(());
        }
        let detail =
            "no user can give a service a code; ask /ims/token/v3 with grant_type=client_credentials";
        Err(Error::new(Code::OAuthClientUnauthorized, detail))
    }

    /// Reads and verifies the code or refresh token of the request.
    ///
    /// # Errors
    /// `invalid_request` if it is missing, `invalid_grant` if it is invalid.
    pub(super) fn take<'a>(
        self, app: &App, asked: &'a TokenRequest, client_id: &str,
    ) -> Result<Granted<'a>, Error> {
        match self {
            Self::ClientCredentials => Ok(Granted { exchanged: "", issued: None }),
            Self::AuthorizationCode => {
                let code = asked.required("code")?;
                let issued = verified(app, TokenType::Code, code, client_id)?;
                if let Some(issued) = &issued {
                    check_login(asked, issued)?;
                }
                Ok(Granted { exchanged: code, issued })
            }
            Self::RefreshToken => {
                let token = asked.required("refresh_token")?;
                let issued = verified(app, TokenType::Refresh, token, client_id)?;
                if issued.is_none() && app.config.auth == Auth::Issued {
                    return Err(not_good("this server did not issue the refresh_token"));
                }
                Ok(Granted { exchanged: token, issued })
            }
        }
    }

    /// Marks a code as used, once the rest of the request is valid.
    ///
    /// # Errors
    /// `invalid_grant` if it was used before.
    pub(super) fn use_up(self, app: &App, client_id: &str, exchanged: &str) -> Result<(), Error> {
        if self != Self::AuthorizationCode || app.use_code(Codes::digest(client_id, exchanged))? {
            return Ok(());
        }
        Err(not_good("the code was used before; each is good once"))
    }
}

/// The payload of a token of that type; `None` if this server did not issue it.
fn verified(app: &App, kind: TokenType, text: &str, client_id: &str) -> Result<Option<Issued>, Error> {
    let name = if kind == TokenType::Code { "code" } else { "refresh_token" };
    match app.ims.verify(kind, text, app.env.now()) {
        Ok(issued) if issued.client_id == client_id => Ok(Some(issued)),
        Ok(_) => Err(not_good(format!("the {name} was issued to another client"))),
        Err(Invalid::Expired) => Err(not_good(format!("the {name} has expired"))),
        Err(Invalid::Revoked) => Err(not_good(format!("the {name} was revoked"))),
        Err(Invalid::Unknown) => Ok(None),
    }
}

/// Checks that the client that exchanges a code is the one that sent the user to log in.
fn check_login(asked: &TokenRequest, issued: &Issued) -> Result<(), Error> {
    if asked.optional("redirect_uri").is_some_and(|sent| issued.login.redirect_uri.as_deref() != Some(sent)) {
        return Err(not_good("redirect_uri is another than the code was sent to"));
    }
    let Some(challenge) = &issued.login.challenge else { return Ok(()) };
    match asked.optional("code_verifier") {
        None => Err(invalid("code_verifier is missing; the code was asked for with a code_challenge")),
        Some(verifier) if pkce::is_proof(verifier, challenge) => Ok(()),
        Some(_) => Err(not_good("code_verifier is not what code_challenge was made of")),
    }
}

fn not_good(detail: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::OAuthGrantInvalid, detail)
}
