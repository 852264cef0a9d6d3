//! [`Parameters`]: the decoded parameters of a query.
//!
//! Reference: "Base path and headers" (an empty parameter counts as absent), "Listing" (the last value wins),
//! `errors.csv` (FLOW-1451-400, FLOW-1452-400). Decided: a malformed query (a `%` without two hex digits,
//! bytes that are not UTF-8) is FLOW-1452-400.

use crate::base::error::{Code, Error, excerpt};
use percent_encoding::percent_decode;
use std::borrow::Cow;
use std::fmt;

/// The parameters with a non-empty value, in the order of the query.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// Shows only the names, since a value may be a credential.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Parameters {
    /// Parses a query, without its `?`.
    ///
    /// # Errors
    /// FLOW-1452-400 if it is malformed.
    pub(crate) fn parse(query: &str) -> Result<Self, Error> {
        let mut parameters = Vec::new();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !value.is_empty() {
                // Names only the parameter, since its value may be a credential.
                let malformed = || {
                    let detail = format!("{} is not well-formed percent-encoded UTF-8", excerpt(name));
                    Error::new(Code::ParameterInvalid, detail)
                };
                let decoded = form_decoded(name).zip(form_decoded(value));
                parameters.push(decoded.ok_or_else(malformed)?);
            }
        }
        Ok(Self(parameters))
    }

    /// Appends a parameter, unless its value is empty.
    pub(crate) fn push(&mut self, name: &str, value: String) {
        if !value.is_empty() {
            self.0.push((name.to_owned(), value));
        }
    }

    /// Removes the values of a parameter for which `keep` returns false.
    pub(crate) fn retain(&mut self, name: &str, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(known, value)| known != name || keep(value));
    }

    /// Checks that all parameters are among `known`.
    ///
    /// # Errors
    /// FLOW-1451-400 for the first unknown one.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Error> {
        let unknown = self.0.iter().map(|(name, _)| name).find(|name| !known.contains(&name.as_str()));
        let Some(unknown) = unknown else { return Ok(()) };
        let takes = match known {
            [] => "none".to_owned(),
            known => known.join(", "),
        };
        let detail = format!("{} is not a query parameter of this call; it takes {takes}", excerpt(unknown));
        Err(Error::new(Code::ParameterUnknown, detail))
    }

    /// All parameters, in the order of the query.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The last value of a parameter.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }

    /// All values of a parameter.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Parses a boolean parameter, ignoring letter case.
///
/// # Errors
/// FLOW-1452-400 unless it is `true` or `false`.
pub(crate) fn boolean(name: &str, value: &str) -> Result<bool, Error> {
    match value {
        _ if value.eq_ignore_ascii_case("true") => Ok(true),
        _ if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Error::invalid_parameter(name, value, "true or false")),
    }
}

/// Decodes `+` and `%xx`; `None` for malformed text.
pub(crate) fn form_decoded(text: &str) -> Option<String> {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        let hex = rest.get(at + 1..at + 3)?;
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        rest = &rest[at + 3..];
    }
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    fn parse(query: &str) -> Parameters {
        Parameters::parse(query).unwrap()
    }

    #[test]
    fn the_debug_text_shows_no_value() {
        let shown = format!("{:?}", parse("client_id=key&client_secret=hunter2"));
        assert_eq!(shown, r#"["client_id", "client_secret"]"#);
    }

    #[test]
    fn an_empty_parameter_counts_as_absent_and_the_last_of_several_values_wins() {
        assert_eq!(parse(""), Parameters::default());
        assert_eq!(parse("&limit=&orderby&"), Parameters::default());
        let parameters = parse("limit=1&limit=2&property=a==b+c&limit=");
        assert_eq!(parameters.last("limit"), Some("2"));
        assert_eq!(parameters.last("property"), Some("a==b c"));
        assert_eq!(parameters.all("limit").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn an_unknown_parameter_is_refused_with_the_known_ones() {
        let parameters = parse("limit=1&limt=2&foo=");
        let error = parameters.only(&["limit", "count"]).unwrap_err();
        assert_eq!(error.code(), Code::ParameterUnknown);
        assert_eq!(error.detail(), "limt is not a query parameter of this call; it takes limit, count");
        assert!(parse("limit=1&foo=").only(&["limit"]).is_ok());
    }

    #[test]
    fn a_malformed_query_is_refused() {
        for query in ["a=%", "a=%4", "a=%zz", "%=a", "a=%ff", "a=%c3%28"] {
            let error = Parameters::parse(query).expect_err(query);
            assert_eq!(error.code(), Code::ParameterInvalid, "{query}");
        }
    }

    #[test]
    fn booleans_come_in_any_letter_case() {
        assert!(boolean("count", "True").unwrap());
        assert!(!boolean("count", "FALSE").unwrap());
        assert_eq!(boolean("count", "1").unwrap_err().detail(), "count=1 is not true or false");
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(query in any::<String>()) {
            let _ = Parameters::parse(&query);
        }

        #[test]
        fn decoding_is_the_inverse_of_encoding(name in "[a-z]{1,8}", value in any::<String>()) {
            prop_assume!(!value.is_empty());
            let query = format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC));
            let parameters = parse(&query);
            prop_assert_eq!(parameters.last(&name), Some(value.as_str()));
        }
    }
}
