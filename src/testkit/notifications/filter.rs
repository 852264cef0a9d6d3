//! [`NotificationFilter`]: selects notifications of the log.

use super::delivery::{Delivery, DeliveryState};
use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::services::notifications::EventKind;
use crate::services::world::Part;
use crate::store::query::Parameters;

/// Selects notifications that meet every condition.
pub(crate) struct NotificationFilter {
    part: Part,
    target: Option<String>,
    event: Option<EventKind>,
    flow: Option<String>,
    run: Option<String>,
    state: Option<DeliveryState>,
    since_id: u64,
    limit: Option<usize>,
}

impl NotificationFilter {
    /// The parameters of `GET /_flowmock/notifications`, besides those of the part.
    pub(crate) const PARAMETERS: [&'static str; 7] =
        ["target", "event", "flowId", "runId", "state", "sinceId", "limit"];

    /// Selects the notifications of `part`.
    pub(crate) fn of(part: Part) -> Self {
        Self { part, target: None, event: None, flow: None, run: None, state: None, since_id: 0, limit: None }
    }

    /// Reads the parameters of a query about `part`.
    ///
    /// # Errors
    /// For a value that its parameter cannot have.
    pub(crate) fn read(part: Part, query: &Parameters) -> Result<Self, Refused> {
        let text = |name: &str| query.last(name).map(str::to_owned);
        let number = |name: &str, least: u64| {
            let wrong = |value: &str| {
                Refused::because(
                    "",
                    format!("{name}={} is not a whole number, {least} or more", excerpt(value)),
                )
            };
            let number = |value: &str| {
                value.parse().ok().filter(|number| *number >= least).ok_or_else(|| wrong(value))
            };
            query.last(name).map(number).transpose()
        };
        Ok(Self {
            part,
            target: text("target"),
            event: named(query, "event", &EventKind::ALL.map(|kind| (kind.name(), kind)))?,
            flow: text("flowId"),
            run: text("runId"),
            state: named(query, "state", &DeliveryState::ALL.map(|state| (state.name(), state)))?,
            since_id: number("sinceId", 0)?.unwrap_or_default(),
            limit: number("limit", 1)?.map(|limit: u64| usize::try_from(limit).unwrap_or(usize::MAX)),
        })
    }

    /// The part whose notifications it selects.
    pub(crate) fn part(&self) -> &Part {
        &self.part
    }

    /// The largest number of notifications to show.
    pub(crate) fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// Whether it selects the notification.
    pub(crate) fn fits(&self, delivery: &Delivery) -> bool {
        let facts = &delivery.facts;
        delivery.id > self.since_id
            && self.part.has(&facts.tenant)
            && self.target.as_ref().is_none_or(|target| *target == facts.target)
            && self.event.is_none_or(|event| event == facts.kind)
            && self.flow.as_ref().is_none_or(|flow| *flow == facts.flow.to_string())
            && self.run.as_ref().is_none_or(|run| *run == facts.run.to_string())
            && self.state.is_none_or(|state| state == delivery.state())
    }
}

/// The value that the parameter names.
fn named<T: Copy>(query: &Parameters, parameter: &str, choices: &[(&str, T)]) -> Result<Option<T>, Refused> {
    let Some(value) = query.last(parameter) else { return Ok(None) };
    let chosen = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
    chosen.map(|(_, chosen)| Some(*chosen)).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        Refused::because("", format!("{parameter}={} is none of {}", excerpt(value), names.join(", ")))
    })
}
