//! Refuses control calls that a browser sends for a web page of another origin.
//!
//! A page can send a simple request, such as a POST of text, to any server without a preflight request. It cannot omit or
//! falsify `Sec-Fetch-Site` and `Origin`, which tell where the request comes from. Browsers send `Sec-Fetch-Site` only to
//! trustworthy addresses (HTTPS and loopback). They send `Origin` with every request except a GET without CORS; such a GET
//! changes nothing here, and the page cannot read its response.
//!
//! Decided: `same-site` is foreign, since another port of localhost is the same site. `Origin: null` (a sandboxed frame, a
//! file) is foreign. A link from another page to a control call is refused too: open it from the address bar.

use axum::http::{HeaderMap, HeaderName, Uri, header};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The header that shows that a request comes from a page of another origin, such as `Origin: http://evil.example`; `None`
/// if there is none. `scheme` is the server's own.
pub(crate) fn foreign_header(scheme: &str, uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("(not ASCII)"));
    match text(&FETCH_SITE) {
        // The browser has compared the origins, and it knows the public origin of a server behind a proxy.
        Some("same-origin") => return None,
        Some("none") | None => {}
        Some(other) => return Some(format!("Sec-Fetch-Site: {other}")),
    }
    let origin = text(&header::ORIGIN)?;
    let addressed = uri.authority().map(|authority| authority.as_str()).or_else(|| text(&header::HOST));
    let is_own = addressed.is_some_and(|addressed| is_origin_of(origin, scheme, addressed));
    (!is_own).then(|| format!("Origin: {origin}"))
}

/// Whether `origin` belongs to a server with this scheme and `Host`.
fn is_origin_of(origin: &str, scheme: &str, host: &str) -> bool {
    let Some((origin_scheme, origin_host)) = origin.split_once("://") else { return false };
    let default = if scheme == "https" { ":443" } else { ":80" };
    let without_port = |host| str::strip_suffix(host, default).unwrap_or(host);
    origin_scheme.eq_ignore_ascii_case(scheme)
        && without_port(origin_host).eq_ignore_ascii_case(without_port(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn sign(scheme: &str, uri: &str, headers: &[(&'static str, &'static str)]) -> Option<String> {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        foreign_header(scheme, &uri.parse().unwrap(), &headers.iter().map(header).collect())
    }

    #[test]
    fn clients_that_are_no_browsers_and_the_servers_own_pages_show_none() {
        let host = ("host", "localhost:8080");
        for headers in [
            &[host][..],
            &[],
            &[host, ("origin", "http://localhost:8080")],
            &[host, ("origin", "http://LOCALHOST:8080")],
            &[host, ("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8080")],
            &[host, ("sec-fetch-site", "same-origin"), ("origin", "https://in-front.example")],
            &[host, ("sec-fetch-site", "none")],
            &[("host", "localhost"), ("origin", "http://localhost:80")],
            &[("host", "localhost:80"), ("origin", "http://localhost")],
            &[("host", "[::1]:8080"), ("origin", "http://[::1]:8080")],
        ] {
            assert_eq!(sign("http", "/", headers), None, "{headers:?}");
        }
        let of_443 = [("host", "localhost:443"), ("origin", "https://localhost")];
        assert_eq!(sign("https", "/", &of_443), None);
        assert_eq!(sign("http", "http://a:1/", &[("origin", "http://a:1")]), None, "HTTP/2 has no Host");
    }

    #[test]
    fn pages_of_other_origins_show_their_origin_or_that_they_are_foreign() {
        let host = ("host", "localhost:8080");
        for origin in [
            "http://evil.example",
            "http://localhost:3000",
            "http://localhost",
            "https://localhost:8080",
            "http://127.0.0.1:8080",
            "http://localhost:8080.evil.example",
            "http://evil.example:8080",
            "null",
            "",
            "file://",
            "chrome-extension://abcdef",
        ] {
            let shown = Some(format!("Origin: {origin}"));
            assert_eq!(sign("http", "/", &[host, ("origin", origin)]), shown);
            assert_eq!(sign("http", "/", &[host, ("origin", origin), ("sec-fetch-site", "none")]), shown);
        }
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            let headers = [host, ("origin", "http://localhost:8080"), ("sec-fetch-site", site)];
            assert_eq!(sign("http", "/", &headers), Some(format!("Sec-Fetch-Site: {site}")));
        }
        let of_80 = [("host", "localhost"), ("origin", "http://localhost")];
        assert!(sign("https", "/", &of_80).is_some(), "the ports differ, although neither is written");
        assert!(sign("http", "/", &[("origin", "http://localhost")]).is_some(), "no Host to compare with");
    }
}
