//! The scopes of a token.
//!
//! Decided: if the request has no `scope`, a token for credentials gets all scopes of its client, or the default ones, and
//! a token for a code or a refresh token gets the scopes of the login.

use crate::base::error::{Code, Error};
use crate::services::identity::client::{Client, is_scope};

/// The scopes of a token if neither the request nor the client names any.
const DEFAULT: &str = "openid,AdobeID";

/// The scope that adds a refresh token to a login.
pub(super) const OFFLINE: &str = "offline_access";

/// The longest `scope`, in bytes. Tokens must fit into a request head.
const MAX_BYTES: usize = 2048;

/// The scopes of a token, separated by commas: the requested scopes, or else all scopes that the client may have.
///
/// # Errors
/// `invalid_scope` for a malformed scope, or one that the client may not have.
pub(super) fn of_client(asked: Option<&str>, client: Option<&Client>) -> Result<String, Error> {
    let allowed: Vec<&str> =
        client.map_or(&[][..], |client| &client.scopes).iter().map(String::as_str).collect();
    match asked {
        Some(asked) => read(asked, &allowed, "the client"),
        None if allowed.is_empty() => Ok(DEFAULT.to_owned()),
        None => Ok(allowed.join(",")),
    }
}

/// The scopes of a token for a login with the scopes `granted`.
///
/// # Errors
/// `invalid_scope` for a malformed scope, or one that the login does not have.
pub(super) fn of_login(asked: Option<&str>, granted: &str) -> Result<String, Error> {
    match asked {
        Some(asked) => read(asked, &granted.split(',').collect::<Vec<_>>(), "the login"),
        None => Ok(granted.to_owned()),
    }
}

/// Whether the comma-separated scopes contain this one.
pub(super) fn has(scopes: &str, wanted: &str) -> bool {
    scopes.split(',').any(|scope| scope == wanted)
}

/// Reads scopes. `owner` may have the scopes in `allowed`, or any scope if `allowed` is empty.
fn read(asked: &str, allowed: &[&str], owner: &str) -> Result<String, Error> {
    let refused = |detail: String| Error::new(Code::OAuthScopeInvalid, detail);
    if asked.len() > MAX_BYTES {
        return Err(refused(format!("scope has {} bytes; at most {MAX_BYTES} are taken", asked.len())));
    }
    let mut scopes: Vec<&str> = Vec::new();
    for scope in asked.split([',', ' ']).filter(|scope| !scope.is_empty()) {
        if !is_scope(scope) {
            return Err(refused("a scope has a character that no scope can have".to_owned()));
        }
        if !allowed.is_empty() && !allowed.contains(&scope) {
            return Err(refused(format!("{owner} may not have the scope {scope}")));
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
