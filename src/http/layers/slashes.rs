//! Removes needless slashes from a path: all at its end, and all but one at its beginning.
//!
//! This happens before every check, so that each of them treats `//_flowmock/info` as a control call. The journal records
//! the original path, and the contract rule `slash-doubled` reports it.

use crate::base::operation::paths::trimmed;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Trims the path of a request.
pub(crate) fn trim(uri: &mut Uri) {
    let path = uri.path();
    let wanted = trimmed(path);
    if wanted.len() == path.len() {
        return;
    }
    let target = match uri.query() {
        Some(query) => format!("{wanted}?{query}"),
        None => wanted.to_owned(),
    };
    let Ok(target) = PathAndQuery::try_from(target) else { return };
    let mut parts = std::mem::take(uri).into_parts();
    parts.path_and_query = Some(target);
    // Replacing the path keeps the parts of a URI valid.
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slash_stays_at_the_beginning_and_none_at_the_end() {
        for (sent, trimmed) in [
            ("/", "/"),
            ("//", "/"),
            ("///", "/"),
            ("/a", "/a"),
            ("/a/", "/a"),
            ("//a", "/a"),
            ("///a//b///", "/a//b"),
            ("//a/?b=/c/", "/a?b=/c/"),
            ("/?a", "/?a"),
            ("*", "*"),
            ("http://host:1//a/?b", "http://host:1/a?b"),
            ("http://host:1", "http://host:1/"),
        ] {
            let mut uri: Uri = sent.parse().unwrap();
            trim(&mut uri);
            assert_eq!(uri.to_string(), trimmed, "{sent}");
        }
    }
}
