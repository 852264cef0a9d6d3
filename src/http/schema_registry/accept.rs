//! The media types of schemas, of which a client names one in `Accept`.
//!
//! Decided: to read a schema, `Accept` must name one of them with `version=1` (or `1.0`), as the documentation asks, and
//! everything else is refused, `*/*` too. All forms are the schema as it was created, since flowmock knows no classes or
//! field groups that it could resolve.

use crate::base::error::{Code, Error, excerpt};
use axum::http::{HeaderMap, header};

/// Checks that `Accept` names a form of a schema.
///
/// # Errors
/// FLOW-1005-400.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Error> {
    let sent = ranges(headers);
    let has_version = |range: &str| {
        let version = range.split(';').skip(1).find_map(|part| part.trim().strip_prefix("version="));
        matches!(version.map(str::trim), Some("1" | "1.0"))
    };
    if sent.iter().any(|range| form(range).is_some() && has_version(range)) {
        return Ok(());
    }
    let sent = if sent.is_empty() { "absent".to_owned() } else { excerpt(&sent.join(", ")) };
    let detail =
        format!("Accept is {sent}; send a form with its version: application/vnd.adobe.xed+json; version=1");
    Err(Error::new(Code::AcceptInvalid, detail))
}

/// Whether `Accept` asks for whole schemas in a list.
pub(super) fn wants_whole(headers: &HeaderMap) -> bool {
    ranges(headers).iter().any(|range| form(range).is_some_and(|form| form != "-id"))
}

/// The media ranges in `Accept`, in lower case.
fn ranges(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let ranges = values.flat_map(|value| value.split(',')).map(|range| range.trim().to_ascii_lowercase());
    ranges.filter(|range| !range.is_empty()).collect()
}

/// The form that a media range asks for: `-full` of `application/vnd.adobe.xed-full+json; version=1`.
fn form(range: &str) -> Option<&str> {
    let media_type = range.split(';').next().unwrap_or_default().trim();
    let form = media_type.strip_prefix("application/vnd.adobe.xed")?.strip_suffix("+json")?;
    [
        "",
        "-id",
        "-full",
        "-notext",
        "-full-notext",
        "-desc",
        "-full-desc",
        "-full-notext-desc",
        "-deprecatefield",
    ]
    .into_iter()
    .find(|known| *known == form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(accept: &[&'static str]) -> HeaderMap {
        accept.iter().map(|value| (header::ACCEPT, axum::http::HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_form_needs_its_version() {
        for accept in [
            &["application/vnd.adobe.xed+json; version=1"][..],
            &["application/vnd.adobe.xed-full+json;version=1.0"],
            &["text/html, Application/vnd.adobe.XED-full-desc+json;version=1;q=0.5"],
            &["text/html", "application/vnd.adobe.xed-notext+json; version=1"],
        ] {
            assert!(check(&accepting(accept)).is_ok(), "{accept:?}");
        }
        for accept in [
            &[][..],
            &["*/*"],
            &["application/json"],
            &["application/vnd.adobe.xed+json"],
            &["application/vnd.adobe.xed+json; version=2"],
            &["application/vnd.adobe.xed-other+json; version=1"],
            &["application/vnd.adobe.xed; version=1"],
        ] {
            assert!(check(&accepting(accept)).is_err(), "{accept:?}");
        }
    }

    #[test]
    fn a_list_has_whole_schemas_if_a_form_other_than_the_short_one_is_named() {
        assert!(wants_whole(&accepting(&["application/vnd.adobe.xed+json"])));
        for accept in [&[][..], &["*/*"], &["application/vnd.adobe.xed-id+json"]] {
            assert!(!wants_whole(&accepting(accept)), "{accept:?}");
        }
    }
}
