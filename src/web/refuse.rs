//! The paths and methods that nobody handles. Reference: `errors.csv`, FLOW-1003-404.

use crate::app::BASE_PATH;
use crate::error::{Code, Error, excerpt};
use axum::http::{Method, Uri};

/// FLOW-1003-404 below the base path.
pub(crate) async fn no_such_route(uri: Uri) -> Error {
    let path = uri.path().strip_prefix(BASE_PATH).unwrap_or(uri.path());
    Error::new(Code::NoSuchRoute, format!("there is no route {} below {BASE_PATH}", excerpt(path)))
}

/// FLOW-1003-404 anywhere else.
pub(crate) async fn outside_base_path(uri: Uri) -> Error {
    let path = excerpt(uri.path());
    let detail = format!(
        "nothing is served at {path}; the Flow Service is below {BASE_PATH}, flowmock's own calls below /_flowmock"
    );
    Error::new(Code::NoSuchRoute, detail)
}

/// A known path with another method: 405. The router adds `Allow`.
pub(crate) async fn wrong_method(method: Method, uri: Uri) -> Error {
    let (method, path) = (excerpt(method.as_str()), excerpt(uri.path()));
    Error::new(
        Code::MethodNotAllowed,
        format!("{path} does not take {method}; the Allow header lists what it takes"),
    )
}
