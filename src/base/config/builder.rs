//! The `with_*` methods of [`Config`], one for each field.

use super::{Auth, Config, ControlToken, InletUrl, NotificationUrl, StatePlace, StateReads, StateSync};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Writes the methods. `value` sets a field, `into` does so with
/// anything that converts into its type, `some` sets it to `Some`, `option` does so
/// with anything that converts into its type, `list` replaces all of its entries.
macro_rules! setters {
    ($( $kind:ident $method:ident $field:ident: $type:ty; )*) => {
        /// Methods that set one field each, for chains:
        ///
        /// ```
        /// use flowmock::{Auth, Config};
        ///
        /// let config = Config::default().with_auth(Auth::Issued).with_fixtures("tests/fixtures").with_deterministic(7);
        /// ```
        impl Config {
            $( setters! { @$kind $method $field: $type } )*
        }
    };
    (@value $method:ident $field:ident: $type:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $method(mut self, $field: $type) -> Self {
            self.$field = $field;
            self
        }
    };
    (@option $method:ident $field:ident: $type:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $method(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@into $method:ident $field:ident: $type:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $method(mut self, $field: impl Into<$type>) -> Self {
            self.$field = $field.into();
            self
        }
    };
    (@some $method:ident $field:ident: $type:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $method(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
    (@list $method:ident $field:ident: $type:ty) => {
        #[doc = concat!("Replaces all entries of [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $method(mut self, $field: impl IntoIterator<Item = impl Into<$type>>) -> Self {
            self.$field = $field.into_iter().map(Into::into).collect();
            self
        }
    };
}

setters! {
    value with_listen listen: SocketAddr;
    option with_fixtures fixtures: PathBuf;
    option with_faults_file faults_file: PathBuf;
    value with_strict strict: bool;
    value with_check_references check_references: bool;
    value with_auth auth: Auth;
    value with_check_token_kinds check_token_kinds: bool;
    value with_token_lifetime token_lifetime: Duration;
    list with_allow_api_keys allow_api_keys: String;
    list with_allow_organisations allow_organisations: String;
    list with_allow_sandboxes allow_sandboxes: String;
    option with_default_sandbox default_sandbox: String;
    value with_control control: bool;
    value with_ui ui: bool;
    option with_control_token control_token: ControlToken;
    value with_inlet_url inlet_url: InletUrl;
    value with_cors cors: bool;
    value with_cors_control cors_control: bool;
    list with_allow_hosts allow_hosts: String;
    value with_max_body_bytes max_body_bytes: usize;
    value with_max_header_bytes max_header_bytes: usize;
    value with_max_query_bytes max_query_bytes: usize;
    value with_max_connections_per_sandbox max_connections_per_sandbox: usize;
    value with_max_open_connections max_open_connections: usize;
    value with_header_read_timeout header_read_timeout: Duration;
    value with_request_timeout request_timeout: Duration;
    value with_drain_timeout drain_timeout: Duration;
    value with_run_duration run_duration: Duration;
    value with_journal_requests journal_requests: usize;
    value with_journal_max_bytes journal_max_bytes: usize;
    value with_journal_max_body_bytes journal_max_body_bytes: usize;
    value with_inlet_messages inlet_messages: usize;
    value with_inlet_max_bytes inlet_max_bytes: usize;
    list with_notification_urls notification_urls: NotificationUrl;
    list with_allow_notification_hosts allow_notification_hosts: String;
    value with_notification_log notification_log: usize;
    value with_notification_max_bytes notification_max_bytes: usize;
    value with_journal_secrets journal_secrets: bool;
    value with_contract contract: bool;
    list with_contract_rules contract_rules: String;
    value with_contract_headers contract_headers: bool;
    list with_seed_files seed_files: PathBuf;
    option with_state state: StatePlace;
    value with_state_sync state_sync: StateSync;
    into with_state_key state_key: String;
    value with_state_reads state_reads: StateReads;
    option with_replica replica: String;
    value with_max_state_bytes max_state_bytes: usize;
    value with_max_pending_bytes max_pending_bytes: usize;
    some with_deterministic deterministic: u64;
    some with_clock clock: SystemTime;
    value with_worker_threads worker_threads: usize;
}

#[cfg(feature = "tls")]
impl Config {
    /// Sets [`tls`](Self::tls).
    #[must_use]
    pub fn with_tls(mut self, tls: super::tls::Tls) -> Self {
        self.tls = Some(tls);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_sets_its_field() {
        let config = Config::default()
            .with_strict(true)
            .with_fixtures("fixtures")
            .with_allow_sandboxes(["prod", "A@AdobeOrg/dev"])
            .with_control_token("secret")
            .with_max_body_bytes(17);
        assert!(config.strict && config.control_token == Some("secret".into()));
        assert_eq!(config.fixtures.as_deref(), Some(std::path::Path::new("fixtures")));
        assert_eq!(config.allow_sandboxes, ["prod", "A@AdobeOrg/dev"]);
        assert_eq!(config.max_body_bytes, 17);
    }
}
