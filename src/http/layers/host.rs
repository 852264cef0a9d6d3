//! Serves requests only under the server's own names, so that no web page can make a browser treat the server as part of
//! the page's origin (DNS rebinding).
//!
//! An attacker's name, such as `evil.example`, resolves first to the attacker's server and then to 127.0.0.1. The browser
//! treats both as one origin and lets the page read everything. Only the `Host` of the requests shows the attacker's name.
//!
//! Decided: every path but `/_flowmock/health` is checked, since the connections that the API returns may hold credentials.
//! A name is allowed if no stranger can point it at this server: an IP address, a name without a dot (a service of Compose,
//! the host name of a container), a name whose last part cannot be a top-level domain (`flowmock.project_default`, a
//! container and its network), a name below `localhost`, `internal` (`host.docker.internal`) or `test`, a service of a
//! Kubernetes cluster, this machine's name, the hosts of the real service, a name of the server's certificate, and the
//! names of `--allow-host`. A request without `Host` is allowed, since every browser sends it.

use crate::base::config::Config;
use crate::base::headers::{SERVICE_HOSTS, STREAMING_HOST};
use crate::base::machine;
use axum::http::{HeaderMap, Uri, header};
use std::sync::Arc;

/// Whether the server's certificate is for a name.
pub(crate) type CertificateNames = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The domains below which no name can be registered.
const LOCAL_DOMAINS: [&str; 5] = ["localhost", "internal", "test", "svc", "svc.cluster.local"];

/// The entry of `--allow-host` that allows every name.
const ANY: &str = "*";

/// The names under which the server can be reached.
pub(crate) struct HostNames {
    allowed: Vec<String>,
    machine: Option<String>,
    certificate: Option<CertificateNames>,
}

impl HostNames {
    /// The names that `config` allows.
    pub(crate) fn new(config: &Config, certificate: Option<CertificateNames>) -> Self {
        let allowed = config.allow_hosts.iter().map(|name| name.trim_end_matches('.').to_owned());
        Self { allowed: allowed.collect(), machine: machine::host_name(), certificate }
    }

    /// The name to which a request is addressed, if it is not one of the server's.
    pub(crate) fn foreign<'r>(&self, uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
        if let Some(authority) = uri.authority()
            && !self.have(name_in(authority.as_str()))
        {
            return Some(authority.as_str());
        }
        let sent = headers.get_all(header::HOST).iter();
        sent.map(|host| host.to_str().unwrap_or("(not ASCII)")).find(|host| !self.have(name_in(host)))
    }

    fn have(&self, name: &str) -> bool {
        is_local(name) || self.are_configured(name)
    }

    /// Whether the name was configured for this server or machine.
    #[cold]
    fn are_configured(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        let told = self
            .allowed
            .iter()
            .chain(&self.machine)
            .map(String::as_str)
            .chain(SERVICE_HOSTS)
            .chain([STREAMING_HOST]);
        let is_told = |told: &str| told == ANY || told.eq_ignore_ascii_case(name);
        told.into_iter().any(is_told) || self.certificate.as_ref().is_some_and(|are_for| are_for(name))
    }
}

/// The name in a `Host` header, without the port.
fn name_in(authority: &str) -> &str {
    let end =
        if authority.starts_with('[') { authority.find(']').map(|at| at + 1) } else { authority.find(':') };
    &authority[..end.unwrap_or(authority.len())]
}

/// Whether a name is an address, or cannot be registered.
fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    if let Some(address) = name.strip_prefix('[') {
        return address.ends_with(']');
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')) {
        return false;
    }
    let Some((_, last)) = name.rsplit_once('.') else { return true };
    // Top-level domains have only letters, except those in other alphabets. Browsers treat a name that ends in a number as
    // an IPv4 address.
    let may_be_registered = last.bytes().all(|byte| byte.is_ascii_alphabetic())
        || last.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    !may_be_registered
        || LOCAL_DOMAINS.iter().any(|domain| {
            let at = name.len().checked_sub(domain.len());
            at.and_then(|at| name.split_at_checked(at))
                .is_some_and(|(before, end)| before.ends_with('.') && end.eq_ignore_ascii_case(domain))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> HostNames {
        HostNames {
            allowed: vec!["mock.example.com".to_owned()],
            machine: Some("build-7.corp.example".to_owned()),
            certificate: Some(Arc::new(|name| name == "of-the-certificate.example")),
        }
    }

    #[test]
    fn a_name_that_no_stranger_can_point_here_belongs_to_the_server() {
        for host in [
            "127.0.0.1:8080",
            "127.0.0.1",
            "127.1:80",
            "192.168.1.5:8080",
            "0x7f.0.0.1",
            "[::1]:8080",
            "[::ffff:127.0.0.1]",
            "localhost:8080",
            "LocalHost",
            "localhost.:80",
            "app.localhost:80",
            "flowmock:8080",
            "my_service-1",
            "3f2a9c0d1e4b:8080",
            "host.docker.internal:8080",
            "flowmock.default.svc.cluster.local",
            "flowmock.default.svc:8080",
            "flowmock.project_default:8080",
            "registry.gitlab.com-group-flowmock",
            "mock.test:8080",
            "platform.adobe.io",
            "dcs.adobedc.net",
            "ims-na1.adobelogin.com:443",
            "MOCK.example.com:1",
            "mock.example.com.",
            "build-7.corp.example",
            "of-the-certificate.example:8443",
            "",
            ":8080",
        ] {
            assert!(names().have(name_in(host)), "{host}");
        }
    }

    #[test]
    fn any_other_name_is_foreign() {
        for host in [
            "evil.example",
            "evil.example:8080",
            "evil.example.",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8080",
            "evil-localhost.example",
            "xlocalhost.com",
            "a.notlocalhost",
            "mock.example.com.evil.example",
            "sub.mock.example.com",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "a,b",
            "a b",
            "[::1",
            "évil",
            "evil.xn--p1ai",
            "evil.XN--P1AI:8080",
            "flowmock.svc.evil.example",
            "evil..",
        ] {
            assert!(!names().have(name_in(host)), "{host}");
        }
    }

    #[test]
    fn an_asterisk_allows_every_name() {
        let config = Config::default().with_allow_hosts(["*"]);
        assert!(HostNames::new(&config, None).have("evil.example"));
        assert!(!HostNames::new(&Config::default(), None).have("evil.example"));
    }

    #[test]
    fn every_name_of_a_request_counts() {
        let foreign = |uri: &str, hosts: &[&str]| {
            let headers = hosts.iter().map(|host| (header::HOST, host.parse().unwrap())).collect();
            names().foreign(&uri.parse().unwrap(), &headers).map(str::to_owned)
        };
        assert_eq!(foreign("/", &[]), None);
        assert_eq!(foreign("http://127.0.0.1/", &["localhost"]), None);
        assert_eq!(foreign("http://evil.example/", &["localhost"]).as_deref(), Some("evil.example"));
        assert_eq!(foreign("/", &["localhost", "evil.example:1"]).as_deref(), Some("evil.example:1"));
    }
}
