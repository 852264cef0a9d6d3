//! Changes to the state of a server other than by the API: seeding, adding and replacing documents, reset. Control
//! calls, flags and the methods of [`FlowMock`](crate::FlowMock) use them.

use super::{Mode, SavedState, StateDocument, load, read};
use crate::app::App;
use crate::app::record::Command;
use crate::base::document::refusal::{Problem, Refused};
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::identity::Client;
use crate::services::world::{Part, Saved, SavedSandbox};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

impl App {
    /// Adds the documents in seed files, before the first request. A reset restores the state after that.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub(crate) fn seed(&self, files: &[PathBuf]) -> Result<(), Vec<Problem>> {
        let _turn = self.memory.turn();
        // However long the files take to load, entities that wait to be enabled have all of their time after a reset.
        let now = self.env.now();
        load(self, files, now)?;
        self.memory.set_seed(self.state_at(&Part::All, now));
        Ok(())
    }

    /// Adds the state in a seed file.
    pub(super) fn add_seed(&self, state: SavedState, now: Millis) {
        let added: Vec<Tenant> = state.sandboxes.of(&Part::All).map(|(tenant, _)| tenant.clone()).collect();
        self.add(state, now);
        self.notifications_added(&added);
    }

    /// The contents of a sandbox after the seed files.
    pub(crate) fn seeded(&self, tenant: &Tenant) -> Option<SavedSandbox> {
        let part = Part::Sandbox(tenant.clone());
        self.memory.seed().sandboxes.of(&part).next().map(|(_, saved)| saved.clone())
    }

    /// Empties a sandbox. Its description in sandbox management stays.
    ///
    /// # Errors
    /// If the change is not recorded.
    pub(crate) fn empty(&self, tenant: &Tenant) -> Result<(), Refused> {
        let _turn = self.memory.turn();
        let part = Part::Sandbox(tenant.clone());
        let declared = self.declared.all().into_iter().filter(|(declared, _)| declared == tenant);
        self.give_back(SavedState { declared: declared.collect(), ..SavedState::default() }, part)
    }

    /// Saves `part` as it is now. The cost grows with the number of sandboxes, not with their contents.
    pub(super) fn state(&self, part: &Part) -> SavedState {
        self.state_of(self.saved(part), part)
    }

    /// The state of `part` at `at`, in which entities may still wait that were due before.
    pub(crate) fn state_at(&self, part: &Part, at: Millis) -> SavedState {
        self.state_of(self.world.save(part, at), part)
    }

    /// The state of `part`, which has these sandboxes.
    fn state_of(&self, mut sandboxes: Saved, part: &Part) -> SavedState {
        let declared = self.declared.all().into_iter().filter(|(tenant, _)| part.has(tenant));
        let declared: BTreeMap<_, _> = declared.collect();
        declared.keys().for_each(|tenant| _ = sandboxes.entry(tenant.clone()));
        let clients =
            self.ims.clients.all().into_iter().filter(|client| part.has_client_of(&client.ims_org_id));
        SavedState { sandboxes, declared, clients: clients.map(|client| Client::clone(&client)).collect() }
    }

    /// The document of `part` as it is now, which seeds another server to an equal state. It contains credentials.
    pub(crate) fn export(&self, part: &Part) -> StateDocument {
        let _turn = self.memory.turn();
        StateDocument::of(self.state(part), &self.env)
    }

    /// Adds the state in `document`. A request sees all of the connections that a sandbox gets, or none.
    ///
    /// # Errors
    /// Everything that is wrong with the document; then nothing was changed.
    pub(crate) fn merge(&self, document: Value) -> Result<(), Refused> {
        let _turn = self.memory.turn();
        let state = read(self, document, Mode::Merge).map_err(Refused::invalid)?;
        let added: Vec<Tenant> = state.sandboxes.of(&Part::All).map(|(tenant, _)| tenant.clone()).collect();
        self.look(); // what has happened before is notified; the document's own past is not
        self.carry_out(Command::Merge { state, at: self.env.now() })?;
        self.notifications_added(&added);
        Ok(())
    }

    /// Does work while no control call changes the state: what such a call has checked stays true until its change is made.
    /// It may have to wait, so it must not be called on a thread that serves requests.
    pub(crate) fn in_turn<T>(&self, work: impl FnOnce() -> T) -> T {
        let _turn = self.memory.turn();
        work()
    }

    /// Adds a state. Its entities, clients and descriptions of sandboxes replace those with their ids and names. Entities
    /// that wait to be enabled wait from `now` on.
    pub(crate) fn add(&self, state: SavedState, now: Millis) {
        let SavedState { sandboxes, declared, clients } = state;
        self.world.merge(&sandboxes, &self.env, now);
        self.inlets.index.outdate();
        if !declared.is_empty() {
            self.declared.replace(self.declared.all().into_iter().chain(declared));
        }
        if !clients.is_empty() {
            let before = self.ims.clients.all();
            self.ims
                .clients
                .replace(before.iter().map(|client| Client::clone(client)).chain(clients).collect());
        }
    }

    /// Replaces everything by the state in `document`. A request sees the old state or the new one.
    ///
    /// # Errors
    /// Everything that is wrong with the document; then nothing was changed.
    pub(crate) fn replace(&self, document: Value) -> Result<(), Refused> {
        let state = read(self, document, Mode::Replace).map_err(Refused::invalid)?;
        let _turn = self.memory.turn();
        self.give_back(state, Part::All)
    }

    /// Restores `part` to its state after the seed files, restores its initial fault rules, and forgets its requests. If
    /// `part` is everything, the clock is reset too. Contract reports are unchanged.
    ///
    /// # Errors
    /// If the change is not recorded.
    pub(crate) fn reset(&self, part: &Part) -> Result<(), Refused> {
        let _turn = self.memory.turn();
        self.forget_requests_of(part);
        self.catch_up();
        let at = if *part == Part::All { self.env.clock.after_reset() } else { self.env.now() };
        self.carry_out(Command::Reset { part: part.clone(), at })?;
        self.was_reset(part);
        Ok(())
    }

    /// Tells everything that follows what happens that `part` was reset.
    pub(in crate::app) fn was_reset(&self, part: &Part) {
        self.forget_notifications(part);
        self.was_put_back(part);
        if *part == Part::All {
            self.contract.forget_tokens(); // their ends are times of the clock before the reset
        }
    }

    /// Applies a reset. Entities that wait to be enabled wait from `at` on.
    pub(in crate::app) fn reset_now(&self, part: &Part, at: Millis) {
        if *part == Part::All {
            self.env.reset();
        }
        self.put_back(&self.memory.seed(), part, at);
        self.faults.reset(part);
        if *part == Part::All {
            self.ims.forget();
        }
    }

    /// Restores `part` from `state`, and tells everything that follows what happens.
    ///
    /// # Errors
    /// If the change is not recorded.
    pub(super) fn give_back(&self, state: SavedState, part: Part) -> Result<(), Refused> {
        self.catch_up();
        self.carry_out(Command::PutBack { state, part: part.clone(), at: self.env.now() })?;
        self.was_put_back(&part);
        Ok(())
    }

    /// Tells everything that follows what happens that `part` was restored.
    pub(in crate::app) fn was_put_back(&self, part: &Part) {
        self.notifications_replaced(part);
        self.contract_rewound(part);
    }

    /// Restores `part` from `state`. Entities that wait to be enabled wait from `at` on.
    pub(in crate::app) fn put_back(&self, state: &SavedState, part: &Part, at: Millis) {
        self.world.restore(&state.sandboxes, part, &self.env, at);
        self.inlets.replaced(part);
        let others = self.declared.all().into_iter().filter(|(tenant, _)| !part.has(tenant));
        self.declared
            .replace(others.chain(state.declared.clone().into_iter().filter(|(tenant, _)| part.has(tenant))));
        let is_in_part = |client: &Client| part.has_client_of(&client.ims_org_id);
        let before = self.ims.clients.all();
        let others = before.iter().filter(|client| !is_in_part(client)).map(|client| Client::clone(client));
        let restored = state.clients.iter().filter(|client| is_in_part(client)).cloned();
        self.ims.clients.replace(others.chain(restored).collect());
    }
}
