//! Finds the port of a server that runs on this machine, for the health check of a server that was started with port 0.
//!
//! Decided: the port comes from the system, not from a file that the server writes, since a container may have no writable
//! folder. On Linux, `/proc` lists the sockets of the same user's processes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The state of a listening socket in `/proc/net/tcp`.
const LISTENING: &str = "0A";

/// The port on which the only other process of this program listens.
///
/// # Errors
/// A sentence with the reason and the remedy.
pub(crate) fn port() -> Result<u16, String> {
    let remedy = "give --listen the port that the server printed";
    let ports = ports_of_other_processes(Path::new("/proc"));
    let mut ports = ports.iter();
    match (ports.next(), ports.next()) {
        (Some(port), None) => Ok(*port),
        (Some(_), Some(_)) => Err(format!("port 0 could be the port of several servers here; {remedy}")),
        (None, _) => {
            Err(format!("port 0 stands for any port, and no server of this user was found; {remedy}"))
        }
    }
}

/// The ports on which other processes of this program listen.
fn ports_of_other_processes(proc: &Path) -> BTreeSet<u16> {
    let Ok(program) = fs::read_link(proc.join("self/exe")) else { return BTreeSet::new() };
    let own = std::process::id().to_string();
    let is_other = |folder: &Path| {
        !folder.ends_with(&own) && fs::read_link(folder.join("exe")).is_ok_and(|exe| exe == program)
    };
    let folders = fs::read_dir(proc).into_iter().flatten().flatten().map(|entry| entry.path());
    folders.filter(|folder| is_other(folder)).flat_map(|folder| listening(&folder)).collect()
}

/// The ports on which the process with this folder in `/proc` listens.
fn listening(folder: &Path) -> Vec<u16> {
    let sockets: BTreeSet<String> = fs::read_dir(folder.join("fd"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let target = fs::read_link(entry.path()).ok()?;
            Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let tables =
        ["net/tcp", "net/tcp6"].map(|table| fs::read_to_string(folder.join(table)).unwrap_or_default());
    tables.iter().flat_map(|table| table.lines()).filter_map(|line| port_of(line, &sockets)).collect()
}

/// The port in a line of `/proc/net/tcp`, if it is a listening socket with one of these numbers.
fn port_of(line: &str, sockets: &BTreeSet<String>) -> Option<u16> {
    let mut fields = line.split_whitespace();
    let (address, state, number) = (fields.nth(1)?, fields.nth(1)?, fields.nth(5)?);
    if state != LISTENING || !sockets.contains(number) {
        return None;
    }
    u16::from_str_radix(address.rsplit_once(':')?.1, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_a_listening_socket_is_read_from_its_line() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65532 0 4711 1 0 100 0";
        let of = |line: &str, number: &str| port_of(line, &BTreeSet::from([number.to_owned()]));
        assert_eq!(of(line, "4711"), Some(8080));
        assert_eq!(of(line, "4712"), None);
        assert_eq!(of(&line.replace(" 0A ", " 01 "), "4711"), None);
        assert_eq!(
            of("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt", "4711"),
            None
        );
    }
}
