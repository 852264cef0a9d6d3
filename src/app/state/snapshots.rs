//! [`Memory`]: the states that a server can be put back to, and what is done with states: the one implementation behind
//! the control calls, the flags and [`FlowMock`](crate::FlowMock)'s methods.

use crate::app::App;
use crate::app::state;
use crate::app::state::{Mode, State};
use crate::base::document::refusal::{Problem, Refused};
use crate::base::tenant::Tenant;
use crate::services::identity::Client;
use crate::services::world::Part;
use crate::services::world::SavedSandbox;
use crate::store::Millis;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// How many snapshots a server keeps.
const MAX_SNAPSHOTS: usize = 100;
/// The longest name of one, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// The seed and the snapshots.
#[derive(Default)]
pub(crate) struct Memory {
    /// Held by whoever changes the state other than as the API does, or looks at all of it: so each does so before or
    /// after another, never in the middle.
    turn: Mutex<()>,
    seed: OnceLock<State>,
    snapshots: Mutex<BTreeMap<String, Snapshot>>,
}

/// A state under a name.
#[derive(Clone)]
struct Snapshot {
    state: State,
    part: Part,
    taken_at: Millis,
}

/// What can be said of a snapshot without restoring it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) name: String,
    /// When it was saved, in milliseconds since the epoch.
    pub(crate) taken_at: Millis,
    pub(crate) part: Part,
}

