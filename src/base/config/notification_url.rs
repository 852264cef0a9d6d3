//! [`NotificationUrl`]: where notifications are sent.

use hyper::Uri;
use std::fmt;
use std::str::FromStr;

/// The URL of a webhook: `http://HOST[:PORT][/PATH][?QUERY]`. `Debug` and `Display` leave out the values of its query, which
/// may be credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct NotificationUrl {
    host: String,
    port: u16,
    /// The path and the query.
    target: String,
}

/// The longest URL, in bytes.
const MAX_BYTES: usize = 2048;

impl NotificationUrl {
    /// The host: a name, or an IP address without brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The path and the query, as a request sends them.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// The value of the header `Host`.
    pub(crate) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == 80 { host } else { format!("{host}:{}", self.port) }
    }

    /// The whole URL, which may contain credentials.
    pub(crate) fn exposed(&self) -> String {
        format!("http://{}{}", self.authority(), self.target)
    }
}

impl FromStr for NotificationUrl {
    type Err = String;

    /// Reads an `http` URL without a user and without a fragment, of at most 2048 bytes.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "not a URL such as http://127.0.0.1:9000/hook".to_owned();
        if text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
            return Err("an https URL, but https is not supported: notifications are sent over plain HTTP only; give an \
                        http URL, such as that of a proxy in front of the receiver"
                .to_owned());
        }
        if text.len() > MAX_BYTES {
            return Err(format!("longer than {MAX_BYTES} bytes"));
        }
        if text.contains('#') {
            return Err(wrong());
        }
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http")).ok_or_else(wrong)?;
        if authority.as_str().contains('@') {
            return Err(
                "a URL with a user or a password, which is not supported; give a header instead".to_owned()
            );
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        let is_port_odd = authority.port().is_none() && authority.as_str().ends_with(':');
        let port = authority.port_u16().unwrap_or(80);
        if host.is_empty() || is_port_odd || port == 0 {
            return Err(wrong());
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Ok(Self { host: host.to_ascii_lowercase(), port, target })
    }
}

impl fmt::Display for NotificationUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, query) = match self.target.split_once('?') {
            Some((path, _)) => (path, "?[redacted]"),
            None => (&*self.target, ""),
        };
        write!(f, "http://{}{path}{query}", self.authority())
    }
}

impl fmt::Debug for NotificationUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<NotificationUrl, String> {
        text.parse()
    }

    #[test]
    fn a_url_is_taken_apart_and_its_query_is_not_shown() {
        let url = read("http://LocalHost:9000/hook?code=hunter2").unwrap();
        assert_eq!((url.host(), url.port(), url.target()), ("localhost", 9000, "/hook?code=hunter2"));
        assert_eq!(format!("{url} {url:?}").matches("hunter2").count(), 0);
        assert_eq!(url.to_string(), "http://localhost:9000/hook?[redacted]");
        assert_eq!(read(&url.exposed()), Ok(url));
        let url = read("http://[::1]?a").unwrap();
        assert_eq!((url.host(), url.port(), url.target()), ("::1", 80, "/?a"));
        assert_eq!(url.authority(), "[::1]");
    }

    #[test]
    fn other_urls_are_refused() {
        for wrong in [
            "",
            "hook",
            "/hook",
            "ftp://a/",
            "http://",
            "http://:80/",
            "http://a:0/",
            "http://a/#b",
            "http://a b/",
        ] {
            assert!(read(wrong).unwrap_err().contains("http://127.0.0.1:9000/hook"), "{wrong}");
        }
        assert!(read("https://127.0.0.1/").unwrap_err().contains("https is not supported"));
        assert!(read("http://me:secret@127.0.0.1/").unwrap_err().contains("header"));
        assert!(read(&format!("http://a/{}", "b".repeat(2048))).unwrap_err().contains("2048"));
    }
}
