//! Prepares the slow parts so that the first requests need not wait for them: the built-in specs and, with
//! `--contract-headers`, the OpenAPI description with which requests are compared. All servers of a process share these.
//!
//! Without those headers the description is compiled in the background once a request was recorded. It takes 7 MB, which
//! an idle server need not hold.

use crate::app::{App, Shared};
use crate::services::connection_specs::document;
use crate::services::flow_specs::FlowSpec;
use crate::services::specs::Spec as _;
use std::sync::Arc;

impl App {
    /// Waits until everything is prepared. The first caller starts the preparation on a separate thread. Requests that
    /// arrive in the meantime are answered and recorded as always, and examined later.
    pub(crate) async fn prepared(self: &Arc<Self>) {
        let prepare = || async {
            let app: Shared = Arc::clone(self);
            // It fails only if the server stops, and then its result is not needed.
            _ = tokio::task::spawn_blocking(move || app.prepare()).await;
        };
        self.is_prepared.get_or_init(prepare).await;
    }

    fn prepare(&self) {
        document::prepare();
        FlowSpec::built_in();
        if self.examines_requests() && self.config.contract_headers {
            self.contract.description();
        }
    }
}
