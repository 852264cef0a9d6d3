//! [`FlowMock`]: a running server and its owner. The binary and every test use it.

pub(crate) mod assertion;
pub(crate) mod contract;
pub(crate) mod faults;
pub(crate) mod inlets;
pub(crate) mod journal;
pub(crate) mod notifications;
pub(crate) mod pact;
pub(crate) mod runs;
pub(crate) mod state;
pub(crate) mod tokens;
pub(crate) mod verify;

use crate::app::notifications::center::Notifications;
use crate::app::watch::watch;
use crate::app::{App, Shared};
use crate::base::config::Config;
use crate::base::document::refusal::Refused;
use crate::base::files::FixtureError;
use crate::base::operation::BASE_PATH;
use crate::http::layers::guard;
use crate::http::router::{HttpService, service};
use crate::server;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::{fmt, io};
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

/// A running flowmock server, which stops when this is dropped.
pub struct FlowMock {
    app: Shared,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for FlowMock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowMock").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The reason why a server did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The server cannot listen on the address: it is in use, or is not an address of this machine.
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// A fixture cannot be read or is invalid.
    Fixture(FixtureError),
    /// A seed document cannot be read or is invalid: everything that is wrong.
    Seed(Refused),
    /// The configured contract rules are invalid: everything that is wrong.
    Contract(Refused),
    /// Notifications would go to a host that is not allowed: every such URL.
    Notifications(Refused),
    /// A certificate or key cannot be read, made or used.
    #[cfg(feature = "tls")]
    Tls(crate::server::tls::TlsError),
    /// The place of [`Config::state`] cannot be used: the cause and the remedy.
    State(String),
    /// The system refused to start a thread.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
                write!(
                    f,
                    "cannot listen on {address}: the port is in use; stop what listens there, or choose another with \
                     --listen, such as --listen {}, which picks a free one",
                    SocketAddr::new(address.ip(), 0)
                )
            }
            Self::Listen { address, source }
                if source.kind() == io::ErrorKind::PermissionDenied && address.port() < 1024 =>
            {
                write!(
                    f,
                    "cannot listen on {address}: ports below 1024 are for privileged users; choose a higher one, such \
                     as --listen {}",
                    SocketAddr::new(address.ip(), address.port() % 1000 + 8000)
                )
            }
            Self::Listen { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Fixture(error) => error.fmt(f),
            Self::Seed(error) | Self::Contract(error) | Self::Notifications(error) => error.fmt(f),
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.fmt(f),
            Self::State(reason) => f.write_str(reason),
            Self::Thread(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } | Self::Thread(source) => Some(source),
            Self::Fixture(error) => Some(error),
            Self::Seed(error) | Self::Contract(error) | Self::Notifications(error) => Some(error),
            Self::State(_) => None,
            #[cfg(feature = "tls")]
            Self::Tls(error) => Some(error),
        }
    }
}

impl FlowMock {
    /// Starts a server with [`Config::default`] on a free port of 127.0.0.1. It is ready when this returns.
    ///
    /// # Panics
    /// If the machine has no free port or thread.
    #[must_use = "the server stops when its handle is dropped"]
    #[track_caller]
    pub fn start() -> Self {
        match Self::with_config(Config::default()) {
            Ok(mock) => mock,
            Err(error) => panic!("flowmock did not start: {error}"),
        }
    }

    /// Starts a server. It is ready when this returns.
    ///
    /// # Errors
    /// [`StartError`] if the server cannot listen on the address, or a fixture or a certificate cannot be used.
    pub fn with_config(config: Config) -> Result<Self, StartError> {
        if !config.listen.ip().is_loopback() && guard::is_open(&config) {
            tracing::warn!(
                listen = %config.listen,
                "whoever reaches this address can read and change everything: listen on 127.0.0.1, publish a \
                 container's port with -p 127.0.0.1:8080:8080, or set a control token"
            );
        }
        Self::serve(config, |config, address| {
            let mut app =
                App::new(config.clone(), &crate::http::openapi::DESCRIPTION).map_err(StartError::Fixture)?;
            app.inlets.address = address;
            Notifications::check(config)
                .map_err(|wrong| StartError::Notifications(Refused::invalid(wrong)))?;
            app.seed(&config.seed_files).map_err(|problems| StartError::Seed(Refused::invalid(problems)))?;
            app.configure_contract().map_err(|wrong| StartError::Contract(Refused::invalid(wrong)))?;
            let app = Arc::new(app);
            app.open_record().map_err(StartError::State)?;
            Ok(service(app))
        })
    }

