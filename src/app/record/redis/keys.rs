//! [`Keys`]: the names of everything that is stored in Redis.

/// The names of the keys of a log. They are in one slot of a cluster, since they have one hash tag.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    /// The stream of records.
    pub(crate) log: String,
    /// The [`Pointer`](super::pointer::Pointer).
    pub(crate) pointer: String,
    /// Who writes a snapshot.
    pub(crate) snapshot_lease: String,
    /// Who delivers notifications.
    pub(crate) notifier_lease: String,
    /// The beginning of the names of lists of records.
    pub(crate) lists: String,
    /// The set of the names of servers.
    pub(crate) replicas: String,
    /// The beginning of the names of keys that exist as long as a server is there.
    pub(crate) presence: String,
    /// The beginning of the names of lists of answers of servers.
    pub(crate) answers: String,
}

impl Keys {
    /// Those that begin with `key`.
    pub(crate) fn new(key: &str) -> Self {
        // A tag in the key itself is kept.
        let key = if key.contains('{') { key.to_owned() } else { format!("{{{key}}}") };
        let name = |part: &str| format!("{key}:{part}");
        Self {
            log: name("log"),
            pointer: name("state"),
            snapshot_lease: name("lease:snapshot"),
            notifier_lease: name("lease:notifier"),
            lists: name("state:"),
            replicas: name("replicas"),
            presence: name("replica:"),
            answers: name("answers:"),
        }
    }
}
