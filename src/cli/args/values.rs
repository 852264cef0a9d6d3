//! Parsers of flag values.

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Error};
use flowmock::Config;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

/// The environment variable for the port if no other setting names one. Container platforms set it.
pub(crate) const PORT: &str = "PORT";

/// The port of a server whose settings name none: the variable [`PORT`], or 8080.
///
/// # Errors
/// If the variable is set to anything but a port.
pub(crate) fn default_port() -> Result<u16, String> {
    match std::env::var_os(PORT).filter(|port| !port.is_empty()) {
        None => Ok(8080),
        Some(port) => {
            let number = port.to_str().and_then(|port| port.trim().parse().ok());
            number.ok_or_else(|| format!("the environment variable {PORT} is not a port from 0 to 65535"))
        }
    }
}

/// Parses `ADDR:PORT`. `:PORT` means all interfaces, `PORT` means 127.0.0.1, and `ADDR` gets the [default
/// port](default_port). `localhost` is 127.0.0.1; other names are refused, so there is no DNS lookup.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let local = text.strip_prefix("localhost").map(|rest| format!("127.0.0.1{rest}"));
    let text = local.as_deref().unwrap_or(text);
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    if let Some(port) = text.strip_prefix(':').and_then(|port| port.parse().ok()) {
        return Ok(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
    }
    let ip = text.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(text).parse::<IpAddr>();
    match ip {
        Ok(ip) => Ok(SocketAddr::new(ip, default_port()?)),
        Err(_) => {
            Err("not of the form ADDR:PORT, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080".to_owned())
        }
    }
}

/// Parses a number of bytes with an optional unit: `1048576`, `1MiB`, `1 MB`, `64k`.
pub(crate) fn bytes(text: &str) -> Result<usize, String> {
    let wrong = || "not a number of bytes such as 1048576, 64k, 1MB or 1MiB".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: usize = number.parse().map_err(|_| wrong())?;
    let factor = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1000 * 1000,
        "g" | "gb" => 1000 * 1000 * 1000,
        "ki" | "kib" => 1024,
        "mi" | "mib" => 1024 * 1024,
        "gi" | "gib" => 1024 * 1024 * 1024,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).ok_or_else(|| "more bytes than this machine can address".to_owned())
}

pub(crate) fn time(text: &str) -> Result<SystemTime, String> {
    humantime::parse_rfc3339(text).map_err(|_| "not a time in UTC such as 2026-01-01T00:00:00Z".to_owned())
}

/// Parses a number of milliseconds, at least 1.
pub(crate) fn milliseconds(text: &str) -> Result<Duration, String> {
    match milliseconds_or_none(text)? {
        Duration::ZERO => Err("must be at least 1".to_owned()),
        duration => Ok(duration),
    }
}

/// Parses a number of milliseconds, which may be 0.
pub(crate) fn milliseconds_or_none(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_millis).map_err(|_| "not a whole number of milliseconds".to_owned())
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| "not a whole number of seconds".to_owned())
}

/// Parses an entry of an allow list. An empty one is refused: it would allow nothing but look like "allow all".
pub(crate) fn entry(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("an empty name stands for nothing; leave the flag out to take any".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// Parses a host name, or `*`.
pub(crate) fn host(text: &str) -> Result<String, String> {
    let host = entry(text)?;
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if host == "*" || is_name {
        return Ok(host.trim_end_matches('.').to_owned());
    }
    Err("not a host name such as flowmock.example.com, in its xn-- form and without scheme and port"
        .to_owned())
}

/// Parses a host name, an IP address without a port, or `*`.
pub(crate) fn notification_host(text: &str) -> Result<String, String> {
    let host = entry(text)?;
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match ip {
        Ok(ip) => Ok(ip.to_string()),
        Err(_) if host.contains(':') => {
            Err("not a host without a port, such as hooks.example.com".to_owned())
        }
        Err(_) => self::host(&host),
    }
}

/// Parses the name of a sandbox, as a header can carry it.
pub(crate) fn sandbox(text: &str) -> Result<String, String> {
    match entry(text)? {
        name if name == "*" => Err("* is not the name of a sandbox".to_owned()),
        name if name.bytes().all(|byte| matches!(byte, b' '..=b'~')) => Ok(name),
        _ => Err("not the name of a sandbox, which is visible ASCII characters".to_owned()),
    }
}

pub(crate) fn sandbox_entry(text: &str) -> Result<String, String> {
    let entry = entry(text)?;
    match entry.rsplit_once('/') {
        Some((org, name)) if org.trim().is_empty() || name.trim().is_empty() => {
            Err("not of the form NAME or ORG/NAME".to_owned())
        }
        _ => Ok(entry),
    }
}

/// Parses a token. clap's messages repeat the refused value; these do not.
#[derive(Clone)]
pub(crate) struct ControlTokenParser<T>(PhantomData<T>);

impl<T> Default for ControlTokenParser<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: for<'a> From<&'a str> + Clone + Send + Sync + 'static> TypedValueParser for ControlTokenParser<T> {
    type Value = T;

    fn parse_ref(&self, command: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let is_usable = |token: &&str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        value.to_str().filter(is_usable).map(T::from).ok_or_else(|| {
            let reason =
                "--control-token must be visible ASCII characters without a space, since a header carries it";
            command.clone().error(ErrorKind::ValueValidation, reason)
        })
    }
}

pub(crate) fn max_header_bytes(text: &str) -> Result<usize, String> {
    match bytes(text)? {
        bytes if bytes >= Config::MIN_HEADER_BYTES => Ok(bytes),
        _ => Err(format!("must be at least {}", Config::MIN_HEADER_BYTES)),
    }
}
