//! Finds inlets and keeps their messages.

use super::App;
use crate::services::inlets::lookup;
use crate::services::inlets::lookup::{Inlet, Search};
use crate::services::inlets::mailbox::InletMessage;

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
    pub(crate) fn xaction_id(&self, inlet: &Inlet, now: i64) -> String {
        let random = self.env.request_id(&inlet.sandbox.sequence).as_u128();
        format!("{now}:{}:{}", (random >> 112) as u16, random as u32)
    }

    /// Keeps messages that an inlet took.
    pub(crate) fn take_messages(&self, inlet: &Inlet, messages: Vec<InletMessage>) {
        self.inlets.mailboxes.add(&inlet.id, &inlet.sandbox.tenant, messages);
    }
}
