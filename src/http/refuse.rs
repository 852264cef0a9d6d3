//! The responses to unknown paths and methods. Reference: `errors.csv`, FLOW-1003-404.

use crate::app::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::base::operation::paths::{PAGE, below_base};
use crate::base::operation::{Api, BASE_PATH};
use axum::extract::State;
use axum::http::{Method, Uri};

/// The response to an unknown path: FLOW-1003-404. If the real service may have the call, the response has a reason.
pub(crate) async fn no_such_route(State(app): State<Shared>, uri: Uri) -> Error {
    let path = uri.path();
    if let Some((api, rest)) = Api::of(path).and_then(|api| Some((api, api.strip_base(path)?)))
        && api.has_sandboxes()
        && !api.is_emulated()
    {
        let base = api.base_path();
        let detail =
            format!("there is no route {} below {base}, of which flowmock emulates little", excerpt(rest));
        return Error::new(Code::NoSuchRoute, detail).with_reason();
    }
    let sandboxed = Api::of(path).filter(|api| api.has_sandboxes());
    let detail = if let Some((rest, base)) = below_base(path).zip(sandboxed.map(Api::base_path)) {
        format!("there is no route {} below {base}", excerpt(rest))
    } else {
        let page = if path == "/" && app.config.has_page() {
            format!("; a browser finds the page at {PAGE}")
        } else {
            String::new()
        };
        let path = excerpt(path);
        format!(
            "nothing is served at {path}; the Flow Service is below {BASE_PATH}, flowmock's own calls below \
             /_flowmock{page}"
        )
    };
    Error::new(Code::NoSuchRoute, detail)
}

/// The response to a known path with another method: 405. The router adds `Allow`.
pub(crate) async fn wrong_method(method: Method, uri: Uri) -> Error {
    let (method, path) = (excerpt(method.as_str()), excerpt(uri.path()));
    Error::new(
        Code::MethodNotAllowed,
        format!("{path} does not take {method}; the Allow header lists what it takes"),
    )
}
