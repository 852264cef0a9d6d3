//! [`Batch`]: a batch, with the run that writes it.
//!
//! Decided: a batch exists from the moment at which the promotion of its run begins. Runs that end without a promotion, runs of
//! destinations and hours of events have none.

use crate::base::error::{Code, Error, excerpt};
use crate::base::operation::Kind;
use crate::services::runs::flow_runs::FlowRuns;
use crate::services::runs::flow_runs::Origin;
use crate::services::runs::source_run::SourceRun;
use crate::services::runs::{Run, SandboxRuns};
use crate::services::world::Sandbox;
use serde_json::Value;
use uuid::Uuid;

/// A batch that a run has begun to write.
pub(crate) struct Batch {
    pub(super) id: String,
    pub(super) runs: FlowRuns,
    pub(super) run: Run,
    /// The flow's source connection as it is now; `null` if it was deleted.
    pub(super) source: Value,
    /// The data set of the flow's target connection; `None` if it names none or was deleted.
    pub(super) data_set: Option<String>,
}

impl Batch {
    /// The batch with that id.
    ///
    /// # Errors
    /// [`Code::CatalogNotFound`].
    pub(crate) fn find(id: &str, runs: &SandboxRuns<'_>, sandbox: &Sandbox) -> Result<Self, Error> {
        Self::found(id, runs, sandbox).ok_or_else(|| {
            let detail = format!("no batch has the id {} in this organisation and sandbox", excerpt(id));
            Error::new(Code::CatalogNotFound, detail)
        })
    }

    fn found(id: &str, runs: &SandboxRuns<'_>, sandbox: &Sandbox) -> Option<Self> {
        let (runs, run) = runs.find_batch(id)?;
        let plan = &runs.plan;
        if !plan.facts.shape.is_batch_source() || matches!(run.origin, Origin::Events(_)) {
            return None;
        }
        let written = SourceRun::new(&run, plan, runs.base);
        if written.batch().is_none() || written.promoted_from() > runs.now {
            return None;
        }
        let stored = |kind: Kind, ids: &[String]| {
            let entity = sandbox.store.get(kind, Uuid::parse_str(ids.first()?).ok()?)?;
            serde_json::from_slice::<Value>(entity.item()).ok()
        };
        let source = stored(Kind::SourceConnection, &plan.source_ids).unwrap_or_default();
        let target = stored(Kind::TargetConnection, &plan.target_ids).unwrap_or_default();
        let data_set = target["params"]["dataSetId"].as_str().map(str::to_owned);
        Some(Self { id: id.to_owned(), runs, run, source, data_set })
    }

    /// What its run did.
    pub(super) fn written(&self) -> SourceRun<'_> {
        SourceRun::new(&self.run, &self.runs.plan, self.runs.base)
    }

    /// Whether its run is over.
    pub(super) fn is_complete(&self) -> bool {
        self.run.status.is_final()
    }
}
