//! The forms of values in connection strings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Uri;

/// A description of the URLs that [`is_url`] accepts.
pub(super) const URL: &str = "an http or https URL, without a user and without a query";

pub(super) fn is_protocol(value: &str) -> bool {
    ["http", "https"].iter().any(|protocol| value.eq_ignore_ascii_case(protocol))
}

pub(super) fn is_account_name(value: &str) -> bool {
    (3..=24).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

pub(super) fn is_base64(value: &str) -> bool {
    // Decoded only to validate it.
    BASE64.decode(value).is_ok()
}

pub(super) fn is_signature(value: &str) -> bool {
    let query = value.strip_prefix('?').unwrap_or(value);
    !query.contains(char::is_whitespace)
        && query.split('&').any(|pair| pair.strip_prefix("sig=").is_some_and(|sig| !sig.is_empty()))
}

pub(super) fn is_host(value: &str) -> bool {
    value
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

/// Whether a value is an http or https URL without a user or a query. Those could be credentials, and endpoints are
/// logged.
pub(super) fn is_url(value: &str) -> bool {
    !value.contains(['@', '?', '#'])
        && value.parse::<Uri>().is_ok_and(|url| {
            matches!(url.scheme_str(), Some("http" | "https"))
                && url.host().is_some_and(|host| !host.is_empty())
        })
}
