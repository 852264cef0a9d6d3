//! Where notifications may go: to this machine, and to hosts that the configuration allows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The way to a host that may be notified.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// These addresses, without a look-up.
    Addresses(Vec<IpAddr>),
    /// The addresses of its name. Only hosts that are allowed by name are looked up.
    LookUp,
}

/// The way to a host.
///
/// Names other than `localhost` are not looked up unless they are allowed: the look-up alone would leave the machine, and the
/// name could get another address after it was checked.
///
/// # Errors
/// A sentence, if the host is not allowed.
pub(crate) fn way_to(host: &str, allowed: &[String]) -> Result<Way, String> {
    let is_listed =
        allowed.iter().any(|name| name == "*" || name.trim_end_matches('.').eq_ignore_ascii_case(host));
    if host == "localhost" || host.ends_with(".localhost") {
        return Ok(Way::Addresses(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]));
    }
    match host.parse::<IpAddr>() {
        Ok(ip) if ip.to_canonical().is_loopback() => Ok(Way::Addresses(vec![ip])),
        Ok(ip) if is_listed || allowed.iter().any(|name| name.parse() == Ok(ip)) => {
            Ok(Way::Addresses(vec![ip]))
        }
        Err(_) if is_listed => Ok(Way::LookUp),
        _ => Err(format!(
            "names the host {host}, which is not this machine: notifications go to loopback addresses only; start flowmock \
             with --allow-notification-host {host}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_allowed_hosts_are_notified() {
        let of = |host: &str, allowed: &[&str]| {
            way_to(host, &allowed.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        for local in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(of(local, &[]), Ok(Way::Addresses(vec![local.parse().unwrap()])));
        }
        let local = Way::Addresses(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        assert_eq!(of("localhost", &[]), Ok(local));
        for foreign in [
            "10.0.0.1",
            "0.0.0.0",
            "::",
            "169.254.169.254",
            "::ffff:10.0.0.1",
            "hooks.example.com",
            "127.1",
            "2130706433",
        ] {
            assert!(
                of(foreign, &["other.example.com"]).unwrap_err().contains("--allow-notification-host"),
                "{foreign}"
            );
        }
        assert_eq!(of("hooks.example.com", &["Hooks.Example.com."]), Ok(Way::LookUp));
        assert_eq!(of("10.0.0.1", &["10.0.0.1"]), Ok(Way::Addresses(vec!["10.0.0.1".parse().unwrap()])));
        assert_eq!(of("fd00::1", &["fd00:0:0::1"]), Ok(Way::Addresses(vec!["fd00::1".parse().unwrap()])));
        assert_eq!(of("anything", &["*"]), Ok(Way::LookUp));
    }
}
