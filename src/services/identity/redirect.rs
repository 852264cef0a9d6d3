//! Decides to which addresses `/ims/authorize/v2` may send a browser.
//!
//! A code goes only to an address that the client has registered as one of its `redirectUris`. Decided: a client without
//! registered addresses may name a local one: an `http` or `https` address on a host that no stranger on the internet can
//! own. Such a host is a loopback or private address, a name without a dot, such as a Compose service, or a name below a
//! top-level domain that is reserved for such uses. If every address were allowed, any web page could use a developer's
//! server as an open redirect and receive its codes.

use hyper::Uri;
use std::net::IpAddr;

/// The longest redirect address, in bytes.
pub(super) const MAX_BYTES: usize = 2048;

/// Top-level domains that nobody can register (RFC 2606, RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
const RESERVED: [&str; 7] = ["localhost", "test", "example", "invalid", "local", "internal", "home.arpa"];

/// The address to which a code is sent. `registered` are the addresses of its client.
///
/// # Errors
/// A sentence with the fault of `sent`, the `redirect_uri` of the request.
pub(crate) fn target<'a>(registered: &'a [String], sent: Option<&'a str>) -> Result<&'a str, String> {
    match (sent, registered) {
        (None, [only]) => Ok(only),
        (None, _) => Err("redirect_uri is missing".to_owned()),
        (Some(sent), []) if is_local(sent) => Ok(sent),
        (Some(_), []) => Err(
            "redirect_uri must be an http or https address on this machine, in a private network or in a \
                              reserved domain; register any other as one of the client's redirectUris"
                .to_owned(),
        ),
        (Some(sent), registered) if registered.iter().any(|known| known == sent) => Ok(sent),
        (Some(_), _) => Err("redirect_uri is none of the client's redirectUris".to_owned()),
    }
}

/// Whether `text` can be registered: an absolute address in visible ASCII, without a fragment, that no browser runs as a
/// script.
pub(crate) fn can_be_registered(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_script = ["javascript", "data", "vbscript"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    is_scheme && !is_script && !rest.is_empty() && is_address(text)
}

/// Whether it can be the value of a `Location` header, with parameters added.
fn is_address(text: &str) -> bool {
    text.len() <= MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\\\"<>".contains(&byte))
}

/// Whether the address is `http` or `https` on a host that no stranger can own.
fn is_local(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    is_http && !has_user && is_address(text) && uri.host().is_some_and(is_local_host)
}

fn is_local_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match bare.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified()
        }
        // Brackets hold an address even if it has a zone, and browsers read a number in any form as an IPv4 address.
        Err(_) if host.starts_with('[') || host.rsplit('.').next().is_some_and(looks_numeric) => false,
        Err(_) => {
            let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
            let is_below = |domain: &str| {
                name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
            };
            !name.is_empty() && (!name.contains('.') || RESERVED.into_iter().any(is_below))
        }
    }
}

/// Whether a browser would read the last label of a host as a number: `127.1`, `0x7f000001`.
fn looks_numeric(label: &str) -> bool {
    label.is_empty() || label.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_that_no_stranger_can_own_are_local() {
        for local in [
            "http://localhost/callback",
            "https://localhost:8443/callback?x=1",
            "http://127.0.0.1:3000",
            "http://[::1]:3000/a",
            "http://app:3000/callback",
            "http://app.localhost/",
            "https://app.test/",
            "http://host.docker.internal:9/",
            "http://192.168.1.7/",
            "http://10.0.0.1/",
            "http://[fd00::1]/",
        ] {
            assert!(is_local(local), "{local}");
        }
        for foreign in [
            "https://evil.example.com.attacker.io/",
            "https://attacker.io/localhost",
            "https://localhost.attacker.io/",
            "https://localhost@attacker.io/",
            "https://localhost:1@attacker.io/",
            "http://8.8.8.8/",
            "http://[2001:db8::1]/",
            "http://[2001:db8::1%25eth0]/",
            "http://134744072/",
            "http://0x08080808/",
            "http://8.8.2056/",
            "//localhost/",
            "/callback",
            "javascript:alert(1)",
            "ftp://localhost/",
            "http://localhost\\@attacker.io/",
            "http://localhost/#a",
            "http:///callback",
            "",
        ] {
            assert!(!is_local(foreign), "{foreign}");
        }
    }

    #[test]
    fn an_address_can_be_registered_unless_a_browser_would_run_it() {
        for good in
            ["https://app.example.com/callback", "myapp://back", "myapp:back", "http://localhost:1/?a=b"]
        {
            assert!(can_be_registered(good), "{good}");
        }
        let long = format!("https://a/{}", "x".repeat(MAX_BYTES));
        for bad in [
            "",
            "callback",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "https://a/#b",
            "https://a/ b",
            ":x",
            "1:x",
            &long,
        ] {
            assert!(!can_be_registered(bad), "{bad}");
        }
    }
}
