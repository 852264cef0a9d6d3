//! [`Server`]: connections to Redis.

use super::super::log::LogError;
use super::entry::refusal;
use crate::base::config::RedisUrl;
use crate::base::error::Code;
use crate::services::world::recorder::NotRecorded;
use redis::io::tcp::TcpSettings;
use redis::{Client, Cmd, Connection, FromRedisValue, IntoConnectionInfo, Pipeline, RedisError, Value};
use std::time::{Duration, Instant};

/// How long Redis may take to accept a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// How long Redis may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// After a failed attempt, how long no other one is made.
const PAUSE: Duration = Duration::from_millis(250);

/// Where Redis is.
#[derive(Clone)]
pub(crate) struct Address {
    client: Client,
    /// The URL without a password.
    shown: String,
}

impl Address {
    /// The address that the URL names.
    ///
    /// # Errors
    /// The mistake in the URL, as a sentence without a password.
    pub(crate) fn of(url: &RedisUrl) -> Result<Self, String> {
        // TLS takes the cryptography that the process has chosen, which is ring unless the program has chosen another.
        _ = rustls::crypto::ring::default_provider().install_default();
        // The end of a long record must not wait until the beginning is confirmed.
        let settings = TcpSettings::default().set_nodelay(true);
        let info = url.expose().into_connection_info().map(|info| info.set_tcp_settings(settings));
        let client = info.and_then(Client::open).map_err(|_| {
            format!(
                "{url} (--state) is no URL of a Redis, as redis://[user:password@]host[:port][/database] is"
            )
        })?;
        Ok(Self { client, shown: url.to_string() })
    }

    /// Connects.
    ///
    /// # Errors
    /// [`LogError::Gone`] if Redis cannot be reached, [`LogError::Unusable`] if it does not accept the password.
    pub(super) fn connect(&self) -> Result<Link, LogError> {
        let connected = self.client.get_connection_with_timeout(CONNECT_WITHIN).and_then(|connection| {
            connection.set_read_timeout(Some(ANSWER_WITHIN))?;
            connection.set_write_timeout(Some(ANSWER_WITHIN))?;
            Ok(connection)
        });
        let connection = connected.map_err(|error| self.error(&error))?;
        Ok(Link { connection, address: self.clone() })
    }

    fn error(&self, error: &RedisError) -> LogError {
        let is_password = matches!(error.kind(), redis::ErrorKind::AuthenticationFailed)
            || matches!(error.code(), Some("NOAUTH" | "WRONGPASS" | "NOPERM"));
        if is_password {
            return self.wrong_password();
        }
        LogError::Gone(self.unreachable(&error.to_string()))
    }

    fn wrong_password(&self) -> LogError {
        LogError::Unusable(
            format!("{} (--state) refuses the user and password of the URL", self.shown).into(),
        )
    }

    fn unreachable(&self, reason: &str) -> NotRecorded {
        NotRecorded {
            code: Code::ProviderUnavailable,
            reason: format!(
                "the state in {} (--state) is out of reach: {reason}; a change may still be made",
                self.shown
            ),
        }
    }
}

/// Redis, and the connection to it.
pub(super) struct Server {
    address: Address,
    link: Option<Link>,
    /// When the next attempt to connect may be made, and why the last one failed.
    failed: Option<(Instant, LogError)>,
}

impl Server {
    pub(super) fn new(address: Address) -> Self {
        Self { address, link: None, failed: None }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// A connection, and whether it is a new one. It is to be [kept](Self::keep) if all went well.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn link(&mut self) -> Result<(Link, bool), LogError> {
        if let Some(link) = self.link.take() {
            return Ok((link, false));
        }
        if let Some((until, error)) = &self.failed
            && Instant::now() < *until
        {
            return Err(error.clone());
        }
        match self.address.connect() {
            Ok(link) => {
                self.failed = None;
                Ok((link, true))
            }
            Err(error) => {
                self.failed = Some((Instant::now() + PAUSE, error.clone()));
                Err(error)
            }
        }
    }

    /// Keeps a connection for later.
    pub(super) fn keep(&mut self, link: Link) {
        self.link = Some(link);
    }

    /// The error of an answer that cannot be understood.
    pub(super) fn failed(&self, reason: &str) -> LogError {
        LogError::Gone(self.address.unreachable(reason))
    }

    /// Whether an answer is an error.
    ///
    /// # Errors
    /// [`LogError`], if it is one.
    pub(super) fn check(&self, answer: &Value) -> Result<(), LogError> {
        let Value::ServerError(error) = answer else { return Ok(()) };
        match error.code() {
            "NOAUTH" | "WRONGPASS" | "NOPERM" => Err(self.address.wrong_password()),
            "WRONGTYPE" => Err(LogError::Unusable(
                format!(
                    "{} has data of another program there; choose another --state-key",
                    self.address.shown
                )
                .into(),
            )),
            _ => Err(self.failed(&refusal(answer))),
        }
    }

    /// The error of a record that Redis did not take.
    pub(super) fn refused(&self, answer: &Value) -> NotRecorded {
        NotRecorded {
            code: Code::ProviderUnavailable,
            reason: format!(
                "{} (--state) does not store the change: {}",
                self.address.shown,
                refusal(answer)
            ),
        }
    }
}

/// A connection.
pub(super) struct Link {
    connection: Connection,
    address: Address,
}

impl Link {
    /// Asks everything at once.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn query<T: FromRedisValue>(&mut self, pipe: &Pipeline) -> Result<T, LogError> {
        pipe.query(&mut self.connection).map_err(|error| self.address.error(&error))
    }

    /// Asks one thing.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, LogError> {
        command.query(&mut self.connection).map_err(|error| self.address.error(&error))
    }
}
