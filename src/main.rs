//! The `flowmock` binary: command line, logging, signals and exit codes. The server itself is in the library.

mod cli;

use cli::args::server::ServerArgs;
use cli::commands::{contract, healthcheck};
use cli::embedding::parent::{watch_process, watch_stdin};
use cli::embedding::port_file::PortFile;
use cli::output::Output;
use cli::remote::url::reachable;
use cli::{Cli, Command, log, trust};
use flowmock::FlowMock;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The longest time that the process waits at its end until its output is read.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::read();
    let outcome = match cli.command {
        Some(Command::Healthcheck) => healthcheck::ask(cli.server.listen, cli.server.tls().as_ref()),
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

/// The streams of the server. Each is written by a thread of its own.
struct Streams {
    stdout: Output,
    stderr: Output,
    /// Standard error, or the file of `--log-file`.
    log: Output,
}

impl Streams {
    /// # Errors
    /// A sentence, if the file of the log cannot be opened or the system gives no thread.
    fn start(log_file: Option<&Path>) -> Result<Self, String> {
        let report_dropped =
            |dropped| tracing::warn!(dropped, "nobody read the log fast enough: lines were dropped");
        let no_thread = |error| format!("cannot start a thread: {error}");
        let stdout = Output::start(io::stdout(), |_| ()).map_err(no_thread)?;
        let stderr = Output::start(io::stderr(), report_dropped).map_err(no_thread)?;
        let log = match log_file {
            None => stderr.clone(),
            Some(path) => {
                let file = File::options().create(true).append(true).open(path);
                let file = file.map_err(|error| format!("--log-file {}: {error}", path.display()))?;
                Output::start(file, report_dropped).map_err(no_thread)?
            }
        };
        Ok(Self { stdout, stderr, log })
    }

    /// Writes what is left, as far as somebody takes it.
    fn finish(&self) {
        self.stdout.finish(FLUSH_TIMEOUT);
        self.stderr.finish(FLUSH_TIMEOUT);
        self.log.finish(FLUSH_TIMEOUT);
    }
}

/// Runs the server until a signal or the end of its parent stops it. It never waits for a reader of its output.
fn run_server(cli: Cli) -> ExitCode {
    let streams = match Streams::start(cli.server.log_file.as_deref()) {
        Ok(streams) => streams,
        Err(message) => {
            _ = writeln!(io::stderr(), "flowmock: {message}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = serve(cli, &streams);
    if let Err(message) = &outcome {
        streams.stderr.push(format!("flowmock: {message}\n").as_bytes());
    }
    streams.finish();
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve(cli: Cli, streams: &Streams) -> Result<(), String> {
    let is_terminal = cli.server.log_file.is_none() && io::stderr().is_terminal();
    log::to(streams.log.clone(), cli.server.log_level, cli.server.log_format, is_terminal);
    // The default hook writes to standard error directly, which can block.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Cli::environment_warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot wait for signals: {error}"))?;
    // Installed before the server starts, so that no signal is missed.
    let mut reasons = {
        let _entered = runtime.enter();
        StopReasons::listen(&cli.server)?
    };
    raise_file_limit();
    let port_file = cli.server.port_file.clone().map(PortFile::prepare).transpose()?;
    let tls = cli.server.tls();
    let mock = FlowMock::with_config(cli.server.into_config()).map_err(|error| error.to_string())?;
    let (url, address) = (mock.url(), reachable(mock.address()));
    if let Some(file) = &port_file {
        file.write(&url, address)?;
    }
    streams.stdout.push(format!("flowmock {} listens on {url}\n", env!("CARGO_PKG_VERSION")).as_bytes());
    if let Some(instructions) = tls.and_then(|tls| trust::instructions(&tls, address.ip())) {
        streams.stdout.push(instructions.as_bytes());
    }
    runtime.block_on(async move {
        let signal = reasons.next().await;
        tracing::info!(signal, "stopping: requests in flight may end, unless a second signal comes");
        tokio::select! {
            _ = tokio::task::spawn_blocking(|| mock.stop()) => {}
            signal = reasons.signals.next() => tracing::info!(signal, "stopping at once"),
        }
    });
    if let Some(file) = port_file {
        file.remove(&url, address);
    }
    // Does not wait for `mock.stop()` after a second signal.
    runtime.shutdown_background();
    Ok(())
}

/// The events that stop the server: a signal, or the end of the program that started it.
struct StopReasons {
    signals: Signals,
    parent: UnboundedReceiver<&'static str>,
    /// Keeps `parent` open if nothing is watched.
    _open: UnboundedSender<&'static str>,
}

impl StopReasons {
    /// # Errors
    /// A sentence, if something cannot be watched.
    fn listen(args: &ServerArgs) -> Result<Self, String> {
        let signals = Signals::listen().map_err(|error| format!("cannot wait for signals: {error}"))?;
        let (ended, parent) = unbounded_channel();
        if args.stop_with_stdin {
            watch_stdin(ended.clone())?;
        }
        if let Some(pid) = args.parent_pid {
            watch_process(pid, ended.clone())?;
        }
        Ok(Self { signals, parent, _open: ended })
    }

    /// Waits for the next event and returns its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            signal = self.signals.next() => signal,
            Some(ended) = self.parent.recv() => ended,
        }
    }
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
