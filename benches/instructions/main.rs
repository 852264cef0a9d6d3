//! Counts the instructions of requests and compares them with the figures in `expected.json`. Unlike times, they hardly
//! depend on the machine and on other processes. `cargo bench --bench instructions`; `-- --help` lists its flags.
//!
//! It fails if a kind of request takes over 5 percent more or fewer instructions than expected; `--accept` makes the counted
//! figures the expected ones. It needs Linux and valgrind.

#![allow(unreachable_pub)] // a benchmark exports nothing

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod count;
mod expected;

use clap::{Parser, Subcommand};
use expected::{Expected, Figures};
use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use support::call::{CREATE, Call, LIST, PATCH, READ};
use support::{Failure, bare};

/// Counts the instructions of requests to flowmock. Needs Linux and valgrind.
#[derive(Parser, Debug)]
#[command(name = "instructions", bin_name = "cargo bench --bench instructions --")]
struct Arguments {
    /// The flowmock binary to count, and to compare with the expected figures, which are those of the static binary
    /// (`.ci/build-static`). By default it counts the one that cargo built for this benchmark and compares nothing.
    #[arg(long)]
    binary: Option<PathBuf>,

    /// Makes the counted figures of `--binary` the expected ones.
    #[arg(long, requires = "binary")]
    accept: bool,

    /// The number of requests of each kind.
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,

    /// A folder that gets what callgrind wrote about flowmock, one file for each kind of request, for `callgrind_annotate`.
    #[arg(long, value_name = "FOLDER")]
    profiles: Option<PathBuf>,

    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand, Debug)]
enum Role {
    /// Serves the bare server: the benchmark starts itself again in this role.
    #[command(hide = true)]
    Bare { worker_threads: usize, answers: PathBuf },
}

/// The kinds of requests that are counted.
const KINDS: [(&str, Call); 4] =
    [("create", CREATE), ("read one", READ), ("list, a page of 100", LIST), ("patch", PATCH)];

/// Whether `cargo bench` runs this program, the caller gave `--binary`, or the benchmark starts itself. `cargo test
/// --benches` runs it too.
fn should_run() -> bool {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    arguments.first().is_some_and(|first| first == "bare")
        || ((has("--bench") || has("--binary")) && !has("--test"))
}

fn main() -> ExitCode {
    if !should_run() {
        println!("instructions are not counted: run `cargo bench --bench instructions`");
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    let outcome = match &arguments.role {
        Some(Role::Bare { worker_threads, answers }) => bare::serve(*worker_threads, answers),
        None if !cfg!(target_os = "linux") || !is_installed("valgrind") => {
            println!("skipped: instructions are not counted without Linux and valgrind (Debian: valgrind)");
            Ok(())
        }
        None => compare(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("instructions: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(target_os = "linux")]
fn compare(arguments: &Arguments) -> Result<(), Failure> {
    use std::path::Path;
    use support::process::FLOWMOCK;

    let expected = Expected::read()?;
    let binary = arguments.binary.as_deref().unwrap_or(Path::new(FLOWMOCK));
    let counter = count::Counter::new(arguments.requests, arguments.profiles.as_deref())?;
    let flowmock = counter.flowmock(binary)?;
    // Without optimisation, the bare server is no measure.
    let bare = if cfg!(debug_assertions) { None } else { Some(counter.bare()?) };
    let is_comparable = arguments.binary.is_some() && expected.is_of_this_architecture();
    print(&flowmock, is_comparable.then_some(&expected.flowmock), bare.as_ref().unwrap_or(&expected.bare));
    if arguments.accept {
        expected.accept(flowmock, bare)
    } else if is_comparable {
        expected.check(&flowmock)
    } else {
        println!(
            "\nNot compared: the expected figures are those of the static binary for {}.",
            expected.architecture
        );
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
fn compare(_: &Arguments) -> Result<(), Failure> {
    Err("instructions are counted on Linux only".into())
}

fn print(flowmock: &Figures, expected: Option<&Figures>, bare: &Figures) {
    println!("| request | instructions | expected | | bare server | to bare |\n|---|--:|--:|--:|--:|--:|");
    for (kind, _) in KINDS {
        let counted = flowmock[kind];
        let (expected, change) = match expected.and_then(|expected| expected.get(kind)) {
            Some(&expected) => {
                (expected.to_string(), format!("{:+.1} %", expected::percent(expected, counted)))
            }
            None => Default::default(),
        };
        let (bare, ratio) = match bare.get(kind) {
            Some(&bare) => (bare.to_string(), format!("{:.2}", counted as f64 / bare as f64)),
            None => Default::default(),
        };
        println!("| {kind} | {counted} | {expected} | {change} | {bare} | {ratio} |");
    }
}
