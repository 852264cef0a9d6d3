//! The machine on which the server runs.

/// The name of the machine, or of the container; `None` if it is unknown.
#[cfg(unix)]
pub(crate) fn host_name() -> Option<String> {
    let system = rustix::system::uname();
    system.nodename().to_str().ok().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The name of the machine; `None` if it is unknown.
#[cfg(not(unix))]
pub(crate) fn host_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok().filter(|name| !name.is_empty())
}
