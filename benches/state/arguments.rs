//! The command line of the state benchmark.

use clap::{Parser, ValueEnum};

/// Measures what `--state` costs: in a folder, and in Redis with one and with three servers. Needs Linux and wrk.
#[derive(Parser, Debug)]
#[command(name = "state", bin_name = "cargo bench --bench state --")]
pub struct Arguments {
    /// Measures only these parts; by default all.
    #[arg(value_enum)]
    pub parts: Vec<Part>,

    /// The number of rounds; the tables show medians over them.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,

    /// The duration of each measurement, in seconds.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,

    /// The numbers of clients, each with a TCP connection of its own.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 32])]
    pub clients: Vec<usize>,

    /// The number of threads of each server; 0 means one for each core.
    #[arg(long, default_value_t = 0)]
    pub worker_threads: usize,

    /// The number of connections that are stored before a start, and before a state is stored anew.
    #[arg(long, default_value_t = 100_000, value_parser = at_least_a_thousand)]
    pub stored: usize,

    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A part of the benchmark.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Creates and reads: requests per second, how long they take, and their CPU time.
    Load,
    /// The CPU time and memory of a replica that gets no requests, while another one does.
    Followers,
    /// The time of a verification with `?replicas=all`.
    Verify,
    /// The time of a start with many connections.
    Starts,
    /// How long creates take while the state is stored.
    Compaction,
}

impl Arguments {
    pub fn wants(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }
}

fn at_least_a_thousand(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number >= 1000);
    number.ok_or_else(|| "not a whole number of at least 1000".to_owned())
}
