//! The link to the next page. Reference: "Listing" (`_links.next.href`), "What holds for all five".

use super::continuation::fits_token;
use super::{Parameters, Place, Walk};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The `href` of the page after `place`, relative to the base path. It has the token alone, since clients take everything
/// behind the first `=` for the token. Parameters that are too long for a token stand beside it.
pub(crate) fn next_href(walk: &Walk<'_>, place: &Place, parameters: &Parameters) -> String {
    let mut href = format!("/{}?continuationToken={}", walk.collection, walk.token(place, parameters));
    if fits_token(parameters) {
        return href;
    }
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
