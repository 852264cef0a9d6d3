//! Changes to the state of a server other than by the API: seeding, adding and replacing documents, reset. Control
//! calls, flags and the methods of [`FlowMock`](crate::FlowMock) use them.

use super::{Mode, SavedState, StateDocument, load, read};
use crate::app::App;
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
        _ = self.memory.seed.set(self.state_of(self.world.save(&Part::All, now), &Part::All));
        Ok(())
    }

    /// The contents of a sandbox after the seed files.
    pub(crate) fn seeded(&self, tenant: &Tenant) -> Option<SavedSandbox> {
        let part = Part::Sandbox(tenant.clone());
        self.memory.seed.get()?.sandboxes.of(&part).next().map(|(_, saved)| saved.clone())
    }

    /// Empties a sandbox. Its description in sandbox management stays.
    pub(crate) fn empty(&self, tenant: &Tenant) {
        let _turn = self.memory.turn();
        let part = Part::Sandbox(tenant.clone());
        let declared = self.declared.all().into_iter().filter(|(declared, _)| declared == tenant);
        self.put_back(&SavedState { declared: declared.collect(), ..SavedState::default() }, &part);
    }

    /// Saves `part` as it is now. The cost grows with the number of sandboxes, not with their contents.
    pub(super) fn state(&self, part: &Part) -> SavedState {
        self.state_of(self.saved(part), part)
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
        self.add(state, self.env.now());
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
        self.look(); // what has happened before is notified; the document's own past is not
        self.world.merge(&sandboxes, &self.env, now);
        let added: Vec<Tenant> = sandboxes.of(&Part::All).map(|(tenant, _)| tenant.clone()).collect();
        self.notifications_added(&added);
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
        self.put_back(&state, &Part::All);
        Ok(())
    }

    /// Restores `part` to its state after the seed files, restores its initial fault rules, and forgets its requests. If
    /// `part` is everything, the clock is reset too. Contract reports are unchanged.
    pub(crate) fn reset(&self, part: &Part) {
        let _turn = self.memory.turn();
        self.forget_requests_of(part);
        self.forget_notifications(part);
        if *part == Part::All {
            self.env.reset(); // first, since entities that wait to be enabled wait from the time of the clock on
        }
        match self.memory.seed.get() {
            Some(seed) => self.put_back(seed, part),
            None => self.put_back(&SavedState::default(), part),
        }
        self.faults.reset(part);
        if *part == Part::All {
            self.ims.forget();
            self.contract.forget_tokens(); // their ends are times of the clock before the reset
        }
    }

    /// Restores `part` from `state`.
    pub(super) fn put_back(&self, state: &SavedState, part: &Part) {
        self.catch_up();
        self.world.restore(&state.sandboxes, part, &self.env);
        self.inlets.replaced(part);
        self.notifications_replaced(part);
        let others = self.declared.all().into_iter().filter(|(tenant, _)| !part.has(tenant));
        self.declared
            .replace(others.chain(state.declared.clone().into_iter().filter(|(tenant, _)| part.has(tenant))));
        let is_in_part = |client: &Client| part.has_client_of(&client.ims_org_id);
        let before = self.ims.clients.all();
        let others = before.iter().filter(|client| !is_in_part(client)).map(|client| Client::clone(client));
        let restored = state.clients.iter().filter(|client| is_in_part(client)).cloned();
        self.ims.clients.replace(others.chain(restored).collect());
        self.contract_rewound(part);
    }
}
