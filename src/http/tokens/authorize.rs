//! `GET /ims/authorize/v2`: a login, which sends the browser back to its client with a code.
//!
//! Source: Adobe's public guide for user authentication; RFC 6749, section 4.1; RFC 7636. Decided: there is no login form;
//! the user of the client is logged in at once. An invalid client or redirect URI is a 400 without a redirect. Every other
//! error is a redirect with `error` (RFC 6749, section 4.1.2.1).

use super::grant::Grant;
use super::refusal::invalid;
use super::request::{TokenRequest, check_name};
use super::scope;
use super::token::Facts;
use crate::app::{App, Shared};
use crate::base::error::{Error, forbid_storing};
use crate::services::identity::client::Client;
use crate::services::identity::issuer::Login;
use crate::services::identity::{TokenType, pkce, redirect};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) async fn authorize(State(app): State<Shared>, asked: TokenRequest) -> Result<Response, Error> {
    let client_id = asked.required("client_id")?;
    check_name("client_id", client_id)?;
    // A 401 would make the browser ask for a password.
    let client = app.ims.clients.find(client_id).map_err(|error| invalid(error.detail().to_owned()))?;
    let client = client.as_deref();
    let registered = client.map_or(&[][..], |client| &client.redirect_uris);
    let target = redirect::target(registered, asked.optional("redirect_uri")).map_err(invalid)?;
    let is_fragment = asked.optional("response_mode") == Some("fragment");
    let outcome = match code(&app, &asked, client_id, client, target) {
        Ok(code) => vec![("code", code)],
        Err(refusal) => vec![("error", refusal.error.to_owned()), ("error_description", refusal.description)],
    };
    let state = asked.optional("state").map(|state| ("state", state.to_owned()));
    let address = with_parameters(target, is_fragment, outcome.into_iter().chain(state));
    let location = HeaderValue::try_from(address).map_err(Error::internal)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, location);
    forbid_storing(response.headers_mut());
    Ok(response)
}

/// An error that the client receives by a redirect.
struct Refusal {
    error: &'static str,
    description: String,
}

impl Refusal {
    fn new(error: &'static str, description: &str) -> Self {
        Self { error, description: description.to_owned() }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::new(error.code().code(), error.detail())
    }
}

/// Issues the code for a login of the client's user.
fn code(
    app: &App, asked: &TokenRequest, client_id: &str, client: Option<&Client>, target: &str,
) -> Result<String, Refusal> {
    if asked.optional("response_type").is_some_and(|kind| kind != "code") {
        return Err(Refusal::new("unsupported_response_type", "response_type must be code"));
    }
    if asked.optional("response_mode").is_some_and(|mode| !matches!(mode, "query" | "fragment")) {
        return Err(Refusal::new("invalid_request", "response_mode must be query or fragment"));
    }
    Grant::AuthorizationCode.check_client(client)?;
    let scope = scope::of_client(asked.optional("scope"), client)?;
    let method = asked.optional("code_challenge_method");
    let challenge = asked.optional("code_challenge").map(|challenge| pkce::challenge(challenge, method));
    let challenge = challenge.transpose().map_err(|reason| Refusal::new("invalid_request", reason))?;
    let login = Login {
        redirect_uri: Some(target.to_owned()),
        challenge,
        nonce: asked.optional("nonce").map(str::to_owned),
    };
    let number = app.ims.codes.next_number().to_string();
    let facts = Facts { client_id, client, org_id: None, scope: &scope, exchanged: &number };
    Ok(facts.issue(app, TokenType::Code, true, login))
}

/// Adds parameters to the query of an address, or as its fragment.
fn with_parameters(
    target: &str, is_fragment: bool, parameters: impl Iterator<Item = (&'static str, String)>,
) -> String {
    let mut address = target.to_owned();
    let mut separator = match (is_fragment, target.contains('?')) {
        (true, _) => "#",
        (false, true) => "&",
        (false, false) => "?",
    };
    for (name, value) in parameters {
        let value = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
        address.extend([separator, name, "=", &value]);
        separator = "&";
    }
    address
}

#[cfg(test)]
mod tests {
    use super::with_parameters;

    #[test]
    fn parameters_are_added_to_those_of_the_address() {
        let parameters = || [("code", "a.b".to_owned()), ("state", "x&y".to_owned())].into_iter();
        assert_eq!(with_parameters("http://a/", false, parameters()), "http://a/?code=a%2Eb&state=x%26y");
        assert_eq!(
            with_parameters("http://a/?b=c", false, parameters()),
            "http://a/?b=c&code=a%2Eb&state=x%26y"
        );
        assert_eq!(
            with_parameters("http://a/?b=c", true, parameters()),
            "http://a/?b=c#code=a%2Eb&state=x%26y"
        );
    }
}
