//! The `flowmock` binary: command line, logging, signals and exit codes. The server itself is in the library.

mod cli;

use cli::commands::{contract, healthcheck};
use cli::output::Output;
use cli::remote::url::reachable;
use cli::{Cli, Command, log, trust};
use flowmock::FlowMock;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The longest time that the process waits at its end until its output is read.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::read();
    let outcome = match cli.command {
        Some(Command::Healthcheck) => {
            healthcheck::ask(reachable(cli.server.listen), cli.server.tls().as_ref())
        }
        Some(Command::Contract(args)) => return contract::run(&args, &cli.server),
        Some(Command::Pact(args)) => return cli::commands::pact::run(&args, &cli.server),
        Some(Command::Verify(args)) => return cli::commands::verify::run(&args, &cli.server),
        None => return run_server(cli),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            _ = writeln!(io::stderr(), "flowmock: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the server until a signal stops it. It never waits for a reader of its output.
fn run_server(cli: Cli) -> ExitCode {
    let outputs = Output::start(io::stdout(), |_| ()).and_then(|stdout| {
        let report_dropped =
            |dropped| tracing::warn!(dropped, "nobody read the log fast enough: lines were dropped");
        Ok((stdout, Output::start(io::stderr(), report_dropped)?))
    });
    let (stdout, stderr) = match outputs {
        Ok(outputs) => outputs,
        Err(error) => {
            _ = writeln!(io::stderr(), "flowmock: cannot start a thread: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = serve(cli, &stdout, &stderr);
    if let Err(message) = &outcome {
        stderr.push(format!("flowmock: {message}\n").as_bytes());
    }
    stdout.finish(FLUSH_TIMEOUT);
    stderr.finish(FLUSH_TIMEOUT);
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve(cli: Cli, stdout: &Output, stderr: &Output) -> Result<(), String> {
    log::to(stderr.clone(), cli.server.log_level, cli.server.log_format);
    // The default hook writes to standard error directly, which can block.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot wait for signals: {error}"))?;
    // Installed before the server starts, so that no signal is missed.
    let mut signals = {
        let _entered = runtime.enter();
        Signals::listen().map_err(|error| format!("cannot wait for signals: {error}"))?
    };
    raise_file_limit();
    let tls = cli.server.tls();
    let mock = FlowMock::with_config(cli.server.into_config()).map_err(|error| error.to_string())?;
    stdout.push(format!("flowmock {} listens on {}\n", env!("CARGO_PKG_VERSION"), mock.url()).as_bytes());
    if let Some(instructions) = tls.and_then(|tls| trust::instructions(&tls, reachable(mock.address()).ip()))
    {
        stdout.push(instructions.as_bytes());
    }
    runtime.block_on(async move {
        let signal = signals.next().await;
        tracing::info!(signal, "stopping: requests in flight may end, unless a second signal comes");
        tokio::select! {
            _ = tokio::task::spawn_blocking(|| mock.stop()) => {}
            signal = signals.next() => tracing::info!(signal, "stopping at once"),
        }
    });
    // Does not wait for `mock.stop()` after a second signal.
    runtime.shutdown_background();
    Ok(())
}

/// Raises the limit of open files to its maximum, since each connection takes one. The usual soft limit is 1024 or 256.
#[cfg(unix)]
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // macOS refuses its reported maximum; 10,240 is below its actual one.
    for wanted in [maximum, Some(10_240)] {
        let more = current.is_some_and(|current| wanted.is_none_or(|wanted| wanted > current));
        if more && setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum }).is_ok() {
            break;
        }
    }
}

#[cfg(not(unix))]
fn raise_file_limit() {}

/// The signals that stop the server.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next signal and returns its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

/// The signal that stops the server.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for the next signal and returns its name.
    async fn next(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "ctrl-C"
    }
}
