//! `GET /sandboxes/{name}`. Reference: "Tokens and sandboxes".
//!
//! Decided: an unknown name is a 404 with a problem object like the gateway's. The reference has no code for it, and those of
//! the Flow Service do not apply here.

use super::known;
use super::list::refused;
use super::wire::Wire;
use crate::app::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::base::tenant::Organisation;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use axum::extract::State;
use axum::response::Response;

pub(super) async fn get(
    State(app): State<Shared>, Organisation(ims_org): Organisation, name: Id, query: Result<Query, Error>,
) -> Result<Response, Error> {
    let none = query.and_then(|Query(query)| query.only(&[]));
    none.map_err(|error| refused(error.detail().to_owned()))?;
    let sandboxes = known::of(&app, &ims_org);
    let sandbox = sandboxes.iter().find(|sandbox| *sandbox.tenant.sandbox == *name.as_str());
    let sandbox = sandbox.ok_or_else(|| {
        let detail = format!(
            "{} has no sandbox {}; one comes to be when it is declared in a seed document, named by --allow-sandbox, \
             or something is stored in it",
            excerpt(&ims_org),
            excerpt(name.as_str())
        );
        Error::new(Code::SandboxUnknown, detail)
    })?;
    Ok(answer::ok(&Wire::of(sandbox)))
}
