//! The command line of the load benchmark.

use crate::support::process::FLOWMOCK;
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::thread;

/// Measures flowmock under load, next to a bare axum server. Needs Linux and wrk.
#[derive(Parser, Debug)]
#[command(name = "load", bin_name = "cargo bench --bench load --")]
pub struct Arguments {
    /// Takes a minute instead: one round of one second, few starts, fewer stored connections.
    #[arg(long)]
    pub quick: bool,

    /// The number of rounds; the table shows medians over them.
    #[arg(long, default_value_t = 5, default_value_if("quick", "true", "1"), value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,

    /// The duration of each measurement, in seconds.
    #[arg(long, default_value_t = 3, default_value_if("quick", "true", "1"), value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,

    /// Flags for flowmock, in one argument: `--server-args "--log-level warn"`. May be repeated to measure several sets of
    /// flags; by default flowmock runs without flags and its log goes to /dev/null.
    #[arg(long, value_name = "FLAGS", default_value = "", allow_hyphen_values = true)]
    pub server_args: Vec<String>,

    /// The number of threads of each server: by default half of the cores, at least one.
    #[arg(long, default_value_t = half_of_the_cores(), value_parser = at_least_one)]
    pub worker_threads: usize,

    /// The number of threads of wrk: by default half of the cores, at least one.
    #[arg(long, default_value_t = half_of_the_cores(), value_parser = at_least_one)]
    pub load_threads: usize,

    /// The number of starts over which the start-up time is measured.
    #[arg(long, default_value_t = 20, default_value_if("quick", "true", "5"), value_parser = clap::value_parser!(u32).range(1..))]
    pub starts: u32,

    /// The number of connections to create for measuring the memory that each takes.
    #[arg(long, default_value_t = 1_000_000, default_value_if("quick", "true", "50000"), value_parser = at_least_one)]
    pub fill: usize,

    /// The flowmock binary to measure, such as the static one; by default the one that cargo built for this benchmark.
    #[arg(long)]
    binary: Option<PathBuf>,

    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(subcommand)]
    pub role: Option<Role>,
}

impl Arguments {
    /// The flowmock binary to measure.
    pub fn binary(&self) -> &Path {
        self.binary.as_deref().unwrap_or(Path::new(FLOWMOCK))
    }
}

#[derive(Subcommand, Debug)]
pub enum Role {
    /// Serves the bare server: the benchmark starts itself again in this role.
    #[command(hide = true)]
    Bare { worker_threads: usize, answers: PathBuf },
}

fn half_of_the_cores() -> usize {
    thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&number| number > 0)
        .ok_or_else(|| "not a whole number of at least 1".to_owned())
}
