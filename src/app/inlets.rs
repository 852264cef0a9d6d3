//! Finds inlets and keeps their messages.

use super::App;
use crate::base::time::Millis;
use crate::services::inlets::lookup;
use crate::services::inlets::lookup::{Inlet, Search};
use crate::services::inlets::mailbox::InletMessage;
use crate::services::runs::Events;
use crate::services::world::recorder::NotRecorded;
use std::collections::HashMap;

/// The messages of one request that name a flow, counted by flow.
#[derive(Default)]
pub(crate) struct Tally(HashMap<String, Events>);

impl Tally {
    /// Counts a message of that size for a flow.
    pub(crate) fn count(&mut self, flow: &str, is_taken: bool, bytes: usize) {
        let count = |events: &mut Events| {
            if is_taken {
                events.ok += 1;
            } else {
                events.failed += 1;
            }
            events.bytes += bytes as u64;
        };
        match self.0.get_mut(flow) {
            Some(events) => count(events),
            None => count(self.0.entry(flow.to_owned()).or_default()),
        }
    }
}

impl App {
    /// Looks an inlet up without rebuilding the index.
    pub(crate) fn find_inlet(&self, id: &str) -> Search {
        lookup::find(&self.inlets.index, id, |place| self.open(&place.tenant))
    }

    /// The inlet with that id, after the index was rebuilt. Costs the number of streaming connections.
    pub(crate) fn rebuilt_inlet(&self, id: &str) -> Option<Inlet> {
        lookup::rebuild(&self.inlets.index, || self.world.all());
        match self.find_inlet(id) {
            Search::Found(inlet) => Some(inlet),
            // Outdated: the connection was deleted this very moment.
            Search::Unknown | Search::Outdated => None,
        }
    }

    /// The id of a message that arrived at `now`: `<ms>:<n>:<n>`. With a seed, it is the next of the inlet's sandbox.
    pub(crate) fn xaction_id(&self, inlet: &Inlet, now: Millis) -> String {
        let random = self.env.request_id(&inlet.sandbox.sequence).as_u128();
        format!("{now}:{}:{}", (random >> 112) as u16, random as u32)
    }

    /// Keeps messages that an inlet took.
    pub(crate) fn take_messages(&self, inlet: &Inlet, messages: Vec<InletMessage>) {
        self.inlets.mailboxes.add(&inlet.id, &inlet.sandbox.tenant, messages);
    }

    /// Adds messages to the hourly runs of their flows. A message for a flow that is not enabled, or takes no data from the
    /// inlet, counts for none.
    ///
    /// # Errors
    /// If they are not recorded.
    pub(crate) fn count_events(
        &self, inlet: &Inlet, at: Millis, Tally(tally): Tally,
    ) -> Result<(), NotRecorded> {
        for (flow, events) in tally {
            if let Some(flow) = inlet.flow(&flow) {
                inlet.sandbox.count(flow, at, events)?;
            }
        }
        Ok(())
    }
}
