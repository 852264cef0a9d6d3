//! The `flowmock` binary: flags to a [`Config`](flowmock::Config), logging, start, signals, exit code. What
//! the server does is in the library.

mod cli;

use cli::commands;
use cli::{Cli, Command, LogFormat, LogLevel};
use flowmock::FlowMock;
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::read();
    let outcome = match cli.command {
        Some(Command::Healthcheck) => {
            commands::healthcheck::ask(reachable(cli.server.listen), cli.server.tls().as_ref())
        }
        Some(Command::Contract(args)) => return commands::contract::judge(&args, &cli.server),
        Some(Command::Pact(args)) => return commands::pact::write(&args, &cli.server),
        None => serve(cli),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            _ = writeln!(io::stderr(), "flowmock: {message}");
            ExitCode::FAILURE
        }
    }
}

fn serve(cli: Cli) -> Result<(), String> {
    log_to_stderr(cli.server.log_level, cli.server.log_format);
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
    // Nobody may be reading: that is no reason to stop.
    _ = writeln!(io::stdout(), "flowmock {} listens on {}", env!("CARGO_PKG_VERSION"), mock.url());
    if let Some(how) = tls.and_then(|tls| cli::trust::how_to(&tls, reachable(mock.address()).ip())) {
        _ = write!(io::stdout(), "{how}");
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

fn log_to_stderr(level: LogLevel, format: LogFormat) {
    let targets = Targets::new().with_target("flowmock", LevelFilter::from(level));
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
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
