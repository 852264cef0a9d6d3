//! The `flowmock` binary: flags to a [`Config`](flowmock::Config), logging, start, signals, exit code. What
//! the server does is in the library.

mod cli;

use cli::commands;
use cli::output::Output;
use cli::{Cli, Command, LogFormat, LogLevel};
use flowmock::FlowMock;
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the end of the process waits for whoever reads its output, at most.
const LAST_WORDS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::read();
    let outcome = match cli.command {
        Some(Command::Healthcheck) => {
            commands::healthcheck::ask(reachable(cli.server.listen), cli.server.tls().as_ref())
        }
        Some(Command::Contract(args)) => return commands::contract::judge(&args, &cli.server),
        #[cfg(feature = "pact")]
        Some(Command::Pact(args)) => return commands::pact::write(&args, &cli.server),
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

/// Runs the server until a signal stops it. Nothing that it writes can hold it up.
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
    stdout.finish(LAST_WORDS);
    stderr.finish(LAST_WORDS);
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve(cli: Cli, stdout: &Output, stderr: &Output) -> Result<(), String> {
    log_to(stderr.clone(), cli.server.log_level, cli.server.log_format);
    // The default hook writes to standard error itself, and would wait for its reader.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot wait for signals: {error}"))?;
    // Installed before the server starts, so that no signal finds it without.
    let mut signals = {
        let _entered = runtime.enter();
        Signals::listen().map_err(|error| format!("cannot wait for signals: {error}"))?
    };
    raise_file_limit();
    let tls = cli.server.tls();
    let mock = FlowMock::with_config(cli.server.into_config()).map_err(|error| error.to_string())?;
    stdout.push(format!("flowmock {} listens on {}\n", env!("CARGO_PKG_VERSION"), mock.url()).as_bytes());
    if let Some(how) = tls.and_then(|tls| cli::trust::how_to(&tls, reachable(mock.address()).ip())) {
        stdout.push(how.as_bytes());
    }
    runtime.block_on(async move {
        let signal = signals.next().await;
        tracing::info!(signal, "stopping: requests in flight may end, unless a second signal comes");
        tokio::select! {
            _ = tokio::task::spawn_blocking(|| mock.stop()) => {}
            signal = signals.next() => tracing::info!(signal, "stopping at once"),
        }
    });
    // Requests that are still in flight end with the process.
    runtime.shutdown_background();
    Ok(())
}

/// Lets the process open as many files as it may allow itself, since each connection is one. What it starts out with
/// is often 1024 or 256, for the sake of programs older than this one.
#[cfg(unix)]
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // Where a system has a bound that it does not tell (macOS), the second one is below it.
    for wanted in [maximum, Some(10_240)] {
        let more = current.is_some_and(|current| wanted.is_none_or(|wanted| wanted > current));
        if more && setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum }).is_ok() {
            break;
        }
    }
}

#[cfg(not(unix))]
fn raise_file_limit() {}

/// The signals that stop a server.
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

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

/// The signal that stops a server: ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "ctrl-C"
    }
}

fn log_to(stderr: Output, level: LogLevel, format: LogFormat) {
    let targets = Targets::new().with_target("flowmock", LevelFilter::from(level));
    let layer = tracing_subscriber::fmt::layer().with_writer(stderr);
    match format {
        LogFormat::Json => {
            tracing_subscriber::registry().with(layer.json().flatten_event(true).with_filter(targets)).init();
        }
        LogFormat::Pretty => {
            let colours = io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            let layer = layer.with_target(false).with_ansi(colours);
            tracing_subscriber::registry().with(layer.with_filter(targets)).init();
        }
    }
}

/// Where a client on this machine reaches a server that listens there.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
