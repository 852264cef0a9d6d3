//! `POST /ims/token/v1`, `/v2` and `/v3`. Reference: "Tokens and sandboxes".
//!
//! Decided:
//! - Errors are checked in this order: the request's form, `grant_type`, the client, `org_id`, `scope`, `code`.
//! - A client that is not configured gets tokens for the organisation in `org_id`, or else for any.
//! - Without `scope`, a token has all scopes of its client, or the default ones.
//! - Tokens of `/v3` and `/v2` are users' tokens, as the reference says, unless the client is configured as a service. Those
//!   of `/v1` are not, since the reference names only the other two.

use super::request::{TokenRequest, invalid};
use crate::app::{App, Shared};
use crate::base::document::reader::{NOT_A_NAME, is_name};
use crate::base::error::{Code, Error, forbid_storing};
use crate::base::tenant::{org_of, user_of};
use crate::http::answer;
use crate::services::identity::client::{AccountKind, Client, is_scope};
use crate::services::identity::issuer::{Opens, Subject};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

/// The scopes of a token if neither the request nor the client has any.
const DEFAULT_SCOPE: &str = "openid,AdobeID";

/// The longest `scope`, in bytes, since tokens must fit into a request head.
const MAX_SCOPE_BYTES: usize = 2048;

/// A grant type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grant {
    ClientCredentials,
    AuthorizationCode,
}

impl Grant {
    const fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
        }
    }
}

pub(super) async fn v1(State(app): State<Shared>, asked: TokenRequest) -> Result<Response, Error> {
    answer(&app, &asked, Grant::AuthorizationCode)
}

pub(super) async fn v2(State(app): State<Shared>, asked: TokenRequest) -> Result<Response, Error> {
    answer(&app, &asked, Grant::ClientCredentials)
}

pub(super) async fn v3(State(app): State<Shared>, asked: TokenRequest) -> Result<Response, Error> {
    answer(&app, &asked, Grant::ClientCredentials)
}

fn answer(app: &App, asked: &TokenRequest, grant: Grant) -> Result<Response, Error> {
    let token = token(app, asked, grant)?;
    let mut response = answer::ok(&json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": app.ims.issuer.lifetime().as_secs(),
    }));
    forbid_storing(response.headers_mut());
    Ok(response)
}

fn token(app: &App, asked: &TokenRequest, grant: Grant) -> Result<String, Error> {
    check_grant_type(asked, grant)?;
    let (client_id, client_secret) = asked.credentials()?;
    check_name("client_id", client_id)?;
    let client = app.ims.clients.authenticate(client_id, client_secret)?;
    let client = client.as_deref();
    if grant == Grant::AuthorizationCode && client.is_some_and(|client| client.kind == AccountKind::Service) {
        let detail =
            "no user can give a service a code; ask /ims/token/v3 with grant_type=client_credentials";
        return Err(Error::new(Code::OAuthClientUnauthorized, detail));
    }
    let org_id = asked.optional("org_id");
    check_organisation(org_id, client)?;
    let scope = scope(asked.optional("scope"), client)?;
    let code = match grant {
        Grant::ClientCredentials => "",
        Grant::AuthorizationCode => {
            let code = asked.required("code")?;
            if !app.ims.codes.use_up(client_id, code) {
                return Err(Error::new(
                    Code::OAuthGrantInvalid,
                    "the code was used before; each is good once",
                ));
            }
            code
        }
    };
    let facts = Facts { client_id, client, org_id, scope: &scope, code };
    Ok(issue(app, &facts, grant))
}

fn check_grant_type(asked: &TokenRequest, grant: Grant) -> Result<(), Error> {
    let expected = grant.name();
    match asked.required("grant_type")? {
        sent if sent == expected => Ok(()),
        _ => {
            let detail = format!("grant_type is not {expected}, which is what this endpoint takes");
            Err(Error::new(Code::OAuthGrantUnsupported, detail))
        }
    }
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

/// Refuses, with `invalid_request`, a name that cannot be sent to the Flow Service in a header.
fn check_name(parameter: &str, text: &str) -> Result<(), Error> {
    if is_name(text) { Ok(()) } else { Err(invalid(format!("{parameter} {NOT_A_NAME}"))) }
}

/// The scopes of the token, separated by commas. The client must have each of them.
fn scope(asked: Option<&str>, client: Option<&Client>) -> Result<String, Error> {
    let allowed = client.map_or(&[][..], |client| &client.scopes);
    let Some(asked) = asked else {
        return Ok(if allowed.is_empty() { DEFAULT_SCOPE.to_owned() } else { allowed.join(",") });
    };
    let refused = |detail: String| Error::new(Code::OAuthScopeInvalid, detail);
    if asked.len() > MAX_SCOPE_BYTES {
        return Err(refused(format!("scope has {} bytes; at most {MAX_SCOPE_BYTES} are taken", asked.len())));
    }
    let mut scopes: Vec<&str> = Vec::new();
    for scope in asked.split([',', ' ']).filter(|scope| !scope.is_empty()) {
        if !is_scope(scope) {
            return Err(refused("a scope has a character that no scope can have".to_owned()));
        }
        if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed == scope) {
            return Err(refused(format!("the client may not have the scope {scope}")));
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(refused("scope names none".to_owned()));
    }
    Ok(scopes.join(","))
}

/// The client and organisation of a requested token.
struct Facts<'a> {
    client_id: &'a str,
    /// `None` if no client is configured.
    client: Option<&'a Client>,
    /// The organisation in the request.
    org_id: Option<&'a str>,
    scope: &'a str,
    code: &'a str,
}

fn issue(app: &App, facts: &Facts<'_>, grant: Grant) -> String {
    let Facts { client_id, client, org_id, scope, code } = *facts;
    let is_service = client.is_some_and(|client| client.kind == AccountKind::Service);
    let made_up = org_of(client_id);
    let subject = Subject {
        client_id,
        user_id: &client.map_or_else(|| user_of(client_id), Client::user),
        ims_org_id: client.map(|client| client.ims_org_id.as_str()).or(org_id).unwrap_or(&made_up),
        opens: if client.is_none() && org_id.is_none() { Opens::Any } else { Opens::ItsOwn },
        is_users: grant == Grant::ClientCredentials && !is_service,
        scope,
        code,
    };
    app.ims.issuer.issue(&subject, app.env.now())
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
    let scope = scope(None, client)?;
    let facts = Facts { client_id, client, org_id: Some(ims_org_id), scope: &scope, code: "" };
    Ok(issue(app, &facts, Grant::ClientCredentials))
}
