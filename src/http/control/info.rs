//! `GET /_flowmock/info`: what is running, since when, and how it was told to behave.

use crate::app::{App, Shared};
use crate::base::config::{Auth, Config};
use crate::base::time;
use crate::http::answer;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(crate) async fn info(State(app): State<Shared>) -> Response {
    answer::ok(&json!({
        "version": env!("CARGO_PKG_VERSION"),
        "startedAt": time::rfc3339(app.metrics.started),
        "time": time::rfc3339(app.env.now()),
        "features": features(&app),
        "configuration": configuration(&app.config),
    }))
}

/// The names of the features in use that change what clients see or may ask.
fn features(app: &App) -> Vec<&'static str> {
    let config = &app.config;
    let features = [
        ("strict", config.strict),
        ("issuedTokens", config.auth == Auth::Issued),
        ("allowLists", app.allow.are_any()),
        ("controlToken", config.control_token.is_some()),
        ("cors", config.cors),
        ("fixtures", config.fixtures.is_some()),
        ("tls", config.scheme() == "https"),
        ("seed", !config.seed_files.is_empty()),
        ("deterministic", config.deterministic.is_some()),
        ("journal", config.journal_requests > 0),
        ("journalSecrets", config.journal_secrets),
        ("contract", app.examines_requests()),
        ("contractHeaders", config.contract_headers),
    ];
    features.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
}

fn auth_name(auth: Auth) -> &'static str {
    match auth {
        Auth::Any => "any",
        Auth::Issued => "issued",
    }
}

/// Every knob as it is set, but for secrets. Without `..`, so that none can be forgotten.
fn configuration(config: &Config) -> Map<String, Value> {
    let Config {
        listen,
        #[cfg(feature = "tls")]
        tls,
        fixtures,
        strict,
        auth,
        token_lifetime,
        allow_api_keys,
        allow_organisations,
        allow_sandboxes,
        control,
        control_token,
        cors,
        max_body_bytes,
        max_header_bytes,
        max_query_bytes,
        max_connections_per_sandbox,
        max_open_connections,
        header_read_timeout,
        request_timeout,
        drain_timeout,
        journal_requests,
        journal_max_bytes,
        journal_max_body_bytes,
        journal_secrets,
        contract,
        contract_rules,
        contract_headers,
        seed_files,
        faults_file,
        max_state_bytes,
        max_pending_bytes,
        deterministic,
        clock,
        worker_threads,
    } = config;
    let millis = |time: &Duration| json!(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    let knobs = [
        ("listen", json!(listen.to_string())),
        #[cfg(feature = "tls")]
        ("tlsCertificate", json!(tls.as_ref().map(|tls| tls.certificate().to_string_lossy().into_owned()))),
        ("fixtures", json!(fixtures.as_ref().map(|folder| folder.to_string_lossy()))),
        ("strict", json!(strict)),
        ("auth", json!(auth_name(*auth))),
        ("tokenLifetimeSeconds", json!(token_lifetime.as_secs())),
        ("allowApiKeys", json!(allow_api_keys)),
        ("allowOrganisations", json!(allow_organisations)),
        ("allowSandboxes", json!(allow_sandboxes)),
        ("control", json!(control)),
        ("controlToken", json!(control_token.as_ref().map(|_| "[redacted]"))),
        ("cors", json!(cors)),
        ("maxBodyBytes", json!(max_body_bytes)),
        ("maxHeaderBytes", json!(max_header_bytes)),
        ("maxQueryBytes", json!(max_query_bytes)),
        ("maxConnectionsPerSandbox", json!(max_connections_per_sandbox)),
        ("maxOpenConnections", json!(max_open_connections)),
        ("headerReadTimeoutMs", millis(header_read_timeout)),
        ("requestTimeoutMs", millis(request_timeout)),
        ("drainTimeoutMs", millis(drain_timeout)),
        ("journalRequests", json!(journal_requests)),
        ("journalMaxBytes", json!(journal_max_bytes)),
        ("journalMaxBodyBytes", json!(journal_max_body_bytes)),
        ("journalSecrets", json!(journal_secrets)),
        ("contract", json!(contract)),
        ("contractRules", json!(contract_rules)),
        ("contractHeaders", json!(contract_headers)),
        ("seedFiles", json!(seed_files.iter().map(|file| file.to_string_lossy()).collect::<Vec<_>>())),
        ("faultsFile", json!(faults_file.as_ref().map(|file| file.to_string_lossy()))),
        ("maxStateBytes", json!(max_state_bytes)),
        ("maxPendingBytes", json!(max_pending_bytes)),
        ("deterministic", json!(deterministic)),
        ("clock", json!(clock.map(time::millis).map(time::rfc3339))),
        ("workerThreads", json!(worker_threads)),
    ];
    knobs
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
