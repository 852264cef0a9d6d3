//! `POST /ims/token/v1`, `/v2` and `/v3`. Reference: "Tokens and sandboxes"; for codes and refresh tokens at `/v3` Adobe's
//! public guide for user authentication.
//!
//! Decided:
//! - Errors are checked in this order: the request's form, `grant_type`, the client, `org_id`, the code or refresh token,
//!   `scope`. A refused request does not use up its code.
//! - A client that is not configured gets tokens for the organisation in `org_id`, or else for any.
//! - Tokens of `/v3` and `/v2` are users' tokens, as the reference says, unless the client is configured as a service. Those
//!   of `/v1` are not, since the reference names only the other two.
//! - A login with the scope `offline_access` gets a refresh token; one with `openid` at `/v3` an ID token, if the client has
//!   a secret to verify it with.

use super::grant::{Endpoint, Grant, Granted};
use super::refusal::invalid;
use super::request::{TokenRequest, check_name};
use super::scope;
use crate::app::{App, Shared};
use crate::base::error::{Error, forbid_storing};
use crate::base::tenant::{org_of, user_of};
use crate::http::answer;
use crate::http::base_url::BaseUrl;
use crate::services::identity::TokenType;
use crate::services::identity::client::{AccountKind, Client};
use crate::services::identity::id_token::IdToken;
use crate::services::identity::issuer::{Login, Opens, Subject};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

/// A successful answer (RFC 6749, section 5.1).
#[derive(Serialize)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
    pub(super) token_type: &'static str,
    /// The lifetime of the access token, in the unit of the endpoint.
    pub(super) expires_in: u64,
}

impl Tokens {
    /// The response, which no cache may store.
    pub(super) fn into_response(self) -> Response {
        let mut response = answer::ok(&self);
        forbid_storing(response.headers_mut());
        response
    }
}

pub(super) async fn v1(
    State(app): State<Shared>, base: BaseUrl, asked: TokenRequest,
) -> Result<Response, Error> {
    answer(&app, &base, &asked, Endpoint::V1)
}

pub(super) async fn v2(
    State(app): State<Shared>, base: BaseUrl, asked: TokenRequest,
) -> Result<Response, Error> {
    answer(&app, &base, &asked, Endpoint::V2)
}

pub(super) async fn v3(
    State(app): State<Shared>, base: BaseUrl, asked: TokenRequest,
) -> Result<Response, Error> {
    answer(&app, &base, &asked, Endpoint::V3)
}

fn answer(app: &App, base: &BaseUrl, asked: &TokenRequest, endpoint: Endpoint) -> Result<Response, Error> {
    let grant = Grant::of(asked, endpoint)?;
    let (client_id, secret) = match (endpoint, grant) {
        (Endpoint::V3, Grant::AuthorizationCode | Grant::RefreshToken) => asked.client()?,
        _ => asked.credentials().map(|(client_id, secret)| (client_id, Some(secret)))?,
    };
    let client = app.ims.clients.authenticate(client_id, secret)?;
    let client = client.as_deref();
    grant.check_client(client)?;
    let org_id = asked.optional("org_id");
    check_organisation(org_id, client)?;
    let granted = grant.take(app, asked, client_id)?;
    let wanted = asked.optional("scope");
    let scope = match &granted.issued {
        Some(login) => scope::of_login(wanted, &login.scope)?,
        None => scope::of_client(wanted, client)?,
    };
    grant.use_up(app, client_id, granted.exchanged)?;

    let Granted { exchanged, issued } = &granted;
    let org_id = org_id.or(issued.as_ref().and_then(|issued| issued.only_org()));
    let facts = Facts { client_id, client, org_id, scope: &scope, exchanged };
    let is_users = endpoint != Endpoint::V1;
    let is_login = grant != Grant::ClientCredentials;
    let refreshes = is_login && scope::has(&scope, scope::OFFLINE);
    let identifies =
        grant == Grant::AuthorizationCode && endpoint == Endpoint::V3 && scope::has(&scope, "openid");
    let id_token = |secret: &str| {
        let nonce = issued.as_ref().and_then(|issued| issued.login.nonce.as_deref());
        let token = IdToken { issuer: &base.of_ims(), user_id: &facts.user(), client_id, nonce };
        token.issue(secret, app.env.now(), app.ims.issuer.lifetime())
    };
    let tokens = Tokens {
        access_token: facts.issue(app, TokenType::Access, is_users, Login::default()),
        refresh_token: refreshes.then(|| facts.issue(app, TokenType::Refresh, is_users, Login::default())),
        id_token: secret.filter(|_| identifies).map(id_token),
        token_type: "bearer",
        expires_in: app.ims.issuer.lifetime().as_secs(),
    };
    Ok(tokens.into_response())
}

/// Checks that `org_id` is the client's organisation or, without a configured client, a valid one.
fn check_organisation(org_id: Option<&str>, client: Option<&Client>) -> Result<(), Error> {
    let Some(org_id) = org_id else { return Ok(()) };
    check_name("org_id", org_id)?;
    match client {
        Some(client) if client.ims_org_id != org_id => {
            Err(invalid(format!("org_id is not {}, the organisation of this client", client.ims_org_id)))
        }
        _ => Ok(()),
    }
}

/// The client and organisation of a requested token.
pub(super) struct Facts<'a> {
    pub(super) client_id: &'a str,
    /// `None` if no client is configured.
    pub(super) client: Option<&'a Client>,
    /// The organisation in the request.
    pub(super) org_id: Option<&'a str>,
    pub(super) scope: &'a str,
    /// The code or refresh token that is exchanged; empty for credentials.
    pub(super) exchanged: &'a str,
}

impl Facts<'_> {
    /// The user or technical account of the client.
    fn user(&self) -> String {
        self.client.map_or_else(|| user_of(self.client_id), Client::user)
    }

    /// Issues a token of that type. `is_users` says whether the token is known to belong to a user; it is ignored if the
    /// client is a service.
    pub(super) fn issue(&self, app: &App, kind: TokenType, is_users: bool, login: Login) -> String {
        let Self { client_id, client, org_id, scope, exchanged } = *self;
        let is_service = client.is_some_and(|client| client.kind == AccountKind::Service);
        let made_up = org_of(client_id);
        let subject = Subject {
            client_id,
            user_id: &self.user(),
            ims_org_id: client.map(|client| client.ims_org_id.as_str()).or(org_id).unwrap_or(&made_up),
            opens: if client.is_none() && org_id.is_none() { Opens::Any } else { Opens::ItsOwn },
            is_users: is_users && !is_service,
            scope,
            exchanged,
            login,
        };
        app.ims.issuer.issue(kind, &subject, app.env.now())
    }
}

/// Issues the token that `/v3` would, without checking the client's secret.
///
/// # Errors
/// `invalid_client`, `invalid_request`.
pub(crate) fn issue_to(app: &App, client_id: &str, ims_org_id: &str) -> Result<String, Error> {
    check_name("client_id", client_id)?;
    let client = app.ims.clients.find(client_id)?;
    let client = client.as_deref();
    check_organisation(Some(ims_org_id), client)?;
    let scope = scope::of_client(None, client)?;
    let facts = Facts { client_id, client, org_id: Some(ims_org_id), scope: &scope, exchanged: "" };
    Ok(facts.issue(app, TokenType::Access, true, Login::default()))
}
