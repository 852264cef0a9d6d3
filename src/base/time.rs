//! Times as text: RFC 3339, and the form of the HTTP header `Date`.

use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch.
pub(crate) type Millis = i64;

/// The supported times: the years 1970 to 9999.
const BOUNDS: std::ops::RangeInclusive<Millis> = 0..=LAST;

/// The end of the year 9999, in milliseconds since the epoch.
pub(crate) const LAST: Millis = 253_402_300_799_999;

/// Formats milliseconds since the epoch as `2026-01-01T00:00:00.000Z`.
pub(crate) fn rfc3339(millis: Millis) -> String {
    humantime::format_rfc3339_millis(system_time(millis)).to_string()
}

/// Parses `2026-01-01T00:00:00Z`, with or without a fraction, into milliseconds since the epoch.
///
/// # Errors
/// The expected form, as the end of a sentence that names the field.
pub(crate) fn parse(text: &str) -> Result<Millis, String> {
    let expected =
        || "must be a time in UTC such as 2026-01-01T00:00:00Z, of the years 1970 to 9999".to_owned();
    let time = humantime::parse_rfc3339(text).map_err(|_| expected())?;
    let since_epoch = time.duration_since(UNIX_EPOCH).map_err(|_| expected())?;
    Millis::try_from(since_epoch.as_millis())
        .ok()
        .filter(|millis| BOUNDS.contains(millis))
        .ok_or_else(expected)
}

/// A time in a document: milliseconds since the epoch, as on the wire, or RFC 3339.
///
/// # Errors
/// The expected form, as the end of a sentence that names the field.
pub(crate) fn of_json(value: &Value) -> Result<Millis, String> {
    match value {
        Value::String(text) => parse(text),
        _ => value.as_i64().filter(|millis| is_writable(*millis)).ok_or_else(|| {
            "must be milliseconds since the epoch, or a time such as 2026-01-01T00:00:00Z".to_owned()
        }),
    }
}

/// Milliseconds since the epoch, limited to the years 1970 to 9999.
pub(crate) fn millis(time: SystemTime) -> Millis {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since_epoch.as_millis()).unwrap_or(Millis::MAX).min(*BOUNDS.end())
}

/// Whether a time is in the years 1970 to 9999.
pub(crate) fn is_writable(millis: Millis) -> bool {
    BOUNDS.contains(&millis)
}

/// Formats a time as `Thu, 01 Jan 2026 00:00:00 GMT`.
pub(crate) fn http_date(millis: Millis) -> String {
    httpdate::fmt_http_date(system_time(millis))
}

fn system_time(millis: Millis) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis.clamp(*BOUNDS.start(), *BOUNDS.end()).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_formatting_and_parsing() {
        for millis in [0, 1, 1_767_225_600_000, 253_402_300_799_999] {
            assert_eq!(parse(&rfc3339(millis)), Ok(millis));
        }
        assert_eq!(rfc3339(1_767_225_600_000), "2026-01-01T00:00:00.000Z");
        assert_eq!(parse("2026-01-01T00:00:00Z"), Ok(1_767_225_600_000));
        assert_eq!(http_date(1_767_225_600_000), "Thu, 01 Jan 2026 00:00:00 GMT");
        assert_eq!(rfc3339(Millis::MAX), "9999-12-31T23:59:59.999Z");
        for wrong in [
            "",
            "2026",
            "2026-01-01",
            "2026-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-01-01T00:00:00+01:00",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
