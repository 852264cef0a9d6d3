//! `/_flowmock/unrecorded/...`: calls of the APIs that leave no trace. The page in a browser shows and changes entities with
//! them, and the journal, metrics, contract reports and fault rules of a test stay those of the client under test.
//!
//! Such a call is a control call until the [gateway](super::gateway) has admitted it: it needs the control token, must not
//! come from a foreign page, and no fault hits it. Then it takes the path behind the prefix, passes the gateway's checks of its
//! headers and reaches the route. Links in its response name the plain path.
//!
//! Decided: any token, API key, organisation and sandbox is accepted, whatever `--auth` and the allow lists say. A control call
//! could read and change everything anyway, and the page has no client of its own that a test would have to configure.

use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::base::operation::paths::{is_control, unrecorded};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// The target of the call that an unrecorded call is for; `None` if `uri` is not that of an unrecorded call.
///
/// # Errors
/// 404 for a control call, which is never recorded anyway.
pub(super) fn target(uri: &Uri) -> Option<Result<Uri, Refused>> {
    let path = unrecorded(uri.path())?;
    if is_control(path) {
        let path = excerpt(path);
        return Some(Err(Refused::not_found(format!(
            "control calls are never recorded, and not served below /_flowmock/unrecorded; call {path} itself"
        ))));
    }
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok().map(Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_what_follows_the_prefix_with_its_query() {
        for (sent, expected) in [
            ("/_flowmock/unrecorded/data/x?limit=1", "/data/x?limit=1"),
            ("/_flowmock/unrecorded//data/x/", "/data/x"),
            ("/_flowmock/unrecorded/", "/"),
            ("http://a:1/_flowmock/unrecorded/data?x=/_flowmock", "http://a:1/data?x=/_flowmock"),
        ] {
            let target = target(&sent.parse().unwrap()).unwrap().unwrap();
            assert_eq!(target.to_string(), expected, "{sent}");
        }
    }

    #[test]
    fn control_calls_are_not_nested_and_other_paths_are_left_alone() {
        for nested in ["reset", "unrecorded/data", ""] {
            let refused = target(&format!("/_flowmock/unrecorded/_flowmock/{nested}").parse().unwrap());
            assert_eq!(refused.unwrap().unwrap_err().status(), 404, "{nested}");
        }
        for other in ["/_flowmock/unrecorded", "/_flowmock/unrecordeds/data", "/data", "/_flowmock/info"] {
            assert!(target(&other.parse().unwrap()).is_none(), "{other}");
        }
    }
}
