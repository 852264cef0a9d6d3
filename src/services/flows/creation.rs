//! The rules of creating a flow, in their order. Reference: "Flows" (checks at creation).

use super::definition::Flow;
use super::schedule::{Rules, Schedule};
use super::transformations;
use crate::base::config::Leniency;
use crate::base::error::{Code, Error, ProviderCode, excerpt};
use crate::services::entities::Context;
use crate::services::flow_specs::FlowSpec;
use crate::services::source_connections::shape::SourceShape;
use crate::services::specs::Spec as _;
use crate::services::target_connections::rules::DATA_LAKE;

/// Checks a new flow, or a draft that is published. Its connections must have been found. Returns its schedule, if its flow
/// spec has one.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn check(flow: &Flow, spec: &FlowSpec, context: &Context<'_>) -> Result<Option<Schedule>, Error> {
    check_specs(flow, spec)?;
    for ends in [&flow.sources, &flow.targets] {
        ends.check_published()?;
    }
    let is_strict = context.leniency == Leniency::Strict;
    let schedule = flow.part("scheduleParams");
    let frequency = schedule.and_then(|schedule| schedule["frequency"].as_str());
    let frequency = frequency.and_then(super::schedule::Frequency::from_name);
    let is_table = flow.shape(context) == Some(SourceShape::Table);
    transformations::check(&flow.transformations, spec, is_table, frequency, is_strict)?;
    if !spec.is_batch_source() {
        return Ok(None);
    }
    Schedule::read(schedule, Rules::Creation { is_strict, now: context.now }).map(Some)
}

/// Checks that the flow spec takes the source and the target.
fn check_specs(flow: &Flow, spec: &FlowSpec) -> Result<(), Error> {
    let name = spec.name();
    for source in &flow.sources.found {
        if !spec.takes_source(source.spec_id()) {
            let (id, theirs) = (excerpt(&source.id), excerpt(source.spec_id()));
            let detail = format!(
                "the source connection {id} has the connection spec {theirs}, which is not one of \
                 sourceConnectionSpecIds of the flow spec {name}"
            );
            return Err(Error::new(Code::SpecUnknown, detail).at(flow.sources.direction.pointer()));
        }
    }
    for target in &flow.targets.found {
        let (id, theirs) = (excerpt(&target.id), excerpt(target.spec_id()));
        let pointer = flow.targets.direction.pointer();
        if spec.takes_target(target.spec_id()) {
            continue;
        }
        let detail = format!(
            "the target connection {id} has the connection spec {theirs}, which is not one of targetConnectionSpecIds of \
             the flow spec {name}"
        );
        if spec.is_destination() {
            return Err(Error::new(Code::SpecUnknown, detail).at(pointer));
        }
        let detail = format!("{detail}; the data lake is {DATA_LAKE}");
        return Err(Error::provider(ProviderCode::TargetNotDataLake, detail).at(pointer));
    }
    Ok(())
}
