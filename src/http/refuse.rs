//! The responses to unknown paths and methods. Reference: `errors.csv`, FLOW-1003-404.

use crate::base::error::{Code, Error, excerpt};
use crate::base::operation::{Api, BASE_PATH};
use axum::http::{Method, Uri};

/// The response to an unknown path: FLOW-1003-404.
pub(crate) async fn no_such_route(uri: Uri) -> Error {
    let path = uri.path();
    let detail = if let Some(rest) = Api::FlowService.strip_base(path) {
        format!("there is no route {} below {BASE_PATH}", excerpt(rest))
    } else {
        let path = excerpt(path);
        format!(
            "nothing is served at {path}; the Flow Service is below {BASE_PATH}, flowmock's own calls below /_flowmock"
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
