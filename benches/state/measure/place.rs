//! [`Place`]: where a state is kept.

use std::fmt;

/// Where a state is kept, and by how many servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Memory,
    /// A folder, with `--state-sync`.
    Folder(&'static str),
    /// Redis, with its `appendfsync`, the number of replicas, and their `--state-reads`.
    Redis(&'static str, usize, &'static str),
}

/// All places, in the order of the tables.
pub const ALL: [Place; 12] = [
    Place::Memory,
    Place::Folder("never"),
    Place::Folder("interval"),
    Place::Folder("always"),
    Place::Redis("everysec", 1, "current"),
    Place::Redis("everysec", 1, "local"),
    Place::Redis("everysec", 3, "current"),
    Place::Redis("everysec", 3, "local"),
    Place::Redis("always", 1, "current"),
    Place::Redis("always", 1, "local"),
    Place::Redis("always", 3, "current"),
    Place::Redis("always", 3, "local"),
];

impl Place {
    pub fn servers(self) -> usize {
        if let Self::Redis(_, servers, _) = self { servers } else { 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Folder(sync) => write!(f, "folder, `{sync}`"),
            Self::Redis(fsync, 1, reads) => write!(f, "Redis `{fsync}`, 1 replica, `{reads}`"),
            Self::Redis(fsync, servers, reads) => {
                write!(f, "Redis `{fsync}`, {servers} replicas, `{reads}`")
            }
        }
    }
}
