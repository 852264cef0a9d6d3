//! The link to the next page. Reference: "Listing" (`_links.next.href`).

use super::Parameters;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The `href` of the next page, relative to the base path. It has the token and the client's own parameters.
pub(crate) fn next_href(collection: &str, parameters: &Parameters, token: &str) -> String {
    let mut href = format!("/{collection}?continuationToken={token}");
    let last = |name| parameters.last(name).map(|value| (name, value));
    let properties = parameters.all("property").map(|value| ("property", value));
    for (name, value) in properties.chain(last("orderby")).chain(last("limit")) {
        href.extend(["&", name, "="]);
        href.extend(utf8_percent_encode(value, NOT_IN_A_QUERY));
    }
    href
}

/// The characters that must be percent-encoded in the value of a query parameter (RFC 3986).
const NOT_IN_A_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