    /// Starts a server with the service that `make` returns for a configuration and an address, on a thread of its own.
    pub(crate) fn serve(
        config: Config,
        make: impl FnOnce(&Config, SocketAddr) -> Result<HttpService, StartError> + Send + 'static,
    ) -> Result<Self, StartError> {
        #[cfg(feature = "internals")]
        crate::internals::choose_cryptography();
        let config = config.within_bounds();
        let (stop, stopped) = oneshot::channel();
        let (report, outcome) = mpsc::sync_channel(1);
        let run = move || {
            let started = start(&config).and_then(|(runtime, listener)| {
                let service = make(&config, listener.1)?;
                Ok((runtime, listener, service))
            });
            match started {
                Err(error) => _ = report.send(Err(error)),
                Ok((runtime, (listener, address, transport), service)) => {
                    let service = service.with_certificate(transport.certificate_names());
                    let app = Arc::clone(service.app());
                    service.app().begin_notifications(runtime.handle());
                    _ = report.send(Ok((address, Arc::clone(service.app()))));
                    runtime.spawn(watch(Arc::clone(service.app())));
                    runtime.block_on(server::serve(listener, transport, service, &config, stopped));
                    // Requests that did not finish within the drain timeout are abandoned.
                    runtime.shutdown_background();
                    app.close_record();
                }
            }
        };
        let thread = thread::Builder::new().name("flowmock".into()).spawn(run).map_err(StartError::Thread)?;
        match outcome.recv() {
            Ok(Ok((address, app))) => Ok(Self { app, address, stop: Some(stop), thread: Some(thread) }),
            Ok(Err(error)) => Err(error),
            Err(gone) => Err(StartError::Thread(io::Error::other(gone))),
        }
    }

    /// The parts of the server, on which the methods of [`FlowMock`] work as the control calls do.
    pub(crate) fn app(&self) -> &Shared {
        &self.app
    }

    /// The address of the server, with its actual port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's URL without a final slash, in place of `https://platform.adobe.io`.
    ///
    /// A server on all interfaces is named by its loopback address. With TLS, the URL begins with `https`.
    #[must_use]
    pub fn url(&self) -> String {
        self.app.config.url_at(self.address)
    }

    /// The URL of the Flow Service: [`FlowMock::url`] with its base path, without a final slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.url() + BASE_PATH
    }

    /// Stops the server, as dropping it does: it accepts no more connections, and requests in flight may finish within
    /// [`Config::drain_timeout`]. Returns when the server has stopped.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for FlowMock {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

type Listener = (tokio::net::TcpListener, SocketAddr, server::Transport);

/// The number of threads for slow work such as resets, which no other request waits for. More threads would not be
/// faster, since they wait for each other, and each has memory of its own: with a thread for each of 64 resetting
/// clients, they kept 50 MB. None of them may wait for a client.
const BLOCKING_THREADS: usize = 4;

/// The number of changes that can wait at a time until they are recorded, if the state is kept; each waits on a thread. Those
/// that wait together share one write to the disk, or one round trip to Redis. If all threads wait, requests do too.
const RECORDING_THREADS: usize = 64;

fn start(config: &Config) -> Result<(Runtime, Listener), StartError> {
    let is_recorded = config.state.is_some();
    let mut builder = match config.worker_threads {
        // With a record, another thread has to serve requests while a change waits on this one.
        1 if !is_recorded => runtime::Builder::new_current_thread(),
        threads => {
            let mut builder = runtime::Builder::new_multi_thread();
            if threads > 0 {
                builder.worker_threads(threads);
            }
            builder
        }
    };
    let blocking_threads = BLOCKING_THREADS + if is_recorded { RECORDING_THREADS } else { 0 };
    builder.enable_all().thread_name("flowmock-worker").max_blocking_threads(blocking_threads);
    let runtime = builder.build().map_err(StartError::Thread)?;
    let listener = {
        let _entered = runtime.enter();
        server::listen(config.listen)
    };
    let (listener, address) =
        listener.map_err(|source| StartError::Listen { address: config.listen, source })?;
    Ok((runtime, (listener, address, transport(config)?)))
}

/// Plain text, or TLS if it is configured.
#[cfg_attr(not(feature = "tls"), expect(clippy::unnecessary_wraps, reason = "with TLS it can fail"))]
fn transport(config: &Config) -> Result<server::Transport, StartError> {
    #[cfg(not(feature = "tls"))]
    let (transport, _) = (server::Transport::default(), config);
    #[cfg(feature = "tls")]
    let transport = {
        let tls = config.tls.as_ref().map(server::tls::acceptor).transpose().map_err(StartError::Tls)?;
        let certificate = config.tls.as_ref().map(server::tls::certificate).transpose();
        server::Transport { tls, certificate: certificate.map_err(StartError::Tls)? }
    };
    Ok(transport)
}
