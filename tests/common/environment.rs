//! A clean environment for the binary. Tests and benchmarks include this file by its path.

use std::process::Command;

/// Removes every `FLOWMOCK_` variable that the command would inherit, since each sets a flag.
pub fn remove_flowmock_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("FLOWMOCK_")) {
            command.env_remove(name);
        }
    }
}
