//! The rules of creating a flow, in their order. Reference: "Flows" (checks at creation).

use super::ends::Ends;
use super::options;
use super::parts::Parts;
use super::schedule::{Rules, Schedule};
use super::transformations;
use crate::base::config::Leniency;
use crate::base::error::{Code, Error, ProviderCode, excerpt};
use crate::services::entities::Context;
use crate::services::flow_specs::FlowSpec;
use crate::services::source_connections::shape::SourceShape;
use crate::services::specs::Spec as _;
use crate::services::target_connections::rules::DATA_LAKE;

/// Checks a new flow, or a draft that is published, whose source has that shape. Returns its schedule, if its flow spec has one.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn check(
    parts: &Parts<'_>, spec: &FlowSpec, source_shape: Option<SourceShape>, context: &Context<'_>,
) -> Result<Option<Schedule>, Error> {
    check_ends(parts, spec)?;
    let is_strict = context.leniency == Leniency::Strict;
    let schedule = parts.schedule;
    let frequency = schedule.and_then(|schedule| schedule["frequency"].as_str());
    let frequency = frequency.and_then(super::schedule::Frequency::from_name);
    let is_table = source_shape == Some(SourceShape::Table);
    transformations::check(parts.transformations, spec, is_table, frequency, is_strict)?;
    options::check(parts.options, spec)?;
    if !spec.is_batch_source() {
        return Ok(None);
    }
    Schedule::read(schedule, Rules::Creation { is_strict, now: context.now }).map(Some)
}

/// The shape of the source; `None` if there is none or its connection spec is unknown.
pub(super) fn shape(sources: &Ends, context: &Context<'_>) -> Option<SourceShape> {
    let spec = context.specs.resolve(sources.found.first()?.spec_id(), None).ok()?;
    Some(SourceShape::of(spec.spec(), &context.flow_specs))
}

/// Checks the connections of a flow, which must have been found.
///
/// # Errors
/// FLOW-1413-400, FLOW-1422-400, or FLOW-1100-400 with 1307-400.
pub(super) fn check_ends(parts: &Parts<'_>, spec: &FlowSpec) -> Result<(), Error> {
    check_specs(parts, spec)?;
    [parts.sources, parts.targets].into_iter().try_for_each(Ends::check_published)
}

/// Checks that the flow spec takes the source and the target.
fn check_specs(parts: &Parts<'_>, spec: &FlowSpec) -> Result<(), Error> {
    let name = spec.name();
    for source in &parts.sources.found {
        if !spec.takes_source(source.spec_id()) {
            let (id, theirs) = (excerpt(&source.id), excerpt(source.spec_id()));
            let detail = format!(
                "the source connection {id} has the connection spec {theirs}, which is not one of \
                 sourceConnectionSpecIds of the flow spec {name}"
            );
            return Err(Error::new(Code::SpecUnknown, detail).at(parts.sources.direction.pointer()));
        }
    }
    for target in &parts.targets.found {
        if spec.takes_target(target.spec_id()) {
            continue;
        }
        let (id, theirs) = (excerpt(&target.id), excerpt(target.spec_id()));
        let pointer = parts.targets.direction.pointer();
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
