//! The runs of flows, as methods of [`FlowMock`].

use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::mock::FlowMock;
use crate::services::world::Part;
use serde_json::Value;

impl FlowMock {
    /// Sets the outcomes of coming runs, or makes runs, like `POST /_flowmock/runs`; returns what was ordered.
    ///
    /// ```no_run
    /// # let (mock, flow) = (flowmock::FlowMock::start(), "");
    /// mock.order_runs(&serde_json::json!({"flowId": flow, "run": 3, "outcome": "copyFailed", "code": "1337"}))?;
    /// # Ok::<(), flowmock::Refused>(())
    /// ```
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with the order.
    pub fn order_runs(&self, orders: &Value) -> Result<Value, Refused> {
        self.changed(|app| app.order_runs(orders, &Part::All))
    }

    /// Sets the outcome of every run of a sandbox that starts from now on, unless its flow has another, like
    /// `POST /_flowmock/runs?imsOrgId=&sandbox=`.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with the outcome.
    pub fn order_runs_of(&self, ims_org: &str, sandbox: &str, orders: &Value) -> Result<Value, Refused> {
        let tenant = crate::base::tenant::Tenant::new(ims_org, sandbox);
        self.changed(|app| app.order_runs(orders, &Part::Sandbox(tenant)))
    }

    /// Ends a run that is in progress, like `POST /_flowmock/runs/{id}`: `{"end": "release"}`, `{"end": "finish"}` or
    /// `{"end": "fail", "code": "2200"}`.
    ///
    /// # Errors
    /// [`Refused`] if there is no such run or it is over.
    pub fn end_run(&self, id: &str, how: &Value) -> Result<(), Refused> {
        self.changed(|app| app.end_run(id, how, &Part::All))
    }

    /// Forgets the outcomes that were set for runs that have not started, like `DELETE /_flowmock/runs`.
    ///
    /// # Errors
    /// [`Refused`] if outcomes were changed too often before.
    pub fn forget_ordered_runs(&self) -> Result<(), Refused> {
        self.changed(|app| app.forget_ordered_runs(&Part::All))
    }

    /// Makes a change after which webhooks may have to be notified.
    fn changed<T>(&self, change: impl FnOnce(&App) -> T) -> T {
        let done = change(self.app());
        self.app().notifications.wake();
        done
    }
}
