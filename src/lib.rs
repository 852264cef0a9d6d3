//! flowmock stands in for Adobe Experience Platform's Flow Service: a server on your machine that answers the
//! `/connections` and `/connectionSpecs` calls as the real service documents them.
//!
//! As a library it runs inside a test. [`FlowMock::start`] returns when the server is ready, on a port of its
//! own; dropping it stops the server. Blocking and async clients and any test runtime work, since it has its
//! own thread. Tests with their own organisations or sandboxes can share one server and run in parallel: they
//! never see each other's data.
//!
//! ```
//! use flowmock::FlowMock;
//! use serde_json::{Value, json};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mock = FlowMock::start();
//! let created: Value = reqwest::blocking::Client::new()
//!     .post(format!("{}/connections", mock.base_url()))
//!     .header("Authorization", "Bearer any-token")
//!     .header("x-api-key", "any-key")
//!     .header("x-gw-ims-org-id", "TEST@AdobeOrg")
//!     .header("x-sandbox-name", "prod")
//!     .json(&json!({
//!         "name": "orders",
//!         "auth": {
//!             "specName": "Connection String Based Authentication",
//!             "params": { "connectionString": "AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY}" }
//!         },
//!         "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" }
//!     }))
//!     .send()?
//!     .error_for_status()?
//!     .json()?;
//! assert!(created["id"].is_string());
//! # Ok(())
//! # }
//! ```
//!
//! [`FlowMock::with_config`] takes a [`Config`], whose fields are the binary's flags.

/// Compiles and runs the README's Rust.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod app;
mod base;
mod http;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod mock;
mod server;
mod services;
mod store;
mod testkit;

#[cfg(feature = "tls")]
pub use base::config::tls::Tls;
pub use base::config::{
    Auth, Config, ControlToken, InletUrl, NotificationUrl, RedisUrl, StatePlace, StateReads, StateSync,
};
pub use base::document::refusal::{Problem, Refused};
pub use base::files::FixtureError;
#[doc(hidden)] // for the binary, which shows what another server sent
pub use base::printable::printable;
pub use http::openapi::openapi_json;
pub use mock::{FlowMock, StartError};
#[cfg(feature = "tls")]
pub use server::tls::TlsError;
pub use services::inlets::mailbox::InletMessage;
pub use testkit::contract;
pub use testkit::expectation::{Difference, Expectation, Matcher, Miss, Times, Verification};
pub use testkit::faults::{Delay, Effect, Fault, FaultRule, Per};
pub use testkit::journal::{Breach, RecordedBody, RecordedOutcome, RecordedRequest, RequestFilter};
pub use testkit::notifications::{Notification, NotificationAttempt};

/// The base path of the Flow Service, below [`FlowMock::url`]. Reference: "Base path and headers".
pub const BASE_PATH: &str = base::operation::BASE_PATH;

/// The path that answers 200 as soon as the server runs, without any headers.
pub const HEALTH_PATH: &str = base::operation::HEALTH;
