//! `GET /_flowmock/info`: the version, the start time and the configuration of the server.

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

/// The names of the active features that change responses or calls.
fn features(app: &App) -> Vec<&'static str> {
    let config = &app.config;
    let features = [
        ("strict", config.strict),
        ("checkReferences", config.check_references),
        ("issuedTokens", config.auth == Auth::Issued),
        ("tokenKinds", config.check_token_kinds),
        ("allowLists", app.allow.are_any()),
        ("ui", config.has_page()),
        ("controlToken", config.control_token.is_some()),
        ("cors", config.cors),
        ("corsControl", config.cors_control),
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

/// Destructures a configuration into its settings, each with a name and a value. The compiler reports a missing one.
macro_rules! settings {
    ($config:ident; $( $(#[$feature:meta])* $field:ident => $name:literal: $value:expr; )*) => {{
        let Config { $( $(#[$feature])* $field, )* } = $config;
        [ $( $(#[$feature])* ($name, json!($value)), )* ]
    }};
}

/// Every setting except secrets.
fn configuration(config: &Config) -> Map<String, Value> {
    let millis = |time: &Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let settings = settings! {
        config;
        listen => "listen": listen.to_string();
        #[cfg(feature = "tls")]
        tls => "tlsCertificate": tls.as_ref().map(|tls| tls.certificate().to_string_lossy().into_owned());
        fixtures => "fixtures": fixtures.as_ref().map(|folder| folder.to_string_lossy());
        strict => "strict": strict;
        check_references => "checkReferences": check_references;
        auth => "auth": auth_name(*auth);
        check_token_kinds => "checkTokenKinds": check_token_kinds;
        token_lifetime => "tokenLifetimeSeconds": token_lifetime.as_secs();
        allow_api_keys => "allowApiKeys": allow_api_keys;
        allow_organisations => "allowOrganisations": allow_organisations;
        allow_sandboxes => "allowSandboxes": allow_sandboxes;
        default_sandbox => "defaultSandbox": default_sandbox;
        control => "control": control;
        ui => "ui": ui;
        control_token => "controlToken": control_token.as_ref().map(|_| "[redacted]");
        inlet_url => "inletUrl": inlet_url.to_string();
        cors => "cors": cors;
        cors_control => "corsControl": cors_control;
        allow_hosts => "allowHosts": allow_hosts;
        max_body_bytes => "maxBodyBytes": max_body_bytes;
        max_header_bytes => "maxHeaderBytes": max_header_bytes;
        max_query_bytes => "maxQueryBytes": max_query_bytes;
        max_connections_per_sandbox => "maxConnectionsPerSandbox": max_connections_per_sandbox;
        max_open_connections => "maxOpenConnections": max_open_connections;
        header_read_timeout => "headerReadTimeoutMs": millis(header_read_timeout);
        request_timeout => "requestTimeoutMs": millis(request_timeout);
        drain_timeout => "drainTimeoutMs": millis(drain_timeout);
        journal_requests => "journalRequests": journal_requests;
        journal_max_bytes => "journalMaxBytes": journal_max_bytes;
        journal_max_body_bytes => "journalMaxBodyBytes": journal_max_body_bytes;
        inlet_messages => "inletMessages": inlet_messages;
        inlet_max_bytes => "inletMaxBytes": inlet_max_bytes;
        notification_urls => "notificationUrls": notification_urls.iter().map(ToString::to_string).collect::<Vec<_>>();
        allow_notification_hosts => "allowNotificationHosts": allow_notification_hosts;
        notification_log => "notificationLog": notification_log;
        notification_max_bytes => "notificationMaxBytes": notification_max_bytes;
        journal_secrets => "journalSecrets": journal_secrets;
        contract => "contract": contract;
        contract_rules => "contractRules": contract_rules;
        contract_headers => "contractHeaders": contract_headers;
        seed_files => "seedFiles": seed_files.iter().map(|file| file.to_string_lossy()).collect::<Vec<_>>();
        state => "state": state.as_ref().map(ToString::to_string);
        state_sync => "stateSync": state_sync.name();
        state_key => "stateKey": state_key;
        state_reads => "stateReads": state_reads.name();
        replica => "replica": replica;
        faults_file => "faultsFile": faults_file.as_ref().map(|file| file.to_string_lossy());
        max_state_bytes => "maxStateBytes": max_state_bytes;
        max_pending_bytes => "maxPendingBytes": max_pending_bytes;
        deterministic => "deterministic": deterministic;
        clock => "clock": clock.map(time::millis).map(time::rfc3339);
        run_duration => "runDurationMs": millis(run_duration);
        worker_threads => "workerThreads": worker_threads;
    };
    let is_set = |(_, value): &(&str, Value)| !value.is_null();
    settings.into_iter().filter(is_set).map(|(name, value)| (name.to_owned(), value)).collect()
}
