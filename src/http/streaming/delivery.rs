//! [`Delivery`]: a request to an inlet, with its token checked and its body read.

use crate::app::{App, Shared};
use crate::base::config::Auth;
use crate::base::error::{Code, Error, excerpt};
use crate::base::time::Millis;
use crate::http::blocking::blocking;
use crate::http::extract::{self, Id, Query};
use crate::http::layers::gateway::bearer_token;
use crate::services::identity::TokenType;
use crate::services::inlets::lookup::{Inlet, Search};
use crate::services::inlets::message;
use crate::services::inlets::message::{Checked, FLOW_ID};
use crate::store::query::Parameters;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use hyper::body::Bytes;

/// The largest body, in bytes. Reference: "Streaming endpoint" (1 MB).
const MAX_BYTES: usize = 1024 * 1024;

/// A request to an inlet.
pub(super) struct Delivery {
    pub(super) inlet: Inlet,
    pub(super) body: Bytes,
    /// When it arrived, in milliseconds since the epoch.
    pub(super) now: Millis,
    /// The flow that the header or the query names.
    flow: Option<String>,
    /// Whether messages are validated before they are taken.
    validates: bool,
}

impl Delivery {
    /// Checks one of the messages.
    pub(super) fn check(&self, message: &[u8]) -> Checked {
        message::check(&self.inlet, message, self.flow.as_deref(), self.validates)
    }
}

impl FromRequest<Shared> for Delivery {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Error> {
        let (mut parts, body) = request.into_parts();
        let id = Id::from_request_parts(&mut parts, app).await;
        let inlet = inlet(app, id.map_err(|_| Error::of(Code::InletNotFound))?).await?;
        let Query(query) = Query::from_request_parts(&mut parts, app).await?;
        check_token(app, &inlet, &parts.headers)?;
        extract::check_encoding(&parts.headers)?;
        let max = MAX_BYTES.min(app.config.max_body_bytes);
        let announced = parts.headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > max as u64) {
            return Err(too_large(max)); // a client that waits for `100 Continue` need not send it
        }
        let read = extract::read(body, max, &app.budget).await;
        let (body, _) = read.map_err(|error| match error.code() {
            Code::PayloadTooLarge => too_large(max),
            Code::BadRequest => {
                message::refusal(&inlet, &format!("Message cannot be read: {}", error.detail()))
            }
            _ => error,
        })?;
        let flow = parts.headers.get(FLOW_ID).and_then(|flow| flow.to_str().ok());
        let flow = flow.or_else(|| query.last(FLOW_ID)).map(str::trim).filter(|flow| !flow.is_empty());
        let flow = flow.map(str::to_owned);
        Ok(Self { inlet, body, now: app.env.now(), flow, validates: validates(&query) })
    }
}

/// The inlet with that id.
///
/// # Errors
/// 404 if there is none.
async fn inlet(app: &Shared, id: Id) -> Result<Inlet, Error> {
    let found = match app.find_inlet(id.as_str()) {
        Search::Found(inlet) => Some(inlet),
        Search::Unknown => None,
        Search::Outdated => {
            let (app, id) = (Shared::clone(app), id.as_str().to_owned());
            blocking(move || app.rebuilt_inlet(&id)).await
        }
    };
    found.ok_or_else(|| {
        let detail = format!("inletId: [{}] no streaming connection has this inlet", excerpt(id.as_str()));
        Error::new(Code::InletNotFound, detail)
    })
}

/// Checks the token of a request to an inlet with `authenticationRequired`.
///
/// # Errors
/// 401 without a valid bearer token.
fn check_token(app: &App, inlet: &Inlet, headers: &HeaderMap) -> Result<(), Error> {
    if !inlet.needs_token {
        return Ok(());
    }
    let refuse = |reason: &str| Error::new(Code::InletUnauthorized, format!("[{}] {reason}", inlet.id));
    let Ok(token) = bearer_token(headers) else {
        return Err(refuse("Ims service token is empty"));
    };
    if app.config.auth == Auth::Any {
        return Ok(());
    }
    match app.ims.verify(TokenType::Access, token, app.env.now()) {
        Ok(issued) if issued.opens(&inlet.sandbox.tenant.ims_org) => Ok(()),
        Ok(_) => Err(refuse("Ims service token is of another organisation")),
        Err(_) => Err(refuse("Ims service token is not valid")),
    }
}

/// Whether the query asks for validation, by one of its two names.
fn validates(query: &Parameters) -> bool {
    let asks = |name| query.last(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    asks("syncValidation") || asks("synchronousValidation")
}

/// 413 for a body with more bytes than the inlet takes.
fn too_large(max: usize) -> Error {
    Error::new(Code::InletBodyTooLarge, format!("the body has more than {max} bytes"))
}