impl Memory {
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshots(&self) -> MutexGuard<'_, BTreeMap<String, Snapshot>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Adds what the seed files describe, before the first request; this is what a reset leads back to.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub(crate) fn seed(&self, files: &[PathBuf]) -> Result<(), Vec<Problem>> {
        let _turn = self.memory.turn();
        state::load(self, files)?;
        _ = self.memory.seed.set(self.state(&Part::All));
        Ok(())
    }

    /// What the seed files put into a sandbox.
    pub(crate) fn seeded(&self, tenant: &Tenant) -> Option<SavedSandbox> {
        let part = Part::Sandbox(tenant.clone());
        self.memory.seed.get()?.sandboxes.of(&part).next().map(|(_, saved)| saved.clone())
    }

    /// Empties a sandbox. What sandbox management says of it stays.
    pub(crate) fn empty(&self, tenant: &Tenant) {
        let _turn = self.memory.turn();
        let part = Part::Sandbox(tenant.clone());
        let declared = self.declared.all().into_iter().filter(|(declared, _)| declared == tenant);
        self.put_back(&State { declared: declared.collect(), ..State::default() }, &part);
    }

    /// `part` as it is now. Costs as much as there are sandboxes in it, whatever they hold.
    fn state(&self, part: &Part) -> State {
        let mut sandboxes = self.world.save(part);
        let declared = self.declared.all().into_iter().filter(|(tenant, _)| part.has(tenant));
        let declared: BTreeMap<_, _> = declared.collect();
        declared.keys().for_each(|tenant| _ = sandboxes.entry(tenant.clone()));
        let clients =
            self.ims.clients.all().into_iter().filter(|client| part.has_client_of(&client.ims_org_id));
        State { sandboxes, declared, clients: clients.map(|client| Client::clone(&client)).collect() }
    }

    /// The document of `part` as it is now, which seeds another server to an equal state. It holds credentials.
    ///
    /// # Errors
    /// None that a stored entity can bring about.
    pub(crate) fn export(&self, part: &Part) -> Result<Vec<u8>, Refused> {
        let state = {
            let _turn = self.memory.turn();
            self.state(part)
        };
        state::write(&state, &self.env)
            .map_err(|error| Refused::because("", format!("what is stored cannot be written: {error}")))
    }

    /// Adds what `document` describes. Of each sandbox, a request sees all of the connections that it gets, or none.
    ///
    /// # Errors
    /// Everything that is wrong with it; then nothing was changed.
    pub(crate) fn merge(&self, document: Value) -> Result<(), Refused> {
        let _turn = self.memory.turn();
        let state = state::read(self, document, Mode::Merge).map_err(Refused::invalid)?;
        self.add(state);
        Ok(())
    }

    /// Adds what a document describes; entities, clients and what is said of sandboxes take the place of their namesakes.
    pub(crate) fn add(&self, state: State) {
        let State { sandboxes, declared, clients } = state;
        self.world.merge(&sandboxes, &self.env);
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

    /// Puts what `document` describes in the place of everything. A request sees the old state or the new one.
    ///
    /// # Errors
    /// Everything that is wrong with it; then nothing was changed.
    pub(crate) fn replace(&self, document: Value) -> Result<(), Refused> {
        let state = state::read(self, document, Mode::Replace).map_err(Refused::invalid)?;
        let _turn = self.memory.turn();
        self.put_back(&state, &Part::All);
        Ok(())
    }

    /// Makes `part` what the seed files made it, and forgets its requests. Of everything, also the clock and the fault
    /// rules. What contract reports say stays.
    pub(crate) fn reset(&self, part: &Part) {
        let _turn = self.memory.turn();
        self.forget_requests_of(part);
        match self.memory.seed.get() {
            Some(seed) => self.put_back(seed, part),
            None => self.put_back(&State::default(), part),
        }
        if *part == Part::All {
            self.env.reset();
            self.ims.forget();
            self.faults.reset();
            self.contract.forget_tokens(); // their ends are times of the clock before
        }
    }

    fn put_back(&self, state: &State, part: &Part) {
        self.catch_up();
        self.world.restore(&state.sandboxes, part, &self.env);
        let others = self.declared.all().into_iter().filter(|(tenant, _)| !part.has(tenant));
        self.declared
            .replace(others.chain(state.declared.clone().into_iter().filter(|(tenant, _)| part.has(tenant))));
        let is_meant = |client: &Client| part.has_client_of(&client.ims_org_id);
        let before = self.ims.clients.all();
        let others = before.iter().filter(|client| !is_meant(client)).map(|client| Client::clone(client));
        let restored = state.clients.iter().filter(|client| is_meant(client)).cloned();
        self.ims.clients.replace(others.chain(restored).collect());
        self.contract_rewound(part);
    }

    /// Saves `part` as it is now, in the place of what has that name.
    ///
    /// # Errors
    /// For a name that cannot be one, and for more than 100 snapshots.
    pub(crate) fn save_snapshot(&self, name: &str, part: Part) -> Result<(), Refused> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(is_plain) {
            let reason = format!("a snapshot's name has 1 to {MAX_NAME_BYTES} letters, digits, and . _ -");
            return Err(Refused::because("", reason));
        }
        let _turn = self.memory.turn();
        let mut snapshots = self.memory.snapshots();
        if snapshots.len() >= MAX_SNAPSHOTS && !snapshots.contains_key(name) {
            let reason = format!("there are {MAX_SNAPSHOTS} snapshots already; delete one first");
            return Err(Refused::because("", reason));
        }
        let snapshot = Snapshot { state: self.state(&part), part, taken_at: self.env.now() };
        snapshots.insert(name.to_owned(), snapshot);
        Ok(())
    }

    /// All snapshots, by name.
    pub(crate) fn snapshots(&self) -> Vec<About> {
        let snapshots = self.memory.snapshots();
        let about = |(name, snapshot): (&String, &Snapshot)| About {
            name: name.clone(),
            taken_at: snapshot.taken_at,
            part: snapshot.part.clone(),
        };
        snapshots.iter().map(about).collect()
    }

    /// Makes what the snapshot was saved of what it was then. A request sees the old state or the new one.
    ///
    /// # Errors
    /// For a name that no snapshot has.
    pub(crate) fn restore_snapshot(&self, name: &str) -> Result<(), Refused> {
        let _turn = self.memory.turn();
        let snapshot = self.memory.snapshots().get(name).cloned();
        let Snapshot { state, part, .. } = snapshot.ok_or_else(|| self.no_snapshot(name))?;
        self.put_back(&state, &part);
        Ok(())
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// For a name that no snapshot has.
    pub(crate) fn delete_snapshot(&self, name: &str) -> Result<(), Refused> {
        let deleted = self.memory.snapshots().remove(name);
        deleted.map(drop).ok_or_else(|| self.no_snapshot(name))
    }

    fn no_snapshot(&self, name: &str) -> Refused {
        let known: Vec<String> = self.memory.snapshots().keys().cloned().collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Refused::not_found(format!(
            "there is no snapshot {}; there is {known}",
            crate::base::error::excerpt(name)
        ))
    }
}
