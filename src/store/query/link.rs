//! Where a list goes on. Reference: "Listing" (`_links.next.href`).

use super::Parameters;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The `href` of the next page: relative to the base path, with all that is needed to go on, which is the
/// place and what the client asked.
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

/// What a query's value cannot hold as it is (RFC 3986), or means something else in one.
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
