//! [`Item`]: a run as JSON. Reference: "Runs" (the object). [`ItemWriter`]: many of them, which cost less together: most of
//! the text is copied.

use super::extra::Put;
use super::flow_runs::{FlowRuns, Origin, Run};
use super::flow_template::FlowTemplate;
use super::outcome::{Outcome, Status};
use super::plan::{Plan, Volume};
use super::run_json::RunJson;
use super::run_values::{Batches, RunValues};
use super::shape::Shape;
use super::shared::Shared;
use super::template::Template;
use crate::base::tenant::Tenant;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;
use std::sync::Arc;
use uuid::Uuid;

/// A run and its surroundings, to be written as JSON.
pub(crate) struct Item<'a> {
    pub(crate) run: &'a Run,
    pub(crate) runs: &'a FlowRuns,
    pub(crate) place: &'a ItemPlace<'a>,
}

/// Where runs are written.
pub(crate) struct ItemPlace<'a> {
    pub(crate) tenant: &'a Tenant,
    /// The tenant's [`Tenant::sandbox_id`].
    pub(crate) sandbox_id: Uuid,
    /// Where links to batches begin: scheme, host and port.
    pub(crate) base_url: &'a str,
}

impl Item<'_> {
    /// The JSON of the run.
    ///
    /// # Errors
    /// Those of serialising, which no run causes.
    pub(crate) fn json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = Vec::with_capacity(ItemWriter::ABOUT_BYTES);
        ItemWriter::new(self.place).write(self.run, self.runs, &mut json)?;
        Ok(json)
    }
}

/// Costs more than [`Item::json`].
impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = self.json().map_err(S::Error::custom)?;
        let json = String::from_utf8(json).map_err(S::Error::custom)?;
        RawValue::from_string(json).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// Writes runs as JSON. Runs that end alike share a [`Template`].
pub(crate) struct ItemWriter<'a> {
    place: &'a ItemPlace<'a>,
    batches: Batches,
    /// The last one was used last.
    templates: Vec<Known>,
}

/// The template of runs that are alike.
struct Known {
    likeness: Likeness,
    template: Template,
    /// The plan of the flow whose run was written last.
    plan: Arc<Plan>,
    /// The template of the scheduled runs of that flow, once a second one is written.
    of_flow: Option<FlowTemplate>,
}

impl Known {
    /// Whether that run of the flow whose run was written last can be written with [`of_flow`](Self::of_flow).
    fn fits(&self, run: &Run, plan: &Arc<Plan>) -> bool {
        Arc::ptr_eq(&self.plan, plan)
            && self.likeness.outcome.is(&run.outcome)
            && self.likeness.status == run.status
            && run.put.is_none()
            && matches!(run.origin, Origin::Schedule)
            && self.likeness.call.is_none()
    }
}

impl<'a> ItemWriter<'a> {
    /// The usual number of bytes of a run, or more.
    pub(crate) const ABOUT_BYTES: usize = 3072;

    /// The most templates that are kept.
    const MOST_TEMPLATES: usize = 64;

    /// A writer of runs in that place.
    pub(crate) fn new(place: &'a ItemPlace<'a>) -> Self {
        Self { place, batches: Batches::below(place.base_url), templates: Vec::new() }
    }

    /// Appends the JSON of a run to `out`.
    ///
    /// # Errors
    /// Those of serialising, which no run causes.
    pub(crate) fn write(
        &mut self, run: &Run, runs: &FlowRuns, out: &mut Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        let values = RunValues::of(run, &runs.plan, runs.base, &self.batches);
        let fill = |slot, out: &mut Vec<u8>| values.write(slot, out);
        if let Some(known) = self.templates.last_mut()
            && known.fits(run, &runs.plan)
            && values.has_usual_times()
        {
            let template = match &mut known.of_flow {
                Some(template) => template,
                none => none.insert(FlowTemplate::of(&known.template, &values)?),
            };
            template.write(&values, out);
            return Ok(());
        }
        let Some(likeness) = Likeness::of(run, &runs.plan) else {
            return self.template(run, runs)?.write(out, fill);
        };
        match self.templates.iter().rposition(|known| known.likeness.is(&likeness)) {
            Some(index) => {
                let last = self.templates.len() - 1;
                self.templates.swap(index, last);
            }
            None => {
                if self.templates.len() == Self::MOST_TEMPLATES {
                    self.templates.remove(0);
                }
                let (template, plan) = (self.template(run, runs)?, Arc::clone(&runs.plan));
                self.templates.push(Known { likeness, template, plan, of_flow: None });
            }
        }
        let Some(known) = self.templates.last_mut() else { return Ok(()) };
        if !Arc::ptr_eq(&known.plan, &runs.plan) {
            (known.plan, known.of_flow) = (Arc::clone(&runs.plan), None);
        }
        known.template.write(out, fill)
    }

    fn template(&self, run: &Run, runs: &FlowRuns) -> Result<Template, serde_json::Error> {
        Template::of(&RunJson { run, runs, tenant: self.place.tenant, sandbox_id: self.place.sandbox_id })
    }
}

/// The facts on which the template of a run depends.
struct Likeness {
    outcome: Shared<Outcome>,
    status: Status,
    shape: Shape,
    volume: Option<Volume>,
    /// Whether it is a run of a call, and whether that had `params`.
    call: Option<bool>,
    is_recurring: bool,
    error_diagnostics: bool,
    has_source: bool,
    has_target: bool,
    has_path: bool,
    /// The plan, if the run lists its segments.
    plan: Option<Arc<Plan>>,
}

impl Likeness {
    /// `None` for a run whose template fits no other.
    fn of(run: &Run, plan: &Arc<Plan>) -> Option<Self> {
        let call = match &run.origin {
            Origin::Schedule => None,
            Origin::Call { params, .. } => Some(params.is_some()),
            Origin::Events(_) => return None,
        };
        let None::<&Shared<Put>> = run.put.as_ref() else { return None };
        Some(Self {
            outcome: run.outcome.clone(),
            status: run.status,
            shape: plan.facts.shape,
            volume: plan.facts.volume,
            call,
            is_recurring: plan.timeline.schedule().is_recurring(),
            error_diagnostics: plan.error_diagnostics,
            has_source: !plan.source_ids.is_empty(),
            has_target: !plan.target_ids.is_empty(),
            has_path: plan.facts.path.is_some(),
            plan: plan.facts.shape.is_export().then(|| Arc::clone(plan)),
        })
    }

    fn is(&self, other: &Self) -> bool {
        let facts = |likeness: &Self| {
            let Self { status, shape, volume, call, is_recurring, error_diagnostics, .. } = *likeness;
            (status, shape, volume, call, is_recurring, error_diagnostics)
        };
        let ends = |likeness: &Self| (likeness.has_source, likeness.has_target, likeness.has_path);
        let plan = |likeness: &Self| likeness.plan.as_ref().map(Arc::as_ptr);
        self.outcome.is(&other.outcome)
            && facts(self) == facts(other)
            && ends(self) == ends(other)
            && plan(self) == plan(other)
    }
}
