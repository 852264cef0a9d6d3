//! The groups of the server's flags in `--help`. `-h` shows only the flags that most users need.

use clap::Command;

/// A group of flags, by their long names.
struct Group {
    title: &'static str,
    /// Flags that `-h` and `--help` show.
    basic: &'static [&'static str],
    /// Flags that only `--help` shows.
    further: &'static [&'static str],
}

const GROUPS: [Group; 8] = [
    Group {
        title: "Address and TLS",
        basic: &["listen", "tls-self-signed"],
        further: &["tls-cert", "tls-key", "tls-name"],
    },
    Group {
        title: "Content",
        basic: &["seed-file", "state", "fixtures", "faults-file", "deterministic"],
        further: &[
            "strict",
            "check-references",
            "clock",
            "inlet-url",
            "run-duration-ms",
            "notification-url",
            "state-sync",
            "state-key",
            "state-reads",
            "replica",
        ],
    },
    Group {
        title: "Access",
        basic: &["auth", "control-token", "cors"],
        further: &[
            "token-lifetime",
            "check-token-kinds",
            "allow-api-key",
            "allow-organisation",
            "allow-sandbox",
            "default-sandbox",
            "allow-host",
            "allow-notification-host",
            "control",
            "ui",
            "cors-control",
        ],
    },
    Group {
        title: "Journal",
        basic: &[],
        further: &[
            "journal-requests",
            "journal-max-bytes",
            "journal-max-body-bytes",
            "journal-secrets",
            "inlet-messages",
            "inlet-max-bytes",
            "notification-log",
            "notification-max-bytes",
        ],
    },
    Group {
        title: "Contract reports",
        basic: &[],
        further: &["contract", "contract-rule", "contract-headers"],
    },
    Group {
        title: "Limits",
        basic: &[],
        further: &[
            "max-body-bytes",
            "max-header-bytes",
            "max-query-bytes",
            "max-state-bytes",
            "max-pending-bytes",
            "max-connections-per-sandbox",
            "max-open-connections",
            "header-read-timeout-ms",
            "request-timeout-ms",
            "drain-timeout-ms",
            "worker-threads",
        ],
    },
    Group { title: "Process", basic: &[], further: &["port-file", "stop-with-stdin", "parent-pid"] },
    Group { title: "Log", basic: &["log-level", "log-format"], further: &["log-file"] },
];

/// Puts each flag of the command in its group.
pub(crate) fn arrange(command: Command) -> Command {
    command.mut_args(|arg| {
        let Some(name) = arg.get_long() else { return arg };
        let has = |flags: &[&str]| flags.contains(&name);
        match GROUPS.iter().find(|group| has(group.basic) || has(group.further)) {
            Some(group) => {
                let is_further = has(group.further);
                arg.help_heading(group.title).hide_short_help(is_further)
            }
            None => arg,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::{Arg, CommandFactory};

    #[test]
    fn every_flag_is_in_a_group_and_every_name_in_a_group_is_a_flag() {
        let command = arrange(Cli::command());
        let with_long = |arg: &&Arg| !matches!(arg.get_long(), None | Some("help" | "version"));
        let flags: Vec<&Arg> = command.get_arguments().filter(with_long).collect();
        for flag in &flags {
            assert!(flag.get_help_heading().is_some(), "{flag} is in no group of `GROUPS`");
        }
        assert_eq!(
            flags.len(),
            GROUPS.iter().map(|group| group.basic.len() + group.further.len()).sum::<usize>()
        );
        for one in command.get_subcommands() {
            let mut own = one.get_arguments().filter(with_long);
            assert!(own.all(|flag| flag.get_help_heading().is_some()), "{}", one.get_name());
        }
    }
}
