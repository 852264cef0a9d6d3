//! Keeps up with the servers that share the state, if any do: a request sees everything that any of them answered before.

use super::gateway::tenant_named_in;
use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::base::error::Error;
use crate::base::operation::Operation;
use crate::base::operation::paths::Call;
use crate::base::tenant::Tenant;
use crate::services::world::recorder::NotRecorded;
use axum::http::Request;
use axum::response::{IntoResponse, Response};

/// What a request has to do with the shared state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// Nothing: its answer is the server's own, or nothing is shared.
    Nothing,
    /// Its answer is the server's own, except for its request id, which comes from a seed. It goes on without the others.
    Ids,
    /// It reads or changes the state, and needs it.
    State,
}

impl Share {
    pub(crate) fn of<B>(app: &App, request: &Request<B>, call: Call) -> Self {
        let operation = || Operation::of(request.method().as_str(), request.uri().path());
        if !app.is_shared() {
            Self::Nothing
        } else if call != Call::Control || reads_state(operation()) {
            Self::State
        } else if app.env.is_seeded() && operation() != Some(Operation::GetHealth) {
            Self::Ids
        } else {
            Self::Nothing
        }
    }
}

/// Waits until everything is applied that other servers answered before the request came.
///
/// # Errors
/// The response, if the state is out of reach: FLOW-1103-503, or a refusal in the form of control calls.
pub(crate) async fn catch_up<B>(
    app: &App, request: &Request<B>, call: Call, share: Share,
) -> Result<(), Box<Response>> {
    if share == Share::Nothing {
        return Ok(());
    }
    answer(call, share, app.catch_up_with_others(request.method().is_safe()).await)
}

/// Whether a control call has to do with the state. Journal, metrics and contract reports are a server's own.
fn reads_state(operation: Option<Operation>) -> bool {
    !matches!(
        operation,
        None | Some(
            Operation::GetHealth
                | Operation::GetInfo
                | Operation::GetMetrics
                | Operation::GetOpenApi
                | Operation::ListErrors
                | Operation::ListRequests
                | Operation::GetRequest
                | Operation::ClearRequests
                | Operation::ExportRequests
                | Operation::StreamEvents
                | Operation::VerifyRequests
                | Operation::GetContractReport
                | Operation::ResetContract
                | Operation::ListNotifications
                | Operation::GetNotification
                | Operation::ClearNotifications
        )
    )
}

/// Lets other servers continue behind the ids that the request used, if ids come from a seed.
///
/// # Errors
/// As [`catch_up`].
pub(crate) async fn share_ids(
    app: &App, call: Call, share: Share, tenant: Option<Tenant>,
) -> Result<(), Box<Response>> {
    if share == Share::Nothing {
        return Ok(());
    }
    answer(call, share, app.share_ids(tenant).await)
}

/// The sandbox whose ids a request uses, if others have to know.
pub(crate) fn tenant_of<B>(app: &App, request: &Request<B>) -> Option<Tenant> {
    if !(app.is_shared() && app.env.is_seeded()) {
        return None;
    }
    tenant_named_in(request.uri().path(), request.headers())
}

fn answer(call: Call, share: Share, done: Result<(), NotRecorded>) -> Result<(), Box<Response>> {
    match done {
        Err(reason) if share == Share::State => Err(Box::new(response(call, reason))),
        _ => Ok(()),
    }
}

fn response(call: Call, reason: NotRecorded) -> Response {
    match call {
        Call::Control => Refused::from(reason).into_response(),
        Call::Service(_) => Error::from(reason).into_response(),
    }
}
