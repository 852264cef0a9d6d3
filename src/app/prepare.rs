//! Makes what the first requests would otherwise have to wait for: the built-in connection specs, and the OpenAPI
//! description with which requests are compared. All servers of a process share these.

use crate::app::{App, Shared};
use crate::services::connection_specs::Registry;
use std::sync::Arc;

impl App {
    /// Waits until everything is made, on a thread of its own: the first caller has it made. Requests that come meanwhile are
    /// answered and recorded as always, and examined later.
    pub(crate) async fn prepared(self: &Arc<Self>) {
        let prepare = || async {
            let app: Shared = Arc::clone(self);
            // It fails if the server stops, and then nobody needs it.
            _ = tokio::task::spawn_blocking(move || app.prepare()).await;
        };
        self.is_prepared.get_or_init(prepare).await;
    }

    fn prepare(&self) {
        Registry::prepare();
        if self.examines_requests() {
            self.contract.description();
        }
    }
}
