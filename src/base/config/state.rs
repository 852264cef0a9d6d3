//! Where the state is kept, and how.

use super::Config;
use crate::base::secret::Secret;
use std::fmt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The schemes of URLs of Redis and Valkey.
const SCHEMES: [&str; 4] = ["redis", "rediss", "valkey", "valkeys"];

/// Where the state is kept, so that it outlasts the server. `Debug` shows no password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatePlace {
    /// In a folder, which one server uses at a time.
    Folder(PathBuf),
    /// In a Redis or Valkey, version 7 or newer, which any number of servers share.
    Redis(RedisUrl),
}

/// The URL of a Redis or Valkey: `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. `Debug` and
/// `Display` show no password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(Secret<String>);

impl RedisUrl {
    /// The URL with its password. `valkey` and `valkeys` are other names of the schemes.
    #[cfg(any(feature = "redis", test))]
    pub(crate) fn expose(&self) -> String {
        self.0.expose().replacen("valkey", "redis", 1)
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0.expose();
        let (scheme, rest) = url.split_once("://").unwrap_or(("redis", url));
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        // Parameters may be credentials too.
        let host = host.split_once('?').map_or(host, |(host, _)| host);
        write!(f, "{scheme}://{host}")
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({self})")
    }
}

impl fmt::Display for StatePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Redis(url) => write!(f, "{url}"),
        }
    }
}

impl From<PathBuf> for StatePlace {
    /// A folder, unless the path is the URL of a Redis.
    fn from(path: PathBuf) -> Self {
        let url = path
            .to_str()
            .filter(|text| text.split_once("://").is_some_and(|(scheme, _)| SCHEMES.contains(&scheme)));
        match url {
            Some(url) => Self::Redis(RedisUrl(Secret::new(url.to_owned()))),
            None => Self::Folder(path),
        }
    }
}

impl From<&Path> for StatePlace {
    fn from(path: &Path) -> Self {
        path.to_owned().into()
    }
}

impl From<&str> for StatePlace {
    fn from(place: &str) -> Self {
        PathBuf::from(place).into()
    }
}

impl From<String> for StatePlace {
    fn from(place: String) -> Self {
        PathBuf::from(place).into()
    }
}

/// When a change is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateSync {
    /// Before the change is answered: it is there even if the machine loses power.
    #[default]
    Always,
    /// Within a second: if the machine loses power, the changes of the last second may be lost. If only the server is killed,
    /// nothing is.
    Interval,
    /// When the system writes it. If only the server is killed, nothing is lost.
    Never,
}

impl StateSync {
    /// The name of the flag's value.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Interval => "interval",
            Self::Never => "never",
        }
    }
}

/// How up to date reads of a shared state are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateReads {
    /// Each read shows everything that any server answered before the read began. It asks Redis, and is a 503 if Redis does
    /// not answer.
    #[default]
    Current,
    /// Reads do not ask Redis. They show what other servers changed some 50 milliseconds later, and go on without Redis.
    Local,
}

impl StateReads {
    /// The name of the flag's value.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Local => "local",
        }
    }
}

impl Config {
    /// The name of a server among those that share its state: the configured one, or that of the machine and some random
    /// digits, since a machine may run several.
    pub(crate) fn replica_name(&self) -> String {
        self.replica.clone().unwrap_or_else(|| {
            #[cfg(unix)]
            let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
            #[cfg(not(unix))]
            let machine = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "replica".to_owned());
            format!("{machine}-{:04x}", Uuid::new_v4().as_u128() as u16)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_the_url_of_a_redis() {
        for folder in ["state", "/var/lib/flowmock", "redis", "http://host", "C:\\state"] {
            assert_eq!(StatePlace::from(folder), StatePlace::Folder(folder.into()));
        }
        for url in ["redis://host", "rediss://host:6380/2", "valkey://host", "valkeys://host"] {
            assert!(matches!(StatePlace::from(url), StatePlace::Redis(_)), "{url}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        let place = StatePlace::from("valkey://user:swordfish@[::1]:6379/2?password=swordfish");
        assert_eq!(place.to_string(), "valkey://[::1]:6379/2");
        assert_eq!(format!("{place:?}"), "Redis(RedisUrl(valkey://[::1]:6379/2))");
        let StatePlace::Redis(url) = place else { unreachable!("a Redis") };
        assert_eq!(url.expose(), "redis://user:swordfish@[::1]:6379/2?password=swordfish");
    }
}
