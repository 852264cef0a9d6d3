//! [`ServerUrl`]: the URL of a running server.

use axum::http::{Uri, uri};
use flowmock::{BASE_PATH, Tls};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// The URL of a server: `http://127.0.0.1:8080`, or behind a proxy `https://tests.example/flowmock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerUrl {
    is_https: bool,
    /// A name or an IP address; an IPv6 address without brackets.
    host: String,
    port: u16,
    /// The path before every path of flowmock, without a final slash.
    prefix: String,
}

impl ServerUrl {
    /// The URL of a server that listens on `address`.
    pub(crate) fn of(address: SocketAddr, tls: Option<&Tls>) -> Self {
        let (host, port) = (address.ip().to_string(), address.port());
        Self { is_https: tls.is_some(), host, port, prefix: String::new() }
    }

    /// Whether the scheme is https.
    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    /// The host name or IP address; an IPv6 address without brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The part of the URL before every path, without a final slash.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// `HOST:PORT`, as in a URL and in the header `Host`.
    pub(crate) fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl FromStr for ServerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "not of the form http://HOST:PORT or https://HOST:PORT".to_owned();
        let url = Uri::from_str(text.trim()).map_err(|_| form())?;
        let (Some(scheme), Some(authority)) = (url.scheme(), url.authority()) else { return Err(form()) };
        let is_https = *scheme == uri::Scheme::HTTPS;
        if !is_https && *scheme != uri::Scheme::HTTP
            || authority.as_str().contains('@')
            || url.query().is_some()
        {
            return Err(form());
        }
        let host = authority.host();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = match authority.port_u16() {
            Some(port) => port,
            // `port_u16` is `None` for a malformed port too.
            None if authority.as_str().ends_with(authority.host()) => {
                if is_https {
                    443
                } else {
                    80
                }
            }
            None => return Err(form()),
        };
        let path = url.path().trim_end_matches('/');
        // Accepts the base URL from the configuration of the client under test, too.
        let prefix = path.strip_suffix(BASE_PATH).unwrap_or(path).to_owned();
        Ok(Self { is_https, host: host.to_owned(), port, prefix })
    }
}

impl std::fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.is_https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.prefix)
    }
}

/// The address at which a client on this machine reaches a server that listens on `listen`.
pub(crate) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_parsed_into_its_parts() {
        for (text, shown) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            (" http://localhost/ ", "http://localhost:80"),
            ("https://flowmock", "https://flowmock:443"),
            ("http://[::1]:9000", "http://[::1]:9000"),
            ("HTTPS://tests.example/flowmock/", "https://tests.example:443/flowmock"),
            ("http://127.0.0.1:8080/data/foundation/flowservice", "http://127.0.0.1:8080"),
        ] {
            assert_eq!(text.parse::<ServerUrl>().map(|url| url.to_string()).as_deref(), Ok(shown), "{text}");
        }
        assert_eq!("http://[::1]:9000".parse::<ServerUrl>().map(|url| url.host).as_deref(), Ok("::1"));
    }

    #[test]
    fn an_invalid_url_is_refused() {
        for text in [
            "",
            "127.0.0.1:8080",
            "localhost",
            "/contract",
            "ftp://localhost",
            "http://",
            "http://localhost:port",
            "http://localhost:99999",
            "http://user:secret@localhost",
            "http://localhost/?a=b",
        ] {
            let refused = text.parse::<ServerUrl>();
            assert!(refused.as_ref().is_err_and(|reason| !reason.contains("secret")), "{text}: {refused:?}");
        }
    }
}
