//! [`InletUrl`]: where the inlets of streaming connections are.

use std::fmt;
use std::str::FromStr;

/// Where the `inletUrl` of a streaming connection points (`docs/streaming.md`). The server takes messages at
/// `/collection/{inletId}` in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InletUrl {
    /// To the documented host, `https://dcs.adobedc.net`.
    #[default]
    Documented,
    /// To this server: the host by which the client that created the connection reached it or, for a connection in a state
    /// document, the address that the server listens on.
    Local,
    /// To this URL, without a final slash: `http://flowmock:8080`.
    At(String),
}

impl FromStr for InletUrl {
    type Err = String;

    /// Reads `documented`, `local`, or the base URL of another place, which has no query, fragment or user.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("documented") {
            return Ok(Self::Documented);
        }
        if text.eq_ignore_ascii_case("local") {
            return Ok(Self::Local);
        }
        let wrong = || "not documented, local, or a base URL such as http://flowmock:8080".to_owned();
        let rest =
            text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).ok_or_else(wrong)?;
        let is_of_url =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@' | b'"' | b'\\');
        let host = rest.split('/').next().unwrap_or_default();
        if host.is_empty() || host.starts_with(':') || !rest.bytes().all(is_of_url) {
            return Err(wrong());
        }
        Ok(Self::At(text.trim_end_matches('/').to_owned()))
    }
}

/// As [`InletUrl::from_str`] reads it.
impl fmt::Display for InletUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Local => "local",
            Self::At(url) => url,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_or_a_base_url_is_read_and_anything_else_is_refused() {
        for (text, read) in [
            ("documented", InletUrl::Documented),
            ("LOCAL", InletUrl::Local),
            ("http://flowmock:8080/", InletUrl::At("http://flowmock:8080".into())),
            ("https://[::1]/below/it", InletUrl::At("https://[::1]/below/it".into())),
        ] {
            assert_eq!(text.parse(), Ok(read.clone()));
            assert_eq!(read.to_string().parse(), Ok(read));
        }
        for text in [
            "",
            "here",
            "http://",
            "http:///x",
            "http://:80",
            "ftp://a",
            "http://a?b",
            "http://u@a",
            "http://a b",
        ] {
            assert!(text.parse::<InletUrl>().is_err(), "{text}");
        }
    }
}
