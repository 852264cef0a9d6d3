//! Finds variables that begin with flowmock's prefix and belong to no flag. Most are misspelt.

use clap::Command;
use std::ffi::OsString;

/// The prefix of the variables of all flags.
const PREFIX: &str = "FLOWMOCK_";

/// The least similarity of two names for a suggestion; 1 means equal.
const ALIKE: f64 = 0.8;

/// One sentence for each variable that belongs to no flag of the command or its subcommands. None repeats a value.
pub(crate) fn warnings(
    command: &Command, variables: impl Iterator<Item = (OsString, OsString)>,
) -> Vec<String> {
    let commands = std::iter::once(command).chain(command.get_subcommands());
    let known: Vec<&str> =
        commands.flat_map(Command::get_arguments).filter_map(|arg| arg.get_env()?.to_str()).collect();
    let mut warnings: Vec<String> = variables
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let own = name.strip_prefix(PREFIX)?;
            let is_flags = known.contains(&name.as_str()) || is_of_orchestrator(own, &value);
            (!is_flags).then(|| warning(&name, own, &known))
        })
        .collect();
    warnings.sort();
    warnings
}

fn warning(name: &str, own: &str, known: &[&str]) -> String {
    let likeness = |known: &str| {
        let known = known.strip_prefix(PREFIX).unwrap_or(known);
        strsim::jaro_winkler(&own.to_uppercase(), known)
    };
    let nearest = known.iter().map(|known| (likeness(known), known));
    let nearest = nearest.max_by(|(one, _), (other, _)| one.total_cmp(other));
    let name: String = name.chars().take(100).flat_map(char::escape_debug).collect();
    match nearest.filter(|(likeness, _)| *likeness >= ALIKE) {
        Some((_, meant)) => format!("the variable {name} has no effect; did you mean {meant}?"),
        None => format!("the variable {name} has no effect; flowmock --help lists those that have"),
    }
}

/// Whether Kubernetes or Docker sets this variable for a service called `flowmock`.
fn is_of_orchestrator(own: &str, value: &OsString) -> bool {
    let is_address =
        || value.to_str().is_some_and(|value| value.starts_with("tcp://") || value.starts_with("udp://"));
    own == "SERVICE_HOST"
        || own.starts_with("SERVICE_PORT")
        || own.starts_with("PORT_")
        || (own == "PORT" && is_address())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;

    fn of(variables: &[(&str, &str)]) -> Vec<String> {
        warnings(&Cli::command(), variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn a_variable_that_no_flag_has_is_named_with_the_nearest_one() {
        for (name, meant) in [
            ("FLOWMOCK_LISTN", "FLOWMOCK_LISTEN"),
            ("FLOWMOCK_SEED", "FLOWMOCK_SEED_FILE"),
            ("FLOWMOCK_JOURNAL_SECRET", "FLOWMOCK_JOURNAL_SECRETS"),
            ("FLOWMOCK_strict", "FLOWMOCK_STRICT"),
            ("FLOWMOCK_CONTRACT_MINCOVERAGE", "FLOWMOCK_CONTRACT_MIN_COVERAGE"),
        ] {
            let [warning] = of(&[(name, "hunter2")]).try_into().expect("one warning");
            assert_eq!(warning, format!("the variable {name} has no effect; did you mean {meant}?"));
        }
        let [warning] = of(&[("FLOWMOCK_ZZZ", "1")]).try_into().expect("one warning");
        assert!(warning.ends_with("flowmock --help lists those that have"), "{warning}");
        let [warning] = of(&[("FLOWMOCK_A\u{1b}[1m\n", "1")]).try_into().expect("one warning");
        assert!(warning.chars().all(|c| !c.is_control()), "{warning}");
    }

    #[test]
    fn variables_of_flags_of_commands_and_of_orchestrators_get_no_warning() {
        let known = [
            ("FLOWMOCK_LISTEN", "x"),
            ("FLOWMOCK_URL", ""),
            ("FLOWMOCK_SERVICE_HOST", "10.0.0.1"),
            ("FLOWMOCK_SERVICE_PORT_HTTP", "8080"),
            ("FLOWMOCK_PORT", "tcp://10.0.0.1:8080"),
            ("FLOWMOCK_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("OTHER_LISTN", "x"),
        ];
        assert!(of(&known).is_empty());
        assert_eq!(of(&[("FLOWMOCK_PORT", "8080")]).len(), 1, "somebody means --listen");
    }
}
